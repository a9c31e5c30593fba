//! The programs: where they are, and which.

use std::ffi::OsStr;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::ports::RenderToolError;
use tollgate_core::recipe::Renderer;
use tollgate_core::rendering::RenderTool;
use tollgate_program::{Ended, run};

use crate::environment::{command, may_be_alone};
use crate::limits::RenderLimits;
use crate::place::Place;

/// The program of a tool.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) tool: RenderTool,
    /// Without links.
    pub(crate) path: Utf8PathBuf,
    version: String,
    /// Whether it runs where there is no network.
    pub(crate) is_alone: bool,
}

/// The variable that names a tool's program.
pub(crate) const fn variable(tool: RenderTool) -> &'static str {
    match tool {
        RenderTool::Kustomize => "TOLLGATE_KUSTOMIZE",
        RenderTool::Helm => "TOLLGATE_HELM",
    }
}

impl Program {
    /// Finds the program of a tool, and asks it for its version.
    ///
    /// # Errors
    /// When it is not there, or is something else.
    pub(crate) fn find(
        tool: RenderTool,
        given: Option<&Utf8Path>,
        search: Option<&OsStr>,
        limits: &RenderLimits,
    ) -> Result<Self, RenderToolError> {
        let path = locate(tool, given, search)?;
        let mut program = Self { tool, path, version: String::new(), is_alone: may_be_alone() };
        let version = program.ask_version(limits)?;
        let version = match version {
            None if program.is_alone => {
                // Not every kernel lets users do it.
                program.is_alone = false;
                program.ask_version(limits)?
            }
            version => version,
        };
        let unknown = || RenderToolError::NoVersion { tool, program: program.path.to_string() };
        program.version = version.ok_or_else(unknown)?;
        Ok(program)
    }

    /// A command that runs it in a place.
    pub(crate) fn command(&self, place: &Place, limits: &RenderLimits) -> Command {
        command(&self.path, self.is_alone, place, limits)
    }

    fn ask_version(&self, limits: &RenderLimits) -> Result<Option<String>, RenderToolError> {
        let arguments: &[&str] = match self.tool {
            RenderTool::Kustomize => &["version"],
            RenderTool::Helm => &["version", "--short"],
        };
        let place = Place::empty()?;
        let failed = |source| RenderToolError::Io { path: self.path.to_string(), source };
        match run(self.command(&place, limits).args(arguments), &limits.bounds(4096)).map_err(failed)? {
            Ended::Exited { status, output, .. } if status.success() => Ok(version_of(&output)),
            Ended::TooLate => Err(RenderToolError::TooSlow { tool: self.tool, seconds: limits.deadline.as_secs() }),
            Ended::Exited { .. } | Ended::TooMuch => Ok(None),
        }
    }

    /// The program as it is part of a recipe.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn renderer(&self) -> Result<Renderer, RenderToolError> {
        Ok(Renderer { name: self.tool.name().to_owned(), version: self.version.clone(), digest: digest(&self.path)? })
    }
}

/// The program of a tool, without links. It is not started.
///
/// # Errors
/// When it is not there.
pub(crate) fn locate(tool: RenderTool, given: Option<&Utf8Path>, search: Option<&OsStr>) -> Result<Utf8PathBuf, RenderToolError> {
    tollgate_program::find(tool.name(), given, search).ok_or_else(|| RenderToolError::Missing { tool, variable: variable(tool) })
}

/// # Errors
/// When the program can't be read.
pub(crate) fn digest(path: &Utf8Path) -> Result<Digest, RenderToolError> {
    let bytes = fs_err::read(path).map_err(|source| RenderToolError::Io { path: path.to_string(), source })?;
    Ok(Digest::of(&bytes))
}

/// A file as it is now. One that is written or installed anew is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    path: Utf8PathBuf,
    file: (u64, u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// # Errors
    /// When the file is not there any more.
    pub(crate) fn of(path: &Utf8Path) -> Result<Self, RenderToolError> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs_err::metadata(path).map_err(|source| RenderToolError::Io { path: path.to_string(), source })?;
        Ok(Self {
            path: path.to_owned(),
            file: (metadata.dev(), metadata.ino(), metadata.size()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// One line, of which nothing else is expected than that it names a version.
fn version_of(output: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(output).ok()?.trim();
    let is_version = text.contains(|c: char| c.is_ascii_digit()) && text.len() <= 200 && !text.contains(char::is_control);
    is_version.then(|| text.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A program that is a script, which stands in for a tool.
    pub(crate) fn mk_script(directory: &Utf8Path, name: &str, script: &str) -> Utf8PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory.join(name);
        fs_err::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn mk_directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(guard.path()).unwrap().to_owned();
        (guard, path)
    }

    fn find(given: Option<&Utf8Path>, search: &str) -> Result<Program, RenderToolError> {
        Program::find(RenderTool::Kustomize, given, Some(OsStr::new(search)), &RenderLimits::default())
    }

    #[test]
    fn a_program_is_found_by_its_path_or_its_name_and_is_known_by_its_bytes() {
        let (_guard, directory) = mk_directory();
        let script = mk_script(&directory, "kustomize", "echo v5.8.2");
        let by_name = find(None, &format!("relative:/nowhere:{directory}")).unwrap().renderer().unwrap();
        let by_path = find(Some(&script), "").unwrap().renderer().unwrap();
        assert_eq!(by_name, by_path);
        assert_eq!((by_name.name.as_str(), by_name.version.as_str()), ("kustomize", "v5.8.2"));
        assert_eq!(by_name.digest, Digest::of(b"#!/bin/sh\necho v5.8.2\n"));
    }

    #[test]
    fn a_missing_program_is_named_with_what_to_do() {
        let (_guard, directory) = mk_directory();
        fs_err::write(directory.join("kustomize"), "not a program").unwrap();
        let error = find(None, directory.as_str()).unwrap_err().to_string();
        assert!(error.contains("`kustomize`") && error.contains("`TOLLGATE_KUSTOMIZE`"), "{error}");
        assert!(matches!(find(Some(Utf8Path::new("/nowhere/kustomize")), ""), Err(RenderToolError::Missing { .. })));
    }

    #[test]
    fn what_says_no_version_is_no_tool() {
        let (_guard, directory) = mk_directory();
        for script in ["exit 0", "echo; echo", "exit 1", "echo version", "echo a1; echo b2"] {
            let path = mk_script(&directory, "kustomize", script);
            assert!(matches!(find(Some(&path), ""), Err(RenderToolError::NoVersion { .. })), "{script}");
        }
    }
}
