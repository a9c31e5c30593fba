//! What `audit doctor` asks of this machine.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::time::Timestamp;
use tollgate_report::audit::{Check, CheckResult};

/// The oldest git whose options are used: `fetch --no-write-fetch-head` came with it.
const OLDEST_GIT: (u32, u32) = (2, 29);

pub(super) fn check(name: &str, result: CheckResult, found: impl Into<String>, advice: Option<&str>) -> Check {
    Check { name: name.to_owned(), result, found: found.into(), advice: advice.map(ToOwned::to_owned) }
}

/// Programs that are there, or not.
pub(super) fn programs() -> Vec<Check> {
    let ssh = match said("ssh", &["-V"]) {
        Some(version) => check("ssh", CheckResult::Ok, version, None),
        None => check("ssh", CheckResult::Warn, "it is not there", Some("install it where remotes are reached by ssh")),
    };
    let gpg = match said("gpg", &["--version"]) {
        Some(version) => check("gpg", CheckResult::Ok, version, None),
        None => check("gpg", CheckResult::Warn, "it is not there", Some("install it where commits or tags are signed by OpenPGP")),
    };
    vec![git(said("git", &["--version"]).as_deref()), ssh, gpg]
}

fn git(version: Option<&str>) -> Check {
    let Some(version) = version else {
        return check("git", CheckResult::Fail, "it is not there", Some("install git; all remotes are reached by it"));
    };
    match numbers(version) {
        Some(numbers) if numbers >= OLDEST_GIT => check("git", CheckResult::Ok, version, None),
        Some(_) => check("git", CheckResult::Fail, version, Some("install git 2.29 or newer")),
        None => check("git", CheckResult::Warn, version, Some("make sure that it is git 2.29 or newer")),
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let number = version.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The first line that a program says of itself.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let bytes = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&bytes).lines().next().map(ToOwned::to_owned)
}

/// Whether others may read or change what this machine remembers and signs with.
pub(super) fn state_files(state: Option<&Utf8Path>) -> Check {
    let name = "state files";
    let Some(state) = state else {
        return check(name, CheckResult::Fail, "there is no place for them", Some("set `TOLLGATE_STATE_DIR`"));
    };
    let ledgers = state.join("ledgers").read_dir_utf8().into_iter().flatten().flatten();
    let files: Vec<Utf8PathBuf> = ledgers.map(camino::Utf8DirEntry::into_path).chain([state.join("log.key")]).collect();
    let mode = |path: &Utf8PathBuf| path.metadata().ok().map(|data| data.permissions().mode() & 0o777);
    let open = files.iter().find_map(|path| mode(path).filter(|mode| mode & 0o077 != 0).map(|mode| (path, mode)));
    match open {
        None => check(name, CheckResult::Ok, format!("only this user may use those in `{state}`"), None),
        Some((path, mode)) => {
            let advice =
                format!("run `chmod 600 {path}`; if it is the log key, others may have it: move it away, and another is made");
            check(name, CheckResult::Fail, format!("`{path}` has mode {mode:o}"), Some(&advice))
        }
    }
}

/// The clock, by the newest entry: none was written in the future.
pub(super) fn clock(now: Timestamp, newest: Option<Timestamp>) -> Check {
    let ahead = newest.map_or(0, |newest| newest.as_second() - now.as_second());
    match ahead {
        301.. => check(
            "clock",
            CheckResult::Fail,
            format!("the newest entry is {ahead} seconds ahead of this machine"),
            Some("set the clock, here or where that entry was written: later entries would be back-dated"),
        ),
        1..=300 => check("clock", CheckResult::Warn, format!("the newest entry is {ahead} seconds ahead of this machine"), None),
        _ => check("clock", CheckResult::Ok, "no entry is ahead of this machine", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_that_is_too_old_must_be_replaced() {
        for (version, result) in [
            (Some("git version 2.29.0"), CheckResult::Ok),
            (Some("git version 3.0.1 (Apple Git-1)"), CheckResult::Ok),
            (Some("git version 2.9.5"), CheckResult::Fail),
            (Some("git version next"), CheckResult::Warn),
            (None, CheckResult::Fail),
        ] {
            assert_eq!(git(version).result, result, "{version:?}");
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let state = Utf8Path::from_path(directory.path()).unwrap();
        assert_eq!(state_files(Some(state)).result, CheckResult::Ok);
        fs_err::write(state.join("log.key"), "x").unwrap();
        fs_err::set_permissions(state.join("log.key"), std::fs::Permissions::from_mode(0o640)).unwrap();
        let found = state_files(Some(state));
        assert!(found.result == CheckResult::Fail && found.found.ends_with("log.key` has mode 640"), "{found:?}");
        assert_eq!(state_files(None).result, CheckResult::Fail);
    }

    #[test]
    fn an_entry_from_the_future_convicts_a_clock() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let result = |newest| clock(at(1_000), newest).result;
        assert_eq!([None, Some(at(1_000)), Some(at(1))].map(result), [CheckResult::Ok; 3]);
        assert_eq!(
            [Some(at(1_001)), Some(at(1_300)), Some(at(1_301))].map(result),
            [CheckResult::Warn, CheckResult::Warn, CheckResult::Fail]
        );
    }
}
