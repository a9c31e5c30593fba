//! Running the binary in a clean environment.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::answer::Answer;
use crate::binary;
use crate::world::World;

/// One call of the binary, before it is made.
#[derive(Debug)]
pub struct Cli {
    command: Command,
    input: Option<Vec<u8>>,
    root: Option<Utf8PathBuf>,
}

impl Cli {
    /// The binary with nothing of a world: only `PATH` is left of the environment.
    pub(crate) fn bare(directory: &Utf8Path) -> Self {
        let mut command = Command::new(binary::path());
        command.current_dir(directory).env_clear().env("NO_COLOR", "1").env("COLUMNS", "120").env("LC_ALL", "C");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        Self { command, input: None, root: None }
    }

    /// The binary in a world, started in a directory of it.
    pub(crate) fn in_world(world: &World, directory: &Utf8Path) -> Self {
        let mut cli = Self::bare(directory);
        world.enclose(&mut cli.command);
        cli.root = Some(world.root().to_owned());
        cli
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable that a world sets.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Lets it begin with so many open files, and take so many.
    ///
    /// # Panics
    /// Where it has no directory.
    #[must_use]
    pub fn with_open_files(mut self, soft: u64, hard: u64) -> Self {
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"")]);
        limited.arg(self.command.get_program()).args(self.command.get_args()).env_clear();
        limited.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited.current_dir(self.command.get_current_dir().unwrap());
        self.command = limited;
        self
    }

    /// As a CI job.
    #[must_use]
    pub fn in_ci(self) -> Self {
        self.env("CI", "true")
    }

    /// What stands on standard input; nothing otherwise.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Answer {
        let stdin = if self.input.is_some() { Stdio::piped() } else { Stdio::null() };
        let described = self.described();
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        if let (Some(input), Some(mut stdin)) = (self.input.take(), child.stdin.take()) {
            // A command that does not read its input has its reasons; its exit code is what the test looks at.
            let _ = stdin.write_all(&input);
        }
        Answer::new(described, &child.wait_with_output().unwrap(), self.root)
    }

    /// The prepared command, for tests that kill it or start several at once. Its output goes nowhere.
    pub fn into_command(mut self) -> Command {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command
    }

    fn described(&self) -> String {
        let arguments = self.command.get_args().map(|argument| argument.to_string_lossy().into_owned());
        std::iter::once("tollgate".to_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
    }
}
