//! A ledger in memory, with outages, and with others who are faster.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Draft, Entry, EntrySubject, PolicyAccept, Trust};
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::ports::{AppendEntry, AppendError, LedgerError, Proposal, ReadLedger, Refusal};
use tollgate_core::time::Timestamp;

use super::{REPO, at};

#[derive(Debug, Default)]
pub(crate) struct MemoryLedger {
    entries: Mutex<Vec<Entry>>,
    blobs: Mutex<BTreeMap<Digest, Vec<u8>>>,
    /// How many appends go through before the remote is out of reach; nothing: all.
    appends_left: Mutex<Option<u32>>,
    unreadable: Mutex<bool>,
    /// What others write in between, one for each append.
    rivals: Mutex<VecDeque<Draft>>,
}

pub(crate) fn mk_by(principal: &str) -> By {
    By { principal: format!("{principal}@example.com"), key: None, automation: false }
}

pub(crate) fn mk_draft(policy: Option<Digest>, subject: EntrySubject, body: Body) -> Draft {
    let by = mk_by("somebody-else");
    Draft { at: at(0), by, policy, subject, body, blobs: BTreeMap::new(), attached: Vec::new() }
}

pub(crate) fn mk_accept(policy: Digest) -> Body {
    Body::PolicyAccept(PolicyAccept { commit: "another".to_owned(), policy, gates: Vec::new() })
}

impl MemoryLedger {
    /// A ledger whose entry 0 puts a policy in force.
    pub(crate) fn with_trust(commit: &str, policy: Digest) -> Self {
        let ledger = Self::default();
        let (signers, log_keys) = (Vec::new(), Vec::new());
        let trust = Trust { policy_ref: "master".to_owned(), commit: commit.to_owned(), policy, signers, log_keys };
        ledger.create(REPO, mk_draft(None, EntrySubject::default(), Body::Trust(trust))).unwrap();
        ledger
    }

    pub(crate) fn seen(&self) -> History {
        History::new(self.entries.lock().unwrap().clone()).unwrap()
    }

    /// The remote takes this many entries' appends more, then none; nothing: it is back.
    pub(crate) fn set_appends_left(&self, appends: Option<u32>) {
        *self.appends_left.lock().unwrap() = appends;
    }

    pub(crate) fn set_unreadable(&self, unreadable: bool) {
        *self.unreadable.lock().unwrap() = unreadable;
    }

    /// Somebody else writes this while the next append is under way.
    pub(crate) fn slip_in(&self, draft: Draft) {
        self.rivals.lock().unwrap().push_back(draft);
    }

    pub(crate) fn write(&self, subject: EntrySubject, body: Body) {
        let policy = self.seen().policy_in_force().map(|policy| policy.digest);
        self.keep(&[mk_draft(policy, subject, body)]);
    }

    /// Writes as somebody who has a key, with what the entry rests on.
    pub(crate) fn write_signed(
        &self,
        who: &str,
        at: Timestamp,
        subject: EntrySubject,
        body: Body,
        blobs: &[(&str, Vec<u8>)],
    ) -> u64 {
        let policy = self.seen().policy_in_force().map(|policy| policy.digest);
        let by = By { key: Some(format!("SHA256:{who}")), ..mk_by(who) };
        let blobs = blobs.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        self.keep(&[Draft { at, by, blobs, ..mk_draft(policy, subject, body) }])[0].index
    }

    pub(crate) fn put_blob(&self, bytes: &[u8]) {
        self.blobs.lock().unwrap().insert(Digest::of(bytes), bytes.to_vec());
    }

    pub(crate) fn drop_blob(&self, digest: Digest) {
        self.blobs.lock().unwrap().remove(&digest);
    }

    /// All contents that were ever kept.
    pub(crate) fn blobs(&self) -> Vec<Vec<u8>> {
        self.blobs.lock().unwrap().values().cloned().collect()
    }

    fn keep(&self, drafts: &[Draft]) -> Vec<Entry> {
        let mut entries = self.entries.lock().unwrap();
        let start = entries.len();
        for draft in drafts {
            draft.blobs.values().chain(&draft.attached).for_each(|bytes| self.put_blob(bytes));
            let index = entries.len() as u64;
            entries.push(draft.at_index(index, REPO));
        }
        entries[start..].to_vec()
    }

    fn is_reachable(&self) -> bool {
        match self.appends_left.lock().unwrap().as_mut() {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }
}

fn unreachable() -> LedgerError {
    LedgerError::Unreachable { remote: "origin".to_owned(), message: "no route to host".to_owned() }
}

impl ReadLedger for MemoryLedger {
    fn history(&self) -> Result<Arc<History>, LedgerError> {
        if *self.unreadable.lock().unwrap() { Err(unreachable()) } else { Ok(Arc::new(self.seen())) }
    }

    fn blob(&self, digest: Digest) -> Result<Vec<u8>, LedgerError> {
        if *self.unreadable.lock().unwrap() {
            return Err(unreachable());
        }
        self.blobs.lock().unwrap().get(&digest).cloned().ok_or(LedgerError::MissingBlob { digest })
    }
}

impl AppendEntry for MemoryLedger {
    fn append(&self, propose: &mut dyn FnMut(&Gist) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError> {
        loop {
            let proposal = propose(&self.seen()).map_err(|Refusal| AppendError::Refused)?;
            if let Some(rival) = self.rivals.lock().unwrap().pop_front() {
                self.keep(&[rival]);
                continue;
            }
            if !self.is_reachable() {
                return Err(unreachable().into());
            }
            return Ok(self.keep(&proposal.drafts));
        }
    }

    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError> {
        let entry = trust.at_index(0, repo);
        self.entries.lock().unwrap().push(entry.clone());
        Ok(entry)
    }
}
