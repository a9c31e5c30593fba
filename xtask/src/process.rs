//! Starting other programs, and saying which one failed.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("`{command}` could not be started; is it installed?")]
    Start {
        command: String,
        #[source]
        source: io::Error,
    },
    #[error("`{command}` failed; what it says stands above")]
    Failed { command: String },
    #[error("`{command}` wrote something that is not UTF-8")]
    NotText { command: String },
}

/// Where this program lies. It is asked for at the start: cargo puts another in its place when it builds xtask again, and from then on
/// the system names the one that was removed.
static OURSELVES: LazyLock<io::Result<PathBuf>> = LazyLock::new(std::env::current_exe);

/// Notes where this program lies, before anything builds it again.
pub(crate) fn remember_ourselves() {
    LazyLock::force(&OURSELVES);
}

/// This very program.
pub(crate) fn ourselves() -> io::Result<Command> {
    OURSELVES.as_ref().map(Command::new).map_err(|error| io::Error::new(error.kind(), error.to_string()))
}

/// Cargo, as it was called to run this.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program with its output where ours goes.
pub(crate) fn succeed(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.status().map_err(|source| start_error(command, source))?;
    if status.success() { Ok(()) } else { Err(ProcessError::Failed { command: describe(command) }) }
}

/// Runs a program for what it writes to stdout.
pub(crate) fn output(command: &mut Command) -> Result<String, ProcessError> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| start_error(command, source))?;
    if !output.status.success() {
        return Err(ProcessError::Failed { command: describe(command) });
    }
    String::from_utf8(output.stdout).map_err(|_| ProcessError::NotText { command: describe(command) })
}

pub(crate) fn start_error(command: &Command, source: io::Error) -> ProcessError {
    ProcessError::Start { command: describe(command), source }
}

/// A command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_named_as_it_was_typed() {
        let error = succeed(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` failed; what it says stands above");
        assert!(matches!(output(Command::new("sh").args(["-c", "exit 3"])), Err(ProcessError::Failed { .. })));
    }

    #[test]
    fn ourselves_is_where_this_program_was_started_from() {
        remember_ourselves();
        assert_eq!(ourselves().unwrap().get_program(), std::env::current_exe().unwrap());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = succeed(&mut Command::new("/nowhere/no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not be started; is it installed?");
    }

    #[test]
    fn output_is_what_the_program_wrote() {
        assert_eq!(output(Command::new("sh").args(["-c", "echo yes; echo no >&2"])).unwrap(), "yes\n");
    }
}
