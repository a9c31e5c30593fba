//! `tollgate audit`: read, check and take along what the ledger says.

mod doctor;
mod export;
mod log;
mod machine;
mod prove;
mod reconcile;
mod replay;
mod report;
mod verify;
mod verify_proof;
pub(crate) mod words;

use super::Outcome;
use crate::cli::audit::Audit;
use crate::invocation::Invocation;

pub(crate) fn run(invocation: &Invocation, command: &Audit) -> Outcome {
    let outcome = match command {
        Audit::Log(arguments) => log::run(invocation, arguments),
        Audit::Verify(arguments) => verify::run(invocation, arguments),
        Audit::Prove(arguments) => prove::run(invocation, arguments),
        Audit::VerifyProof(arguments) => verify_proof::run(invocation, arguments),
        Audit::Replay(arguments) => return replay::run(invocation, arguments),
        Audit::Reconcile(arguments) => return reconcile::run(invocation, arguments),
        Audit::Report(arguments) => return report::run(invocation, arguments),
        Audit::Export(arguments) => export::run(invocation, arguments),
        Audit::Doctor(arguments) => doctor::run(invocation, arguments),
    };
    outcome.map_err(|failure| vec![failure])
}
