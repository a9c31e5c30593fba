//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 2] = [&PASSED_SOAK, &NOTHING_BEFORE];

pub(crate) static PASSED_SOAK: Rule = Rule {
    id: "passed-soak",
    title: "A rollback does not wait for time to pass",
    help: include_str!("../rules/passed-soak.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &["NIST-800-53-CM-3(2)", "DORA-RTS-17"],
};

pub(crate) static NOTHING_BEFORE: Rule = Rule {
    id: "nothing-before",
    title: "Something comes before the target",
    help: include_str!("../rules/nothing-before.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};
