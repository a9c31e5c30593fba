//! Several threads reading one repository.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use git2::Repository;

/// Opened handles of one repository. libgit2's handles are for one thread at a time, and opening one is dear enough to
/// keep them: there are as many as threads ever read at once.
pub(crate) struct Handles {
    git_directory: Utf8PathBuf,
    idle: Mutex<Vec<Repository>>,
}

impl Handles {
    pub(crate) fn new(git_directory: &Utf8Path, first: Repository) -> Self {
        Self { git_directory: git_directory.to_owned(), idle: Mutex::new(vec![first]) }
    }

    /// Another set of handles of the same repository.
    pub(crate) fn reopen(&self) -> Result<Self, git2::Error> {
        Ok(Self::new(&self.git_directory, self.open()?))
    }

    fn open(&self) -> Result<Repository, git2::Error> {
        Repository::open(&self.git_directory)
    }

    /// Runs `work` with a handle that no other thread has meanwhile.
    pub(crate) fn with<T, E: From<git2::Error>>(&self, work: impl FnOnce(&Repository) -> Result<T, E>) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = idle.map_or_else(|| self.open(), Ok)?;
        let result = work(&handle);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handles").field("git_directory", &self.git_directory).finish_non_exhaustive()
    }
}
