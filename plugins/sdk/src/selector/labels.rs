//! Labels: names with values.

use std::borrow::Cow;
use std::fmt;

use crate::node::Node;
use crate::value::Value;

/// Labels of an object, or the labels that a Service selects by: sorted by name. A list, because there are few, and a set has many.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Labels<'a> {
    /// The members of an object. What is no text, and what the API would refuse, is kept as what it looks like.
    pub fn of(node: &Node<'a>) -> Self {
        let members = match node.value() {
            Some(Value::Object(members)) => members.as_slice(),
            _ => &[],
        };
        let mut labels: Vec<_> = members.iter().map(|(name, value)| (name.as_ref(), as_text(value))).collect();
        labels.sort_unstable();
        Self(labels)
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a label, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.0.get(at).map(|(_, value)| value.as_ref())
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &Cow<'a, str>)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Whether others have all of these.
    pub fn are_among(&self, others: &Labels<'_>) -> bool {
        self.0.iter().all(|(name, value)| others.get(name) == Some(value))
    }
}

/// As one types them on the command line: `` `app=cart, tier=web` ``.
impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        write!(f, "`{}`", pairs.join(", "))
    }
}

fn as_text<'a>(value: &'a Value<'a>) -> Cow<'a, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Bool(value) => Cow::Owned(value.to_string()),
        Value::Integer(value) => Cow::Owned(value.to_string()),
        other => Cow::Borrowed(other.kind()),
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
