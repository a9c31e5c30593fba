//! `tollgate service`: what the repositories of services deliver, and which services there are.

mod add;
mod added;
mod build;
mod dock;
mod pruning;
mod put_back;
mod record;
mod remove;
mod removed;
mod sync;
mod synced;

use camino::Utf8PathBuf;
use tollgate_config::PIPELINE_FILE;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use crate::cli::service::Service;
use crate::configuration::local;
use crate::invocation::Invocation;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, command: &Service) -> Outcome {
    let one = |failure: Failure| vec![failure];
    match command {
        Service::Record(arguments) => record::record(invocation, arguments).map_err(one),
        Service::Sync(arguments) => sync::sync(invocation, arguments),
        Service::Add(arguments) => add::add(invocation, arguments),
        Service::Remove(arguments) => remove::remove(invocation, arguments),
    }
}

/// What runs in a service's own repository writes to the ledger of another one, so it must be told which.
fn require_ledger(invocation: &Invocation, verb: &str) -> Result<(), Failure> {
    wiring::require_trust(invocation)?;
    if invocation.global.ledger.is_some() {
        return Ok(());
    }
    let message = format!("`{verb}` needs `--ledger`: the deployment repository's");
    Err(Failure::of_message(ExitCode::Usage, message).with_hint("pass its URL, or set `TOLLGATE_LEDGER`"))
}

/// The root of the deployment repository's work tree: where tollgate.yaml is.
fn root(invocation: &Invocation) -> Result<Utf8PathBuf, Failure> {
    local::root_above(&invocation.directory).ok_or_else(|| {
        let message = format!("there is no {PIPELINE_FILE} here or above, so this is no deployment repository");
        Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("run it in a clone of the deployment repository")
    })
}
