//! What a promotion gate is asked, and what it answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::Context;
use crate::digest::Digest;
use crate::finding::Level;
use crate::pair::Pair;
use crate::people::Person;
use crate::pipeline::{Role, SourceSpec};
pub use crate::plan::{PlanSummary, PlannedAction};
use crate::proof::{Built, Proof};
use crate::recipe::Recipe;
use crate::time::Timestamp;
use crate::verdict::Wait;

/// A question to promotion gates. It is kept in the ledger, so that the very same can be asked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GateRequest {
    pub context: Context,
    pub subject: GateSubject,
    pub change: Option<GitChange>,
    pub approvals: Vec<CountedApproval>,
    pub rejections: Vec<CountedRejection>,
    pub stops: Vec<Stop>,
    pub overrides: Vec<UsedOverride>,
    pub evidence: Vec<HeldEvidence>,
    pub facts: Vec<Fact>,
    /// What `clock` answers, in seconds since the Unix epoch.
    pub evaluation_time: u64,
}

impl GateRequest {
    /// What a gate with these needs is given.
    #[must_use]
    pub fn only(&self, needs: GateNeeds) -> Self {
        let mut request = self.clone();
        if let GateSubject::Promotion(proposed) = &mut request.subject {
            proposed.only(needs);
        }
        request.change = request.change.filter(|_| needs.change);
        keep(&mut request.approvals, needs.approvals);
        keep(&mut request.rejections, needs.approvals);
        keep(&mut request.stops, needs.stops);
        keep(&mut request.overrides, needs.overrides);
        keep(&mut request.evidence, needs.evidence);
        keep(&mut request.facts, needs.facts);
        request
    }
}

fn keep<T>(list: &mut Vec<T>, is_needed: bool) {
    if !is_needed {
        list.clear();
    }
}

impl ProposedMove {
    fn only(&mut self, needs: GateNeeds) {
        keep(&mut self.built, needs.built);
        keep(&mut self.proofs, needs.proofs);
        keep(&mut self.plan.actions, needs.actions);
        self.way_back = self.way_back.take().filter(|_| needs.way_back);
        self.pair = self.pair.take().filter(|_| needs.pair);
    }
}

/// What is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateSubject {
    Promotion(Box<ProposedMove>),
    Policy(PolicyChange),
}

impl GateSubject {
    /// The recipe, where one would move.
    pub const fn recipe(&self) -> Option<&Recipe> {
        match self {
            Self::Promotion(proposed) => Some(&proposed.recipe),
            Self::Policy(_) => None,
        }
    }
}

/// A recipe that would move to a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposedMove {
    pub target: PromotionTarget,
    pub recipe: Recipe,
    /// By component name, for components with own images.
    pub sources: BTreeMap<String, SourceSpec>,
    pub plan: PlanSummary,
    /// It goes back to a recipe that succeeded there before.
    pub is_rollback: bool,
    pub built: Vec<Built>,
    pub proofs: Vec<Proof>,
    pub way_back: Option<WayBack>,
    /// The target with its Ops twin; nothing where there is none, or where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<Pair>,
}

/// Where the recipe would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionTarget {
    pub name: String,
    pub environment: String,
    pub role: Role,
    pub promotable: bool,
    pub after: Vec<String>,
    /// Of each group, one must have proven the recipe before.
    pub after_any: Vec<Vec<String>>,
}

/// What a rollback would go back to: the last other recipe that succeeded on the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WayBack {
    pub recipe: Digest,
    pub promotion: String,
    /// References with digests of its images that are no longer to be had.
    pub missing_images: Vec<String>,
}

/// A policy revision that would come into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChange {
    pub commit: String,
    pub digest: Digest,
    /// Paths of files that differ from the revision in force, sorted.
    pub files: Vec<String>,
    /// Gates that the revision in force has and this one has not, or has weaker, in words.
    pub weakened: Vec<String>,
}

/// Who vouches for a commit or tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vouching {
    /// Signed by an allowed key of this person.
    Signed(Person),
    /// Made and signed by the forge in the name of this person; its tree is what the host merged itself.
    Forge(Person),
    /// Not signed, or by nobody who may: the reason.
    Unsigned(String),
}

impl Vouching {
    /// The person, where there is one.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Signed(person) | Self::Forge(person) => Some(person),
            Self::Unsigned(_) => None,
        }
    }
}

/// A commit that a change brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeCommit {
    pub id: String,
    /// Mail addresses, as the commit has them but in lower case.
    pub author: String,
    pub committer: String,
    pub at: Timestamp,
    /// The first line of its message.
    pub summary: String,
    /// Key and value of each trailer of its message (git-interpret-trailers(1)).
    pub trailers: Vec<(String, String)>,
    pub vouching: Vouching,
    pub is_merge: bool,
}

/// How many commits of a change are looked at.
pub const MAX_CHANGE_COMMITS: usize = 1_000;

/// What git tells of a change: the commits since what runs at the target, or since the policy in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitChange {
    /// `branch master`, `tag v1.2.0`, `commit 4f2a…`.
    pub reference: String,
    pub commit: String,
    /// Signer of the tag, else author of the change. Nothing: nobody can be named.
    pub requester: Option<Person>,
    /// For tags: who vouches for the tag itself.
    pub tag: Option<Vouching>,
    /// What the change is counted from; nothing: from the beginning.
    pub base: Option<String>,
    /// Newest first, at most [`MAX_CHANGE_COMMITS`].
    pub commits: Vec<ChangeCommit>,
    /// False where there are more.
    pub is_complete: bool,
    /// The sentence that says how the reference left what the ledger saw of it before.
    pub rewritten: Option<String>,
    /// `.tollgate/change.yaml` of the commit, as JSON.
    pub record: Option<Value>,
}

/// What an approval binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalKind {
    /// The tree of the content and the policy revision.
    Review,
    /// Recipe, plan, policy and target.
    Promotion,
}

impl ApprovalKind {
    /// The word, as written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Promotion => "promotion",
        }
    }
}

/// A person's signed yes, and whether it counts for what is judged now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedApproval {
    pub kind: ApprovalKind,
    pub by: Person,
    pub at: Timestamp,
    /// Where it is written: `entry 17`, `tag approve/4f2a`, `merge 4f2a…`, `pull request 7`.
    pub source: String,
    /// Why it does not count; nothing: it does.
    pub void: Option<String>,
}

/// A person's signed no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedRejection {
    pub by: Person,
    pub at: Timestamp,
    pub reason: String,
    pub source: String,
}

/// What people have stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stop {
    /// False for a freeze of people.
    pub is_hold: bool,
    /// `all`, `environment prod`, `target prod-apps`, `component cart`.
    pub scope: String,
    pub reason: String,
    pub by: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    /// Index of the ledger entry.
    pub entry: u64,
}

/// Break-glass that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsedOverride {
    pub target: String,
    pub gates: Vec<String>,
    pub by: Vec<Person>,
    pub at: Timestamp,
    pub reason: String,
    pub ticket: Option<String>,
    /// When a person who did not sign it must have looked at it.
    pub review_by: Timestamp,
    /// Who did, and whether it was accepted.
    pub reviewed: Option<(Person, bool)>,
    pub entry: u64,
}

/// An in-toto statement that the ledger holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldEvidence {
    pub statement: Value,
    pub subjects: Vec<Digest>,
    pub predicate_type: String,
    pub signer: Option<Person>,
    pub at: Timestamp,
    pub entry: u64,
}

/// Something true outside git.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    pub name: String,
    pub value: Value,
    pub source: String,
    pub at: Timestamp,
    /// In seconds.
    pub max_age: u64,
}

/// What a promotion gate says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateAnswer {
    #[serde(rename_all = "camelCase")]
    Findings {
        findings: Vec<GateFinding>,
        /// Until when this holds; nothing: time does not change it.
        valid_until: Option<Timestamp>,
    },
    Pending(Wait),
}

/// One finding of a promotion gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateFinding {
    pub rule: String,
    pub message: String,
    /// Nothing: the promotion as a whole. The sandbox has checked that the component exists.
    pub component: Option<String>,
    pub remediation: Option<String>,
    pub level: Option<Level>,
}

/// What a configured promotion gate looks at. What it does not, it is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GateNeeds {
    pub built: bool,
    pub proofs: bool,
    pub actions: bool,
    pub way_back: bool,
    pub change: bool,
    pub approvals: bool,
    pub stops: bool,
    pub overrides: bool,
    pub evidence: bool,
    pub facts: bool,
    #[serde(default)]
    pub pair: bool,
}

impl GateNeeds {
    /// All there is.
    pub const EVERYTHING: Self = Self {
        built: true,
        proofs: true,
        actions: true,
        way_back: true,
        change: true,
        approvals: true,
        stops: true,
        overrides: true,
        evidence: true,
        facts: true,
        pair: true,
    };
}
