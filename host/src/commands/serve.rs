//! `tollgate serve`: the admission webhook.

mod approving;
mod generate;
mod options;
mod reading;
mod recording;

use std::time::Duration;

use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::admission::Follower;
use crate::cli::serve::Serve;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Serve) -> Outcome {
    let one = |failure: Failure| vec![failure];
    if let Some(url) = &arguments.clone {
        wiring::clone_into(invocation, url).map_err(one)?;
    }
    let reading::Opened { reader, known, source } = reading::open(invocation, arguments)?;
    if let Some(what) = arguments.generate {
        return generate::generate(&known, &source, arguments, what).map(|()| ExitCode::Approved).map_err(one);
    }
    if source.breaks_glass && !source.has_key {
        return Err(vec![no_key()]);
    }
    let options = options::options(arguments).map_err(one)?;
    let journal = options.journal;
    for why in known.unasked() {
        journal.tell("not asked", &[("why", why)]);
    }
    let entries = known.entries().to_string();
    let asked: Vec<&str> = known.gates().iter().map(|gate| gate.name.as_str()).collect();
    journal.tell("judging", &[("gates", &asked.join(", ")), ("entries", &entries)]);
    let follower = Follower::start(known, reader, Duration::from_secs(arguments.network.poll.into()));
    tollgate_server::serve(options, follower.clone()).map_err(fail).map_err(one)?;
    for broken in follower.settled() {
        let said = [("user", broken.used.user.as_str()), ("subject", &broken.used.object), ("reason", &broken.glass.reason)];
        journal.tell("broken glass is not in the ledger", &said);
    }
    Ok(ExitCode::Approved)
}

fn no_key() -> Failure {
    let message = "`admission.breakGlass` of the policy in force writes to the ledger, and there is no key to sign that with";
    Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("name the key of a machine with `--key`")
}

#[cfg(test)]
mod tests;
