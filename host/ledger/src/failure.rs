//! From what went wrong with the branch to what that means for the ledger.

use tollgate_core::branch::{BranchChangeKind, BranchError, KeepBranch};
use tollgate_core::ports::{AppendError, LedgerError};

use crate::layout::Place;

pub(crate) fn from_branch(branch: &dyn KeepBranch, error: BranchError) -> LedgerError {
    match error {
        BranchError::Unreachable { message } | BranchError::Refused { message } => {
            LedgerError::Unreachable { remote: branch.remote().to_owned(), message }
        }
        BranchError::Rewritten { before, after } => {
            LedgerError::Rewritten { index: after.map_or(0, |after| first_difference(branch, &before, &after)) }
        }
        BranchError::Local { what, source } => LedgerError::Local { what, source },
    }
}

pub(crate) fn from_push(branch: &dyn KeepBranch, error: BranchError) -> AppendError {
    match error {
        BranchError::Refused { message } => AppendError::Rejected { message },
        other => from_branch(branch, other).into(),
    }
}

/// The first entry that one commit has and another has not, or has otherwise; 0 when that can't be told.
fn first_difference(branch: &dyn KeepBranch, before: &str, after: &str) -> u64 {
    let changes = branch.changes(Some(before), after).unwrap_or_default();
    let lost = changes.iter().filter(|change| change.kind != BranchChangeKind::Added);
    let entries = lost.filter_map(|change| match Place::of(&change.path) {
        Some(Place::Entry(index)) => Some(index),
        _ => None,
    });
    entries.min().unwrap_or(0)
}
