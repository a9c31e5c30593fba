//! A directory on a branch at a remote, from which an agent of somebody else's deploys.

use std::collections::BTreeMap;

use crate::branch::BranchError;

/// The branch as the remote has it at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedTree {
    /// Full id of the commit.
    pub commit: String,
    /// Everything below the directory, by path relative to it.
    pub files: BTreeMap<String, PublishedFile>,
}

/// What stands at a path.
#[derive(Clone, PartialEq, Eq)]
pub enum PublishedFile {
    Plain(Vec<u8>),
    /// Not a file: what it is, in a word or two.
    Other(&'static str),
}

impl std::fmt::Debug for PublishedFile {
    // What is delivered may hold Secret values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(bytes) => write!(f, "Plain({} bytes)", bytes.len()),
            Self::Other(what) => write!(f, "Other({what})"),
        }
    }
}

/// What came of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// The remote acknowledged it: the commit's id.
    Won(String),
    /// The branch had moved. Nothing of the commit is on it.
    Lost,
}

/// A commit to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// Files to put, by path relative to the directory; nothing: to remove. What is not named stays as it is.
    pub changes: BTreeMap<String, Option<Vec<u8>>>,
    /// What it says, with its trailers.
    pub message: String,
}

/// Publishes commits on one branch, each by a compare-and-swap.
pub trait PublishTree: Send + Sync {
    /// The branch and the directory in words, for people: `branch deploy/prod of https://git.example.com/x`.
    fn place(&self) -> String;

    /// The branch as the remote has it now; nothing where there is no such branch.
    ///
    /// # Errors
    /// When the remote can't be reached, or what it has can't be read.
    fn head(&self) -> Result<Option<PublishedTree>, BranchError>;

    /// Makes a commit on top of `parent` and moves the branch to it if it is still at `parent`; `None` stands for no branch.
    ///
    /// # Errors
    /// When the commit can't be made, the remote can't be reached, so that the outcome may be unknown, or it refuses.
    fn publish(&self, parent: Option<&str>, publication: &Publication) -> Result<Published, BranchError>;
}
