//! What was said of the same object as it was rendered for several environments.

use std::collections::HashMap;

use tollgate_core::finding::{Finding, Subject};

use crate::judgement::{Attributed, Judgements};

impl Judgements {
    /// Makes one finding of those that say the same of the same place of a source. It names all environments that any of them is
    /// about.
    pub fn unite_rendered(&mut self) {
        for judgement in self.by_policy.values_mut() {
            judgement.findings = unite(std::mem::take(&mut judgement.findings));
        }
    }
}

fn unite(findings: Vec<Attributed<Finding>>) -> Vec<Attributed<Finding>> {
    let mut united: Vec<Attributed<Finding>> = Vec::with_capacity(findings.len());
    let mut known: HashMap<_, usize> = HashMap::new();
    for finding in findings {
        let Finding { rule, message, location, .. } = &finding.value;
        let key = (finding.component.clone(), rule.clone(), message.clone(), location.clone(), is_rendered(&finding.value));
        match known.get(&key) {
            // What stands in no file can't be told apart by its place.
            Some(&at) if location.is_some() => add_environments(&mut united[at].value, &finding.value),
            _ => {
                known.insert(key, united.len());
                united.push(finding);
            }
        }
    }
    united
}

fn is_rendered(finding: &Finding) -> bool {
    matches!(&finding.subject, Subject::Document { document, .. } if document.rendered_for.is_some())
}

fn add_environments(finding: &mut Finding, other: &Finding) {
    let (Subject::Document { document, .. }, Subject::Document { document: more, .. }) = (&mut finding.subject, &other.subject)
    else {
        return;
    };
    if let (Some(environments), Some(more)) = (&mut document.rendered_for, &more.rendered_for) {
        environments.extend(more.iter().cloned());
        environments.sort();
        environments.dedup();
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::document::{DocumentReference, Location, ObjectIdentity, Span};
    use tollgate_core::finding::{Level, RuleId, Severity};

    use super::*;

    fn mk_finding(message: &str, line: u32, environments: Option<&[&str]>) -> Attributed<Finding> {
        let identity = ObjectIdentity {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: environments.map(<[&str]>::concat),
            name: "cart".to_owned(),
        };
        let rendered_for = environments.map(|environments| environments.iter().map(|name| (*name).to_owned()).collect());
        let document = DocumentReference { index: 0, identity, rendered_for };
        let value = Finding {
            policy: "p".to_owned(),
            rule: RuleId::new("p", "r"),
            level: Level::Deny,
            severity: Severity::Low,
            message: message.to_owned(),
            subject: Subject::Document { document, pointer: "/spec".parse().unwrap() },
            location: Some(Location { file: "a.yaml".to_owned(), span: Span::point(line, 1) }),
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        };
        Attributed { component: Some("cart".to_owned()), value }
    }

    fn environments(findings: Vec<Attributed<Finding>>) -> Vec<Option<Vec<String>>> {
        let of = |finding: Attributed<Finding>| match finding.value.subject {
            Subject::Document { document, .. } => document.rendered_for,
            _ => None,
        };
        unite(findings).into_iter().map(of).collect()
    }

    #[test]
    fn the_same_finding_at_the_same_place_is_one_of_all_its_environments() {
        let findings =
            vec![mk_finding("a", 3, Some(&["prod"])), mk_finding("a", 3, Some(&["preprod"])), mk_finding("a", 3, Some(&["prod"]))];
        assert_eq!(environments(findings), [Some(vec!["preprod".to_owned(), "prod".to_owned()])]);
    }

    #[test]
    fn other_findings_and_other_places_stay() {
        let findings = vec![
            mk_finding("a", 3, Some(&["prod"])),
            mk_finding("b", 3, Some(&["prod"])),
            mk_finding("a", 4, Some(&["prod"])),
            mk_finding("a", 3, None),
            mk_finding("a", 3, None),
        ];
        assert_eq!(environments(findings).len(), 4);
    }
}
