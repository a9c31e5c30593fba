//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 6] = [&MISSING, &PATTERN, &UNREADABLE, &TICKET_STATE, &INCOMPLETE, &PASSED_RECORD];

const CONTROLS: &[&str] = &["PCI-DSS-6.5.1", "NIST-800-53-CM-3", "NIST-800-53-CM-4", "DORA-RTS-17", "SOC2-CC8.1"];

pub(crate) static MISSING: Rule = Rule {
    id: "missing",
    title: "A change says what it is for and how it is undone",
    help: include_str!("../rules/missing.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static PATTERN: Rule = Rule {
    id: "pattern",
    title: "What a field says looks as it has to",
    help: include_str!("../rules/pattern.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static UNREADABLE: Rule = Rule {
    id: "unreadable",
    title: "The file of the change record can be read",
    help: include_str!("../rules/unreadable.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static TICKET_STATE: Rule = Rule {
    id: "ticket-state",
    title: "The ticket is in a state in which its change may move",
    help: include_str!("../rules/ticket-state.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static INCOMPLETE: Rule = Rule {
    id: "incomplete",
    title: "All commits of the change can be looked at",
    help: include_str!("../rules/incomplete.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static PASSED_RECORD: Rule = Rule {
    id: "passed-record",
    title: "A rollback needs no record",
    help: include_str!("../rules/passed-record.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};
