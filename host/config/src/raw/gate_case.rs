//! What a case of a promotion gate says: a question, as far as it differs from the plainest one, and the answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gate_case_change::Change;
use super::gate_case_ledger::{Approval, Evidence, Fact, Override, Rejection, Stop};
use super::gate_case_move::{Built, Component, Pair, Plan, Proof, Target, WayBack};
use super::policy::Settings;
use super::text::{MomentText, Name, PathText, Text};

/// A question to a promotion gate and its answer. What is left out is as in the plainest promotion: component `cart` would move
/// to target `prod-apps`, by one commit that `dev@example.com` made, signed and asked for, on 2027-01-15 at 08:00 UTC.
///
/// People are mail addresses, in the teams that `teams` says. Digests and commits are written in full, or as any word, which
/// stands for a digest or commit of its own. Times are UTC, or lengths of time before and after the case's own: `-2h`, `+3d`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct GateCaseFile {
    /// Settings for the plugin.
    #[schemars(extend("examples" = [{"count": 2}]))]
    pub(crate) settings: Option<Settings>,
    /// Files that the plugin is granted, by the key under which it reads them. Paths start from the case's directory.
    #[schemars(extend("examples" = [{"calendar": "../calendar.txt"}]))]
    pub(crate) data: BTreeMap<String, PathText>,
    /// When it is judged.
    #[schemars(extend("examples" = ["2027-01-15T08:00:00Z"]))]
    pub(crate) time: Option<Text>,
    /// Mail addresses, by team.
    #[schemars(extend("examples" = [{"platform": ["lead@example.com"]}]))]
    pub(crate) teams: BTreeMap<Name, Vec<Text>>,
    /// Mail addresses of machine accounts.
    #[schemars(extend("examples" = [["robot@example.com"]]))]
    pub(crate) automation: Vec<Text>,
    /// Where the recipe would go.
    #[schemars(extend("examples" = [{"after": ["preprod-apps"]}]))]
    pub(crate) target: Target,
    /// What would move: components by name.
    #[schemars(extend("examples" = [{"cart": {"images": [{"reference": "registry.example.com/cart:1"}]}}]))]
    pub(crate) recipe: BTreeMap<Name, Component>,
    /// What the plan would do.
    #[schemars(extend("examples" = [{"deletes": 1, "unchanged": 9}]))]
    pub(crate) plan: Plan,
    /// It goes back to a recipe that succeeded there before.
    #[schemars(extend("examples" = [true]))]
    pub(crate) is_rollback: bool,
    /// Records that images of services were built.
    #[schemars(extend("examples" = [[{"service": "cart", "reference": "registry.example.com/cart:1"}]]))]
    pub(crate) built: Vec<Built>,
    /// Records that recipes succeeded on targets.
    #[schemars(extend("examples" = [[{"target": "preprod-apps", "since": "-2d"}]]))]
    pub(crate) proofs: Vec<Proof>,
    /// The last other recipe that succeeded on the target; without, there is none.
    #[schemars(extend("examples" = [{"missingImages": ["registry.example.com/cart:1"]}]))]
    pub(crate) way_back: Option<WayBack>,
    /// The target with its Ops twin; without, it has none.
    #[schemars(extend("examples" = [{"differences": [{"path": "/variables/size", "ops": 1, "apps": 3}]}]))]
    pub(crate) pair: Option<Pair>,
    /// Instead of a promotion: a policy revision that would come into force.
    #[schemars(extend("examples" = [{"weakened": ["gate `soak` is gone"]}]))]
    pub(crate) policy: Option<PolicyRevision>,
    /// What git tells of the change.
    #[schemars(extend("examples" = [{"reference": "tag v1.2.0", "tagSignedBy": "dev@example.com"}]))]
    pub(crate) change: Change,
    /// People's signed yes.
    #[schemars(extend("examples" = [[{"by": "lead@example.com"}]]))]
    pub(crate) approvals: Vec<Approval>,
    /// People's signed no.
    #[schemars(extend("examples" = [[{"by": "lead@example.com", "reason": "not before the audit"}]]))]
    pub(crate) rejections: Vec<Rejection>,
    /// Freezes and holds that stand.
    #[schemars(extend("examples" = [[{"scope": "all", "reason": "year end", "by": "lead@example.com"}]]))]
    pub(crate) stops: Vec<Stop>,
    /// Break-glass that was used.
    #[schemars(extend("examples" = [[{"gates": ["soak"], "by": ["lead@example.com"], "reason": "the shop is down"}]]))]
    pub(crate) overrides: Vec<Override>,
    /// In-toto statements that the ledger holds.
    #[schemars(extend("examples" = [[{"predicateType": "https://in-toto.io/attestation/test-result/v0.1", "predicate": {"result": "PASSED"}, "subjects": ["recipe"], "signer": "ci@example.com"}]]))]
    pub(crate) evidence: Vec<Evidence>,
    /// What is true outside git.
    #[schemars(extend("examples" = [[{"name": "ticket", "value": "open"}]]))]
    pub(crate) facts: Vec<Fact>,
    /// What is found: all of it, notes and warnings included.
    #[schemars(extend("examples" = [[{"rule": "failed", "component": "cart", "message": "is `FAILED`"}]]))]
    pub(crate) expect: Vec<FoundByGate>,
    /// What it waits for. A case under `pending` says it.
    #[schemars(extend("examples" = [{"reason": "4h are left", "until": "+4h"}]))]
    pub(crate) waits: Option<Waits>,
    /// Until when the answer holds.
    #[schemars(extend("examples" = ["+2h"]))]
    pub(crate) valid_until: Option<MomentText>,
}

/// A policy revision that would come into force.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CasePolicyRevision")]
pub(crate) struct PolicyRevision {
    /// Its commit, in full or as a word.
    #[schemars(extend("examples" = ["policy"]))]
    pub(crate) commit: Option<Text>,
    /// Its digest, in full or as a word.
    #[schemars(extend("examples" = ["policy"]))]
    pub(crate) digest: Option<Text>,
    /// Files that differ from the revision in force.
    #[schemars(extend("examples" = [["tollgate.yaml"]]))]
    pub(crate) files: Vec<Text>,
    /// Gates that the revision in force has and this one has not, or has weaker, in words.
    #[schemars(extend("examples" = [["gate `soak` is gone"]]))]
    pub(crate) weakened: Vec<Text>,
}

/// A finding of a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseFoundByGate")]
pub(crate) struct FoundByGate {
    /// The rule.
    #[schemars(extend("examples" = ["untested"]))]
    pub(crate) rule: Text,
    /// The component that it is about; without, the promotion as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) component: Option<Text>,
    /// A part of what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["is `FAILED`"]))]
    pub(crate) message: Option<Text>,
}

/// What a gate waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseWaits")]
pub(crate) struct Waits {
    /// A part of the reason.
    #[schemars(extend("examples" = ["4h are left"]))]
    pub(crate) reason: Option<Text>,
    /// Who can give it: exactly these teams and mail addresses.
    #[schemars(extend("examples" = [["platform"]]))]
    pub(crate) from: Option<Vec<Text>>,
    /// When the answer may change by itself.
    #[schemars(extend("examples" = ["+4h"]))]
    pub(crate) until: Option<MomentText>,
}
