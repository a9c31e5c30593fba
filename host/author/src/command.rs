//! Running cargo, rustc and rustup.

use std::io;
use std::process::{Command, Stdio};

/// Why no component was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("failed to read what cargo says")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error("`{program}` could not be started; install the Rust toolchain with rustup")]
    Start {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("`{command}` failed; what it says stands above")]
    Failed { command: String },
    #[error("`{name}` could not be made a component: {reason}")]
    Encode { name: String, reason: String },
}

/// Cargo, without what somebody has set for the host: that must not change the bytes of a plugin.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for variable in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_TARGET_DIR", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a program to its end. What it says goes to the user.
pub(crate) fn succeed(command: &mut Command) -> Result<(), BuildError> {
    let status = command.stdout(io::stderr()).status().map_err(|source| start_error(command, source))?;
    if status.success() { Ok(()) } else { Err(failed(command)) }
}

/// Runs a program to its end, and returns what it writes.
pub(crate) fn output(command: &mut Command) -> Result<String, BuildError> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| start_error(command, source))?;
    if output.status.success() { Ok(String::from_utf8_lossy(&output.stdout).into_owned()) } else { Err(failed(command)) }
}

pub(crate) fn failed(command: &Command) -> BuildError {
    BuildError::Failed { command: describe(command) }
}

pub(crate) fn start_error(command: &Command, source: io::Error) -> BuildError {
    BuildError::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

/// A command as one would type it.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
