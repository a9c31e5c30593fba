//! What a proposal changes about the findings: those of its base beside its own.

use std::collections::HashMap;

use tollgate_core::digest::Digest;
use tollgate_core::finding::{Finding, Status};

/// The findings of a base, by fingerprint.
#[derive(Debug, Default)]
pub struct Baseline {
    left: HashMap<Digest, Vec<Finding>>,
}

impl Baseline {
    /// The findings of a base.
    pub fn of(findings: impl IntoIterator<Item = Finding>) -> Self {
        let mut left: HashMap<Digest, Vec<Finding>> = HashMap::new();
        for finding in findings {
            left.entry(finding.fingerprint()).or_default().push(finding);
        }
        Self { left }
    }

    /// Says of each finding of a proposal whether the base has it, too. One finding of the base stands for one of the
    /// proposal: first for one at the very same place, then for any with its fingerprint.
    pub fn compare<'a>(&mut self, findings: impl IntoIterator<Item = &'a mut Finding>) {
        let mut moved = Vec::new();
        for finding in findings {
            let fingerprint = finding.fingerprint();
            match self.take(&fingerprint, |known| known.location == finding.location && known.subject == finding.subject) {
                true => finding.status = Some(Status::Unchanged),
                false => moved.push((fingerprint, finding)),
            }
        }
        for (fingerprint, finding) in moved {
            let is_known = self.take(&fingerprint, |_| true);
            finding.status = Some(if is_known { Status::Unchanged } else { Status::New });
        }
    }

    /// What the base has and the proposal does not.
    pub fn into_fixed(self) -> Vec<Finding> {
        let fixed = |finding| Finding { status: Some(Status::Fixed), ..finding };
        let mut all: Vec<Finding> = self.left.into_values().flatten().map(fixed).collect();
        all.sort_by(Finding::report_order);
        all
    }

    fn take(&mut self, fingerprint: &Digest, is_it: impl Fn(&Finding) -> bool) -> bool {
        let Some(left) = self.left.get_mut(fingerprint) else { return false };
        let Some(position) = left.iter().position(is_it) else { return false };
        left.swap_remove(position);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tollgate_core::document::{DocumentReference, Location, ObjectIdentity, Span};
    use tollgate_core::finding::{Level, RuleId, Severity, Subject};

    use super::*;

    /// About the object of a name, on a line.
    fn mk_finding(name: &str, line: u32) -> Finding {
        let identity =
            ObjectIdentity { api_version: "v1".to_owned(), kind: "Pod".to_owned(), namespace: None, name: name.to_owned() };
        let document = DocumentReference { index: 0, identity, rendered_for: None };
        Finding {
            policy: "p".to_owned(),
            rule: RuleId::new("p", "r"),
            level: Level::Deny,
            severity: Severity::Low,
            message: "m".to_owned(),
            subject: Subject::Document { document, pointer: "/spec".parse().unwrap() },
            location: Some(Location { file: "a.yaml".to_owned(), span: Span::point(line, 1) }),
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    fn mk_findings(places: &[(&str, u32)]) -> Vec<Finding> {
        places.iter().map(|(name, line)| mk_finding(name, *line)).collect()
    }

    /// What is told of the findings of a proposal, and what is fixed, by name and line.
    fn compared(base: &[(&str, u32)], head: &[(&str, u32)]) -> (Vec<Status>, Vec<u32>) {
        let mut baseline = Baseline::of(mk_findings(base));
        let mut findings = mk_findings(head);
        baseline.compare(&mut findings);
        let fixed = baseline.into_fixed();
        assert!(fixed.iter().all(|finding| finding.status == Some(Status::Fixed)));
        let lines = fixed.iter().map(|finding| finding.location.as_ref().unwrap().span.line).collect();
        (findings.iter().map(|finding| finding.status.unwrap()).collect(), lines)
    }

    #[test]
    fn what_the_base_has_is_unchanged_wherever_it_moved_to_and_the_rest_is_new_or_fixed() {
        let (statuses, fixed) = compared(&[("a", 1), ("b", 2)], &[("a", 9), ("c", 2)]);
        assert_eq!((statuses, fixed), (vec![Status::Unchanged, Status::New], vec![2]));
    }

    #[test]
    fn one_of_the_base_stands_for_one_of_the_proposal() {
        let (statuses, fixed) = compared(&[("a", 1)], &[("a", 5), ("a", 1)]);
        assert_eq!((statuses, fixed), (vec![Status::New, Status::Unchanged], vec![]));
        let (statuses, fixed) = compared(&[("a", 1), ("a", 5)], &[("a", 5)]);
        assert_eq!((statuses, fixed), (vec![Status::Unchanged], vec![1]));
    }

    #[test]
    fn against_nothing_everything_is_new() {
        assert_eq!(compared(&[], &[("a", 1)]), (vec![Status::New], vec![]));
        assert_eq!(compared(&[("a", 1)], &[]), (vec![], vec![1]));
    }

    proptest! {
        #[test]
        fn nothing_is_told_twice_and_nothing_is_lost(
            base in prop::collection::vec(("[ab]", 0..4_u32), 0..8),
            head in prop::collection::vec(("[ab]", 0..4_u32), 0..8),
        ) {
            let of = |places: &[(String, u32)]| places.iter().map(|(name, line)| mk_finding(name, *line)).collect::<Vec<_>>();
            let (mut baseline, mut findings) = (Baseline::of(of(&base)), of(&head));
            baseline.compare(&mut findings);
            let unchanged = findings.iter().filter(|finding| finding.status == Some(Status::Unchanged)).count();
            prop_assert!(findings.iter().all(|finding| finding.status.is_some()));
            prop_assert_eq!(unchanged + baseline.into_fixed().len(), base.len());
        }
    }
}
