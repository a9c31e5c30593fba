//! The rules.

use tollgate_sdk::{Finding, Level, Node, Rule, Severity};

pub(crate) static LIMITS: Rule = Rule {
    id: "limits",
    title: "Container has a memory limit",
    help: include_str!("../rules/limits.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

pub(crate) static REQUESTS: Rule = Rule {
    id: "requests",
    title: "Container requests CPU and memory",
    help: include_str!("../rules/requests.md"),
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

pub(crate) static NON_ROOT: Rule = Rule {
    id: "non-root",
    title: "Container runs as a user other than root",
    help: include_str!("../rules/non-root.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &["CIS-5.2.7"],
};

pub(crate) static PRIVILEGED: Rule = Rule {
    id: "privileged",
    title: "Container is not privileged",
    help: include_str!("../rules/privileged.md"),
    level: Level::Deny,
    severity: Severity::Critical,
    controls: &["CIS-5.2.2"],
};

pub(crate) static ALL: [&Rule; 4] = [&LIMITS, &REQUESTS, &NON_ROOT, &PRIVILEGED];

/// What stands where containers should be may hold some, and whatever they do is seen by no rule: so each of them says no.
pub(crate) fn unreadable(node: &Node<'_>) -> [Finding; 4] {
    ALL.map(|rule| rule.unreadable(node))
}
