//! A ledger in memory and short ways to make entries. What the real ledger does with git is tested where it lives.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use tollgate_core::act::Approval;
use tollgate_core::approved::Worker;
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::entry::{
    Body, By, Decided, Draft, Entry, EntrySubject, Outcome, OutcomeState, PolicyAccept, PromotionId, Trust,
};
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::pipeline::{DirectoryTarget, GitReference, Glob, Role, Target, TargetKind, Trigger};
use tollgate_core::ports::{AppendEntry, AppendError, Proposal, Refusal};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;

pub(crate) const REPO: &str = "https://git.example.com/deployment";

#[derive(Default)]
pub(crate) struct MemoryLedger {
    entries: Mutex<Vec<Entry>>,
    /// Whether the remote is out of reach.
    pub(crate) unreachable: Mutex<bool>,
}

impl MemoryLedger {
    pub(crate) fn with_trust() -> Self {
        let ledger = Self::default();
        ledger.create(REPO, mk_draft(None, EntrySubject::default(), mk_trust())).unwrap();
        ledger
    }

    pub(crate) fn history(&self) -> History {
        History::new(self.entries.lock().unwrap().clone()).unwrap()
    }

    pub(crate) fn write(&self, subject: EntrySubject, body: Body) -> Entry {
        let policy = self.history().policy_in_force().map(|policy| policy.digest);
        self.keep(&mk_draft(policy, subject, body))
    }

    /// Writes as somebody who has a key; nothing: unsigned.
    pub(crate) fn write_by(&self, who: Option<&str>, subject: EntrySubject, body: Body) -> Entry {
        let policy = self.history().policy_in_force().map(|policy| policy.digest);
        let mut draft = mk_draft(policy, subject, body);
        if let Some(who) = who {
            draft.by = By { principal: who.to_owned(), key: Some(format!("SHA256:{who}")), automation: false };
        }
        self.keep(&draft)
    }

    fn keep(&self, draft: &Draft) -> Entry {
        self.append(&mut |_| Ok(Proposal { drafts: vec![draft.clone()] })).unwrap().remove(0)
    }

    /// Writes a decision and returns the promotion that it makes.
    pub(crate) fn decide(&self, target: &str, recipe: &str, word: DecisionWord) -> PromotionId {
        let id = PromotionId::of_decision(self.history().len());
        let subject = EntrySubject {
            recipe: Some(Digest::of(recipe.as_bytes())),
            target: Some(target.to_owned()),
            plan: Some(Digest::of(b"plan")),
            promotion: Some(id.clone()),
            attempt: None,
        };
        self.write(subject, Body::Decided(mk_decided(word)));
        id
    }

    pub(crate) fn end(&self, promotion: &PromotionId, state: OutcomeState) {
        let history = self.history();
        let promotion = history.promotion(promotion).unwrap();
        let subject = promotion.running.map_or_else(|| promotion.decision.subject.clone(), |(entry, _)| entry.subject.clone());
        let outcome = Outcome { state, message: String::new(), observed: serde_json::Value::Null };
        self.write(subject, Body::Outcome(outcome));
    }
}

impl AppendEntry for MemoryLedger {
    fn append(&self, propose: &mut dyn FnMut(&Gist) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError> {
        let proposal = propose(&self.history()).map_err(|Refusal| AppendError::Refused)?;
        if *self.unreachable.lock().unwrap() {
            return Err(AppendError::Rejected { message: "unreachable".to_owned() });
        }
        let mut entries = self.entries.lock().unwrap();
        let start = entries.len();
        for draft in proposal.drafts {
            let entry = draft.at_index(entries.len() as u64, REPO);
            entries.push(entry);
        }
        Ok(entries[start..].to_vec())
    }

    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError> {
        let entry = trust.at_index(0, repo);
        self.entries.lock().unwrap().push(entry.clone());
        Ok(entry)
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn mk_worker(second: i64) -> Worker {
    Worker { by: mk_by(), name: "host:1".to_owned(), now: at(second) }
}

fn mk_by() -> By {
    By { principal: "platform-lead@example.com".to_owned(), key: None, automation: false }
}

fn mk_draft(policy: Option<Digest>, subject: EntrySubject, body: Body) -> Draft {
    Draft { at: at(0), by: mk_by(), policy, subject, body, blobs: BTreeMap::new(), attached: Vec::new() }
}

fn mk_trust() -> Body {
    Body::Trust(Trust {
        policy_ref: "master".to_owned(),
        commit: "c0".to_owned(),
        policy: Digest::of(b"policy 0"),
        signers: Vec::new(),
        log_keys: Vec::new(),
    })
}

pub(crate) fn mk_accept(policy: &str) -> Body {
    Body::PolicyAccept(PolicyAccept { commit: policy.to_owned(), policy: Digest::of(policy.as_bytes()), gates: Vec::new() })
}

pub(crate) fn mk_approval(kind: ApprovalKind, tree: &str) -> Body {
    Body::Approval(Approval { kind, commit: "c1".to_owned(), tree: tree.to_owned(), note: None })
}

/// The apps target of an environment.
pub(crate) fn mk_target(environment: &str) -> Target {
    Target {
        name: format!("{environment}-apps"),
        environment: environment.to_owned(),
        role: Role::Apps,
        promotable: true,
        on: vec![Trigger::Tag(Glob::new("v*").unwrap())],
        requires: Vec::new(),
        after: Vec::new(),
        after_any: Vec::new(),
        soak: None,
        kind: TargetKind::Directory(DirectoryTarget { path: environment.to_owned(), plan_key: None }),
        location: Location { file: "tollgate.yaml".to_owned(), span: Span::START },
    }
}

pub(crate) fn mk_decided(decision: DecisionWord) -> Decided {
    Decided {
        decision,
        gates: Vec::new(),
        provenance: Provenance { reference: GitReference::Branch("master".to_owned()), commit: "c1".to_owned() },
        environment: "preprod".to_owned(),
        promotable: true,
        valid_until: None,
        waits: Vec::new(),
        carried: BTreeMap::new(),
        requester: None,
        is_rollback: false,
        overrides: Vec::new(),
        deferred: Vec::new(),
    }
}
