//! What a validator has to say.

use crate::bindings::validator::exports::tollgate::gate::validation;
use crate::describe::{Level, Rule};
use crate::node::Node;
use crate::value::Value;

/// One thing that a validator has to say. Made by [`Rule::at`].
#[derive(Clone, Debug)]
#[must_use = "a finding says nothing until it is added"]
pub struct Finding {
    rule: &'static Rule,
    message: String,
    document: u32,
    pointer: String,
    remediation: Option<String>,
    level: Option<Level>,
}

impl Rule {
    /// A finding of this rule about a place in a document.
    pub fn at(&'static self, node: &Node<'_>, message: impl Into<String>) -> Finding {
        Finding {
            rule: self,
            message: message.into(),
            document: node.document(),
            pointer: node.told_at(),
            remediation: None,
            level: None,
        }
    }

    /// A finding about a value that the Kubernetes API would refuse, so that nobody knows what it would do.
    pub fn unreadable(&'static self, node: &Node<'_>) -> Finding {
        let pointer = node.pointer();
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let kind = node.value().map_or("nothing", Value::kind);
        let message = format!("`{name}` holds what the Kubernetes API does not allow there ({kind}), so it can't be judged");
        self.at(node, message).fix("Write the value as the Kubernetes API defines it")
    }
}

impl Finding {
    /// Says what the author should do: one imperative sentence.
    pub fn fix(mut self, remediation: impl Into<String>) -> Self {
        self.remediation = Some(remediation.into());
        self
    }

    /// Goes below the rule's own level.
    pub const fn at_level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// The id of its rule.
    pub const fn rule(&self) -> &'static str {
        self.rule.id
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The id of its document.
    pub const fn document(&self) -> u32 {
        self.document
    }

    /// Where it points.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What the author should do.
    pub fn remediation(&self) -> Option<&str> {
        self.remediation.as_deref()
    }

    /// The level it has when the operator sets none.
    pub fn level(&self) -> Level {
        self.level.unwrap_or(self.rule.level)
    }
}

impl From<Finding> for validation::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule.id.to_owned(),
            message: finding.message,
            document: finding.document,
            pointer: finding.pointer,
            remediation: finding.remediation,
            level: finding.level,
        }
    }
}

/// Where a validator puts what it finds.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// All that were added, in their order.
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        self.0.extend(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Severity};

    static RULE: Rule =
        Rule { id: "named", title: "Object has a name", help: "", level: Level::Deny, severity: Severity::Low, controls: &[] };

    fn finding(document: &Document<'_>) -> Finding {
        RULE.at(&document.root().walk(&["metadata", "na/me"]), "no name")
    }

    #[test]
    fn a_finding_points_to_where_something_should_be_in_its_own_document() {
        let document = Document::read(7, "a.yaml", b"{}").unwrap();
        let finding = finding(&document);
        assert_eq!((finding.rule(), finding.document(), finding.pointer()), ("named", 7, "/metadata/na~1me"));
        assert_eq!((finding.message(), finding.remediation()), ("no name", None));
    }

    #[test]
    fn a_finding_has_the_level_of_its_rule_unless_it_goes_below() {
        let document = Document::read(0, "", b"{}").unwrap();
        assert_eq!(finding(&document).level(), Level::Deny);
        assert_eq!(finding(&document).at_level(Level::Note).level(), Level::Note);
    }

    #[test]
    fn all_of_a_finding_crosses_and_the_rules_own_level_is_left_to_the_host() {
        let document = Document::read(7, "", b"{}").unwrap();
        let crossed = validation::Finding::from(finding(&document).fix("Set it"));
        assert_eq!((crossed.rule.as_str(), crossed.document, crossed.pointer.as_str()), ("named", 7, "/metadata/na~1me"));
        assert_eq!((crossed.message.as_str(), crossed.remediation.as_deref(), crossed.level), ("no name", Some("Set it"), None));
        assert_eq!(validation::Finding::from(finding(&document).at_level(Level::Warn)).level, Some(Level::Warn));
    }

    #[test]
    fn what_can_not_be_read_is_named_with_what_stands_there() {
        let document = Document::read(0, "", br#"{"spec": ["x"]}"#).unwrap();
        let finding = RULE.unreadable(&document.root().get("spec"));
        assert_eq!(finding.message(), "`spec` holds what the Kubernetes API does not allow there (list), so it can't be judged");
        assert_eq!((finding.pointer(), finding.level()), ("/spec", Level::Deny));
    }

    #[test]
    fn findings_keep_their_order() {
        let documents = [3, 1, 2].map(|id| Document::read(id, "", b"{}").unwrap());
        let mut findings = Findings::default();
        findings.add(finding(&documents[0]));
        findings.extend(documents[1..].iter().map(finding));
        let ids: Vec<u32> = findings.into_vec().iter().map(Finding::document).collect();
        assert_eq!(ids, [3, 1, 2]);
    }
}
