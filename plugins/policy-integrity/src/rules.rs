//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 5] = [&WEAKENED, &REJECTED, &UNKNOWN_AUTHOR, &FILES, &APPROVED];

const CONTROLS: &[&str] = &["NIST-800-53-CM-3", "NIST-800-53-CM-5", "DORA-RTS-17", "SOC2-CC8.1", "SLSA-Source-L4"];

pub(crate) static WEAKENED: Rule = Rule {
    id: "weakened",
    title: "A policy revision that asks less is approved by more people",
    help: include_str!("../rules/weakened.md"),
    level: Level::Deny,
    severity: Severity::Critical,
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

pub(crate) static UNKNOWN_AUTHOR: Rule = Rule {
    id: "unknown-author",
    title: "It is known who had a hand in a weaker policy",
    help: include_str!("../rules/unknown-author.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static FILES: Rule = Rule {
    id: "files",
    title: "What a policy revision changes",
    help: include_str!("../rules/files.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};

pub(crate) static APPROVED: Rule = Rule {
    id: "approved",
    title: "Enough people let the policy become weaker",
    help: include_str!("../rules/approved.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};
