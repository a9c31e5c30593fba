//! The repository's cargo workspaces: the host's, the plugins', the test guests'.

use std::process::Command;

use camino::Utf8PathBuf;
use cargo_metadata::MetadataCommand;

use crate::process;

/// The target that plugins and guests are compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Where things are on this machine.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) root: Utf8PathBuf,
    /// Where cargo builds the host; `CARGO_TARGET_DIR` moves it.
    pub(crate) target_directory: Utf8PathBuf,
}

/// One workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) name: &'static str,
    pub(crate) directory: Utf8PathBuf,
    target_directory: Utf8PathBuf,
    /// Whether its packages also run on this machine, in unit tests.
    pub(crate) is_native: bool,
    /// Whether its packages are compiled to WebAssembly.
    pub(crate) is_wasm: bool,
}

impl Repository {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self, cargo_metadata::Error> {
        let metadata = MetadataCommand::new().no_deps().exec()?;
        Ok(Self { root: metadata.workspace_root, target_directory: metadata.target_directory })
    }

    /// The binary as cargo builds it for tests and for the demo.
    pub(crate) fn binary(&self) -> Utf8PathBuf {
        self.target_directory.join("debug/tollgate")
    }

    /// All workspaces that exist.
    pub(crate) fn workspaces(&self) -> Vec<Workspace> {
        let workspace = |name, directory: &str, is_native, is_wasm| Workspace {
            name,
            directory: self.root.join(directory),
            target_directory: self.target_directory.join("native").join(name),
            is_native,
            is_wasm,
        };
        let host = Workspace { target_directory: self.target_directory.clone(), ..workspace("host", "", true, false) };
        let all = [host, workspace("plugins", "plugins", true, true), workspace("guests", "tests/guests", false, true)];
        all.into_iter().filter(|workspace| workspace.manifest().is_file()).collect()
    }
}

impl Workspace {
    /// Its `Cargo.toml`.
    pub(crate) fn manifest(&self) -> Utf8PathBuf {
        self.directory.join("Cargo.toml")
    }

    /// A cargo command in this workspace, which builds into a directory below the host's.
    pub(crate) fn cargo(&self, verb: &str) -> Command {
        let mut command = process::cargo();
        command.arg(verb).current_dir(&self.directory).env("CARGO_TARGET_DIR", &self.target_directory);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_a_workspace_and_builds_where_cargo_says() {
        let repository = Repository::find().unwrap();
        let workspaces = repository.workspaces();
        assert!(workspaces[0].directory.join("xtask/Cargo.toml").is_file());
        assert_eq!(workspaces[0].target_directory, repository.target_directory);
    }

    #[test]
    fn a_workspace_that_does_not_exist_is_left_out() {
        let repository = Repository { root: "/nowhere".into(), target_directory: "/nowhere/target".into() };
        assert!(repository.workspaces().is_empty());
    }
}
