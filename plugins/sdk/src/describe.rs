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

/// The rules of a list of checks, in their order, for a plugin that keeps a rule and the function that judges by it in one
/// struct with a field `rule`.
#[macro_export]
macro_rules! rules_of {
    ($checks:expr) => {{
        let mut rules = [&$checks[0].rule; $checks.len()];
        let mut next = 0;
        while next < rules.len() {
            rules[next] = &$checks[next].rule;
            next += 1;
        }
        rules
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Check {
        rule: Rule,
    }

    const fn check(id: &'static str) -> Check {
        Check { rule: Rule { id, title: "", help: "", level: Level::Note, severity: Severity::Info, controls: &[] } }
    }

    static CHECKS: [&Check; 3] = [&check("a"), &check("b"), &check("c")];
    static RULES: [&Rule; 3] = rules_of!(CHECKS);

    #[test]
    fn rules_are_those_of_the_checks() {
        assert_eq!(RULES.map(|rule| rule.id), ["a", "b", "c"]);
    }
}
