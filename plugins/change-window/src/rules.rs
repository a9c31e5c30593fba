//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 2] = [&UNCOVERED, &PASSED_WINDOW];

pub(crate) static UNCOVERED: Rule = Rule {
    id: "uncovered",
    title: "A window speaks of the target",
    help: include_str!("../rules/uncovered.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};

pub(crate) static PASSED_WINDOW: Rule = Rule {
    id: "passed-window",
    title: "A rollback goes outside of the windows",
    help: include_str!("../rules/passed-window.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};
