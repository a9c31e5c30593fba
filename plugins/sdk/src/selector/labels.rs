//! Labels: names with values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::node::Node;
use crate::value::Value;

/// Labels of an object, or the labels that a Service selects by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels<'a>(BTreeMap<&'a str, Cow<'a, str>>);

impl<'a> Labels<'a> {
    /// The members of an object. What is no text, and what the API would refuse, is kept as what it looks like.
    pub fn of(node: &Node<'a>) -> Self {
        Self(node.members().map(|(name, value)| (name, as_text(value.value()))).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a label, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Cow::as_ref)
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &Cow<'a, str>)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Whether others have all of these.
    pub fn are_among(&self, others: &Self) -> bool {
        self.0.iter().all(|(name, value)| others.0.get(name) == Some(value))
    }
}

/// As one types them on the command line: `` `app=cart, tier=web` ``.
impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        write!(f, "`{}`", pairs.join(", "))
    }
}

fn as_text<'a>(value: Option<&'a Value<'a>>) -> Cow<'a, str> {
    match value {
        Some(Value::Text(text)) => Cow::Borrowed(text),
        Some(Value::Bool(value)) => Cow::Owned(value.to_string()),
        Some(Value::Integer(value)) => Cow::Owned(value.to_string()),
        Some(other) => Cow::Borrowed(other.kind()),
        None => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn labels_read_as_they_are_typed_on_the_command_line() {
        let body = br#"{"b": "2", "a": true, "c": null, "d": 1, "e": []}"#;
        let document = Document::read(0, "", body).unwrap();
        assert_eq!(Labels::of(&document.root()).to_string(), "`a=true, b=2, c=null, d=1, e=list`");
    }

    #[test]
    fn labels_are_among_others_with_their_values() {
        let body = br#"{"all": {"a": "1", "b": "2"}, "some": {"a": "1"}, "other": {"a": "2"}, "none": {}}"#;
        let document = Document::read(0, "", body).unwrap();
        let labels = |key| Labels::of(&document.root().get(key));
        assert!(labels("some").are_among(&labels("all")) && labels("none").are_among(&labels("all")));
        assert!(!labels("other").are_among(&labels("all")) && !labels("all").are_among(&labels("some")));
        assert_eq!((labels("all").get("b"), labels("all").get("c")), (Some("2"), None));
    }
}
