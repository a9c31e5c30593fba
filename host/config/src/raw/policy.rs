//! Policies as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::text::{DataKey, Name, PathText, PluginText};

/// The settings of a plugin. The plugin itself says what they are.
pub(crate) type Settings = Map<String, Value>;
/// Levels by rule.
pub(crate) type Levels = BTreeMap<Name, Level>;

/// A policy: a plugin with its settings. Without `policy` it adjusts a pack's policy of that name: `settings` and
/// `levels` are merged into the pack's key by key, `grants` and `limits` replace them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Policy {
    /// Unique. Findings are named `<policy>/<rule>`.
    #[schemars(extend("examples" = ["restricted"]))]
    pub(crate) name: Name,
    /// The plugin. Left out to adjust a pack's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["builtin:pod-security"]))]
    pub(crate) policy: Option<PluginText>,
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

/// What a finding does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The gate fails.
    Deny,
    /// The gate warns; nothing is blocked.
    Warn,
    /// For the reader.
    Note,
    /// The rule is not applied.
    Off,
}

/// A class of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Limits {
    /// 64 MiB of memory.
    Native,
    /// 256 MiB of memory, for plugins that carry a language runtime.
    Runtime,
}

/// What a plugin may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Grants {
    /// May write log lines. They never change a verdict, and a panic reaches the plugin's author through them.
    #[schemars(extend("examples" = [false]))]
    pub(crate) log: bool,
    /// May ask for the evaluation time.
    #[schemars(extend("examples" = [true]))]
    pub(crate) clock: bool,
    /// Files that it may read, by the key it reads them under. Paths are relative to the repository's root, in a pack to
    /// the pack's directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"allowed": "policies/allowed-images.json"}]))]
    pub(crate) data: Option<BTreeMap<DataKey, PathText>>,
    /// May see the `data` and `stringData` of Secrets, and the values of dotenv and `.tfvars` files.
    #[schemars(extend("examples" = [true]))]
    pub(crate) secret_values: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self { log: true, clock: false, data: None, secret_values: false }
    }
}
