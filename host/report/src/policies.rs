//! The policies that judge: what `policy list` and `policy show` tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::policy::Enforcement;

use crate::clean;
use crate::plugin::PluginRule;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{drawn, join, summary};

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// All policies that judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoliciesReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    /// The revision that they are of, in words.
    pub policy_revision: String,
    /// By name.
    pub policies: Vec<PolicyReport>,
    pub notices: Vec<String>,
}

/// A policy that judges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyReport {
    pub name: String,
    /// `builtin:NAME`, or a file.
    pub plugin: String,
    /// The version that the plugin says it has.
    pub plugin_version: String,
    /// `sha256:…` of the plugin's bytes.
    pub digest: String,
    /// Whether plugins.lock names it. Promotions take nothing else.
    pub locked: bool,
    /// Where it is configured: tollgate.yaml, a pack, the command line.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// `documents` one by one, `sets`, or `promotions`.
    pub judges: String,
    /// The gates that ask it.
    pub gates: Vec<AskingGate>,
    pub settings: serde_json::Value,
    /// What it was granted beyond the log.
    pub grants: Vec<String>,
    /// Its rules, with the level that counts here; nothing for one that is off.
    pub rules: Vec<PluginRule>,
    /// Ids of rules that are off here.
    pub off: Vec<String>,
}

/// A gate that asks a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskingGate {
    pub name: String,
    #[schemars(schema_with = "crate::words::enforcement")]
    pub enforcement: Enforcement,
}

impl PoliciesReport {
    /// A line for each policy.
    pub fn to_text(&self, style: Style) -> String {
        let rows = self.policies.iter().map(|policy| {
            let digest = policy.digest.trim_start_matches("sha256:").chars().take(12).collect();
            let lock = if policy.locked { "locked" } else { "not locked" };
            vec![
                policy.name.clone(),
                policy.plugin.clone(),
                digest,
                lock.to_owned(),
                policy.gates(),
                format!("{}:{}", policy.file, policy.line),
            ]
        });
        let table = format!("{}\n{}", style.paint(Tone::Heading, "policies"), table::plain(rows, style));
        let revision = format!("of: {}", clean::line(&self.policy_revision));
        join(&[table, summary::notices(&self.notices, style), style.paint(Tone::Quiet, revision)])
    }
}

impl PolicyReport {
    fn gates(&self) -> String {
        let gate = |gate: &AskingGate| {
            let name = if gate.name == self.name { String::new() } else { format!("{} ", gate.name) };
            format!("{name}{}", summary::enforcement(gate.enforcement))
        };
        let gates: Vec<String> = self.gates.iter().map(gate).collect();
        if gates.is_empty() { "asked by no gate".to_owned() } else { gates.join(", ") }
    }

    /// Everything about one policy.
    pub fn to_text(&self, style: Style) -> String {
        let heading = style.paint(Tone::Heading, clean::line(&format!("{}: {} {}", self.name, self.plugin, self.plugin_version)));
        let facts = [
            ("digest", format!("{}{}", self.digest, if self.locked { ", locked" } else { ", not locked" })),
            ("configured", format!("{}:{}", self.file, self.line)),
            ("judges", self.judges.clone()),
            ("gates", self.gates()),
            ("settings", self.settings.to_string()),
            ("grants", if self.grants.is_empty() { "none beyond the log".to_owned() } else { self.grants.join(", ") }),
        ];
        let facts: String = facts.iter().map(|(word, fact)| format!("  {word}: {}\n", clean::line(fact))).collect();
        let row = |rule: &PluginRule| {
            let id = format!("{}/{}", self.name, rule.id);
            vec![id, drawn::level(rule.level).to_owned(), drawn::severity_word(rule.severity), rule.title.clone()]
        };
        let rules = format!("{}\n{}", style.paint(Tone::Heading, "rules"), table::plain(self.rules.iter().map(row), style));
        let off = summary::list("rules that are off", self.off.iter().map(|rule| format!("{}/{rule}", self.name)), style);
        join(&[format!("{heading}\n{facts}"), rules, off])
    }
}
