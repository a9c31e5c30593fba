//! Reading a git repository.

use std::collections::BTreeSet;

use crate::pipeline::GitReference;
use crate::ports::commits::{CommitRange, Tag};
use crate::signature::{BadSignature, VerifyGitObject};

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
    #[error("`{head}` can't be merged into `{base}`: they conflict in {files}; merge the base into the branch first")]
    Conflict {
        base: String,
        head: String,
        /// In words.
        files: String,
    },
    #[error("`{head}` and `{base}` have no common ancestor, so they can't be merged; is the base right?")]
    Unrelated { base: String, head: String },
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

    /// The commit that the remote has under a full name of any kind, such as the head of a request (`refs/pull/7/head`),
    /// fetched into the clone. Anybody may have put it there, so it counts for nothing by itself.
    ///
    /// # Errors
    /// When the remote can't be reached, or has no such name.
    fn head_at_remote(&self, name: &str) -> Result<String, SourceError>;

    /// Whether a commit is on a branch at the remote.
    ///
    /// # Errors
    /// When the remote can't be reached or the branch does not exist there.
    fn is_on_branch(&self, commit: &str, branch: &str) -> Result<bool, SourceError>;

    /// Those of these branches that the remote has.
    ///
    /// # Errors
    /// When the remote can't be reached.
    fn branches_at_remote(&self, names: &[&str]) -> Result<BTreeSet<String>, SourceError> {
        let mut there = BTreeSet::new();
        for name in names {
            match self.resolve_at_remote(&format!("refs/heads/{name}")) {
                Ok(_) => drop(there.insert((*name).to_owned())),
                Err(SourceError::UnknownReference { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(there)
    }

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

    /// The commits that `tip` leads to and `base` does not, at most `limit` of them; without a base all of them.
    ///
    /// # Errors
    /// When a commit does not exist, or history is cut off before the base.
    fn commits_since(&self, tip: &str, base: Option<&str>, limit: usize) -> Result<CommitRange, SourceError>;

    /// The annotated tag of this name at the remote; nothing for a plain one, which is but a name.
    ///
    /// # Errors
    /// When the remote can't be reached, or has no tag of this name.
    fn tag_at_remote(&self, name: &str) -> Result<Option<Tag>, SourceError>;

    /// The annotated tags at the remote whose names begin with a prefix and that lead to one of these commits, sorted by name.
    ///
    /// # Errors
    /// When the remote can't be reached.
    fn tags_on(&self, commits: &[&str], prefix: &str) -> Result<Vec<Tag>, SourceError>;

    /// The id of the tree that merging two commits gives, as git does it by itself.
    ///
    /// # Errors
    /// When a commit does not exist, they have no common ancestor or history is cut off before it, or they conflict.
    fn merged_tree(&self, one: &str, other: &str) -> Result<String, SourceError>;

    /// A ring that holds these OpenPGP public keys (armoured) and no others.
    ///
    /// # Errors
    /// When the keys can't be read, or there is no program that can.
    fn ring_of_keys(&self, keys: &str) -> Result<Box<dyn VerifyGitObject + '_>, BadSignature>;

    /// The URL of the remote, without credentials.
    ///
    /// # Errors
    /// When there is no such remote.
    fn remote_url(&self) -> Result<String, SourceError>;
}
