//! `cargo xtask install`: the binary with its plugins, where cargo installs binaries.

use std::process::Command;

use crate::process::{self, ProcessError};
use crate::workspaces::Repository;

/// What `cargo xtask install` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Installs below this directory, as `cargo install --root` does.
    #[arg(long)]
    root: Option<camino::Utf8PathBuf>,
}

/// Why nothing was installed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to find this program")]
    Itself(#[from] std::io::Error),
    #[error(transparent)]
    Process(#[from] ProcessError),
}

/// Builds the plugins, then the binary, which takes them in.
pub(crate) fn run(arguments: &Arguments) -> Result<(), InstallError> {
    let repository = Repository::find()?;
    process::succeed(&mut plugins()?)?;
    let mut command = process::cargo();
    command.args(["install", "--locked", "--path", "host"]).current_dir(&repository.root);
    // Without it, cargo builds everything in a directory of its own.
    command.arg("--target-dir").arg(&repository.target_directory);
    if let Some(root) = &arguments.root {
        command.arg("--root").arg(root);
    }
    Ok(process::succeed(&mut command)?)
}

/// `cargo xtask plugins`, by this very program.
pub(crate) fn plugins() -> Result<Command, std::io::Error> {
    let mut command = process::ourselves()?;
    command.arg("plugins");
    Ok(command)
}
