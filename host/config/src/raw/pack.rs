//! `pack.yaml` as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::api_version::ApiVersion;
use super::policy::{Grants, Levels, Limits, Settings};
use super::text::{Name, PluginText, Text};

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum PackKind {
    Pack,
}

/// A pack: policies that belong together. It is `pack.yaml` in the pack's directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pack {
    /// The version of the file's form.
    #[schemars(extend("examples" = ["tollgate.dev/v1alpha1"]))]
    pub(crate) api_version: ApiVersion,
    /// What the file is.
    #[schemars(extend("examples" = ["Pack"]))]
    pub(crate) kind: PackKind,
    /// What the pack is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["What every workload of the house must fulfil."]))]
    pub(crate) description: Option<Text>,
    /// The policies.
    #[schemars(length(min = 1), extend("examples" = [[{"name": "pod-security", "policy": "builtin:pod-security", "settings": {"level": "baseline"}}]]))]
    pub(crate) policies: Vec<PackPolicy>,
}

/// A policy of a pack: a plugin with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PackPolicy {
    /// Unique among all policies of a configuration. Findings are named `<policy>/<rule>`.
    #[schemars(extend("examples" = ["pod-security"]))]
    pub(crate) name: Name,
    /// The plugin. Paths are relative to the pack's directory.
    #[schemars(extend("examples" = ["builtin:pod-security"]))]
    pub(crate) policy: PluginText,
    /// Settings for the plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"level": "baseline"}]))]
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
