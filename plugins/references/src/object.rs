//! One object of the set, with what others know it by.

use tollgate_sdk::selector::as_written;
use tollgate_sdk::{Document, Node, Value};

/// An object with its namespace, as written, and its name, read once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    document: &'a Document<'a>,
    pub(crate) namespace: Option<&'a str>,
    /// Empty where the manifest leaves it out.
    pub(crate) name: &'a str,
}

impl<'a> Object<'a> {
    pub(crate) fn of(document: &'a Document<'a>) -> Self {
        let metadata = document.root().value().and_then(|body| body.get("metadata"));
        let text = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
        Self { document, namespace: as_written(text("namespace")), name: text("name").unwrap_or_default() }
    }

    /// Whether name and namespace are texts, or nothing.
    pub(crate) fn is_well_named(&self) -> bool {
        match self.root().value().and_then(|body| body.get("metadata")) {
            None | Some(Value::Null) => true,
            Some(metadata @ Value::Object(_)) => {
                ["name", "namespace"].iter().all(|key| matches!(metadata.get(key), None | Some(Value::Null | Value::Text(_))))
            }
            Some(_) => false,
        }
    }

    pub(crate) const fn root(&self) -> Node<'a> {
        self.document.root()
    }

    pub(crate) fn spec(&self) -> Node<'a> {
        self.root().get("spec")
    }

    pub(crate) const fn id(&self) -> u32 {
        self.document.id()
    }

    pub(crate) fn api_version(&self) -> &'a str {
        self.document.api_version()
    }

    pub(crate) fn group(&self) -> &'a str {
        self.document.group()
    }

    pub(crate) fn kind(&self) -> &'a str {
        self.document.kind()
    }

    pub(crate) const fn file(&self) -> &'a str {
        self.document.file()
    }

    pub(crate) const fn document(&self) -> &'a Document<'a> {
        self.document
    }

    /// How messages call it: ``Deployment `cart` ``.
    pub(crate) fn label(&self) -> String {
        format!("{} `{}`", self.kind(), self.name)
    }
}
