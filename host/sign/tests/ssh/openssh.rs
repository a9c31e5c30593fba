//! OpenSSH's own programs, at work in a directory of a test's own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A mail address that the tests' keys belong to.
pub(crate) const ALICE: &str = "alice@example.com";

/// Types and lengths of keys that are accepted, as `ssh-keygen -t` and `-b` name them.
pub(crate) const KEYS: [(&str, &str); 6] =
    [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "2048"), ("rsa", "3072")];

/// A directory of keys.
pub(crate) struct OpenSsh {
    directory: TempDir,
}

impl OpenSsh {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// The path of a file in the directory.
    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    /// Makes a key, and gives its path.
    pub(crate) fn key(&self, kind: &str, bits: &str, passphrase: &str) -> Utf8PathBuf {
        let path = self.path(&format!("{kind}-{bits}"));
        let made = program("ssh-keygen")
            .args(["-q", "-t", kind, "-b", bits, "-N", passphrase, "-C", "a comment", "-f", path.as_str()])
            .output()
            .expect("`ssh-keygen` is on this machine");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        path
    }

    /// Makes an Ed25519 key.
    pub(crate) fn ed25519(&self) -> Utf8PathBuf {
        self.key("ed25519", "256", "")
    }

    /// The signature that `ssh-keygen -Y sign` makes.
    pub(crate) fn sign(&self, key: &Utf8Path, namespace: &str, hash: &str, message: &[u8]) -> String {
        let mut signing = program("ssh-keygen");
        signing.args(["-q", "-Y", "sign", "-f", key.as_str(), "-n", namespace, "-O", &format!("hashalg={hash}")]);
        let (signed, output) = fed(&mut signing, message);
        assert!(signed, "{output}");
        output
    }

    /// Whether `ssh-keygen -Y verify` believes that a principal signed a message at a time (`YYYYMMDDHHMMSSZ`).
    pub(crate) fn verifies(&self, allowed: &str, by: &str, namespace: &str, signature: &str, message: &[u8], at: &str) -> bool {
        let (signers, file) = (self.path("allowed_signers"), self.path("signature"));
        fs::write(&signers, allowed).unwrap();
        fs::write(&file, signature).unwrap();
        let mut verifying = program("ssh-keygen");
        verifying.args(["-Y", "verify", "-f", signers.as_str(), "-I", by, "-n", namespace, "-s", file.as_str()]);
        verifying.arg(format!("-Overify-time={at}"));
        fed(&mut verifying, message).0
    }
}

/// The public key beside a private one: `ssh-ed25519 AAAA…`, without its comment.
pub(crate) fn public(key: &Utf8Path) -> String {
    let text = fs::read_to_string(format!("{key}.pub")).unwrap();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The fingerprint that `ssh-keygen -l` shows.
pub(crate) fn fingerprint(key: &Utf8Path) -> String {
    let shown = program("ssh-keygen").args(["-l", "-E", "sha256", "-f", key.as_str()]).output().unwrap();
    String::from_utf8(shown.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
}

/// An `ssh-agent`, which ends with this.
pub(crate) struct Agent {
    pub(crate) socket: Utf8PathBuf,
    process: Child,
}

impl Agent {
    pub(crate) fn start(ssh: &OpenSsh) -> Self {
        let socket = ssh.path("agent");
        let process = program("ssh-agent").args(["-D", "-a", socket.as_str()]).stdout(Stdio::null()).spawn();
        let mut agent = Self { socket, process: process.expect("`ssh-agent` is on this machine") };
        while !agent.socket.exists() {
            assert_eq!(agent.process.try_wait().unwrap(), None, "the agent ended");
            std::thread::sleep(Duration::from_millis(5));
        }
        agent
    }

    /// Has `ssh-add` add a key, which may have a passphrase.
    pub(crate) fn add(&self, ssh: &OpenSsh, key: &Utf8Path, passphrase: &str) {
        let asked = ssh.path("askpass");
        fs::write(&asked, format!("#!/bin/sh\necho '{passphrase}'\n")).unwrap();
        fs::set_permissions(&asked, fs::Permissions::from_mode(0o700)).unwrap();
        let mut adding = program("ssh-add");
        adding.args(["-q", key.as_str()]).env("SSH_AUTH_SOCK", &self.socket);
        adding.env("SSH_ASKPASS", &asked).env("SSH_ASKPASS_REQUIRE", "force");
        let added = adding.output().expect("`ssh-add` is on this machine");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program in a place where no time zone and no agent of the machine plays a part.
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env("TZ", "Asia/Tokyo").env("LC_ALL", "C").env_remove("SSH_AUTH_SOCK").env_remove("SSH_ASKPASS");
    command
}

/// Runs a program with standard input; gives whether it succeeded, and all that it wrote to standard output.
fn fed(command: &mut Command, input: &[u8]) -> (bool, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("`ssh-keygen` is on this machine");
    // It may end before it reads its input; what it said by then counts.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}
