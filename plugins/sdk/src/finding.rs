//! What a validator has to say.

use crate::bindings::validator::exports::tollgate::gate::validation;
use crate::describe::{Level, Rule};
use crate::node::Node;

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
            pointer: node.pointer(),
            remediation: None,
            level: None,
        }
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
