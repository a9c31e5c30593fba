//! Writing commits that are on no branch of the clone.

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Signature};
use tollgate_core::branch::BranchFile;

use crate::objects::{self, ObjectError};

/// Why a commit could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("`{0}` can't be the path of a file")]
    Path(String),
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    #[error(transparent)]
    Objects(#[from] ObjectError),
    #[error(transparent)]
    Git(#[from] git2::Error),
}

/// Writes `parent` with `files` added or replaced.
pub(crate) fn commit(
    repository: &Repository,
    parent: Option<&str>,
    files: &[BranchFile],
    message: &str,
) -> Result<Oid, WriteError> {
    let parent = parent.map(objects::commit_id).transpose()?.map(|id| repository.find_commit(id)).transpose()?;
    let before = match &parent {
        Some(parent) => parent.tree()?,
        None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
    };
    let tree = repository.find_tree(updated(repository, &before, files)?)?;
    let author = author(repository)?;
    let message = format!("{message}\n\nTollgate-Write: {:032x}\n", once()?);
    Ok(repository.commit(None, &author, &author, &message, &tree, &parent.iter().collect::<Vec<_>>())?)
}

/// A tree with files added or replaced.
pub(crate) fn updated(repository: &Repository, before: &git2::Tree<'_>, files: &[BranchFile]) -> Result<Oid, WriteError> {
    let mut update = TreeUpdateBuilder::new();
    for file in files {
        check_path(&file.path)?;
        update.upsert(file.path.as_str(), repository.blob(&file.bytes)?, FileMode::Blob);
    }
    Ok(update.create_updated(repository, before)?)
}

/// Whether something can stand at a path.
pub(crate) fn check_path(path: &str) -> Result<(), WriteError> {
    let proper = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    if path.split('/').all(proper) { Ok(()) } else { Err(WriteError::Path(path.to_owned())) }
}

/// Two writers who write the same in the same second must not make the same commit: the push of the slower one would
/// find its own commit there, and both would think that they had won.
pub(crate) fn once() -> Result<u128, WriteError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(WriteError::Random)?;
    Ok(u128::from_be_bytes(bytes))
}

/// Whoever git's configuration names; machines often name nobody.
pub(crate) fn author(repository: &Repository) -> Result<Signature<'static>, git2::Error> {
    repository.signature().or_else(|_| Signature::now("tollgate", "tollgate@localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_files(paths: &[&str]) -> Vec<BranchFile> {
        paths.iter().map(|path| BranchFile { path: (*path).to_owned(), bytes: path.as_bytes().to_vec() }).collect()
    }

    #[test]
    fn files_are_added_to_what_the_parent_has() {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(directory.path()).unwrap();
        let first = commit(&repository, None, &mk_files(&["a/b", "a/c/d"]), "first").unwrap().to_string();
        let second = commit(&repository, Some(&first), &mk_files(&["a/e", "f"]), "second").unwrap().to_string();
        let paths: Vec<String> = objects::files(&repository, &second, "").unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["a/b", "a/c/d", "a/e", "f"]);
        assert_eq!(repository.references().unwrap().count(), 0);
    }

    #[test]
    fn no_two_writes_are_the_same_commit() {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(directory.path()).unwrap();
        let write = || commit(&repository, None, &mk_files(&["a"]), "x").unwrap();
        assert_ne!(write(), write());
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(directory.path()).unwrap();
        for path in ["", "/a", "a//b", "a/", "../a", "a/./b", "a\0b", ".git/config"] {
            assert!(commit(&repository, None, &mk_files(&[path]), "x").is_err(), "{path:?}");
        }
    }
}
