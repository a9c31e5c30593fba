//! The people of the regulated company: roles with keys.

use std::process::Command;

use camino::Utf8Path;

use super::DemoError;
use super::stage::Stage;
use crate::process::output;

/// Who has a key.
pub(super) const PEOPLE: [&str; 4] = ["developer", "platform-lead", "operator", "auditor"];

/// Makes a key for each, and returns the lines of a file of allowed signers.
pub(super) fn make_keys(stage: &Stage) -> Result<String, DemoError> {
    fs_err::create_dir_all(stage.directory.join("keys"))?;
    PEOPLE.iter().map(|person| make_key(stage, person)).collect()
}

fn make_key(stage: &Stage, person: &str) -> Result<String, DemoError> {
    let key = stage.key(person);
    let address = address(person);
    output(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", &address, "-f", key.as_str()]))?;
    let public = fs_err::read_to_string(format!("{key}.pub"))?;
    let public: Vec<&str> = public.split_whitespace().take(2).collect();
    Ok(format!("{address} namespaces=\"tollgate,git\" {}\n", public.join(" ")))
}

/// From now on commits in a clone are written and signed by a person.
pub(super) fn commit_as(stage: &mut Stage, clone: &Utf8Path, person: &str) -> Result<(), DemoError> {
    let key = stage.key(person);
    for (name, value) in [
        ("user.name", person),
        ("user.email", &address(person)),
        ("gpg.format", "ssh"),
        ("user.signingKey", key.as_str()),
        ("commit.gpgSign", "true"),
    ] {
        stage.git(clone, &["config", name, value])?;
    }
    Ok(())
}

fn address(person: &str) -> String {
    format!("{person}@example.com")
}
