//! A plugin from outside and inside: what `plugin inspect` tells.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::finding::{Level, Severity};

use crate::clean;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{drawn, join, summary};

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// A plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    /// As it was named.
    pub plugin: String,
    /// What it calls itself.
    pub name: String,
    /// The version that it says it has.
    pub plugin_version: String,
    /// `sha256:…` of its bytes.
    pub digest: String,
    /// In bytes.
    pub size: u64,
    /// `validator`, `promotion` or `fixer`.
    pub world: String,
    /// `tollgate:gate@0.1.0`
    pub generation: String,
    pub exports: Vec<String>,
    pub imports: Vec<String>,
    /// What a policy has to be granted for it, as configuration writes it.
    pub grants: Vec<String>,
    /// What it needs with its default settings, in words.
    pub needs: Vec<String>,
    pub rules: Vec<PluginRule>,
    /// Of a fixer: what it has fixes for, `validator/rule`.
    pub fixes: Vec<String>,
    /// JSON Schema of its settings.
    pub settings_schema: serde_json::Value,
}

/// A rule of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginRule {
    pub id: String,
    pub title: String,
    #[schemars(schema_with = "crate::words::level")]
    pub level: Level,
    #[schemars(schema_with = "crate::words::severity")]
    pub severity: Severity,
    pub controls: Vec<String>,
}

impl PluginReport {
    /// For people.
    pub fn to_text(&self, style: Style) -> String {
        let heading = style.paint(Tone::Heading, clean::line(&format!("{} {}", self.name, self.plugin_version)));
        let facts = [
            ("digest", self.digest.clone()),
            ("size", format!("{} bytes", self.size)),
            ("world", format!("{} of {}", self.world, self.generation)),
        ];
        let facts: String = facts.iter().map(|(word, fact)| format!("  {word}: {}\n", clean::line(fact))).collect();
        let list = |heading: &str, items: &[String]| summary::list(heading, items.iter().cloned(), style);
        let grants = if self.grants.is_empty() { vec!["none".to_owned()] } else { self.grants.clone() };
        join(&[
            format!("{heading}\n{facts}"),
            list("exports", &self.exports),
            list("imports", &self.imports),
            list("grants that a policy needs", &grants),
            list("needs", &self.needs),
            if self.rules.is_empty() { String::new() } else { self.rules(style) },
            if self.fixes.is_empty() { String::new() } else { list("has fixes for", &self.fixes) },
            list("settings", &self.settings()),
        ])
    }

    fn rules(&self, style: Style) -> String {
        let row = |rule: &PluginRule| {
            let severity = drawn::severity_word(rule.severity);
            vec![rule.id.clone(), drawn::level(rule.level).to_owned(), severity, rule.title.clone()]
        };
        format!("{}\n{}", style.paint(Tone::Heading, "rules"), table::plain(self.rules.iter().map(row), style))
    }

    /// A line for each setting: its name, its default, and what it is for.
    fn settings(&self) -> Vec<String> {
        let properties = self.settings_schema.get("properties").and_then(serde_json::Value::as_object);
        let line = |(name, schema): (&String, &serde_json::Value)| {
            let default = schema.get("default").map(|default| format!(" = {default}")).unwrap_or_default();
            let description = schema.get("description").and_then(serde_json::Value::as_str).unwrap_or_default();
            format!("{name}{default}: {description}")
        };
        properties.into_iter().flatten().map(line).collect()
    }
}
