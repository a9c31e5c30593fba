//! How a rule reads values and reports: what it can't read is found, never skipped.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tollgate_sdk::selector::{LabelSelector, Labels};
use tollgate_sdk::{Finding, Level, Node, Rule, Value};

/// Reads for one rule, and keeps what it finds. `null` is nothing, as it is for the API server.
#[derive(Debug)]
pub(crate) struct Reader {
    rule: &'static Rule,
    findings: RefCell<Vec<Finding>>,
    unread: RefCell<BTreeSet<(u32, String)>>,
}

impl Reader {
    pub(crate) const fn new(rule: &'static Rule) -> Self {
        Self { rule, findings: RefCell::new(Vec::new()), unread: RefCell::new(BTreeSet::new()) }
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    /// Adds a finding of the rule.
    pub(crate) fn add(&self, node: &Node<'_>, message: impl Into<String>, fix: impl Into<String>) {
        self.push(self.rule.at(node, message).fix(fix));
    }

    /// Adds a finding that goes below the level of the rule.
    pub(crate) fn add_at(&self, level: Level, node: &Node<'_>, message: impl Into<String>, fix: impl Into<String>) {
        self.push(self.rule.at(node, message).fix(fix).at_level(level));
    }

    fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// Says that a value can't be read; once, however often it is read.
    pub(crate) fn unreadable(&self, node: &Node<'_>) {
        if self.unread.borrow_mut().insert((node.document(), node.pointer())) {
            self.push(self.rule.unreadable(node));
        }
    }

    /// What a path leads to, where it leads to something: a `*` stands for every element of a list.
    pub(crate) fn each<'a>(&self, node: &Node<'a>, path: &[&'a str]) -> Vec<Node<'a>> {
        let followed = node.follow(path);
        followed.unreadable.iter().for_each(|node| self.unreadable(node));
        followed.found
    }

    /// What a path without stars leads to, if it leads to something.
    pub(crate) fn find<'a>(&self, node: &Node<'a>, path: &[&'a str]) -> Option<Node<'a>> {
        self.each(node, path).pop()
    }

    pub(crate) fn object(&self, node: &Node<'_>) {
        self.of_type(node, node.is_object().then_some(()));
    }

    pub(crate) fn text<'a>(&self, node: &Node<'a>) -> Option<&'a str> {
        self.of_type(node, node.as_str())
    }

    pub(crate) fn number(&self, node: &Node<'_>) -> Option<i64> {
        self.of_type(node, node.as_i64())
    }

    pub(crate) fn flag(&self, node: &Node<'_>) -> Option<bool> {
        self.of_type(node, node.as_bool())
    }

    fn of_type<T>(&self, node: &Node<'_>, value: Option<T>) -> Option<T> {
        if value.is_none() && node.exists() {
            self.unreadable(node);
        }
        value
    }

    /// A text that has to be there and not be empty.
    pub(crate) fn required<'a>(&self, node: &Node<'a>, who: &str, what: &str) -> Option<&'a str> {
        let text = self.text(node).filter(|text| !text.is_empty());
        if text.is_none() && (!node.exists() || node.as_str().is_some()) {
            self.add(node, format!("{who} {what} without saying which"), "Say which, or remove what refers to it");
        }
        text
    }

    /// Labels, of an object or of what selects by labels alone.
    pub(crate) fn labels<'a>(&self, node: &Node<'a>) -> Labels<'a> {
        self.object(node);
        if let Some(Value::Object(members)) = node.value() {
            let others = members.iter().filter(|(_, value)| value.as_str().is_none());
            others.for_each(|(name, _)| self.unreadable(&node.get(name)));
        }
        Labels::of(node)
    }

    /// A label selector; nothing where it can't be read. One that is not there selects all, so ask first what that means.
    pub(crate) fn selector<'a>(&self, node: &Node<'a>) -> Option<LabelSelector<'a>> {
        LabelSelector::read(node).map_err(|place| self.unreadable(&place)).ok()
    }
}
