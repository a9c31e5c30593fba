//! Where checks put what they find.

use tollgate_sdk::{Findings, Node, Rule};

use crate::pod::Owner;
use crate::reading::{Read as _, Reading};
use crate::text::{self, Shown};

/// What one check finds.
#[derive(Debug)]
pub(crate) struct Report<'r> {
    rule: &'static Rule,
    findings: &'r mut Findings,
}

impl<'r> Report<'r> {
    pub(crate) const fn new(rule: &'static Rule, findings: &'r mut Findings) -> Self {
        Self { rule, findings }
    }

    /// Reports the value at a place, or that there is none.
    pub(crate) fn deny(&mut self, node: &Node<'_>, message: String, remediation: &str) {
        self.findings.add(self.rule.at(node, message).fix(remediation));
    }

    /// Reports a value that is not of the type that Kubernetes knows. What nobody understands must not pass.
    pub(crate) fn unknown(&mut self, node: &Node<'_>, owner: Owner<'_>, expected: &str) {
        let (shown, name) = (Shown(node.value()), text::name(node));
        let message = format!("{owner} has {shown} as `{name}`, which must be {expected}, so it can't be judged");
        self.deny(node, message, "Write the value as the Kubernetes API defines it");
    }

    /// The object at a place. Anything else is reported and then treated as missing.
    pub(crate) fn object<'a>(&mut self, node: Node<'a>, owner: Owner<'_>) -> Option<Node<'a>> {
        match node.object() {
            Reading::Known(()) => Some(node),
            Reading::Missing => None,
            Reading::Unknown => {
                self.unknown(&node, owner, "an object");
                None
            }
        }
    }

    /// The elements of the list at a place. Anything else is reported and then treated as empty.
    pub(crate) fn list<'a>(&mut self, node: &Node<'a>, owner: Owner<'_>) -> Vec<Node<'a>> {
        if node.list() == Reading::Unknown {
            self.unknown(node, owner, "a list");
        }
        node.elements().collect()
    }

    /// The elements of a list of objects. Elements that are none, null included, are reported and left out.
    pub(crate) fn objects<'a>(&mut self, node: &Node<'a>, owner: Owner<'_>) -> Vec<Node<'a>> {
        let mut elements = self.list(node, owner);
        elements.retain(|element| {
            if !element.is_object() {
                self.unknown(element, owner, "an object");
            }
            element.is_object()
        });
        elements
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::{Document, Finding};

    use super::*;
    use crate::checks::CHECKS;

    fn report_on(body: &str, look: impl FnOnce(&mut Report<'_>, &Node<'_>)) -> Vec<Finding> {
        let document = Document::read(0, "", body.as_bytes()).unwrap();
        let mut findings = Findings::default();
        look(&mut Report::new(&CHECKS[0].rule, &mut findings), &document.root());
        findings.into_vec()
    }

    fn pointers(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(Finding::pointer).collect()
    }

    #[test]
    fn an_unknown_value_is_named_with_its_owner_and_what_is_expected() {
        let findings = report_on(r#"{"privileged": "true"}"#, |report, root| {
            report.unknown(&root.get("privileged"), Owner::Pod, "`true` or `false`");
        });
        let expected = "the pod has the text `true` as `privileged`, which must be `true` or `false`, so it can't be judged";
        assert_eq!(findings[0].message(), expected);
        assert_eq!((findings[0].rule(), findings[0].pointer()), (CHECKS[0].rule.id, "/privileged"));
    }

    #[test]
    fn a_list_that_is_none_is_reported_and_empty() {
        let findings = report_on(r#"{"a": {}, "b": [1, 2]}"#, |report, root| {
            let lengths = ["a", "b", "c"].map(|key| report.list(&root.get(key), Owner::Pod).len());
            assert_eq!(lengths, [0, 2, 0]);
        });
        assert_eq!(pointers(&findings), ["/a"]);
    }

    #[test]
    fn elements_that_are_no_objects_are_reported_and_left_out() {
        let findings = report_on(r#"[{}, null, "x", {}]"#, |report, root| assert_eq!(report.objects(root, Owner::Pod).len(), 2));
        assert_eq!(pointers(&findings), ["/1", "/2"]);
    }

    #[test]
    fn an_object_that_is_none_is_reported_and_missing() {
        let findings = report_on(r#"{"a": [], "b": {}}"#, |report, root| {
            let found = ["a", "b", "c"].map(|key| report.object(root.get(key), Owner::Pod).is_some());
            assert_eq!(found, [false, true, false]);
        });
        assert_eq!(pointers(&findings), ["/a"]);
    }
}
