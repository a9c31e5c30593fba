//! Publishing on a branch: each write is one commit, signed where there is a key, and moves the branch by a compare-and-swap.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use git2::build::TreeUpdateBuilder;
use git2::{ErrorCode, FileMode, ObjectType, Oid, Repository, Tree};
use tollgate_core::branch::{BranchError, KeepBranch as _, Pushed};
use tollgate_core::pipeline::GitTarget;
use tollgate_core::ports::{Publication, PublishTree, Published, PublishedFile, PublishedTree, SignBytes, SignError, TreeFileKind};
use tollgate_core::signature::GIT_NAMESPACE;

use crate::branch::{GitBranch, local};
use crate::objects::{self, ObjectError};
use crate::push::{Pushable, push};
use crate::repository::GitRepository;
use crate::write::{WriteError, author, check_path, once};

/// A directory on a branch at a remote, with its objects in a clone. It is never checked out there.
pub struct PublishedBranch {
    branch: GitBranch,
    /// Without `/` at its end; empty for the root.
    path: String,
    key: Option<Arc<dyn SignBytes>>,
}

impl fmt::Debug for PublishedBranch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedBranch").field("branch", &self.branch).field("path", &self.path).finish_non_exhaustive()
    }
}

/// Why a commit could not be made.
#[derive(Debug, thiserror::Error)]
enum CommitError {
    #[error("the commit can't be signed")]
    Sign(#[from] SignError),
    #[error("the commit is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Git(#[from] git2::Error),
}

impl From<ObjectError> for CommitError {
    fn from(error: ObjectError) -> Self {
        Self::Write(error.into())
    }
}

impl PublishedBranch {
    /// The branch of a target; commits are signed with the key, if there is one.
    ///
    /// # Errors
    /// When the clone can't be read or has no such remote, or the branch has no name for one.
    pub fn in_clone(clone: &GitRepository, target: &GitTarget, key: Option<Arc<dyn SignBytes>>) -> Result<Self, BranchError> {
        let branch = GitBranch::in_clone(clone, &target.remote, &target.branch)?;
        let path = target.path.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
        Ok(Self { branch, path, key })
    }

    fn full(&self, path: &str) -> String {
        if self.path.is_empty() { path.to_owned() } else { format!("{}/{path}", self.path) }
    }

    /// Everything below the directory, by path relative to it. What stands in place of the directory has an empty path.
    fn files(&self, repository: &Repository, tip: Oid) -> Result<BTreeMap<String, PublishedFile>, ObjectError> {
        let commit = tip.to_string();
        if let Some(what) = self.in_place_of_directory(&objects::root(repository, &commit)?)? {
            return Ok(BTreeMap::from([(String::new(), PublishedFile::Other(what))]));
        }
        if objects::directory(repository, &commit, &self.path)?.is_none() {
            return Ok(BTreeMap::new());
        }
        let mut files = BTreeMap::new();
        for file in objects::files(repository, &commit, &self.path)? {
            let contents = match file.kind {
                TreeFileKind::File => PublishedFile::Plain(objects::read(repository, &commit, &file.path)?.unwrap_or_default()),
                TreeFileKind::Symlink => PublishedFile::Other("a symlink"),
                TreeFileKind::Submodule => PublishedFile::Other("a submodule"),
            };
            let prefix = if self.path.is_empty() { 0 } else { self.path.len() + 1 };
            files.insert(file.path.get(prefix..).unwrap_or_default().to_owned(), contents);
        }
        Ok(files)
    }

    fn in_place_of_directory(&self, root: &Tree<'_>) -> Result<Option<&'static str>, git2::Error> {
        if self.path.is_empty() {
            return Ok(None);
        }
        match root.get_path(Path::new(&self.path)) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => Ok(None),
            Ok(_) => Ok(Some("no directory")),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn commit(&self, repository: &Repository, parent: Option<&str>, publication: &Publication) -> Result<Oid, CommitError> {
        let parent = parent.map(objects::commit_id).transpose()?.map(|id| repository.find_commit(id)).transpose()?;
        let before = match &parent {
            Some(parent) => parent.tree()?,
            None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
        };
        let tree = repository.find_tree(self.changed(repository, &before, publication)?)?;
        let author = author(repository)?;
        // So that no two writers make the same commit.
        let message = format!("{}Tollgate-Write: {:032x}\n", publication.message, once()?);
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        let Some(key) = &self.key else {
            return Ok(repository.commit(None, &author, &author, &message, &tree, &parents)?);
        };
        let unsigned = repository.commit_create_buffer(&author, &author, &message, &tree, &parents)?;
        let unsigned = std::str::from_utf8(&unsigned).map_err(|_| CommitError::NotUtf8)?;
        let signature = key.sign(GIT_NAMESPACE, unsigned.as_bytes())?;
        Ok(repository.commit_signed(unsigned, signature.trim_end(), None)?)
    }

    /// First what goes, then what comes: a file may become a directory.
    fn changed(&self, repository: &Repository, before: &Tree<'_>, publication: &Publication) -> Result<Oid, CommitError> {
        let (mut remove, mut put) = (TreeUpdateBuilder::new(), TreeUpdateBuilder::new());
        for (path, bytes) in &publication.changes {
            let path = self.full(path);
            check_path(&path)?;
            match bytes {
                Some(bytes) => _ = put.upsert(path.as_str(), repository.blob(bytes)?, FileMode::Blob),
                None => _ = remove.remove(path.as_str()),
            }
        }
        let rest = repository.find_tree(remove.create_updated(repository, before)?)?;
        Ok(put.create_updated(repository, &rest)?)
    }
}

impl Pushable for PublishedBranch {
    fn full_name(&self) -> String {
        self.branch.full_name()
    }

    fn now(&self) -> Result<Option<String>, BranchError> {
        // Whoever rewrote the branch had their reasons; what is on it is looked at anew.
        Ok(self.branch.fetch_tip()?.map(|tip| tip.to_string()))
    }

    fn try_push(&self, old: Option<&str>, new: &str) -> Result<(), String> {
        self.branch.try_push(old, new)
    }

    fn keep(&self, commit: Oid) -> Result<(), BranchError> {
        self.branch.keep(commit)
    }

    fn contains(&self, tip: Oid, commit: Oid) -> Result<bool, BranchError> {
        self.branch.contains(tip, commit)
    }
}

impl PublishTree for PublishedBranch {
    fn place(&self) -> String {
        let below = if self.path.is_empty() { String::new() } else { format!(", directory `{}`", self.path) };
        format!("branch `{}` of {}{below}", self.branch.branch(), self.branch.remote())
    }

    fn head(&self) -> Result<Option<PublishedTree>, BranchError> {
        let Some(tip) = self.branch.fetch_tip()? else { return Ok(None) };
        self.branch.keep(tip)?;
        let files = self.branch.handles.with(|repository| self.files(repository, tip));
        let files = files.map_err(|error| local(&tip.to_string(), error))?;
        Ok(Some(PublishedTree { commit: tip.to_string(), files }))
    }

    fn publish(&self, parent: Option<&str>, publication: &Publication) -> Result<Published, BranchError> {
        let commit = self.branch.handles.with(|repository| self.commit(repository, parent, publication));
        let commit = commit.map_err(|error| local(self.branch.branch(), error))?.to_string();
        Ok(match push(self, parent, &commit)? {
            Pushed::Won => Published::Won(commit),
            Pushed::Lost => Published::Lost,
        })
    }
}

#[cfg(test)]
mod tests;
