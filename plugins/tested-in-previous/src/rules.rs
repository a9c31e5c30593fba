//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// What asks for it.
const CONTROLS: &[&str] = &["NIST-800-53-CM-3(2)", "NIST-800-53-CM-4(1)", "DORA-RTS-17", "ISO-27001-A.8.31", "PCI-DSS-6.5.3"];

/// All of them.
pub(crate) static ALL: [&Rule; 4] = [&UNTESTED, &TEST_ENDED, &STALE_TEST, &NOTHING_BEFORE];

pub(crate) static UNTESTED: Rule = Rule {
    id: "untested",
    title: "Recipe was tested where it has to be",
    help: include_str!("../rules/untested.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static TEST_ENDED: Rule = Rule {
    id: "test-ended",
    title: "What was tested did not fail later",
    help: include_str!("../rules/test-ended.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static STALE_TEST: Rule = Rule {
    id: "stale-test",
    title: "The test is not too old",
    help: include_str!("../rules/stale-test.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: CONTROLS,
};

pub(crate) static NOTHING_BEFORE: Rule = Rule {
    id: "nothing-before",
    title: "There is somewhere to test",
    help: include_str!("../rules/nothing-before.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: &[],
};
