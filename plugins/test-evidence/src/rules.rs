//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 2] = [&FAILED, &NOTHING_REQUIRED];

pub(crate) static FAILED: Rule = Rule {
    id: "failed",
    title: "No statement says that it failed",
    help: include_str!("../rules/failed.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &["NIST-800-53-CM-3(2)", "SOC2-CC8.1", "PCI-DSS-6.5.1"],
};

pub(crate) static NOTHING_REQUIRED: Rule = Rule {
    id: "nothing-required",
    title: "Some statement is asked for",
    help: include_str!("../rules/nothing-required.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};
