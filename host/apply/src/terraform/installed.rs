//! The program that is installed.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::ports::{IdentifyTerraform, NoTerraform};
use tollgate_core::recipe::Renderer;
use tollgate_core::terraform::TerraformProgram;
use tollgate_program::{Bounds, Ended, find, run};

use super::failure::TerraformError;
use super::program::{Program, Surroundings};

/// The variable that names the program.
const VARIABLE: &str = "TOLLGATE_TERRAFORM";

/// How long it may take to say its version.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks for Terraform, and for OpenTofu.
#[derive(Debug)]
pub struct Installed {
    surroundings: Surroundings,
    /// What was asked for its version already.
    known: Mutex<Vec<(Utf8PathBuf, Renderer)>>,
}

impl Installed {
    /// Programs that are where the environment says: `TOLLGATE_TERRAFORM` names one, else `PATH` has it.
    pub const fn new(surroundings: Surroundings) -> Self {
        Self { surroundings, known: Mutex::new(Vec::new()) }
    }

    /// The program; nothing for `wanted`: whichever is there.
    ///
    /// # Errors
    /// When it is not there, or is another one.
    pub fn program(&self, wanted: Option<TerraformProgram>) -> Result<Program, TerraformError> {
        let path = self.path(wanted)?;
        let kind = self.renderer(&path).map(|renderer| kind_of(&renderer))?;
        match wanted {
            Some(program) if program != kind => Err(TerraformError::Missing { program, variable: VARIABLE }),
            _ => Ok(Program { kind, path, surroundings: self.surroundings.clone() }),
        }
    }

    fn path(&self, wanted: Option<TerraformProgram>) -> Result<Utf8PathBuf, TerraformError> {
        let variable = |name: &str| self.surroundings.variables.get(name).filter(|value| !value.is_empty());
        let given = variable(VARIABLE).map(Utf8Path::new);
        let search = variable("PATH").map(std::ffi::OsStr::new);
        let found = match wanted {
            Some(program) => find(program.name(), given, search),
            None => TerraformProgram::ALL.iter().find_map(|program| find(program.name(), given, search)),
        };
        found.ok_or(match wanted {
            Some(program) => TerraformError::Missing { program, variable: VARIABLE },
            None => TerraformError::NoProgram { variable: VARIABLE },
        })
    }

    fn renderer(&self, path: &Utf8Path) -> Result<Renderer, TerraformError> {
        // Whoever panicked with it in hand had read or added one whole entry.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, renderer)) = known.iter().find(|(known, _)| known == path) {
            return Ok(renderer.clone());
        }
        let failed = |source| TerraformError::Io { path: path.to_string(), source };
        let (kind, version) = ask(path).map_err(failed)?.ok_or_else(|| TerraformError::NoVersion { path: path.to_string() })?;
        let digest = Digest::of(&fs_err::read(path).map_err(failed)?);
        let renderer = Renderer { name: kind.name().to_owned(), version, digest };
        known.push((path.to_owned(), renderer.clone()));
        Ok(renderer)
    }
}

impl IdentifyTerraform for Installed {
    fn identify(&self, wanted: Option<TerraformProgram>) -> Result<Renderer, NoTerraform> {
        let identified = self.program(wanted).and_then(|program| self.renderer(&program.path));
        identified.map_err(|error| NoTerraform(Box::new(error)))
    }
}

fn kind_of(renderer: &Renderer) -> TerraformProgram {
    let is_named = |program: &&TerraformProgram| program.name() == renderer.name;
    TerraformProgram::ALL.iter().find(is_named).copied().unwrap_or(TerraformProgram::Terraform)
}

/// What a program says that it is.
fn ask(path: &Utf8Path) -> std::io::Result<Option<(TerraformProgram, String)>> {
    let bounds = Bounds { deadline: PATIENCE, output: 64 * 1024, grace: None };
    let mut command = Command::new(path);
    command.arg("version").env_clear().env("CHECKPOINT_DISABLE", "1").current_dir("/");
    Ok(match run(&mut command, &bounds)? {
        Ended::Exited { status, output, .. } if status.success() => version(&String::from_utf8_lossy(&output)),
        _ => None,
    })
}

/// `Terraform v1.11.4` or `OpenTofu v1.12.6`, on a line of its own; warnings may stand before it.
fn version(text: &str) -> Option<(TerraformProgram, String)> {
    let of_line = |line: &str| {
        let (name, version) = line.split_once(" v")?;
        let kind = match name {
            "Terraform" => TerraformProgram::Terraform,
            "OpenTofu" => TerraformProgram::OpenTofu,
            _ => return None,
        };
        let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(char::is_whitespace);
        is_version.then(|| (kind, version.to_owned()))
    };
    text.lines().find_map(of_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_script(directory: &Utf8Path, name: &str, says: &str) -> Utf8PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory.join(name);
        fs_err::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn mk_installed(variables: &[(&str, &str)]) -> Installed {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Installed::new(Surroundings { variables })
    }

    #[test]
    fn versions_are_read_behind_warnings() {
        let text = "│ Warning: no file\n╵\n\nTerraform v1.11.4\non linux_amd64\n";
        assert_eq!(version(text), Some((TerraformProgram::Terraform, "1.11.4".to_owned())));
        assert_eq!(version("OpenTofu v1.12.6\n").unwrap().0, TerraformProgram::OpenTofu);
        for text in ["", "Terraform", "Terraform version", "Pulumi v3.1.0", "Terraform v"] {
            assert_eq!(version(text), None, "{text}");
        }
    }

    #[test]
    fn whichever_is_there_is_taken_and_known_by_its_bytes() {
        let guard = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(guard.path()).unwrap();
        mk_script(directory, "tofu", "OpenTofu v1.12.6");
        let installed = mk_installed(&[("PATH", directory.as_str())]);
        let renderer = installed.identify(None).unwrap();
        assert_eq!((renderer.name.as_str(), renderer.version.as_str()), ("tofu", "1.12.6"));
        let error = installed.program(Some(TerraformProgram::Terraform)).unwrap_err().to_string();
        assert!(error.contains("`terraform` is not installed"), "{error}");
    }

    #[test]
    fn a_program_that_is_named_must_be_the_one_that_is_asked_for() {
        let guard = tempfile::tempdir().unwrap();
        let path = mk_script(Utf8Path::from_path(guard.path()).unwrap(), "any-name", "OpenTofu v1.12.6");
        let installed = mk_installed(&[(VARIABLE, path.as_str())]);
        assert_eq!(installed.program(None).unwrap().kind, TerraformProgram::OpenTofu);
        assert!(matches!(installed.program(Some(TerraformProgram::Terraform)), Err(TerraformError::Missing { .. })));
        let other = mk_script(Utf8Path::from_path(guard.path()).unwrap(), "other", "hello");
        assert!(matches!(mk_installed(&[(VARIABLE, other.as_str())]).program(None), Err(TerraformError::NoVersion { .. })));
        assert!(matches!(mk_installed(&[]).program(None), Err(TerraformError::NoProgram { .. })));
    }
}
