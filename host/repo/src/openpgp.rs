//! OpenPGP signatures of commits and tags, checked by git and GnuPG with the keys of the policy in force and no others.

mod status;
#[cfg(test)]
mod tests;
mod user_ids;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tollgate_core::signature::{BadSignature, GitObject, Signer, VerifyGitObject};

use crate::program::GitProgram;

/// What GnuPG must not do here: start helpers, ask, fetch keys, or believe SHA-1. Whom to trust, the policy has said.
const CONFIGURATION: &str = "batch
no-tty
no-autostart
no-auto-check-trustdb
no-auto-key-retrieve
trust-model always
weak-digest SHA1
";

/// A home of GnuPG's that holds some public keys. It is for its owner only, and goes with this.
#[derive(Debug)]
pub(crate) struct KeyRing<'r> {
    git: &'r GitProgram,
    gpg: String,
    home: TempDir,
    /// Mail address of the first valid user id, by the fingerprint of the primary key.
    mails: BTreeMap<String, String>,
}

impl<'r> KeyRing<'r> {
    /// Reads armoured public keys.
    ///
    /// # Errors
    /// When there is no `gpg`, or it finds no key with a valid mail address.
    pub(crate) fn of(git: &'r GitProgram, keys: &str) -> Result<Self, BadSignature> {
        Self::by(git, keys, "gpg")
    }

    fn by(git: &'r GitProgram, keys: &str, gpg: &str) -> Result<Self, BadSignature> {
        let unwritable = |error: std::io::Error| unchecked(format!("there is no place for keys: {error}"));
        let home = private_directory().map_err(unwritable)?;
        std::fs::write(home.path().join("gpg.conf"), CONFIGURATION).map_err(unwritable)?;
        let file = home.path().join("keys.asc");
        std::fs::write(&file, keys).map_err(unwritable)?;
        let mut ring = Self { git, gpg: gpg.to_owned(), home, mails: BTreeMap::new() };
        ring.run(&["--import", &file.to_string_lossy()])?;
        ring.mails = user_ids::mails(&ring.run(&["--with-colons", "--list-keys"])?);
        if ring.mails.is_empty() {
            return Err(unchecked("no OpenPGP key of the policy in force has a valid user id with a mail address".to_owned()));
        }
        Ok(ring)
    }

    /// Runs GnuPG to its end and returns its standard output.
    fn run(&self, arguments: &[&str]) -> Result<String, BadSignature> {
        let mut command = Command::new(&self.gpg);
        command.env("LC_ALL", "C").env_remove("GNUPGHOME").stdin(Stdio::null()).arg("--homedir").arg(self.home.path());
        let output = command.args(arguments).output();
        let output = output.map_err(|error| unchecked(format!("the program `{}` can't be started: {error}", self.gpg)))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(unchecked(format!("`{}` can't read the OpenPGP keys: {}", self.gpg, said.lines().next().unwrap_or("it said nothing"))))
    }
}

impl VerifyGitObject for KeyRing<'_> {
    fn verify(&self, object: GitObject<'_>) -> Result<Signer, BadSignature> {
        let (command, id) = match object {
            GitObject::Commit(id) => ("verify-commit", id),
            GitObject::Tag(id) => ("verify-tag", id),
        };
        // The clone's own settings could name another program.
        let programs = ["gpg.program", "gpg.openpgp.program"].map(|key| format!("{key}={}", self.gpg));
        let arguments = ["-c", &programs[0], "-c", &programs[1], "-c", "gpg.minTrustLevel=undefined", command, "--raw", id];
        let home = self.home.path().to_string_lossy();
        let said = self.git.run_telling(&[("GNUPGHOME", &home)], &arguments);
        let (is_good, status) = said.map_err(|said| unchecked(format!("git said {said}")))?;
        let key = status::signing_key(&status)?;
        if !is_good {
            return Err(unchecked("git does not believe it".to_owned()));
        }
        match self.mails.get(&key) {
            Some(mail) => Ok(Signer { principal: mail.clone(), key }),
            None => Err(BadSignature::Refused { key, reason: "the key has no valid user id with a mail address".to_owned() }),
        }
    }
}

/// GnuPG warns of a home that others may look into.
fn private_directory() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("tollgate-").permissions(std::fs::Permissions::from_mode(0o700)).tempdir()
}

const fn unchecked(reason: String) -> BadSignature {
    BadSignature::Unchecked { reason }
}
