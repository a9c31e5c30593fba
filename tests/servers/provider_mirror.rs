//! Where Terraform finds the provider of tests, and no other: nothing is asked of a network.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::TERRAFORM_PROVIDER;
use crate::program::NotBuilt;
use crate::skip::or_skip;

/// A directory with the provider in two versions, which differ in nothing but their names, so that tests can move a lock.
///
/// Its files are links to the program in the cache: a test that wants another one puts a file in its place, and never writes into it.
#[derive(Debug)]
pub struct ProviderMirror {
    directory: tempfile::TempDir,
}

/// Why there is no mirror.
#[derive(Debug, thiserror::Error)]
pub enum NoMirror {
    #[error(transparent)]
    NotBuilt(#[from] NotBuilt),
    #[error("the mirror can't be written")]
    Io(#[from] io::Error),
}

impl ProviderMirror {
    /// What `required_providers` calls the provider.
    pub const SOURCE: &str = "example.com/tollgate/lab";

    /// The versions in it.
    pub const VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

    /// Builds the provider where it is not there yet, and lays the mirror out.
    ///
    /// # Errors
    /// When the provider can't be built, or the mirror not be written.
    pub fn new() -> Result<Self, NoMirror> {
        let program = TERRAFORM_PROVIDER.path()?;
        let mirror = Self { directory: tempfile::tempdir()? };
        for version in Self::VERSIONS {
            mirror.add(&program, version)?;
        }
        let providers = mirror.providers();
        let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{providers}\"\n  }}\n}}\n");
        fs_err::write(mirror.configuration(), text)?;
        Ok(mirror)
    }

    /// The same; nothing where Go is missing, which is said loudly with what is not compared then. With `CI` set it is a failure.
    ///
    /// # Panics
    /// When it can't be made.
    pub fn or_skip(untested: &str) -> Option<Self> {
        or_skip(Self::new(), |error| matches!(error, NoMirror::NotBuilt(NotBuilt::NoGo)), untested)
    }

    /// The file for `TF_CLI_CONFIG_FILE`.
    pub fn configuration(&self) -> Utf8PathBuf {
        self.root().join("terraform.rc")
    }

    /// Where the providers lie.
    pub fn providers(&self) -> Utf8PathBuf {
        self.root().join("providers")
    }

    /// The program that is one of its versions.
    pub fn program(&self, version: &str) -> Utf8PathBuf {
        self.providers().join(Self::SOURCE).join(version).join(platform()).join(format!("terraform-provider-lab_v{version}"))
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.directory.path()).unwrap_or(Utf8Path::new(""))
    }

    /// A link, for a copy that is written while another thread starts a process can't be run for a moment.
    fn add(&self, program: &Utf8Path, version: &str) -> io::Result<()> {
        let place = self.program(version);
        fs_err::create_dir_all(place.parent().unwrap_or(Utf8Path::new("")))?;
        fs_err::hard_link(program, &place).or_else(|_| fs_err::copy(program, &place).map(drop))
    }
}

/// What Go calls this system.
fn platform() -> String {
    let system = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_is_where_terraform_looks_for_it() {
        let Some(mirror) = ProviderMirror::or_skip("a provider") else { return };
        let configuration = fs_err::read_to_string(mirror.configuration()).unwrap();
        assert!(configuration.contains(mirror.providers().as_str()) && !configuration.contains("direct"), "{configuration}");
        for version in ProviderMirror::VERSIONS {
            assert!(mirror.program(version).is_file(), "{version}");
        }
    }
}
