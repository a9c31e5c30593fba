//! A bare remote, and the machines that write to its ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Draft, EntrySubject, Outcome, OutcomeState, Trust};
use tollgate_core::history::History;
use tollgate_core::ports::{AppendEntry, AppendError, Proposal, ReadLedger};
use tollgate_ledger::{GitLedger, Keys, LogKeyFile, Witness};
use tollgate_repo::GitBranch;
use tollgate_sign::SshSigners;

pub(crate) const BRANCH: &str = "tollgate/ledger";

/// An entry as a writer knows it: where it was acknowledged, and what it says.
pub(crate) type Acknowledged = (u64, String);

/// A directory with a bare remote and room for machines.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    /// With entry 0 written.
    pub(crate) fn new() -> Self {
        let place = Self { directory: room() };
        git(&place.path("."), &["init", "--quiet", "--bare", "remote.git"]);
        // Processes die here, not machines, so that nothing has to reach the disk.
        git(&place.remote(), &["config", "core.fsync", "none"]);
        place.ledger("founder").create("https://git.example.com/deploy.git", trust()).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    pub(crate) fn remote(&self) -> Utf8PathBuf {
        self.path("remote.git")
    }

    /// What a new process on a machine works with.
    pub(crate) fn ledger(&self, machine: &str) -> GitLedger {
        open(self.remote().as_str(), &self.path(&format!("{machine}.git")), &self.path(&format!("{machine}.state")))
    }

    /// What a machine that knows nothing reads. Checks that every message is there once, as is the log key of every machine.
    pub(crate) fn read(&self) -> Arc<History> {
        let stranger = tempfile::tempdir_in(self.directory.path()).unwrap();
        let stranger = Utf8Path::from_path(stranger.path()).unwrap();
        let history = open(self.remote().as_str(), &stranger.join("cache.git"), &stranger.join("state")).history().unwrap();
        let messages: Vec<&str> = history.entries().iter().skip(1).map(|entry| message(&entry.body)).collect();
        assert_eq!(messages.iter().collect::<BTreeSet<_>>().len(), messages.len(), "an entry is there twice: {messages:?}");
        history
    }

    /// Checks that everything acknowledged is where it was acknowledged to be.
    pub(crate) fn holds(&self, acknowledged: &[Acknowledged]) -> Arc<History> {
        let history = self.read();
        for (index, text) in acknowledged {
            let entry = history.entries().get(usize::try_from(*index).unwrap());
            assert_eq!(entry.map(|entry| message(&entry.body)), Some(text.as_str()), "entry {index}");
        }
        history
    }
}

pub(crate) fn open(remote: &str, cache: &Utf8Path, state: &Utf8Path) -> GitLedger {
    let branch = GitBranch::in_cache(cache, remote, BRANCH).unwrap();
    over(Arc::new(branch), state)
}

pub(crate) fn over(branch: Arc<dyn KeepBranch>, state: &Utf8Path) -> GitLedger {
    let keys = Keys { signers: Arc::new(SshSigners), own: None, log: LogKeyFile::new(&state.join("log.key")) };
    GitLedger::new(branch, Witness::new(&state.join("ledgers"), None), keys)
}

/// Appends one entry that says `text`.
pub(crate) fn append(ledger: &GitLedger, text: &str) -> Result<Acknowledged, AppendError> {
    let entries = ledger.append(&mut |_| Ok(Proposal { drafts: vec![draft(text)] }))?;
    Ok((entries[0].index, message(&entries[0].body).to_owned()))
}

/// How many entries writers have proposed; the log keys of machines come by themselves.
pub(crate) fn proposed(history: &History) -> u64 {
    history.entries().iter().filter(|entry| matches!(entry.body, Body::Outcome(_))).count() as u64
}

pub(crate) fn message(body: &Body) -> &str {
    match body {
        Body::Outcome(outcome) => &outcome.message,
        Body::LogKey(added) => &added.key,
        other => other.type_name(),
    }
}

/// Each has a blob of its own, one that all share, and a target.
fn draft(text: &str) -> Draft {
    let outcome = Outcome { state: OutcomeState::Succeeded, message: text.to_owned(), observed: serde_json::Value::Null };
    let subject = EntrySubject { target: Some("prod-apps".to_owned()), ..EntrySubject::default() };
    let blobs = BTreeMap::from([("own".to_owned(), text.as_bytes().to_vec()), ("shared".to_owned(), b"shared".to_vec())]);
    Draft { subject, blobs, ..with(Body::Outcome(outcome)) }
}

fn trust() -> Draft {
    let (policy_ref, commit, policy) = ("master".to_owned(), "0".repeat(40), Digest::of(b"policy"));
    with(Body::Trust(Trust { policy_ref, commit, policy, signers: Vec::new(), log_keys: Vec::new() }))
}

fn with(body: Body) -> Draft {
    let by = By { principal: "deployer@example.com".to_owned(), key: None, automation: true };
    // All at one time: entries that differ in nothing else must be told apart all the same.
    let at = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let subject = EntrySubject::default();
    Draft { at, by, policy: None, subject, body, blobs: BTreeMap::new(), attached: Vec::new() }
}

pub(crate) fn git(at: &Utf8Path, arguments: &[&str]) -> String {
    let user = ["-c", "user.name=tester", "-c", "user.email=tester@example.com"];
    let output = Command::new("git").current_dir(at).args(user).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A number from the environment.
pub(crate) fn count(variable: &str, default: u32) -> u32 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// Twenty writers make thousands of small files. They are put into memory where there is plenty and `TMPDIR` says nothing
/// else: on a slow disk the same takes minutes.
fn room() -> TempDir {
    let memory = "/dev/shm";
    let plenty = rustix::fs::statvfs(memory).is_ok_and(|room| room.f_bavail * room.f_frsize > 1 << 30);
    if plenty && std::env::var_os("TMPDIR").is_none() {
        return tempfile::tempdir_in(memory).unwrap();
    }
    tempfile::tempdir().unwrap()
}
