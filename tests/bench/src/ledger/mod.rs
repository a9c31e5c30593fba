//! A long ledger: filling it, and what appending to it costs of our own time.

mod append;
mod fill;
mod release;

use std::sync::Arc;

use camino::Utf8Path;
use tollgate_core::branch::{BranchError, KeepBranch};
use tollgate_core::ports::{AppendError, LedgerError, SignError, SourceError};
use tollgate_ledger::{GitLedger, Keys, LogKeyFile, Witness};
use tollgate_repo::{GitBranch, GitRepository};
use tollgate_sign::{SshSigners, open_key};

pub(crate) use append::{AppendCost, append};
pub(crate) use fill::fill;

const BRANCH: &str = "tollgate/ledger";

/// Why the ledger could not be filled or measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LongLedgerError {
    #[error("the clone can't be read")]
    Source(#[from] SourceError),
    #[error("the ledger's branch can't be used")]
    Branch(#[from] BranchError),
    #[error("the key can't be used")]
    Key(#[from] SignError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("failed to write JSON")]
    Json(#[from] serde_json::Error),
    #[error("`{0}` is no number")]
    Number(String),
}

/// The ledger's branch, with its objects in a clone.
fn branch(clone: &Utf8Path) -> Result<GitBranch, LongLedgerError> {
    Ok(GitBranch::in_clone(&GitRepository::discover(clone, "origin")?, "origin", BRANCH)?)
}

/// The ledger, as a command would open it.
fn open(branch: Arc<dyn KeepBranch>, state: &Utf8Path, key: &str) -> Result<GitLedger, LongLedgerError> {
    let keys = Keys {
        signers: Arc::new(SshSigners),
        own: Some(Arc::from(open_key(key, None)?)),
        log: LogKeyFile::new(&state.join("log.key")),
    };
    Ok(GitLedger::new(branch, Witness::new(&state.join("ledgers"), None), keys))
}
