//! Objects as data.

use crate::bindings::validator::exports::tollgate::gate::validation;
use crate::describe::PluginError;
use crate::node::Node;
use crate::value::Value;

/// One object of a manifest.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    id: u32,
    file: &'a str,
    body: Value<'a>,
}

impl<'a> Document<'a> {
    /// Reads an object from JSON.
    ///
    /// # Errors
    /// `bad-input` when the body is not JSON.
    pub fn read(id: u32, file: &'a str, body: &'a [u8]) -> Result<Self, PluginError> {
        let body = Value::read(body).map_err(|error| PluginError::BadInput(format!("document {id} of `{file}`: {error}")))?;
        Ok(Self { id, file, body })
    }

    /// The whole object.
    pub const fn root(&self) -> Node<'_> {
        Node::root(self.id, &self.body)
    }

    /// Chosen by the host, unique within the request.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Path of the source file, for messages only.
    pub const fn file(&self) -> &'a str {
        self.file
    }

    /// `apiVersion`; empty where there is none.
    pub fn api_version(&self) -> &str {
        self.text("apiVersion")
    }

    /// The group of `apiVersion`; empty is the core group.
    pub fn group(&self) -> &str {
        self.api_version().rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// `kind`; empty where there is none.
    pub fn kind(&self) -> &str {
        self.text("kind")
    }

    /// `metadata.name`; empty where the manifest leaves it out.
    pub fn name(&self) -> &str {
        self.root().walk(&["metadata", "name"]).as_str().unwrap_or_default()
    }

    /// `metadata.namespace` as written; nothing where the manifest leaves it out.
    pub fn namespace(&self) -> Option<&str> {
        self.root().walk(&["metadata", "namespace"]).as_str()
    }

    fn text(&self, key: &'static str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

pub(crate) fn read_all(documents: &[validation::Document]) -> Result<Vec<Document<'_>>, PluginError> {
    documents.iter().map(|document| Document::read(document.id, &document.file, &document.body)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_as_the_api_names_it() {
        let body = br#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop"}}"#;
        let document = Document::read(1, "a.yaml", body).unwrap();
        assert_eq!((document.group(), document.kind(), document.name()), ("apps", "Deployment", "cart"));
        assert_eq!((document.namespace(), document.file(), document.id()), (Some("shop"), "a.yaml", 1));
    }

    #[test]
    fn an_object_without_names_has_empty_ones() {
        let document = Document::read(0, "", br#"{"apiVersion": "v1"}"#).unwrap();
        assert_eq!((document.group(), document.kind(), document.name(), document.namespace()), ("", "", "", None));
    }

    #[test]
    fn a_body_that_is_no_json_is_bad_input_and_names_the_file() {
        let error = Document::read(0, "a.yaml", b"{").unwrap_err();
        assert!(matches!(error, PluginError::BadInput(reason) if reason.contains("`a.yaml`")));
    }
}
