//! What the tests of all types of targets share: a ledger in memory, and small recipes.

use std::collections::BTreeMap;
use std::sync::Mutex;

use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};
use tollgate_core::approved::{Approved, NotApproved, Worker};
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::entry::{Body, By, Decided, Draft, Entry, EntrySubject, PromotionId, Running, Trust};
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{AppendEntry, AppendError, Proposal, Refusal};
use tollgate_core::recipe::Provenance;
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_core::time::Timestamp;

use crate::key::PlanKey;

pub(crate) const TARGET: &str = "prod-apps";

/// How many cases a property test runs: few and always the same ones, or as many as `TOLLGATE_SOAK` says and others each time.
pub(crate) fn config(cases: u32) -> Config {
    let soak = std::env::var("TOLLGATE_SOAK").ok().map(|count| count.parse().expect("TOLLGATE_SOAK is a number"));
    let rng_seed = if soak.is_some() { RngSeed::Random } else { RngSeed::Fixed(8) };
    Config { cases: soak.unwrap_or(cases), rng_seed, failure_persistence: None, ..Config::default() }
}

/// A ledger without a remote. The real one is tested where it is.
#[derive(Default)]
pub(crate) struct MemoryLedger(Mutex<Vec<Entry>>);

const REPOSITORY: &str = "https://git.example.com/deployment";

fn mk_by() -> By {
    By { principal: "platform-lead@example.com".to_owned(), key: None, automation: false }
}

fn mk_draft(subject: EntrySubject, body: Body) -> Draft {
    Draft { at: noon(), by: mk_by(), policy: Some(policy()), subject, body, blobs: BTreeMap::new(), attached: Vec::new() }
}

fn policy() -> Digest {
    Digest::of(b"policy")
}

pub(crate) fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

impl AppendEntry for MemoryLedger {
    fn append(&self, propose: &mut dyn FnMut(&Gist) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError> {
        let mut entries = self.0.lock().unwrap();
        let history = History::new(entries.clone()).unwrap();
        let proposal = propose(&history).map_err(|_| AppendError::Refused)?;
        let at = |(draft, index): (&Draft, u64)| draft.at_index(index, REPOSITORY);
        let new: Vec<Entry> = proposal.drafts.iter().zip(history.len()..).map(at).collect();
        entries.extend(new.clone());
        Ok(new)
    }

    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError> {
        let entry = trust.at_index(0, repo);
        self.0.lock().unwrap().push(entry.clone());
        Ok(entry)
    }
}

impl MemoryLedger {
    pub(crate) fn new() -> Self {
        let ledger = Self::default();
        let trust = Trust {
            policy_ref: "master".to_owned(),
            commit: "0".repeat(40),
            policy: policy(),
            signers: Vec::new(),
            log_keys: Vec::new(),
        };
        ledger.create(REPOSITORY, mk_draft(EntrySubject::default(), Body::Trust(trust))).unwrap();
        ledger
    }

    fn push(&self, subject: &EntrySubject, body: &Body) -> Entry {
        let propose = &mut |_: &Gist| Ok(Proposal { drafts: vec![mk_draft(subject.clone(), body.clone())] });
        self.append(propose).unwrap().remove(0)
    }

    /// Pretends that all attempts up to this one were begun, by whomever.
    pub(crate) fn burn(&self, attempt: u64) {
        let subject = EntrySubject { target: Some(TARGET.to_owned()), attempt: Some(attempt), ..EntrySubject::default() };
        let running = Running { reference: mk_provenance().reference, worker: "another".to_owned(), valid_until: None };
        self.push(&subject, &Body::Running(running));
    }

    /// Writes down that a plan is approved.
    pub(crate) fn approve(&self, target: &str, recipe: Digest, plan: Digest, valid_until: Option<Timestamp>) -> PromotionId {
        let promotion = PromotionId::of_decision(self.0.lock().unwrap().len() as u64);
        let subject = EntrySubject {
            recipe: Some(recipe),
            target: Some(target.to_owned()),
            plan: Some(plan),
            promotion: Some(promotion.clone()),
            attempt: None,
        };
        let decided = Decided {
            decision: DecisionWord::Approved,
            gates: Vec::new(),
            provenance: mk_provenance(),
            environment: "prod".to_owned(),
            promotable: true,
            valid_until,
            waits: Vec::new(),
            carried: BTreeMap::new(),
            requester: None,
            is_rollback: false,
            overrides: Vec::new(),
            deferred: Vec::new(),
        };
        self.push(&subject, &Body::Decided(decided));
        promotion
    }

    pub(crate) fn obtain(&self, promotion: &PromotionId) -> Result<Approved, NotApproved> {
        Approved::obtain(promotion, &Worker { by: mk_by(), name: "test".to_owned(), now: noon() }, self)
    }

    /// Approves a plan and begins an attempt.
    pub(crate) fn approved(&self, recipe: Digest, plan: Digest) -> Approved {
        self.obtain(&self.approve(TARGET, recipe, plan, None)).unwrap()
    }
}

fn mk_provenance() -> Provenance {
    Provenance { reference: GitReference::Branch("master".to_owned()), commit: "1".repeat(40) }
}

/// A key that is long enough.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A plan key.
pub(crate) fn mk_key() -> PlanKey {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key"), [7; 32]).unwrap();
    let source = tollgate_core::pipeline::PlanKey::File("key".to_owned());
    PlanKey::load(&source, camino::Utf8Path::from_path(directory.path()).unwrap()).unwrap().unwrap()
}

/// The files that a recipe is, each with its documents.
pub(crate) fn files(rendered: &Rendered) -> BTreeMap<String, Vec<Value>> {
    let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for document in rendered.documents() {
        files.entry(document.path.clone()).or_default().push(document.body.clone());
    }
    files
}

/// A stand-in for the id of the recipe.
pub(crate) fn recipe(rendered: &Rendered) -> Digest {
    let bodies: Vec<_> = rendered.documents().iter().map(|document| (&document.path, &document.body)).collect();
    Digest::of_canonical(&bodies).unwrap()
}

pub(crate) fn mk_document(path: &str, kind: &str, name: &str, rest: &Value) -> RenderedDocument {
    let mut body = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    for (key, value) in rest.as_object().unwrap() {
        body[key] = value.clone();
    }
    RenderedDocument {
        component: path.split('/').nth(1).unwrap_or("root").to_owned(),
        path: path.to_owned(),
        identity: ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() },
        body,
    }
}

/// A recipe of one ConfigMap for each pair.
pub(crate) fn mk_rendered(values: &[(&str, u64)]) -> Rendered {
    let document = |(name, value): &(&str, u64)| {
        let data = json!({"data": {"value": value.to_string(), "same": "yes"}});
        mk_document(&format!("services/{name}/all.yaml"), "ConfigMap", name, &data)
    };
    Rendered::new(values.iter().map(document).collect())
}
