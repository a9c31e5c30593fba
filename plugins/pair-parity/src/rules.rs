//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// What asks for it.
const CONTROLS: &[&str] = &["PCI-DSS-6.5.3", "DORA-RTS-16"];

/// All of them.
pub(crate) static ALL: [&Rule; 4] = [&DIFFERENT, &DRIFTED, &UNSEEN, &NO_TWIN];

pub(crate) static DIFFERENT: Rule = Rule {
    id: "different",
    title: "What is written for Ops is what is written for Apps",
    help: include_str!("../rules/different.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static DRIFTED: Rule = Rule {
    id: "drifted",
    title: "Ops is as it was left",
    help: include_str!("../rules/drifted.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static UNSEEN: Rule = Rule {
    id: "unseen",
    title: "The pair can be compared",
    help: include_str!("../rules/unseen.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static NO_TWIN: Rule = Rule {
    id: "no-twin",
    title: "Every Apps target has an Ops twin",
    help: include_str!("../rules/no-twin.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};
