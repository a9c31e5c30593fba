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

fn updated(repository: &Repository, before: &git2::Tree<'_>, files: &[BranchFile]) -> Result<Oid, WriteError> {
    let mut update = TreeUpdateBuilder::new();
    for file in files {
        let proper = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
        if !file.path.split('/').all(proper) {
            return Err(WriteError::Path(file.path.clone()));
        }
        update.upsert(file.path.as_str(), repository.blob(&file.bytes)?, FileMode::Blob);
    }
    Ok(update.create_updated(repository, before)?)
}

/// Two writers who write the same in the same second must not make the same commit: the push of the slower one would
/// find its own commit there, and both would think that they had won.
fn once() -> Result<u128, WriteError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(WriteError::Random)?;
    Ok(u128::from_be_bytes(bytes))
}

/// Whoever git's configuration names; machines often name nobody.
fn author(repository: &Repository) -> Result<Signature<'static>, git2::Error> {
    repository.signature().or_else(|_| Signature::now("tollgate", "tollgate@localhost"))
}
