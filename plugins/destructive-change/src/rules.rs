//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 1] = [&APPROVED_DELETION];

pub(crate) static APPROVED_DELETION: Rule = Rule {
    id: "approved-deletion",
    title: "What is deleted was agreed to",
    help: include_str!("../rules/approved-deletion.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &["NIST-800-53-CM-4", "DORA-RTS-17"],
};
