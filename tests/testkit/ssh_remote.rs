//! Repositories over SSH: OpenSSH's server, started by the user who runs the tests, with keys that are thrown away.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A way to the repositories of a directory over SSH.
#[derive(Debug)]
pub struct SshRemote {
    root: Utf8PathBuf,
    /// For `GIT_SSH_COMMAND`.
    command: String,
    port: u16,
    server: Option<Child>,
}

impl SshRemote {
    /// Starts the server on a free port. Where there is no server on this machine, a program takes the place of `ssh` that
    /// runs the remote's command itself: git's own protocol stays the same, and nothing of SSH is tried.
    pub fn start(root: &Utf8Path) -> Self {
        let place = root.join("ssh");
        fs_err::create_dir_all(&place).unwrap();
        let root = root.to_owned();
        match server_program() {
            Some(program) => Self::of_server(&program, root, &place),
            None => Self { root, command: stand_in(&place), port: 22, server: None },
        }
    }

    fn of_server(program: &Utf8Path, root: Utf8PathBuf, place: &Utf8Path) -> Self {
        for key in ["host", "user"] {
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(place.join(key)).status();
            assert!(made.unwrap().success(), "ssh-keygen made no key");
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = [
            format!("Port={port}"),
            "ListenAddress=127.0.0.1".to_owned(),
            format!("HostKey={}", place.join("host")),
            format!("AuthorizedKeysFile={}", place.join("user.pub")),
            format!("PidFile={}", place.join("pid")),
            "UsePAM=no".to_owned(),
            "PasswordAuthentication=no".to_owned(),
            // The directory is the test's own, whoever owns what is above it.
            "StrictModes=no".to_owned(),
            // Many clients knock at once.
            "MaxStartups=200".to_owned(),
        ];
        let mut command = Command::new(program);
        command.args(["-D", "-e", "-f", "/dev/null"]).args(options.iter().flat_map(|option| ["-o", option]));
        let log = fs_err::File::create(place.join("log")).unwrap().into_file();
        let server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let command = format!(
            "ssh -F /dev/null -i {} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            place.join("user")
        );
        let mut remote = Self { root, command, port, server: Some(server) };
        remote.wait(&place.join("log"));
        remote
    }

    fn wait(&mut self, log: &Utf8Path) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.server.as_mut().and_then(|server| server.try_wait().unwrap());
            let said = fs_err::read_to_string(log).unwrap_or_default();
            assert!(ended.is_none() && start.elapsed() < PATIENCE, "sshd does not listen: {said}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Whether this is really SSH.
    pub const fn is_ssh(&self) -> bool {
        self.server.is_some()
    }

    /// What git has to be told: `GIT_SSH_COMMAND`.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The URL of a repository.
    pub fn url(&self, repository: &str) -> String {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        format!("ssh://{}@127.0.0.1:{}{}", user.trim(), self.port, self.root.join(repository))
    }
}

impl Drop for SshRemote {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }
}

/// `TOLLGATE_SSHD`, or where systems have it. It refuses to start by a relative path.
fn server_program() -> Option<Utf8PathBuf> {
    let named = std::env::var("TOLLGATE_SSHD").ok().map(Utf8PathBuf::from);
    let known = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd", "/opt/homebrew/sbin/sshd"].map(Utf8PathBuf::from);
    named.into_iter().chain(known).find(|path| path.is_file())
}

/// A script that drops what is for `ssh` (options, the host) and runs the last argument, which is the remote's command.
fn stand_in(place: &Utf8Path) -> String {
    let script = place.join("stand-in");
    fs_err::write(&script, "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n").unwrap();
    fs_err::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    script.into_string()
}
