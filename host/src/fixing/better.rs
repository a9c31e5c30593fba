//! Whether a fix has made things better: its finding is gone, and no other has come.

use std::collections::BTreeMap;

use tollgate_core::finding::{Finding, RuleId};

/// How often each thing is found. Pointers don't count: a fix may move what it does not touch.
type Counts<'f> = BTreeMap<(&'f RuleId, &'f str), usize>;

/// # Errors
/// Why it has not, as a fragment.
pub(super) fn require_better(fixed: &Finding, before: &[Finding], after: &[Finding]) -> Result<(), String> {
    let (before, after) = (counted(before), counted(after));
    let count = |counts: &Counts<'_>, key| counts.get(key).copied().unwrap_or(0);
    if let Some((rule, _)) = after.keys().find(|key| count(&after, key) > count(&before, key)) {
        return Err(format!("afterwards there is a new finding of `{rule}`"));
    }
    let fixed = (&fixed.rule, fixed.message.as_str());
    if count(&after, &fixed) >= count(&before, &fixed) {
        return Err("its finding is still there afterwards".to_owned());
    }
    Ok(())
}

fn counted(findings: &[Finding]) -> Counts<'_> {
    let mut counts = Counts::new();
    for finding in findings {
        *counts.entry((&finding.rule, finding.message.as_str())).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use tollgate_core::finding::{Level, Severity, Subject};

    use super::*;

    fn found(rules: &[&str]) -> Vec<Finding> {
        let finding = |rule: &&str| Finding {
            policy: "own".to_owned(),
            rule: RuleId::new("own", rule),
            level: Level::Deny,
            severity: Severity::Low,
            message: "found".to_owned(),
            subject: Subject::File,
            location: None,
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        };
        rules.iter().map(finding).collect()
    }

    fn outcome(before: &[&str], after: &[&str]) -> Result<(), String> {
        require_better(&found(&["a"])[0], &found(before), &found(after))
    }

    #[test]
    fn a_finding_less_is_better_also_where_it_is_one_of_several_alike() {
        assert_eq!(outcome(&["a", "b"], &["b"]), Ok(()));
        assert_eq!(outcome(&["a", "a"], &["a"]), Ok(()));
        assert_eq!(outcome(&["a", "b"], &[]), Ok(()));
    }

    #[test]
    fn the_same_finding_and_another_one_are_not() {
        assert_eq!(outcome(&["a"], &["a"]).unwrap_err(), "its finding is still there afterwards");
        assert_eq!(outcome(&["a"], &["b"]).unwrap_err(), "afterwards there is a new finding of `own/b`");
        assert_eq!(outcome(&["a", "b"], &["b", "b"]).unwrap_err(), "afterwards there is a new finding of `own/b`");
    }
}
