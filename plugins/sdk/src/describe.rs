//! What a plugin says of itself, and how it says that it can't judge.

pub use crate::bindings::validator::tollgate::gate::types::{Level, PluginError, Severity};

use crate::bindings::validator::tollgate::gate::types;

/// One rule that a plugin judges by. Findings are made from rules, so they always name one that exists.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case and unique within the plugin: `tag`.
    pub id: &'static str,
    /// One line, sentence case.
    pub title: &'static str,
    /// Markdown: what is judged, why it matters, how to fix it.
    pub help: &'static str,
    /// The level of its findings when the operator sets none.
    pub level: Level,
    pub severity: Severity,
    /// Ids of the controls that the rule answers to.
    pub controls: &'static [&'static str],
}

/// What a plugin says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// Kebab-case.
    pub name: &'static str,
    /// A semantic version.
    pub version: &'static str,
    pub rules: &'static [&'static Rule],
}

impl From<&Rule> for types::Rule {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
            help: rule.help.to_owned(),
            level: rule.level,
            severity: rule.severity,
            controls: rule.controls.iter().map(|&control| control.to_owned()).collect(),
        }
    }
}
