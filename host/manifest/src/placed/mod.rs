//! Values with their places: what every language beyond YAML and JSON is read as.
//!
//! There is one tree for a document, from which both the JSON body and the tree of places come, so that the two can't
//! disagree.

mod events;
mod tree;

use tollgate_core::document::{ObjectIdentity, Span};

pub(crate) use events::PlacedEvents;

/// A value, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Without extent where the value is written nowhere, as the kind of a file.
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What JSON can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// In JSON's own form.
    Number(String),
    Text(String),
    List(Vec<Placed>),
    /// In the order of the source. A key may stand twice, which is found later.
    Map(Vec<Member>),
}

/// A key of a map, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Placed,
}

impl Placed {
    pub(crate) const fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    pub(crate) fn text(span: Span, text: impl Into<String>) -> Self {
        Self { span, value: Value::Text(text.into()) }
    }
}

impl Member {
    pub(crate) fn new(key: impl Into<String>, key_span: Span, value: Placed) -> Self {
        Self { key: key.into(), key_span, value }
    }
}

/// A document of a language: what it is, and its body.
#[derive(Clone, Debug)]
pub(crate) struct PlacedDocument {
    pub(crate) identity: ObjectIdentity,
    pub(crate) body: Placed,
}

impl PlacedDocument {
    /// A document whose body starts with what it is, found at `head`, and goes on with these members.
    pub(crate) fn new(api_version: &str, kind: &str, name: (&str, Span), head: Span, whole: Span, members: Vec<Member>) -> Self {
        let (name, name_span) = name;
        let names = vec![Member::new("name", name_span, Placed::text(name_span, name))];
        let mut all = vec![
            Member::new("apiVersion", head, Placed::text(head, api_version)),
            Member::new("kind", head, Placed::text(head, kind)),
            Member::new("metadata", name_span, Placed::new(name_span, Value::Map(names))),
        ];
        all.extend(members);
        let identity =
            ObjectIdentity { api_version: api_version.to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() };
        Self { identity, body: Placed::new(whole, Value::Map(all)) }
    }

    /// A file that is one document, named as the file is. What it is stands nowhere in it.
    pub(crate) fn of_file(api_version: &str, kind: &str, path: &str, whole: Span, members: Vec<Member>) -> Self {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        Self::new(api_version, kind, (name, Span::START), Span::START, whole, members)
    }
}
