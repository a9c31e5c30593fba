//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 5] = [&UNSIGNED, &UNSIGNED_TAG, &OTHER_TEAM, &REWRITTEN, &INCOMPLETE];

const CONTROLS: &[&str] = &["NIST-800-53-CM-14", "NIST-800-53-AU-10", "SLSA-Source-L2"];

pub(crate) static UNSIGNED: Rule = Rule {
    id: "unsigned",
    title: "Somebody who may vouches for every commit",
    help: include_str!("../rules/unsigned.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static UNSIGNED_TAG: Rule = Rule {
    id: "unsigned-tag",
    title: "Somebody who may has signed the tag",
    help: include_str!("../rules/unsigned-tag.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static OTHER_TEAM: Rule = Rule {
    id: "other-team",
    title: "Who vouches is one of those who may",
    help: include_str!("../rules/other-team.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static REWRITTEN: Rule = Rule {
    id: "rewritten",
    title: "Branches only go forward, and tags stay where they are",
    help: include_str!("../rules/rewritten.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: CONTROLS,
};

pub(crate) static INCOMPLETE: Rule = Rule {
    id: "incomplete",
    title: "All commits of the change can be looked at",
    help: include_str!("../rules/incomplete.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};
