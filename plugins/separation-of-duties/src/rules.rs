//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 4] = [&OWN_CHANGE, &NO_REQUESTER, &UNKNOWN_AUTHOR, &OTHER_TEAM];

const CONTROLS: &[&str] = &["NIST-800-53-AC-5", "NIST-800-53-CM-5", "DORA-RTS-17", "PCI-DSS-6.5.4", "SOC2-CC8.1"];

pub(crate) static OWN_CHANGE: Rule = Rule {
    id: "own-change",
    title: "Who asks for a change did not write it",
    help: include_str!("../rules/own-change.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static NO_REQUESTER: Rule = Rule {
    id: "no-requester",
    title: "Somebody who may asks for the change",
    help: include_str!("../rules/no-requester.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static UNKNOWN_AUTHOR: Rule = Rule {
    id: "unknown-author",
    title: "It is known who wrote the change",
    help: include_str!("../rules/unknown-author.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static OTHER_TEAM: Rule = Rule {
    id: "other-team",
    title: "Everybody does what the own team is there for",
    help: include_str!("../rules/other-team.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};
