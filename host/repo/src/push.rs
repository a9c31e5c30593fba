//! Moving a branch at the remote, and knowing what came of it.

use std::thread::sleep;
use std::time::Duration;

use tollgate_core::branch::{BranchError, KeepBranch, Pushed};

use crate::branch::GitBranch;
use crate::objects;

/// How often a push is tried that fails while the branch stays where it was. Another writer may hold its lock just then;
/// only when it never works is it the remote that does not want it.
const TRIES: u32 = 6;

/// The longest first pause between two tries. Each further one is up to twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(40);

/// Whether the push failed is git's to say, by its exit code; why it failed is read from where the branch is afterwards.
pub(crate) fn push(branch: &GitBranch, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
    let commit = objects::commit_id(new).map_err(|error| BranchError::Local { what: new.to_owned(), source: Box::new(error) })?;
    let name = branch.full_name();
    let mut said = String::new();
    for attempt in 0..TRIES {
        match branch.remote.push(&name, old, new) {
            Ok(()) => return Ok(won(branch, commit)),
            Err(error) => said = error.0,
        }
        let now = branch.fetch()?;
        if now.as_deref() != old {
            // The connection may have died after the remote had moved the branch, and others may have moved it on.
            let tip = now.as_deref().map(objects::commit_id).transpose();
            let tip = tip.map_err(|error| BranchError::Local { what: name, source: Box::new(error) })?;
            let contained = tip.map_or(Ok(false), |tip| branch.contains(tip, commit))?;
            return Ok(if contained { won(branch, commit) } else { Pushed::Lost });
        }
        sleep(FIRST_PAUSE.mul_f64(2f64.powi(attempt.cast_signed()) * fastrand::f64()));
    }
    Err(BranchError::Refused { message: said })
}

/// The remote has it, whether or not this clone can note that down. The next fetch tries again, and reports.
fn won(branch: &GitBranch, commit: git2::Oid) -> Pushed {
    let _noted = branch.keep(commit);
    Pushed::Won
}
