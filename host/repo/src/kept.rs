//! References of tollgate's own in somebody's clone: what was fetched before, kept from being collected.

use camino::{Utf8Path, Utf8PathBuf};
use git2::{ErrorCode, Oid, Repository};

/// Why a reference could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("`{0}` moved at the remote while it was being fetched; try again")]
    Moved(String),
    #[error("`{0}` can't be written")]
    Io(Utf8PathBuf, #[source] std::io::Error),
    #[error(transparent)]
    Git(#[from] git2::Error),
}

/// What a reference is kept for. The ledger's memory of its branch is nobody else's to move.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// A name that was resolved.
    Name,
    /// A branch that is written to.
    Branch,
}

impl Purpose {
    const fn directory(self) -> &'static str {
        match self {
            Self::Name => "names",
            Self::Branch => "branches",
        }
    }
}

/// One reference under `refs/tollgate/`. It only moves forward, and only to commits that are whole.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    name: String,
    /// The directory that all work trees of a clone share.
    common_directory: Utf8PathBuf,
}

impl Kept {
    /// The reference for what is called `name` at the place `url`. Its own name is flat, so that no branch stands in the
    /// way of another.
    pub(crate) fn new(common_directory: &Utf8Path, purpose: Purpose, url: &str, name: &str) -> Result<Self, git2::Error> {
        let id = Oid::hash_object(git2::ObjectType::Blob, format!("{url}\n{name}").as_bytes())?;
        let name = format!("refs/tollgate/{}/{id}", purpose.directory());
        Ok(Self { name, common_directory: common_directory.to_owned() })
    }

    /// The commit that was kept last.
    pub(crate) fn get(&self, repository: &Repository) -> Result<Option<Oid>, git2::Error> {
        match repository.find_reference(&self.name) {
            Ok(reference) => Ok(reference.target()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a commit, unless it is contained in the one that is kept already.
    pub(crate) fn advance(&self, repository: &Repository, commit: Oid) -> Result<(), KeepError> {
        let _lock = self.lock()?;
        if let Some(kept) = self.get(repository)?
            && (kept == commit || repository.graph_descendant_of(kept, commit)?)
        {
            return Ok(());
        }
        repository.reference(&self.name, commit, true, "tollgate: seen at the remote")?;
        Ok(())
    }

    /// Everyone who writes these references waits here. The system releases the lock of a process that dies, and then a
    /// lock file of git that is still there is a dead process's, and may go.
    fn lock(&self) -> Result<std::fs::File, KeepError> {
        let path = self.common_directory.join("tollgate.lock");
        let failed = |source| KeepError::Io(path.clone(), source);
        let file = std::fs::File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let left_behind = self.common_directory.join(format!("{}.lock", self.name));
        match std::fs::remove_file(&left_behind) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(KeepError::Io(left_behind, source)),
            _ => Ok(file),
        }
    }
}
