//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

/// All of them.
pub(crate) static ALL: [&Rule; 4] = [&REVIEW_OVERDUE, &REVIEW_OWED, &REVIEW_REFUSED, &PASSED_REVIEW];

const CONTROLS: &[&str] = &["DORA-RTS-17", "SOC2-CC8.1", "NIST-800-53-CM-3"];

pub(crate) static REVIEW_OVERDUE: Rule = Rule {
    id: "review-overdue",
    title: "Break-glass that was used has been reviewed in time",
    help: include_str!("../rules/review-overdue.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static REVIEW_OWED: Rule = Rule {
    id: "review-owed",
    title: "Break-glass that was used still has to be reviewed",
    help: include_str!("../rules/review-owed.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};

pub(crate) static REVIEW_REFUSED: Rule = Rule {
    id: "review-refused",
    title: "Break-glass that was used was right",
    help: include_str!("../rules/review-refused.md"),
    level: Level::Warn,
    severity: Severity::High,
    controls: CONTROLS,
};

pub(crate) static PASSED_REVIEW: Rule = Rule {
    id: "passed-review",
    title: "A rollback waits for no review",
    help: include_str!("../rules/passed-review.md"),
    level: Level::Note,
    severity: Severity::Info,
    controls: CONTROLS,
};
