//! A PostgreSQL server for tests, in which Terraform keeps its states.

mod programs;
#[cfg(test)]
mod tests;

use std::io;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::child::Child;
use crate::ports::ports;
use crate::skip::or_skip;
use crate::user::{User, is_root};
use programs::Programs;

/// How long the server may take to be there. A busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server with nothing in it. It ends with the value, or with the process that made it, however that ends.
#[derive(Debug)]
pub struct Postgres {
    /// The first to end, before its data is removed.
    server: Option<Child>,
    _remover: Child,
    programs: Programs,
    /// Who runs it. Nobody else than who runs this, where that is not root.
    user: Option<User>,
    port: u16,
    directory: tempfile::TempDir,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum NoPostgres {
    #[error("PostgreSQL is not installed (`apt-get install postgresql` brings it)")]
    Missing,
    #[error("PostgreSQL does not run as root, and there is neither a user `postgres` nor a user `nobody` to run it")]
    NoUser,
    #[error("`initdb` failed; it said: {said}")]
    NotInitialised { said: String },
    #[error("`postgres` is not ready; it said: {said}")]
    NotReady { said: String },
    #[error("it can't be started")]
    Io(#[from] io::Error),
}

impl Postgres {
    /// Makes a server and waits until it is ready. Nothing where PostgreSQL is not installed, which is said loudly with what is not
    /// compared then. With `CI` set it is a failure.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn or_skip(untested: &str) -> Option<Self> {
        or_skip(Self::new(), |error| matches!(error, NoPostgres::Missing), untested)
    }

    /// Makes a server and waits until it is ready.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub fn new() -> Result<Self, NoPostgres> {
        let programs = Programs::find().ok_or(NoPostgres::Missing)?;
        let user = who()?;
        let directory = tempfile::tempdir()?;
        let root = Utf8Path::from_path(directory.path()).unwrap_or(Utf8Path::new(""));
        if let Some(user) = user {
            user.own(root)?;
        }
        let (remover, [port]) = (Child::remover(root)?, ports()?);
        let mut made = Self { server: None, _remover: remover, programs, user, port, directory };
        made.initialise()?;
        made.start()?;
        Ok(made)
    }

    /// For Terraform's backend `pg`.
    pub fn connection(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Stops the server, with all connections to it. Its data stays.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts it again where it was before, with all that was in it, and waits until it answers.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn start(&mut self) -> Result<(), NoPostgres> {
        if self.server.is_none() {
            self.server = Some(self.run()?);
        }
        Ok(())
    }

    /// Where all of it lies, also the socket that it listens on.
    pub fn directory(&self) -> &Utf8Path {
        Utf8Path::from_path(self.directory.path()).unwrap_or(Utf8Path::new(""))
    }

    fn data(&self) -> Utf8PathBuf {
        self.directory().join("data")
    }

    /// Makes the data. Who comes from this machine is believed to be whoever they say.
    fn initialise(&self) -> Result<(), NoPostgres> {
        let mut command = Command::new(&self.programs.init);
        command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata=data"]);
        command.current_dir(self.directory());
        if let Some(user) = self.user {
            user.run(&mut command);
        }
        let output = command.output()?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(NoPostgres::NotInitialised { said: said() }) }
    }

    fn run(&self) -> Result<Child, NoPostgres> {
        let flags = [
            "-D".to_owned(),
            self.data().into_string(),
            format!("-p{}", self.port),
            "-h127.0.0.1".to_owned(),
            format!("-k{}", self.directory()),
            // Nothing has to outlive the machine.
            "-F".to_owned(),
            "-cfull_page_writes=off".to_owned(),
            "-cshared_buffers=16MB".to_owned(),
        ];
        let mut server = Child::start_as(self.user, "postgres", &self.programs.server, &flags, self.directory())?;
        let start = Instant::now();
        while !self.is_ready() {
            if start.elapsed() > PATIENCE || !server.is_running() {
                return Err(NoPostgres::NotReady { said: server.said() });
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The server says so in the last line of a file that it removes in the end.
    fn is_ready(&self) -> bool {
        let text = fs_err::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        text.lines().nth(7).is_some_and(|status| status.trim() == "ready")
    }
}

/// Who runs the server; nobody else where this is not root.
fn who() -> Result<Option<User>, NoPostgres> {
    if !is_root() {
        return Ok(None);
    }
    let user = ["postgres", "nobody"].into_iter().find_map(User::named);
    user.map(Some).ok_or(NoPostgres::NoUser)
}
