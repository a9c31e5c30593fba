//! `tollgate serve`: the admission webhook.

mod approving;
mod generate;
mod options;
mod reading;

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
    let options = options::options(arguments).map_err(one)?;
    let journal = options.journal;
    for why in known.unasked() {
        journal.tell("not asked", &[("why", why)]);
    }
    let entries = known.entries().to_string();
    let asked: Vec<&str> = known.gates().iter().map(|gate| gate.name.as_str()).collect();
    journal.tell("judging", &[("gates", &asked.join(", ")), ("entries", &entries)]);
    let follower = Follower::start(known, reader, Duration::from_secs(arguments.network.poll.into()));
    tollgate_server::serve(options, follower).map_err(fail).map_err(one)?;
    Ok(ExitCode::Approved)
}
