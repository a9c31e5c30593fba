//! Whether entries can follow each other.

use crate::entry::{Body, ENTRY_VERSION, Entry};

/// A ledger whose entries can't be what tollgate wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenHistory {
    #[error("entry {position} says that it is entry {index}")]
    WrongIndex { position: u64, index: u64 },
    #[error("entry 0 is `{found}`, not `trust`")]
    NoTrust { found: &'static str },
    #[error("entry {index} is a second `trust`")]
    SecondTrust { index: u64 },
    #[error("entry {index} is for the repository `{found}`, but entry 0 is for `{expected}`")]
    ForeignRepository { index: u64, found: String, expected: String },
    #[error("entry {index} has version {version}, which this tollgate does not know; use a newer one")]
    UnknownVersion { index: u64, version: u32 },
}

/// Whether an entry can be at a place of a ledger that serves `repo`.
pub(crate) fn check(position: u64, entry: &Entry, repo: &str) -> Result<(), BrokenHistory> {
    let index = entry.index;
    let is_trust = matches!(entry.body, Body::Trust(_));
    if index != position {
        return Err(BrokenHistory::WrongIndex { position, index });
    }
    if entry.version != ENTRY_VERSION {
        return Err(BrokenHistory::UnknownVersion { index, version: entry.version });
    }
    if position == 0 && !is_trust {
        return Err(BrokenHistory::NoTrust { found: entry.body.type_name() });
    }
    if position > 0 && is_trust {
        return Err(BrokenHistory::SecondTrust { index });
    }
    if entry.repo != repo {
        return Err(BrokenHistory::ForeignRepository { index, found: entry.repo.clone(), expected: repo.to_owned() });
    }
    Ok(())
}
