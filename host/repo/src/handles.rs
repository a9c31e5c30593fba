//! Several threads reading one repository.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use git2::Repository;
use tempfile::TempDir;

/// Opened handles of one repository. libgit2's handles are for one thread at a time, and opening one is dear enough to
/// keep them: there are as many as threads ever read at once.
pub(crate) struct Handles {
    git_directory: Utf8PathBuf,
    idle: Mutex<Vec<Repository>>,
    /// Where there are objects beside those of the clone.
    beside: Mutex<Vec<Objects>>,
}

/// A directory of objects.
pub(crate) enum Objects {
    /// Removed with the handles.
    Temporary(TempDir),
    /// Of a push that a hook is asked about: they become the clone's own when the hook says yes.
    Pushed(Utf8PathBuf),
}

impl Objects {
    fn path(&self) -> Option<&str> {
        match self {
            Self::Temporary(directory) => directory.path().to_str(),
            Self::Pushed(path) => Some(path.as_str()),
        }
    }
}

impl Handles {
    pub(crate) fn new(git_directory: &Utf8Path, first: Repository) -> Self {
        Self { git_directory: git_directory.to_owned(), idle: Mutex::new(vec![first]), beside: Mutex::default() }
    }

    /// Another set of handles of the same repository.
    pub(crate) fn reopen(&self) -> Result<Self, git2::Error> {
        Ok(Self::new(&self.git_directory, self.open()?))
    }

    /// Makes the objects of a directory readable as well.
    pub(crate) fn add_objects(&self, objects: Objects) {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner).push(objects);
        // Handles that are open don't know it yet.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn open(&self) -> Result<Repository, git2::Error> {
        let repository = Repository::open(&self.git_directory)?;
        for objects in self.beside.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let path = objects.path().ok_or_else(|| git2::Error::from_str("the temporary directory is not UTF-8"))?;
            repository.odb()?.add_disk_alternate(path)?;
        }
        Ok(repository)
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
