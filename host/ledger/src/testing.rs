//! What tests need: drafts, and a branch in memory that can be made to misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;
use tollgate_core::branch::{BranchChange, BranchChangeKind, BranchError, BranchFile, KeepBranch, Pushed};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Draft, EntrySubject, Outcome, OutcomeState, Trust};
use tollgate_core::ports::{AppendEntry as _, Proposal, ReadSigners, SignBytes, VerifySignature};
use tollgate_core::signature::{BadSignature, InvalidSigners, Signer};

use crate::log::note::SignerKey;
use crate::{GitLedger, Keys, LogKeyFile, Witness};

/// The repository that the ledgers of tests serve.
pub(crate) const REPO: &str = "https://git.example.com/deploy.git";

type Files = BTreeMap<String, Vec<u8>>;

/// A branch in memory. Commits are numbers.
#[derive(Debug, Default)]
pub(crate) struct MemoryBranch {
    pub(crate) remote: &'static str,
    pub(crate) state: Mutex<Commits>,
}

#[derive(Debug, Default)]
pub(crate) struct Commits {
    all: Vec<Files>,
    pub(crate) tip: Option<String>,
    /// How many pushes others are faster than.
    pub(crate) faster: u32,
    pub(crate) refuses: bool,
    /// How many entries were read.
    pub(crate) reads: usize,
    /// What happens while the next answer to a fetch is on its way.
    pub(crate) meanwhile: Option<Meanwhile>,
}

/// What others do.
pub(crate) struct Meanwhile(Box<dyn FnOnce() + Send>);

impl Meanwhile {
    pub(crate) fn new(act: impl FnOnce() + Send + 'static) -> Self {
        Self(Box::new(act))
    }
}

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl Commits {
    fn files(&self, commit: &str) -> Files {
        self.all[commit.parse::<usize>().unwrap()].clone()
    }

    fn add(&mut self, files: Files) -> String {
        self.all.push(files);
        (self.all.len() - 1).to_string()
    }
}

impl MemoryBranch {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Commits> {
        self.state.lock().unwrap()
    }

    /// Changes the files of the branch behind everyone's back.
    pub(crate) fn tamper(&self, change: impl FnOnce(&mut Files)) {
        let mut state = self.lock();
        let mut files = state.files(&state.tip.clone().unwrap());
        change(&mut files);
        state.tip = Some(state.add(files));
    }

    pub(crate) fn files(&self) -> Files {
        let state = self.lock();
        state.files(&state.tip.clone().unwrap())
    }
}

impl KeepBranch for MemoryBranch {
    fn remote(&self) -> &str {
        self.remote
    }

    fn branch(&self) -> &str {
        "tollgate/ledger"
    }

    fn fetch(&self) -> Result<Option<String>, BranchError> {
        let (tip, meanwhile) = {
            let mut state = self.lock();
            (state.tip.clone(), state.meanwhile.take())
        };
        if let Some(Meanwhile(act)) = meanwhile {
            act();
        }
        Ok(tip)
    }

    fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, BranchError> {
        let state = self.lock();
        let (before, after) = (before.map(|commit| state.files(commit)).unwrap_or_default(), state.files(after));
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let kind = |path| match (before.get(path), after.get(path)) {
            (None, _) => Some(BranchChangeKind::Added),
            (_, None) => Some(BranchChangeKind::Removed),
            (one, other) => (one != other).then_some(BranchChangeKind::Changed),
        };
        Ok(paths.into_iter().filter_map(|path| Some(BranchChange { path: path.clone(), kind: kind(path)? })).collect())
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BranchError> {
        let mut state = self.lock();
        state.reads += usize::from(path.starts_with("entries/"));
        Ok(state.files(commit).get(path).cloned())
    }

    fn write(&self, parent: Option<&str>, files: &[BranchFile], _message: &str) -> Result<String, BranchError> {
        let mut state = self.lock();
        let mut all = parent.map(|parent| state.files(parent)).unwrap_or_default();
        all.extend(files.iter().map(|file| (file.path.clone(), file.bytes.clone())));
        Ok(state.add(all))
    }

    fn push(&self, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
        let mut state = self.lock();
        if state.refuses {
            return Err(BranchError::Refused { message: "no".to_owned() });
        }
        if state.faster > 0 || state.tip.as_deref() != old {
            state.faster = state.faster.saturating_sub(1);
            return Ok(Pushed::Lost);
        }
        state.tip = Some(new.to_owned());
        Ok(Pushed::Won)
    }
}

/// What a ledger without signers is read with. Signed ones are told with real keys, through the binary.
pub(crate) struct NobodySigns;

impl ReadSigners for NobodySigns {
    fn signers(&self, _text: &str) -> Result<Arc<dyn VerifySignature>, InvalidSigners> {
        Ok(Arc::new(Self))
    }
}

impl VerifySignature for NobodySigns {
    fn verify(&self, _: &str, _: &[u8], _: &str, _: tollgate_core::time::Timestamp) -> Result<Signer, BadSignature> {
        Err(BadSignature::UnknownKey { key: String::new() })
    }

    fn principals(&self, _: &str, _: &str, _: tollgate_core::time::Timestamp) -> Vec<String> {
        Vec::new()
    }

    fn is_empty(&self) -> bool {
        true
    }
}

/// A machine: a directory with its log key and its memory, and a view of a branch.
pub(crate) struct Machine {
    pub(crate) branch: Arc<MemoryBranch>,
    directory: TempDir,
}

impl Machine {
    /// All of them are one user's, so that the log knows the key of all of them from entry 0 on.
    pub(crate) fn new(branch: &Arc<MemoryBranch>) -> Self {
        Self::of_user(branch, 1)
    }

    /// A machine of another user, who has a log key of their own.
    pub(crate) fn of_user(branch: &Arc<MemoryBranch>, seed: u8) -> Self {
        let machine = Self { branch: Arc::clone(branch), directory: tempfile::tempdir().unwrap() };
        let key = SignerKey::from_seed("user".parse().unwrap(), [seed; 32]);
        fs_err::create_dir(machine.memory()).unwrap();
        fs_err::write(machine.log_key(), key.to_secret_text()).unwrap();
        machine
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    pub(crate) fn memory(&self) -> Utf8PathBuf {
        self.path("ledgers")
    }

    fn log_key(&self) -> Utf8PathBuf {
        self.path("log.key")
    }

    /// What a new process that has a key works with.
    pub(crate) fn signing(&self, trust: Option<Digest>, own: Option<Arc<dyn SignBytes>>) -> GitLedger {
        let keys = Keys { signers: Arc::new(NobodySigns), own, log: LogKeyFile::new(&self.log_key()) };
        GitLedger::new(Arc::clone(&self.branch) as Arc<dyn KeepBranch>, Witness::new(&self.memory(), trust), keys)
    }

    /// The same where it is written down after each entry what all of them decide.
    pub(crate) fn keeping(&self, trust: Option<Digest>) -> GitLedger {
        let mut ledger = self.process(trust);
        ledger.gist_every = 1;
        ledger
    }

    /// A machine that remembers the same, and has written down nothing.
    pub(crate) fn copy_without_gist(&self) -> Self {
        let copy = Self::new(&self.branch);
        for file in self.memory().read_dir_utf8().unwrap().map(|file| file.unwrap().into_path()) {
            if file.extension() != Some("gist") {
                fs_err::copy(&file, copy.memory().join(file.file_name().unwrap())).unwrap();
            }
        }
        copy
    }

    /// Where that is written down.
    pub(crate) fn gist_file(&self) -> Option<Utf8PathBuf> {
        let files = self.memory().read_dir_utf8().unwrap().map(|file| file.unwrap().into_path());
        files.into_iter().find(|path| path.extension() == Some("gist"))
    }

    /// What a new process on this machine works with.
    pub(crate) fn process(&self, trust: Option<Digest>) -> GitLedger {
        self.signing(trust, None)
    }
}

/// A branch with a ledger of entry 0 and as many entries as there are messages.
pub(crate) fn mk_ledger(messages: &[&str]) -> (Arc<MemoryBranch>, Machine) {
    let branch = Arc::new(MemoryBranch::default());
    let machine = Machine::new(&branch);
    let ledger = machine.process(None);
    ledger.create(REPO, mk_trust()).unwrap();
    append(&ledger, &messages.iter().map(|message| mk_draft(message)).collect::<Vec<_>>());
    (branch, machine)
}

pub(crate) fn append(ledger: &GitLedger, drafts: &[Draft]) -> Vec<tollgate_core::entry::Entry> {
    ledger.append(&mut |_| Ok(Proposal { drafts: drafts.to_vec() })).unwrap()
}

fn mk_with(body: Body) -> Draft {
    let by = By { principal: "deployer@example.com".to_owned(), key: None, automation: true };
    let at = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    Draft { at, by, policy: None, subject: EntrySubject::default(), body, blobs: BTreeMap::new(), attached: Vec::new() }
}

pub(crate) fn mk_trust() -> Draft {
    let (policy_ref, commit, policy) = ("master".to_owned(), "0".repeat(40), Digest::of(b"policy"));
    mk_with(Body::Trust(Trust { policy_ref, commit, policy, signers: Vec::new(), log_keys: Vec::new() }))
}

pub(crate) fn mk_draft(message: &str) -> Draft {
    mk_observed(message, Value::Null)
}

pub(crate) fn mk_observed(message: &str, observed: Value) -> Draft {
    mk_with(Body::Outcome(Outcome { state: OutcomeState::Succeeded, message: message.to_owned(), observed }))
}
