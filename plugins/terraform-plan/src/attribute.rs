//! Values of resources, and what is known of them.

use tollgate_sdk::{Node, Value};

use crate::template::is_template;

/// Where a resource is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In a configuration, where some values still have to be evaluated.
    Written,
    /// In a plan, where some values are only known after apply, and others are withheld.
    Planned,
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State<'a> {
    /// Nobody sets it.
    Unset,
    /// It may be anything.
    Unknown,
    Known(&'a Value<'a>),
}

/// A value of a resource, or the place where it would stand.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    node: Node<'a>,
    /// What the plan says of the same place: `true` where it is only known after apply.
    mask: Option<Node<'a>>,
    form: Form,
    is_known: bool,
}

impl<'a> Attribute<'a> {
    /// All values of a block.
    pub(crate) const fn written(body: Node<'a>) -> Self {
        Self { node: body, mask: None, form: Form::Written, is_known: true }
    }

    /// All values that a resource has after a change.
    pub(crate) fn planned(after: Node<'a>, mask: Node<'a>) -> Self {
        let is_known = !hides(&mask, after.exists());
        Self { node: after, mask: Some(mask), form: Form::Planned, is_known }
    }

    /// Where it stands.
    pub(crate) const fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// Where the resource is described.
    pub(crate) const fn form(&self) -> Form {
        self.form
    }

    /// The member of an object, or where it would stand. Of what is no object nothing is known.
    pub(crate) fn get(&self, key: &'a str) -> Self {
        let node = self.node.get(key);
        let can_hold = self.node.is_object() || self.state() == State::Unset;
        let is_made_later = !node.exists() && self.makes(key);
        let mask = self.mask.as_ref().map(|mask| mask.get(key));
        self.child(node, mask, can_hold && !is_made_later)
    }

    /// Whether blocks of a name are made by a `dynamic` one.
    fn makes(&self, name: &str) -> bool {
        self.form == Form::Written && self.node.get("dynamic").elements().any(|block| block.members().any(|(key, _)| key == name))
    }

    fn child(&self, node: Node<'a>, mask: Option<Node<'a>>, is_known: bool) -> Self {
        let is_hidden = mask.as_ref().is_some_and(|mask| hides(mask, node.exists()));
        Self { node, mask, form: self.form, is_known: self.is_known && is_known && !is_hidden }
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn elements(&self) -> Vec<Self> {
        let mask = |index| self.mask.as_ref().map(|mask| mask.at(index));
        self.node.elements().enumerate().map(|(index, node)| self.child(node, mask(index), true)).collect()
    }

    /// The elements of a list, or else the value itself.
    pub(crate) fn values(&self) -> Vec<Self> {
        if self.node.is_list() { self.elements() } else { vec![self.clone()] }
    }

    /// The blocks of a name, or the object of that name, as plans of some providers have it.
    pub(crate) fn blocks(&self, name: &'a str) -> Vec<Self> {
        self.get(name).values().into_iter().filter(|block| block.node.is_object()).collect()
    }

    /// What is known of it.
    pub(crate) fn state(&self) -> State<'a> {
        match self.node.value() {
            _ if !self.is_known => State::Unknown,
            None | Some(Value::Null) => State::Unset,
            Some(Value::Text(text)) if self.form.hides(text) => State::Unknown,
            Some(value) => State::Known(value),
        }
    }

    /// Whether it is known that nobody sets it. No blocks of a name are an empty list in a plan.
    pub(crate) fn is_unset(&self) -> bool {
        match self.state() {
            State::Unset => true,
            State::Unknown => false,
            State::Known(value) => matches!(value, Value::Array(elements) if elements.is_empty()),
        }
    }

    /// The names of its members, where all of them are known: also of those whose values are not.
    pub(crate) fn keys(&self) -> Option<Vec<&'a str>> {
        let State::Known(Value::Object(_)) = self.state() else { return None };
        let later = self.mask.iter().flat_map(|mask| mask.members().collect::<Vec<_>>());
        let keys: Vec<&str> = self.node.members().chain(later).map(|(key, _)| key).collect();
        let is_known = |key: &&str| self.form == Form::Planned || !is_template(key);
        keys.iter().all(is_known).then_some(keys)
    }

    /// Whether there is such a value, whatever it is. A plan has all that the type of a resource has, if only as `null`.
    pub(crate) fn is_there(&self) -> bool {
        self.node.value().is_some() || self.state() == State::Unknown
    }

    /// The text, where it is known.
    pub(crate) fn text(&self) -> Option<&'a str> {
        if let State::Known(Value::Text(text)) = self.state() { Some(text) } else { None }
    }

    /// Whether it is known to be one of some words. Providers don't care for case where clouds don't.
    pub(crate) fn is_one_of(&self, words: &[&str]) -> bool {
        self.text().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
    }

    /// The boolean, where it is known. Terraform takes the words as well.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.state() {
            State::Known(Value::Bool(flag)) => Some(*flag),
            State::Known(Value::Text(text)) if text == "true" => Some(true),
            State::Known(Value::Text(text)) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// The whole number, where it is known. Terraform takes the digits as well.
    pub(crate) fn number(&self) -> Option<i64> {
        match self.state() {
            State::Known(Value::Integer(number)) => Some(*number),
            State::Known(Value::Text(text)) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Form {
    fn hides(self, text: &str) -> bool {
        match self {
            Self::Written => is_template(text),
            Self::Planned => text == "withheld",
        }
    }
}

/// Whether a plan says of a place that it is only known after apply. What it says of parts of something says that something is
/// there, even where nothing of it is known yet.
fn hides(mask: &Node<'_>, is_set: bool) -> bool {
    match mask.value() {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(parts)) => !is_set && !parts.is_empty(),
        Some(Value::Object(parts)) => !is_set && !parts.is_empty(),
        Some(_) => true,
    }
}

#[cfg(test)]
#[path = "attribute_tests.rs"]
mod tests;
