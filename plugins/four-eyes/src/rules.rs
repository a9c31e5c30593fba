//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 5] = [&UNKNOWN_AUTHOR, &REJECTED, &APPROVED, &MISSING_APPROVAL, &OBJECTION];

const CONTROLS: &[&str] = &["NIST-800-53-AC-5", "NIST-800-53-CM-3", "DORA-RTS-17", "PCI-DSS-6.5.1", "SOC2-CC8.1", "SLSA-Source-L4"];

pub(crate) static UNKNOWN_AUTHOR: Rule = Rule {
    id: "unknown-author",
    title: "It is known who had a hand in the change",
    help: include_str!("../rules/unknown-author.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static REJECTED: Rule = Rule {
    id: "rejected",
    title: "Nobody who could approve it says no",
    help: include_str!("../rules/rejected.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static APPROVED: Rule = Rule {
    id: "approved",
    title: "Others than its authors have approved it",
    help: include_str!("../rules/approved.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};

pub(crate) static MISSING_APPROVAL: Rule = Rule {
    id: "missing-approval",
    title: "So many others have approved it",
    help: include_str!("../rules/missing-approval.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static OBJECTION: Rule = Rule {
    id: "objection",
    title: "Nobody else says no",
    help: include_str!("../rules/objection.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};
