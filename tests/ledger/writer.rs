//! The process that writes.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use crate::place::{Acknowledged, Place, append, open};
use crate::transports::Way;

const VARIABLE: &str = "TOLLGATE_LEDGER_WRITER";

/// What a writer is to do.
pub(crate) struct Job {
    /// A path or a URL.
    remote: String,
    /// `GIT_SSH_COMMAND`, where the remote is reached over SSH.
    ssh: String,
    cache: Utf8PathBuf,
    state: Utf8PathBuf,
    name: String,
    entries: u64,
}

impl Job {
    /// Append `entries` entries from a machine. The writer's name is in all of them.
    pub(crate) fn new(place: &Place, machine: &str, name: &str, entries: u64) -> Self {
        let (cache, state) = (place.path(&format!("{machine}.git")), place.path(&format!("{machine}.state")));
        Self { remote: place.remote().into_string(), ssh: String::new(), cache, state, name: name.to_owned(), entries }
    }

    /// The same over another way to the remote.
    pub(crate) fn over(self, way: &Way) -> Self {
        Self { remote: way.url.clone(), ssh: way.ssh.clone(), ..self }
    }

    /// The job of this process, if it is a writer.
    pub(crate) fn from_environment() -> Option<Self> {
        let job: Value = serde_json::from_str(&std::env::var(VARIABLE).ok()?).unwrap();
        let text = |key: &str| job[key].as_str().unwrap().to_owned();
        let path = |key: &str| Utf8PathBuf::from(text(key));
        let entries = job["entries"].as_u64().unwrap();
        let (remote, ssh, name) = (text("remote"), text("ssh"), text("name"));
        Some(Self { remote, ssh, cache: path("cache"), state: path("state"), name, entries })
    }

    /// Starts a process that does it.
    pub(crate) fn start(&self) -> Child {
        let Self { remote, ssh, cache, state, name, entries } = self;
        let job = json!({"remote": remote, "ssh": ssh, "cache": cache, "state": state, "name": name, "entries": entries});
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.envs([("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.fsync"), ("GIT_CONFIG_VALUE_0", "none")]);
        if !self.ssh.is_empty() {
            command.env("GIT_SSH_COMMAND", &self.ssh).env("GIT_SSH_VARIANT", "ssh");
        }
        command.env(VARIABLE, job.to_string()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
    }
}

/// Appends, and says so once the remote has acknowledged.
pub(crate) fn work(job: &Job) {
    let ledger = open(&job.remote, &job.cache, &job.state);
    for number in 0..job.entries {
        let (index, text) = append(&ledger, &format!("{}-{number}", job.name)).unwrap();
        println!("{index} {text}");
        std::io::stdout().flush().unwrap();
    }
}

/// What a writer said. A line that it could not finish was not said.
pub(crate) fn acknowledged(output: &[u8]) -> Vec<Acknowledged> {
    let text = std::str::from_utf8(output).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let line = |line: &str| line.split_once(' ').map(|(index, text)| (index.parse().unwrap(), text.to_owned())).unwrap();
    whole.lines().map(line).collect()
}
