//! Gates as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::{Grants, Levels, Limits, Settings};
use super::role::Role;
use super::text::{GlobText, Name, OneOrMany, PolicyText};

/// A named requirement on the way to a target: one of `policy`, `all` and `any`. With none of them it adjusts a pack's
/// gate of that name, and `settings`, `levels`, `grants` and `limits` adjust the pack's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Gate {
    /// Unique among gates.
    #[schemars(extend("examples" = ["same-image"]))]
    pub(crate) name: Name,
    /// The name of a policy, or a plugin: a policy of the gate's name is then made out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["builtin:same-image"]))]
    pub(crate) policy: Option<PolicyText>,
    /// Policies that must all let it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("examples" = [["restricted", "house-rules"]]))]
    pub(crate) all: Option<Vec<Member>>,
    /// Policies of which one must let it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("examples" = [["restricted", {"all": ["baseline", "house-rules"]}]]))]
    pub(crate) any: Option<Vec<Member>>,
    /// What its `fail` may be passed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "overridable", "examples" = ["mandatory"]))]
    pub(crate) enforcement: Option<Enforcement>,
    /// What it stands in the way of. Left out, it stands in the way of everything.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"environment": "prod", "role": "apps"}]))]
    pub(crate) matches: Option<Match>,
    /// What it does in the cluster, where `tollgate serve` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "deny", "examples" = ["warn", {"mode": "deny", "deletes": true}]))]
    pub(crate) admission: Option<GateAdmission>,
    /// Settings for the plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"level": "restricted"}]))]
    pub(crate) settings: Option<Settings>,
    /// Levels of the findings of single rules, instead of the plugin's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"tag": "warn"}]))]
    pub(crate) levels: Option<Levels>,
    /// What the plugin may use: the log, unless it is taken away, and what is granted here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"clock": true}]))]
    pub(crate) grants: Option<Grants>,
    /// The class of limits that the plugin runs under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "native", "examples" = ["runtime"]))]
    pub(crate) limits: Option<Limits>,
}

/// What a gate's `fail` may be passed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Enforcement {
    /// It never blocks.
    Advisory,
    /// It blocks; break-glass may pass it.
    Overridable,
    /// It blocks; nothing passes it.
    Mandatory,
}

/// What a gate does in the cluster: a word, or more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum GateAdmission {
    Mode(AdmissionMode),
    Terms(AdmissionTerms),
}

/// What a gate does in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct AdmissionTerms {
    /// What becomes of what it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "deny", "examples" = ["warn"]))]
    pub(crate) mode: Option<AdmissionMode>,
    /// Whether it is asked about objects that are deleted, too.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) deletes: bool,
}

/// What a gate does with what a cluster asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AdmissionMode {
    /// As on the way to a target: what it fails does not pass, unless the gate is advisory.
    Deny,
    /// What it fails passes with a warning.
    Warn,
    /// It is not asked.
    #[serde(rename = "off")]
    Off,
}

/// A policy by name, or a group of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Member {
    Policy(Name),
    Group(Group),
}

/// A group of policies: one of `all` and `any`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct Group {
    /// Policies that must all let it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("examples" = [["restricted", "house-rules"]]))]
    pub(crate) all: Option<Vec<Member>>,
    /// Policies of which one must let it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("examples" = [["restricted", "baseline"]]))]
    pub(crate) any: Option<Vec<Member>>,
}

/// What a gate stands in the way of. All that stands here must fit; of a list, one is enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Match {
    /// Patterns of environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["prod"]))]
    pub(crate) environment: Option<OneOrMany<GlobText>>,
    /// Patterns of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["*-apps"]))]
    pub(crate) target: Option<OneOrMany<GlobText>>,
    /// Roles of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["apps"]))]
    pub(crate) role: Option<OneOrMany<Role>>,
    /// Patterns of components whose documents are judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) component: Option<OneOrMany<GlobText>>,
    /// The kind of change that is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "recipe", "examples" = ["policy"]))]
    pub(crate) change: Option<Change>,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// A recipe that moves to a target.
    Recipe,
    /// A policy revision that is to come into force.
    Policy,
}
