//! The directory in which one component is rendered.

use std::io;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tollgate_core::ports::{ComponentFile, RENDERED_DIRECTORY, RenderToolError};

/// A private directory, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    root: Utf8PathBuf,
    _directory: TempDir,
}

/// Directories for what a tool believes to be its user's.
const HOMES: [&str; 2] = ["home", "tmp"];

impl Place {
    /// A directory with these files of a component, and nothing else.
    ///
    /// # Errors
    /// When it can't be made, or a path would lead out of it.
    pub(crate) fn with(files: &[ComponentFile<'_>]) -> Result<Self, RenderToolError> {
        let place = Self::empty()?;
        let component = place.component();
        for file in files {
            if !stays_inside(file.path) {
                return Err(RenderToolError::BadPath { path: file.path.to_owned() });
            }
            let path = component.join(file.path);
            let directory = path.parent().unwrap_or(&component);
            let written = fs_err::create_dir_all(directory).and_then(|()| fs_err::write(&path, file.bytes));
            written.map_err(|source| RenderToolError::Io { path: file.path.to_owned(), source })?;
        }
        Ok(place)
    }

    /// A directory without a component.
    ///
    /// # Errors
    /// When it can't be made.
    pub(crate) fn empty() -> Result<Self, RenderToolError> {
        let failed = |source| RenderToolError::Io { path: std::env::temp_dir().display().to_string(), source };
        let private = std::fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new().prefix("tollgate-render-").permissions(private).tempdir().map_err(failed)?;
        let not_utf8 = || io::Error::new(io::ErrorKind::InvalidFilename, "its path is not UTF-8");
        let root = Utf8Path::from_path(directory.path()).ok_or_else(not_utf8).map_err(failed)?;
        // A tool that compares paths must not be led astray by a link to the temporary directory.
        let root = root.canonicalize_utf8().map_err(failed)?;
        for name in HOMES.into_iter().chain([RENDERED_DIRECTORY]) {
            fs_err::create_dir(root.join(name)).map_err(failed)?;
        }
        Ok(Self { root, _directory: directory })
    }

    pub(crate) fn root(&self) -> &Utf8Path {
        &self.root
    }

    pub(crate) fn component(&self) -> Utf8PathBuf {
        self.root.join(RENDERED_DIRECTORY)
    }

    /// What a tool says, without the name of the directory, which is another one each time.
    pub(crate) fn without_root(&self, said: &[u8]) -> String {
        let component = format!("{}/", self.component());
        String::from_utf8_lossy(said).replace(&component, "").replace(self.root.as_str(), "").trim().to_owned()
    }
}

/// Whether a path leads to a file below where it starts.
fn stays_inside(path: &str) -> bool {
    let is_step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains(['\0', '\\']);
    path.split('/').all(is_step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_files_are_there_and_nobody_else_may_look() {
        let place = Place::with(&[ComponentFile { path: "a/b/c.yaml", bytes: b"x" }]).unwrap();
        assert_eq!(fs_err::read(place.component().join("a/b/c.yaml")).unwrap(), b"x");
        assert_eq!(fs_err::metadata(place.root()).unwrap().permissions().mode() & 0o077, 0);
        let root = place.root().to_owned();
        drop(place);
        assert!(!root.exists());
    }

    #[test]
    fn no_file_is_written_outside() {
        for path in ["../a", "/etc/a", "a/../../b", "", "a//b", "./a", "a\\b"] {
            let error = Place::with(&[ComponentFile { path, bytes: b"x" }]).unwrap_err();
            assert!(matches!(error, RenderToolError::BadPath { .. }), "{path}: {error}");
        }
    }

    #[test]
    fn the_directory_is_not_named_in_what_a_tool_says() {
        let place = Place::empty().unwrap();
        let said = format!("Error: {}/base/a.yaml: no such file in {}\n", place.component(), place.root());
        assert_eq!(place.without_root(said.as_bytes()), "Error: base/a.yaml: no such file in");
    }

    proptest! {
        #[test]
        fn whatever_stays_inside_has_no_step_up(path in "([a.]{1,3}/){0,3}[a.]{1,3}") {
            if stays_inside(&path) {
                prop_assert!(path.split('/').all(|step| step != ".." && step != "."));
            }
        }
    }
}
