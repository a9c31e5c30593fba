//! Runs the `git` program, for all that goes over the network.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_program::{Bounds, Ended, run_attached};

use crate::credentials::without_credentials;

/// Variables by which a caller such as a hook would point git at another repository.
const OTHER_REPOSITORY: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// How long a server may take without a single byte: more than one that works lets pass (`uploadpack.keepAlive` and
/// `receive.keepAlive` of git-config(1) are five seconds).
const SILENCE: Duration = Duration::from_secs(60);

/// What git may take for anything.
const BOUNDS: Bounds = Bounds { deadline: Duration::from_secs(600), output: 1 << 30, grace: Some(Duration::from_secs(5)) };

/// The longest message of git that is passed on, in characters.
const LONGEST_MESSAGE: usize = 600;

/// Why the program gave no answer. Holds what git said, for people, without credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct GitSaid(pub(crate) String);

/// The `git` program, at work on one repository.
#[derive(Clone, Debug)]
pub(crate) struct GitProgram {
    git_directory: Utf8PathBuf,
    /// Relative URLs of remotes start here: the work tree's root, else the git directory.
    base: Utf8PathBuf,
    silence: Duration,
    bounds: Bounds,
}

/// How git ended.
struct Finished {
    status: ExitStatus,
    output: Vec<u8>,
    complaint: String,
}

impl GitProgram {
    pub(crate) const fn new(git_directory: Utf8PathBuf, base: Utf8PathBuf) -> Self {
        Self { git_directory, base, silence: SILENCE, bounds: BOUNDS }
    }

    /// The same with less patience.
    #[cfg(test)]
    pub(crate) fn with_patience(self, silence: Duration, deadline: Duration) -> Self {
        Self { silence, bounds: Bounds { deadline, ..BOUNDS }, ..self }
    }

    /// Runs git to its end and returns its standard output.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, GitSaid> {
        let Finished { status, output, complaint } = self.finish(self.command().args(arguments))?;
        if status.success() { text(output) } else { Err(GitSaid(one_line(&complaint, status))) }
    }

    /// Runs git so that it writes objects to another directory, and reads those of others as well. Returns whether it ended
    /// with 0 and not with 1, by which git says no, and its standard output.
    pub(crate) fn run_aside(&self, to: &Utf8Path, read: &[&Utf8Path], arguments: &[&str]) -> Result<(bool, String), GitSaid> {
        let mut command = self.command();
        let read: Vec<String> = read.iter().map(|path| quoted(path)).collect();
        command.env("GIT_OBJECT_DIRECTORY", to).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", read.join(":")).args(arguments);
        let Finished { status, output, complaint } = self.finish(&mut command)?;
        match status.code() {
            Some(code @ (0 | 1)) => Ok((code == 0, text(output)?)),
            _ => Err(GitSaid(one_line(&complaint, status))),
        }
    }

    /// Runs git with further variables and returns whether it ended with 0, and what it wrote to standard error.
    pub(crate) fn run_telling(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Result<(bool, String), GitSaid> {
        let Finished { status, complaint, .. } = self.finish(self.command().envs(variables.iter().copied()).args(arguments))?;
        Ok((status.success(), complaint))
    }

    /// Runs it to its end, which comes: a server that hangs must not keep whoever waits for ever.
    fn finish(&self, command: &mut Command) -> Result<Finished, GitSaid> {
        match run_attached(command, &self.bounds).map_err(not_started)? {
            Ended::Exited { status, output, complaint } => {
                Ok(Finished { status, output, complaint: String::from_utf8_lossy(&complaint).into_owned() })
            }
            Ended::TooLate => {
                Err(GitSaid(format!("nothing in {} s, so it was ended; is the server there?", self.bounds.deadline.as_secs())))
            }
            Ended::TooMuch => Err(GitSaid(format!("more than {} bytes, so it was ended", self.bounds.output))),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for name in OTHER_REPOSITORY {
            command.env_remove(name);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        // An object is what its id says, whatever somebody put in its place in this clone (git-replace(1)).
        command.env("GIT_NO_REPLACE_OBJECTS", "1");
        command.current_dir(&self.base).arg("--git-dir").arg(&self.git_directory);
        command.args(["-c", "http.lowSpeedLimit=1", "-c", &format!("http.lowSpeedTime={}", self.silence.as_secs())]);
        command
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
fn not_started(error: std::io::Error) -> GitSaid {
    GitSaid(format!("nothing, because the program `git` can't be started: {error}"))
}

fn text(bytes: Vec<u8>) -> Result<String, GitSaid> {
    String::from_utf8(bytes).map_err(|_| GitSaid("something that is not UTF-8".to_owned()))
}

/// A path in a list of paths, whatever stands in it (git's documentation of `GIT_ALTERNATE_OBJECT_DIRECTORIES`).
fn quoted(path: &Utf8Path) -> String {
    format!("\"{}\"", path.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}

/// What git wrote, as one line.
fn one_line(text: &str, status: ExitStatus) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = without_credentials(&lines.join("; "));
    match line.char_indices().nth(LONGEST_MESSAGE) {
        _ if line.is_empty() => format!("nothing, and ended with {status}"),
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scene;

    fn mk_program(scene: &Scene) -> GitProgram {
        GitProgram::new(scene.path("seed/.git"), scene.path("seed"))
    }

    #[test]
    fn what_git_writes_is_returned() {
        let scene = Scene::new();
        assert_eq!(mk_program(&scene).run(&["rev-parse", "--git-dir"]).unwrap().trim(), scene.path("seed/.git"));
    }

    #[test]
    fn a_failure_says_what_git_said_without_credentials() {
        let scene = Scene::new();
        let said = mk_program(&scene).run(&["ls-remote", "--", "https://me:secret@127.0.0.1:1/x"]).unwrap_err().0;
        assert!(said.contains("127.0.0.1") && !said.contains("secret") && !said.contains('\n'), "{said}");
    }

    #[test]
    fn a_server_that_takes_a_question_and_never_answers_is_not_waited_for() {
        let scene = Scene::new();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/deployment.git", listener.local_addr().unwrap());
        let program = mk_program(&scene).with_patience(Duration::from_secs(1), Duration::from_secs(120));
        let said = program.run(&["ls-remote", "--", &url]).unwrap_err().0;
        assert!(said.contains("too slow"), "{said}");
    }

    #[test]
    fn whatever_hangs_is_ended() {
        let scene = Scene::new();
        let program = mk_program(&scene).with_patience(SILENCE, Duration::from_secs(1));
        let said = program.run(&["-c", "protocol.ext.allow=always", "ls-remote", "ext::sleep 30"]).unwrap_err().0;
        assert!(said.contains("so it was ended"), "{said}");
    }

    #[test]
    fn long_messages_are_cut_at_a_character() {
        use std::os::unix::process::ExitStatusExt as _;
        let status = ExitStatus::from_raw(256);
        assert_eq!(one_line(&"é".repeat(LONGEST_MESSAGE + 1), status).chars().count(), LONGEST_MESSAGE + 1);
        assert!(one_line(" \n", status).contains("exit status: 1"));
    }
}
