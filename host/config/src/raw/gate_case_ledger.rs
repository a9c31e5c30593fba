//! What people and machines have written into the ledger, in a case of a promotion gate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gate_case::Anything;
use super::text::{DurationText, MomentText, Text};

/// What an approval binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "CaseApprovalKind")]
pub(crate) enum ApprovalKind {
    /// The content.
    Review,
    /// This move.
    #[default]
    Promotion,
}

/// A person's signed yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseApproval")]
pub(crate) struct Approval {
    /// Mail address.
    #[schemars(extend("examples" = ["lead@example.com"]))]
    pub(crate) by: Text,
    /// What it binds; without, this move.
    #[serde(default)]
    #[schemars(extend("examples" = ["review"]))]
    pub(crate) kind: ApprovalKind,
    /// When; without, at the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
    /// Where it is written; without, in an entry of the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["tag approve/4f2a"]))]
    pub(crate) source: Option<Text>,
    /// Why it does not count; without, it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["the plan has changed"]))]
    pub(crate) void: Option<Text>,
}

/// A person's signed no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseRejection")]
pub(crate) struct Rejection {
    /// Mail address.
    #[schemars(extend("examples" = ["lead@example.com"]))]
    pub(crate) by: Text,
    /// Why.
    #[schemars(extend("examples" = ["year end"]))]
    pub(crate) reason: Text,
    /// When; without, at the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
}

/// A freeze or a hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseStop")]
pub(crate) struct Stop {
    /// A hold that a rollback set; else a freeze of people.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) is_hold: bool,
    /// What stands still.
    #[schemars(extend("examples" = ["environment prod"]))]
    pub(crate) scope: Text,
    /// Why.
    #[schemars(extend("examples" = ["year end"]))]
    pub(crate) reason: Text,
    /// Mail address.
    #[schemars(extend("examples" = ["lead@example.com"]))]
    pub(crate) by: Text,
    /// Since when; without, since an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2d"]))]
    pub(crate) since: Option<MomentText>,
    /// Until when; without, until somebody lifts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["+1d"]))]
    pub(crate) until: Option<MomentText>,
}

/// Break-glass that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseOverride")]
pub(crate) struct Override {
    /// Gates that it passed.
    #[schemars(extend("examples" = [["soak"]]))]
    pub(crate) gates: Vec<Text>,
    /// Mail addresses of those who signed it.
    #[schemars(extend("examples" = [["lead@example.com"]]))]
    pub(crate) by: Vec<Text>,
    /// Why.
    #[schemars(extend("examples" = ["year end"]))]
    pub(crate) reason: Text,
    /// The ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["OPS-17"]))]
    pub(crate) ticket: Option<Text>,
    /// The target; without, the one of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["prod-apps"]))]
    pub(crate) target: Option<Text>,
    /// When; without, at the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
    /// When somebody else must have looked at it; without, a day after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["+1d"]))]
    pub(crate) review_by: Option<MomentText>,
    /// Who has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"by": "lead@example.com", "accepted": true}]))]
    pub(crate) reviewed: Option<Reviewed>,
}

/// Who has looked at break-glass afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseReviewed")]
pub(crate) struct Reviewed {
    /// Mail address.
    #[schemars(extend("examples" = ["lead@example.com"]))]
    pub(crate) by: Text,
    /// Whether it was right.
    #[schemars(extend("examples" = [true]))]
    pub(crate) accepted: bool,
}

/// An in-toto statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseEvidence")]
pub(crate) struct Evidence {
    /// The type of its predicate.
    #[schemars(extend("examples" = ["https://in-toto.io/attestation/test-result/v0.1"]))]
    pub(crate) predicate_type: Text,
    /// Its predicate.
    #[serde(default)]
    #[schemars(extend("examples" = [{"result": "PASSED"}]))]
    pub(crate) predicate: Anything,
    /// What it is about: digests, in full or as words, references of images without digest, or `recipe` for the recipe that
    /// would move.
    #[schemars(extend("examples" = [["recipe"]]))]
    pub(crate) subjects: Vec<Text>,
    /// Mail address of who signed it; without, nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["ci@example.com"]))]
    pub(crate) signer: Option<Text>,
    /// When; without, at the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
}

/// Something true outside git.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseFact")]
pub(crate) struct Fact {
    /// Its name.
    #[schemars(extend("examples" = ["ticket"]))]
    pub(crate) name: Text,
    /// What it is.
    #[schemars(extend("examples" = ["open"]))]
    pub(crate) value: Value,
    /// Where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["tag approve/4f2a"]))]
    pub(crate) source: Option<Text>,
    /// When; without, at the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
    /// How old it may be; without, an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["1h"]))]
    pub(crate) max_age: Option<DurationText>,
}
