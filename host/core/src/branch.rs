//! The port under the ledger: files on a branch at a remote, where every change is a compare-and-swap.

/// A file to put on the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchFile {
    /// Relative to the root of the branch, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// A file that differs between two commits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchChange {
    pub path: String,
    pub kind: BranchChangeKind,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BranchChangeKind {
    Added,
    /// It has other bytes, or is no longer a plain file.
    Changed,
    Removed,
}

/// What came of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pushed {
    /// The remote acknowledged it.
    Won,
    /// The branch had moved. Nothing of the push is on it.
    Lost,
}

/// Why the branch can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BranchError {
    #[error("remote can't be reached: git said {message}")]
    Unreachable { message: String },
    /// The branch stayed where it was and the remote took no push: a hook or a rule forbids it.
    #[error("remote refused the push: git said {message}")]
    Refused { message: String },
    /// The branch no longer contains what this clone saw on it before. `after` is nothing when the branch is gone.
    #[error("branch was rewritten: it no longer contains commit `{before}`")]
    Rewritten { before: String, after: Option<String> },
    #[error("`{what}` of the local copy of the branch can't be used")]
    Local {
        what: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Keeps files on one branch at a remote. Commits are full ids; the branch need not exist.
///
/// A writer fetches, reads, writes a commit on top of what it fetched, and pushes. Only the push is seen by others.
pub trait KeepBranch: Send + Sync {
    /// The remote's URL or path without credentials: the same for the same place.
    fn remote(&self) -> &str;

    /// Name of the branch, without `refs/heads/`.
    fn branch(&self) -> &str;

    /// The commit that the branch has at the remote now, with all its objects; nothing when there is no such branch.
    ///
    /// # Errors
    /// When the remote can't be reached, or the branch no longer contains what was seen on it before.
    fn fetch(&self) -> Result<Option<String>, BranchError>;

    /// The files that differ between two commits, sorted by path; all files of `after` when there is no `before`.
    ///
    /// # Errors
    /// When a commit can't be read.
    fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, BranchError>;

    /// The bytes of a file; nothing when there is none at this path.
    ///
    /// # Errors
    /// When the commit or the file can't be read, or what is there is no plain file.
    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BranchError>;

    /// The bytes of several files of one commit, in the same order: what [`Self::read`] gives for each, and quicker where many
    /// lie beside each other.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn read_all(&self, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, BranchError> {
        paths.iter().map(|path| self.read(commit, path)).collect()
    }

    /// Whether there is a file at a path.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn has(&self, commit: &str, path: &str) -> Result<bool, BranchError> {
        Ok(self.read(commit, path)?.is_some())
    }

    /// Writes a commit that nobody else has: `parent` with these files added or replaced. No two calls return the same
    /// commit, so that a push can't be mistaken for somebody else's.
    ///
    /// # Errors
    /// When objects can't be written.
    fn write(&self, parent: Option<&str>, files: &[BranchFile], message: &str) -> Result<String, BranchError>;

    /// Moves the branch at the remote from `old` to `new` if it is still at `old`; `None` stands for no branch.
    ///
    /// # Errors
    /// When the remote can't be reached, so that the outcome may be unknown, or refuses.
    fn push(&self, old: Option<&str>, new: &str) -> Result<Pushed, BranchError>;
}
