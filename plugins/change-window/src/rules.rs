//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 1] = [&UNCOVERED];

pub(crate) static UNCOVERED: Rule = Rule {
    id: "uncovered",
    title: "A window speaks of the target",
    help: include_str!("../rules/uncovered.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};
