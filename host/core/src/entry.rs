//! Ledger entries: what is written down, in the order in which it happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::act::{Approval, EvidenceAdded, Freeze, Hold, LogKeyAdded, Override, Rejection, Review, Thaw};
use crate::decision::{DecisionWord, GateRecord};
use crate::digest::Digest;
use crate::pipeline::GitReference;
use crate::proof::Built;
use crate::recipe::Provenance;
use crate::time::Timestamp;
use crate::verdict::Wait;

/// The version of the schema of entries.
pub const ENTRY_VERSION: u32 = 1;

/// The largest entry, in bytes of its envelope. What is larger belongs into blobs.
pub const MAX_ENTRY_BYTES: usize = 32 * 1024;

/// One entry. Its canonical JSON (RFC 8785) is the payload of a DSSE envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub version: u32,
    /// Position in the ledger, from 0.
    pub index: u64,
    pub at: Timestamp,
    pub by: By,
    /// URL of the repository that the ledger serves, as entry 0 has it.
    pub repo: String,
    /// Digest of the policy in force when it was written; nothing in entry 0.
    pub policy: Option<Digest>,
    pub subject: EntrySubject,
    #[serde(flatten)]
    pub body: Body,
    /// What the entry rests on, by digest.
    pub blobs: BTreeMap<String, Digest>,
}

/// Who wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Mail address from git's configuration.
    pub principal: String,
    /// Fingerprint of the key that signs the entry; nothing in a ledger that nobody signs.
    pub key: Option<String>,
    /// Written by a machine account. Such a writer is never requester or approver.
    pub automation: bool,
}

/// What an entry is about. All are nothing where they don't apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntrySubject {
    pub recipe: Option<Digest>,
    pub target: Option<String>,
    pub plan: Option<Digest>,
    pub promotion: Option<PromotionId>,
    pub attempt: Option<u64>,
}

/// `P-17`: the promotion whose decision is entry 17.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromotionId(String);

impl PromotionId {
    /// The promotion that entry `index` decides.
    pub fn of_decision(index: u64) -> Self {
        Self(format!("P-{index}"))
    }

    /// Reads `P-17`, or nothing when the text is no such id.
    pub fn parse(text: &str) -> Option<Self> {
        let index: u64 = text.strip_prefix("P-")?.parse().ok()?;
        Some(Self::of_decision(index)).filter(|id| id.0 == text)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PromotionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an entry says. A reader that meets a type which is not here refuses to promote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "body", rename_all = "kebab-case")]
pub enum Body {
    Trust(Trust),
    #[serde(rename = "policy-accepted")]
    PolicyAccept(PolicyAccept),
    ServiceBuilt(Built),
    Decided(Decided),
    Running(Running),
    Outcome(Outcome),
    Approval(Approval),
    Rejection(Rejection),
    Override(Override),
    Review(Review),
    Freeze(Freeze),
    Thaw(Thaw),
    Hold(Hold),
    Evidence(EvidenceAdded),
    LogKey(LogKeyAdded),
}

impl Body {
    /// All names that [`Body::type_name`] has.
    pub const TYPE_NAMES: [&str; 15] = [
        "trust",
        "policy-accepted",
        "service-built",
        "decided",
        "running",
        "outcome",
        "approval",
        "rejection",
        "override",
        "review",
        "freeze",
        "thaw",
        "hold",
        "evidence",
        "log-key",
    ];

    /// The name of the type, as written.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Trust(_) => "trust",
            Self::PolicyAccept(_) => "policy-accepted",
            Self::ServiceBuilt(_) => "service-built",
            Self::Decided(_) => "decided",
            Self::Running(_) => "running",
            Self::Outcome(_) => "outcome",
            Self::Approval(_) => "approval",
            Self::Rejection(_) => "rejection",
            Self::Override(_) => "override",
            Self::Review(_) => "review",
            Self::Freeze(_) => "freeze",
            Self::Thaw(_) => "thaw",
            Self::Hold(_) => "hold",
            Self::Evidence(_) => "evidence",
            Self::LogKey(_) => "log-key",
        }
    }
}

/// Entry 0: what everything else is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trust {
    /// The branch that policy revisions are read from.
    pub policy_ref: String,
    /// The commit whose policies are in force first.
    pub commit: String,
    /// Its policy digest.
    pub policy: Digest,
    /// `allowed_signers` lines; none until entries are signed.
    pub signers: Vec<String>,
    /// Public keys of the log; none until checkpoints are signed.
    pub log_keys: Vec<String>,
}

/// A policy revision comes into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAccept {
    pub commit: String,
    pub policy: Digest,
    /// The gates on policy changes that passed; empty: the command was the yes.
    pub gates: Vec<GateRecord>,
}

/// A decision on one recipe and one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub decision: DecisionWord,
    pub gates: Vec<GateRecord>,
    pub provenance: Provenance,
    /// Environment of the target, as configured then.
    pub environment: String,
    /// Whether the environment was promotable then.
    pub promotable: bool,
    /// The earliest time at which one of its verdicts may change.
    pub valid_until: Option<Timestamp>,
    /// What it waits for.
    pub waits: Vec<Wait>,
    /// Where the components of the recipe were read that don't come from `provenance`.
    pub carried: BTreeMap<String, Provenance>,
    /// Mail address of who asked for the change, as git tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// It goes back to a recipe that succeeded there before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_rollback: bool,
    /// Entries of the overrides by which gates were passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<u64>,
    /// Components of the recipe that are planned, and decided on, once this part of it is applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<String>,
}

/// An attempt begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    pub reference: GitReference,
    /// Host and process, to tell people who it is.
    pub worker: String,
    /// When the decision may no longer be applied.
    pub valid_until: Option<Timestamp>,
}

/// An attempt ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub state: OutcomeState,
    /// A sentence.
    pub message: String,
    /// What the target says that it runs, as far as the writer knows it.
    pub observed: Value,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeState {
    Succeeded,
    /// The target refused or was left in part.
    Failed,
    /// tollgate could not do its work.
    Errored,
    /// Nothing was written: the plan was stale, a tag had moved, another attempt was faster.
    Aborted,
}

impl OutcomeState {
    /// The word, as written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

/// An entry before the ledger gave it its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub at: Timestamp,
    pub by: By,
    pub policy: Option<Digest>,
    pub subject: EntrySubject,
    pub body: Body,
    /// Contents, by the name that the entry uses.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Contents that only other blobs name: the documents of an index of documents. Kept by digest like the rest.
    pub attached: Vec<Vec<u8>>,
}

impl Draft {
    /// The entry that this draft becomes at a place.
    pub fn at_index(&self, index: u64, repo: &str) -> Entry {
        Entry {
            version: ENTRY_VERSION,
            index,
            at: self.at,
            by: self.by.clone(),
            repo: repo.to_owned(),
            policy: self.policy,
            subject: self.subject.clone(),
            body: self.body.clone(),
            blobs: self.blobs.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect(),
        }
    }
}
