//! Reading the ledger, and appending to it.

use std::sync::Arc;

use crate::digest::Digest;
use crate::entry::{Draft, Entry};
use crate::gist::Gist;
use crate::history::{BrokenHistory, History};
use crate::signature::SignError;

/// Entries to write together, or not at all.
#[derive(Debug)]
pub struct Proposal {
    pub drafts: Vec<Draft>,
}

/// The proposer looked at the ledger and does not want to write any more. It keeps the reason itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal;

/// Why the ledger can't be read. Exit code 15.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("there is no ledger on branch `{branch}` of `{remote}`; run `tollgate init --trust COMMIT`")]
    Missing { remote: String, branch: String },
    #[error("ledger at `{remote}` can't be reached: git said {message}")]
    Unreachable { remote: String, message: String },
    #[error("ledger was rewritten: entry {index} is not what this machine saw before; somebody forced the branch")]
    Rewritten { index: u64 },
    #[error("entry 0 has the digest `{found}`, but `--trust` says `{expected}`; one of them belongs to another ledger")]
    Untrusted { expected: Digest, found: Digest },
    #[error("entry {index} can't be read: {reason}")]
    BadEntry { index: u64, reason: String },
    #[error("entry {index} is of the type `{found}`, which this tollgate does not know; use a newer one")]
    UnknownType { index: u64, found: String },
    #[error("entry {index} can't be believed: {reason}")]
    Forged { index: u64, reason: String },
    #[error("`{path}` of the ledger can't be believed: {reason}")]
    BadFile {
        /// Relative to the root of the branch.
        path: String,
        reason: String,
    },
    #[error("ledger is forked: there are two of {size} entries, and this is not the one that was seen before")]
    Forked { size: u64 },
    #[error(transparent)]
    Broken(#[from] BrokenHistory),
    #[error("blob `{digest}` is not in the ledger")]
    MissingBlob { digest: Digest },
    #[error("blob `{digest}` in the ledger has other contents than its name says")]
    CorruptBlob { digest: Digest },
    #[error("`{what}` of the local copy of the ledger can't be used")]
    Local {
        what: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why an entry was not written. Exit code 15, but for `Refused`.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("nothing was written, because the ledger has changed")]
    Refused,
    #[error("ledger refused the entry: git said {message}")]
    Rejected { message: String },
    #[error("ledger moved {tries} times while this entry was being written; try again")]
    Contended { tries: u32 },
    #[error("entry of type `{kind}` has {size} bytes, more than {limit}")]
    TooLarge { kind: &'static str, size: usize, limit: usize },
    #[error("the entry can't be signed")]
    Sign(#[from] SignError),
    #[error("entries of this ledger are signed, so this one must be; name a key with `--key`, or set `TOLLGATE_KEY`")]
    NeedsKey,
    #[error("a ledger exists already on branch `{branch}` of `{remote}`")]
    Exists { remote: String, branch: String },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Reads the ledger as the remote has it.
pub trait ReadLedger: Send + Sync {
    /// All entries, fetched from the remote just now.
    ///
    /// # Errors
    /// When the ledger is missing, can't be reached, or can't be what tollgate wrote.
    fn history(&self) -> Result<Arc<History>, LedgerError>;

    /// What the entries still decide, as the remote has them just now. Everything that is asked on the way from a commit to a
    /// target is answered by it, in a time that does not grow with the ledger.
    ///
    /// # Errors
    /// As [`ReadLedger::history`].
    fn gist(&self) -> Result<Arc<Gist>, LedgerError> {
        Ok(Arc::clone(self.history()?.gist()))
    }

    /// The contents of a blob, checked against its digest.
    ///
    /// # Errors
    /// When it is not there, or not what its name says.
    fn blob(&self, digest: Digest) -> Result<Vec<u8>, LedgerError>;
}

/// Appends to the ledger.
pub trait AppendEntry: Send + Sync {
    /// Writes what `propose` makes of the ledger as it is at that moment. `propose` is called again whenever somebody
    /// else was faster. Returns once the remote has acknowledged the entries.
    ///
    /// # Errors
    /// When `propose` refuses, or the remote does.
    fn append(&self, propose: &mut dyn FnMut(&Gist) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError>;

    /// Writes entry 0 of a ledger that does not exist yet.
    ///
    /// # Errors
    /// When there is a ledger already, or the remote refuses.
    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError>;
}
