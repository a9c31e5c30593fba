//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

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
