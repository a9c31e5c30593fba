//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 1] = [&PASSED_STOP];

pub(crate) static PASSED_STOP: Rule = Rule {
    id: "passed-stop",
    title: "A rollback passes what is stopped",
    help: include_str!("../rules/passed-stop.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &["NIST-800-53-CM-3", "DORA-RTS-17"],
};
