//! `people`, `overrides` and `queue` as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{AccountText, DurationText, ForgeRepositoryText, Name, PathText, Text, VariableName};

/// Who signs, and who belongs to which team.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct People {
    /// A file of allowed signers, as ssh-keygen(1) describes it, relative to the repository's root. Without it nobody
    /// signs, and nobody can approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [".tollgate/allowed_signers"]))]
    pub(crate) signers: Option<PathText>,
    /// Mail addresses, by team.
    #[serde(default)]
    #[schemars(extend("examples" = [{"platform": ["platform-lead@example.com"]}]))]
    pub(crate) teams: BTreeMap<Name, Vec<Text>>,
    /// Mail addresses of machine accounts: they never approve and never ask for a change.
    #[serde(default)]
    #[schemars(extend("examples" = [["deployer@example.com"]]))]
    pub(crate) automation: Vec<Text>,
    /// Mail addresses whose keys a forge holds. What they sign counts only as far as the host can make it again.
    #[serde(default)]
    #[schemars(extend("examples" = [["noreply@forge.example.com"]]))]
    pub(crate) forges: Vec<Text>,
    /// A file of OpenPGP public keys, armoured, by which commits and tags may be signed as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [".tollgate/openpgp.asc"]))]
    pub(crate) openpgp: Option<PathText>,
    /// Where reviews are asked for. Without it, only what stands in git and in the ledger counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"kind": "github", "repo": "shop/deployment", "accounts": {"lead-1": "lead@example.com"}}]))]
    pub(crate) forge: Option<Forge>,
}

/// Which API a forge speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ForgeKind {
    /// The REST API of GitHub.
    Github,
    /// The REST API of GitLab.
    Gitlab,
}

/// A forge on which changes are reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Forge {
    /// Which API it speaks.
    #[schemars(extend("examples" = ["github"]))]
    pub(crate) kind: ForgeKind,
    /// The repository there: `owner/name`, and with all its groups on GitLab.
    #[schemars(extend("examples" = ["shop/deployment"]))]
    pub(crate) repo: ForgeRepositoryText,
    /// The URL of its API. Without this key, that of the public service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["https://forge.example.com/api/v4"]))]
    pub(crate) api: Option<Text>,
    /// Where the operator keeps the token that may read requests and reviews. Without it nobody logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"env": "FORGE_TOKEN"}]))]
    pub(crate) token: Option<ForgeToken>,
    /// Mail addresses by the name of the account. Reviews by other accounts count for nothing.
    #[schemars(extend("minProperties" = 1, "examples" = [{"lead-1": "lead@example.com"}]))]
    pub(crate) accounts: BTreeMap<AccountText, Text>,
}

/// Where the operator keeps a token: never in the repository or the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ForgeToken {
    /// An environment variable that holds it.
    #[schemars(extend("examples" = ["FORGE_TOKEN"]))]
    pub(crate) env: VariableName,
}

/// What break-glass must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OverrideField {
    /// Why it is used. It always has to be said.
    Reason,
    /// The ticket of the incident.
    Ticket,
}

/// On which terms break-glass lets named gates be passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Overrides {
    /// Teams and mail addresses who may sign one.
    #[schemars(length(min = 1), extend("examples" = [["platform"]]))]
    pub(crate) by: Vec<Text>,
    /// How many of them must.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 20), extend("examples" = [2]))]
    pub(crate) approvals: u32,
    /// The longest time for which one holds.
    #[serde(default = "four_hours")]
    #[schemars(extend("examples" = ["4h"]))]
    pub(crate) max_duration: DurationText,
    /// Within which time somebody else must have looked at it. What is overdue blocks the next promotion.
    #[serde(default = "a_day")]
    #[schemars(extend("examples" = ["24h"]))]
    pub(crate) review_within: DurationText,
    /// What it must say.
    #[serde(default)]
    #[schemars(extend("examples" = [["reason", "ticket"]]))]
    pub(crate) require: Vec<OverrideField>,
    /// Teams and mail addresses, two people at least and none of `by`, who may restore a policy revision that was in force
    /// before, where the one in force can't judge. Without any, nobody may.
    #[serde(default)]
    #[schemars(extend("examples" = [["security"]]))]
    pub(crate) recover_by: Vec<Text>,
}

const fn two() -> u32 {
    2
}

fn four_hours() -> DurationText {
    DurationText("4h".to_owned())
}

fn a_day() -> DurationText {
    DurationText("24h".to_owned())
}

/// How promotions to one target wait for each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Queue {
    /// Whether a newer promotion of the same branch takes the place of one that waits.
    #[schemars(extend("examples" = [true]))]
    pub(crate) supersede: bool,
    /// How long a worker may be silent before another one takes over.
    #[schemars(extend("examples" = ["60s"]))]
    pub(crate) lease: DurationText,
}

impl Default for Queue {
    fn default() -> Self {
        Self { supersede: false, lease: DurationText("60s".to_owned()) }
    }
}
