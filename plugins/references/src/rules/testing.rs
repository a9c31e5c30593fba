//! What a single rule finds.

use tollgate_sdk::{Finding, testing};

use crate::References;

fn findings(rule: &str, settings: &str, yaml: &str) -> Vec<Finding> {
    let findings = testing::check::<References>(settings, yaml);
    assert!(super::RULES.iter().any(|known| known.id == rule), "no rule is called `{rule}`");
    findings.into_iter().filter(|finding| finding.rule() == rule).collect()
}

/// Where a rule finds something: `0:/spec/selector`.
pub(crate) fn found(rule: &str, yaml: &str) -> Vec<String> {
    found_with(rule, "{}", yaml)
}

pub(crate) fn found_with(rule: &str, settings: &str, yaml: &str) -> Vec<String> {
    findings(rule, settings, yaml).iter().map(|finding| format!("{}:{}", finding.document(), finding.pointer())).collect()
}

/// The only thing that a rule has to say.
#[track_caller]
pub(crate) fn message(rule: &str, yaml: &str) -> String {
    let findings = findings(rule, "{}", yaml);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].message().to_owned()
}
