//! The ports: how the domain reaches the world. Adapters implement them; `host/src/wiring.rs` alone names adapters.

use std::sync::Arc;

use serde_json::Value;

use crate::approved::Approved;
use crate::digest::Digest;
use crate::document::{Document, Span};
use crate::entry::{Draft, Entry};
use crate::history::{BrokenHistory, History};
use crate::image::ImageReference;
use crate::pipeline::GitReference;
use crate::plan::{NoDigest, Plan};
use crate::pointer::Pointer;
use crate::render::Rendered;

// Reading the repository.

/// A file in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Relative to the root of the tree, with `/`.
    pub path: String,
    pub kind: TreeFileKind,
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TreeFileKind {
    File,
    Symlink,
    /// A submodule: its contents are not in this repository.
    Submodule,
}

/// A commit that a name led to at the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedReference {
    pub reference: GitReference,
    /// Full id.
    pub commit: String,
}

/// Why the source can't be read. Exit code 13.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("`{path}` is not in a git repository; run tollgate in a clone, or name files to check")]
    NoRepository { path: String },
    #[error("revision `{revision}` is not in this repository; fetch it first")]
    UnknownRevision { revision: String },
    #[error("history is cut off at {depth} commits; fetch it with `git fetch --unshallow`")]
    Shallow { depth: u64 },
    #[error("`{path}` is not in revision `{revision}`")]
    UnknownPath { revision: String, path: String },
    #[error("`{name}` is neither a branch nor a tag at the remote `{remote}`; push it first")]
    UnknownReference { name: String, remote: String },
    #[error("`{name}` is a branch and a tag at the remote `{remote}`; write `refs/heads/{name}` or `refs/tags/{name}`")]
    AmbiguousReference { name: String, remote: String },
    #[error("remote `{remote}` can't be reached: git said {message}")]
    Remote { remote: String, message: String },
    #[error("`{what}` can't be read from the repository")]
    Git {
        what: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Reads a git repository: objects of the clone, names at the remote. Never the work tree.
pub trait ReadRepository: Send + Sync {
    /// The full id of the commit that a revision of the clone names.
    ///
    /// # Errors
    /// When there is no such commit.
    fn commit(&self, revision: &str) -> Result<String, SourceError>;

    /// The commit that a branch or tag has at the remote, fetched into the clone. A full name (`refs/heads/…`,
    /// `refs/tags/…`) or a full commit id is taken as it is; a commit id must be reachable from a branch or tag there.
    ///
    /// # Errors
    /// When the remote can't be reached, or knows no such name, or knows it twice.
    fn resolve_at_remote(&self, name: &str) -> Result<ResolvedReference, SourceError>;

    /// Whether a commit is on a branch at the remote.
    ///
    /// # Errors
    /// When the remote can't be reached or the branch does not exist there.
    fn is_on_branch(&self, commit: &str, branch: &str) -> Result<bool, SourceError>;

    /// All entries below a directory of a commit (`""` for all), sorted by path.
    ///
    /// # Errors
    /// When the commit or the directory does not exist.
    fn files(&self, commit: &str, directory: &str) -> Result<Vec<TreeFile>, SourceError>;

    /// The bytes of a file; nothing when there is none at this path.
    ///
    /// # Errors
    /// When the commit does not exist or its objects can't be read.
    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, SourceError>;

    /// Git's hash of a directory; nothing when there is none at this path.
    ///
    /// # Errors
    /// As for [`ReadRepository::read`].
    fn tree_hash(&self, commit: &str, directory: &str) -> Result<Option<String>, SourceError>;

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// When a commit does not exist, or history is cut off before the ancestor.
    fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, SourceError>;

    /// The URL of the remote, without credentials.
    ///
    /// # Errors
    /// When there is no such remote.
    fn remote_url(&self) -> Result<String, SourceError>;
}

// Manifests.

/// Finds the lines of values.
pub trait LocateValue: Send + Sync {
    /// The spans of values of one document, in the order of the pointers. What is missing has the span of its nearest
    /// ancestor's key.
    fn locate(&self, document: &Document, pointers: &[Pointer]) -> Vec<Span>;
}

// Images.

/// Why a tag could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("`{reference}` is in no image layout; is it pushed, and does `registry` name the right place?")]
    NotFound { reference: ImageReference },
    #[error("no place is configured to resolve `{reference}` from; set `registry` in tollgate.yaml or pass `--registry`")]
    NoRegistry { reference: ImageReference },
    #[error("`{reference}` has neither tag nor digest, so it names no image")]
    Untagged { reference: ImageReference },
    #[error("image layout `{place}` can't be used: {reason}")]
    Layout { place: String, reason: String },
    #[error("image layout `{place}` can't be read")]
    Io {
        place: String,
        #[source]
        source: std::io::Error,
    },
}

/// Finds the digest that a tag has now.
pub trait ResolveDigest: Send + Sync {
    /// The digest of the manifest or index that the reference names.
    ///
    /// # Errors
    /// When the reference leads nowhere, or the registry can't be read. An unknown digest is never empty.
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError>;
}

// Targets.

/// Why a target could not be planned or applied to.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the plan key of `{target}` can't be had: {reason}")]
    PlanKey { target: String, reason: String },
    #[error("{0}")]
    NoDigest(#[from] NoDigest),
    #[error("approval is for target `{approved}`, so it can't be used for target `{target}`")]
    WrongTarget { target: String, approved: String },
    #[error("target `{target}` is not as tollgate left it: {reason}")]
    Broken { target: String, reason: String },
    #[error("`{path}` of target `{target}` can't be {action}")]
    Io {
        target: String,
        path: String,
        action: &'static str,
        #[source]
        source: std::io::Error,
    },
}

/// What a target says that it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetState {
    /// The highest attempt that was ever begun there; 0 for none.
    pub attempt: u64,
    /// The attempt, promotion, recipe and plan that were written last.
    pub written: Option<WrittenState>,
}

/// The last write to a target.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenState {
    pub attempt: u64,
    pub promotion: String,
    pub recipe: Digest,
    pub plan: Digest,
    /// The target's own name for it: a release.
    pub release: String,
}

/// How an apply ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The target is as planned. `before` is what it said when the attempt began.
    Done { before: TargetState, after: TargetState },
    /// The plan is another one now. Nothing was written but the attempt.
    Stale { before: TargetState, plan: Box<Plan> },
    /// A later attempt has begun. Nothing was written.
    Overtaken { before: TargetState },
    /// The approval ran out. Nothing was written but the attempt.
    Expired { before: TargetState },
}

/// Plans and applies to one target.
pub trait ApplyPlan: Send + Sync {
    /// What applying would do. Reads, changes nothing.
    ///
    /// # Errors
    /// When the target can't be read.
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError>;

    /// What the target says that it runs. Reads, changes nothing.
    ///
    /// # Errors
    /// When the target can't be read.
    fn state(&self) -> Result<TargetState, ApplyError>;

    /// Takes the target for this attempt, plans again, and applies if and only if the plan has the approved digest.
    ///
    /// # Errors
    /// When the target can't be written; what was and wasn't done is in the target's state.
    fn apply(
        &self,
        approved: Approved,
        rendered: &Rendered,
        now: &dyn Fn() -> crate::time::Timestamp,
    ) -> Result<Applied, ApplyError>;

    /// The contents of the live objects that a plan would change or delete, by object, secret values withheld.
    ///
    /// # Errors
    /// When the target can't be read.
    fn live(&self) -> Result<Vec<(crate::render::ObjectKey, Value)>, ApplyError>;
}

// The ledger.

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
    fn append(&self, propose: &mut dyn FnMut(&History) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError>;

    /// Writes entry 0 of a ledger that does not exist yet.
    ///
    /// # Errors
    /// When there is a ledger already, or the remote refuses.
    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError>;
}
