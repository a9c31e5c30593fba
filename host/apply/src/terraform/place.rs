//! The private directory in which one component is asked about.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tollgate_core::terraform::TerraformRoot;

use super::failure::TerraformError;

/// What the names of such directories begin with.
const PREFIX: &str = "tollgate-terraform-";

/// A file that is locked as long as the directory is in use, so that one whose worker was killed can be told.
const IN_USE: &str = ".in-use";

/// A private directory, removed when it is dropped. Plan files in it hold secrets.
#[derive(Debug)]
pub(super) struct Place {
    root: Utf8PathBuf,
    component: Utf8PathBuf,
    _in_use: File,
    _directory: TempDir,
}

impl Place {
    /// A directory with the files of a component, and of modules beside it.
    ///
    /// # Errors
    /// When it can't be made, or a path would lead out of it.
    pub(super) fn with(root: &TerraformRoot) -> Result<Self, TerraformError> {
        let place = Self::empty(&root.path)?;
        for (path, bytes) in &root.files {
            if !stays_inside(path) {
                return Err(TerraformError::BadPath { component: root.component.clone(), path: path.clone() });
            }
            write(&place.root.join("tree").join(path), bytes)?;
        }
        Ok(place)
    }

    fn empty(component: &str) -> Result<Self, TerraformError> {
        let parent = std::env::temp_dir();
        let failed = |source| TerraformError::Io { path: parent.display().to_string(), source };
        sweep(&parent);
        let private = std::fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir().map_err(failed)?;
        let not_utf8 = || io::Error::new(io::ErrorKind::InvalidFilename, "its path is not UTF-8");
        let root = Utf8Path::from_path(directory.path()).ok_or_else(not_utf8).map_err(failed)?;
        let root = root.canonicalize_utf8().map_err(failed)?;
        // Under its name it is locked from the beginning, so that nobody takes it for left behind.
        let in_use = File::create(root.join("new")).map_err(failed)?;
        in_use.lock().and_then(|()| fs_err::rename(root.join("new"), root.join(IN_USE))).map_err(failed)?;
        let component = root.join("tree").join(component);
        fs_err::create_dir_all(&component).map_err(failed)?;
        Ok(Self { root, component, _in_use: in_use, _directory: directory })
    }

    /// Where the program runs.
    pub(super) fn component(&self) -> &Utf8Path {
        &self.component
    }

    /// A file of the repository there.
    pub(super) fn file(&self, path: &str) -> Utf8PathBuf {
        self.root.join("tree").join(path)
    }

    /// Where the plan's file goes: beside the configuration, not in it.
    pub(super) fn plan_file(&self) -> Utf8PathBuf {
        self.root.join("plan")
    }
}

fn write(path: &Utf8Path, bytes: &[u8]) -> Result<(), TerraformError> {
    let directory = path.parent().unwrap_or(path);
    let written = fs_err::create_dir_all(directory).and_then(|()| fs_err::write(path, bytes));
    written.map_err(|source| TerraformError::Io { path: path.to_string(), source })
}

/// Removes directories whose workers were killed: their plan files hold secrets. What can't be removed is left to others.
fn sweep(parent: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let Ok(file) = File::open(entry.path().join(IN_USE)) else { continue };
        if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a path leads to a file below where it starts.
fn stays_inside(path: &str) -> bool {
    let is_step = |step: &str| !matches!(step, "" | "." | ".." | ".terraform") && !step.contains(['\0', '\\']);
    path.split('/').all(is_step)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn mk_root(path: &str) -> TerraformRoot {
        TerraformRoot {
            component: "network".to_owned(),
            path: "components/network".to_owned(),
            files: BTreeMap::from([(path.to_owned(), b"x".to_vec())]),
            var_files: Vec::new(),
            depends_on: Vec::new(),
            left: None,
            secrets: Vec::new(),
        }
    }

    #[test]
    fn the_files_are_there_and_nobody_else_may_look() {
        let place = Place::with(&mk_root("components/network/main.tf")).unwrap();
        assert_eq!(fs_err::read(place.component().join("main.tf")).unwrap(), b"x");
        assert_eq!(fs_err::metadata(&place.root).unwrap().permissions().mode() & 0o077, 0);
        let root = place.root.clone();
        drop(place);
        assert!(!root.exists());
    }

    #[test]
    fn no_file_is_written_outside_or_where_terraform_keeps_its_own() {
        for path in ["../a", "/etc/a", "a/../../b", "", "a//b", "components/network/.terraform/modules/modules.json"] {
            let error = Place::with(&mk_root(path)).unwrap_err();
            assert!(matches!(error, TerraformError::BadPath { .. }), "{path}: {error}");
        }
    }

    #[test]
    fn what_a_killed_worker_left_behind_is_removed_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join(format!("{PREFIX}left"));
        let used = parent.path().join(format!("{PREFIX}used"));
        for directory in [&left, &used] {
            std::fs::create_dir(directory).unwrap();
            std::fs::write(directory.join(IN_USE), "").unwrap();
        }
        let in_use = File::open(used.join(IN_USE)).unwrap();
        in_use.lock().unwrap();
        sweep(parent.path());
        assert!(!left.exists() && used.exists());
    }
}
