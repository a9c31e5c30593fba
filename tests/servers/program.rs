//! Building a program once, for all tests on a machine.

use std::fs::File;
use std::io;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;

use crate::cache::cache;
use crate::skip::or_skip;

/// A program that is built with Go.
#[derive(Clone, Copy, Debug)]
pub struct GoProgram {
    /// The directory with its module.
    module: &'static str,
    /// What is built in it.
    package: &'static str,
    flags: &'static [&'static str],
}

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub enum NotBuilt {
    #[error("Go is not installed")]
    NoGo,
    #[error("`{package}` can't be built; the reason is above")]
    Failed { package: &'static str },
    #[error("there is no place to build in: set `HOME` or `XDG_CACHE_HOME`")]
    NoCache,
    #[error("`{package}` can't be put into the cache")]
    Io {
        package: &'static str,
        #[source]
        source: io::Error,
    },
}

impl GoProgram {
    /// The program that a module is.
    pub const fn of_module(module: &'static str) -> Self {
        Self { module, package: ".", flags: &[] }
    }

    /// A program that a module only names.
    pub const fn of_tool(module: &'static str, package: &'static str) -> Self {
        Self { module, package, flags: &[] }
    }

    /// The same, built with flags of `go build`.
    #[must_use]
    pub const fn with_flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        let is_version = |step: &&str| step.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
        let named = self.package.rsplit('/').find(|step| !is_version(step));
        if self.package == "." { self.module } else { named.unwrap_or(self.package) }
    }

    /// The built program, in the cache; builds it where it is not there yet, which may take minutes.
    ///
    /// # Errors
    /// When it can't be built.
    pub fn path(&self) -> Result<Utf8PathBuf, NotBuilt> {
        let failed = |source| NotBuilt::Io { package: self.package, source };
        let source = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(self.module);
        let key = key(&source, self.flags).map_err(failed)?;
        let place = cache().ok_or(NotBuilt::NoCache)?.join("go").join(self.module).join(key.hex());
        let program = place.join(self.name());
        if program.exists() {
            return Ok(program);
        }
        if Command::new("go").arg("version").output().is_err() {
            return Err(NotBuilt::NoGo);
        }
        fs_err::create_dir_all(&place).map_err(failed)?;
        // Tests of several programs may want it at the same time, and one build is slow enough.
        let lock = File::create(place.join(format!("{}.lock", self.name()))).map_err(failed)?;
        lock.lock().map_err(failed)?;
        if !program.exists() {
            self.build(&source, &program)?;
        }
        Ok(program)
    }

    /// The built program; nothing where Go is missing, which is said loudly with what is not compared then. With `CI` set it is a
    /// failure.
    ///
    /// # Panics
    /// When it can't be built.
    pub fn or_skip(&self, untested: &str) -> Option<Utf8PathBuf> {
        or_skip(self.path(), |error| matches!(error, NotBuilt::NoGo), untested)
    }

    /// Builds beside and renames, so that whoever looks sees all or nothing.
    fn build(&self, source: &Utf8Path, program: &Utf8Path) -> Result<(), NotBuilt> {
        let unfinished = program.with_extension("unfinished");
        let mut command = Command::new("go");
        command.args(["build", "-trimpath"]).args(self.flags).arg("-o").arg(&unfinished).arg(self.package).current_dir(source);
        if !command.status().is_ok_and(|status| status.success()) {
            return Err(NotBuilt::Failed { package: self.package });
        }
        fs_err::rename(unfinished, program).map_err(|source| NotBuilt::Io { package: self.package, source })
    }
}

/// What decides which program it becomes: the module's files, and the flags.
fn key(source: &Utf8Path, flags: &[&str]) -> io::Result<Digest> {
    let mut files: Vec<Utf8PathBuf> =
        source.read_dir_utf8()?.map(|entry| entry.map(|entry| entry.path().to_owned())).collect::<io::Result<_>>()?;
    files.sort();
    let mut all = flags.join("\n").into_bytes();
    for file in files.iter().filter(|file| file.is_file()) {
        let bytes = fs_err::read(file)?;
        all.extend(format!("\n{} {}\n", file.file_name().unwrap_or_default(), bytes.len()).into_bytes());
        all.extend(bytes);
    }
    Ok(Digest::of(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_or_flag_is_another_program() {
        let directory = tempfile::tempdir().unwrap();
        let source = Utf8Path::from_path(directory.path()).unwrap();
        fs_err::write(source.join("main.go"), "package main").unwrap();
        let first = key(source, &[]).unwrap();
        assert_eq!(key(source, &[]).unwrap(), first);
        assert_ne!(key(source, &["-race"]).unwrap(), first);
        fs_err::write(source.join("go.sum"), "").unwrap();
        assert_ne!(key(source, &[]).unwrap(), first);
    }

    #[test]
    fn programs_are_named_after_what_is_built() {
        assert_eq!(
            [crate::REGISTRY, crate::CRANE, crate::TRANSPARENCY, crate::KUSTOMIZE, crate::OPENTOFU].map(|program| program.name()),
            ["registry", "crane", "transparency", "kustomize", "tofu"]
        );
    }
}
