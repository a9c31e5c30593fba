//! Fixes: changes of a document, as a JSON Patch.

use serde_json::{Value, json};

use crate::bindings::fixer::exports::tollgate::gate::fixing;
use crate::node::Node;

/// A change of a document that should make one finding go away: a JSON Patch (RFC 6902), made of places in the document.
///
/// ```
/// use tollgate_sdk::{Document, Fix, json};
///
/// let document = Document::read(0, "pod.yaml", br#"{"spec": {"containers": [{"name": "web"}]}}"#)?;
/// let context = document.root().walk(&["spec", "containers"]).at(0).get("securityContext");
/// let fix = Fix::new("Drop all capabilities").set(&context.walk(&["capabilities", "drop"]), json!(["ALL"]));
/// assert_eq!(
///     fix.patch(),
///     r#"[{"op":"add","path":"/spec/containers/0/securityContext","value":{"capabilities":{"drop":["ALL"]}}}]"#
/// );
/// # Ok::<(), tollgate_sdk::PluginError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fix does nothing until it is returned"]
pub struct Fix {
    title: String,
    operations: Vec<Value>,
}

impl Fix {
    /// A fix that changes nothing yet.
    ///
    /// # Arguments
    /// - `title`: what it does, as one imperative sentence.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), operations: Vec::new() }
    }

    /// Gives a place a value. Objects that are missing on the way are made.
    pub fn set(mut self, node: &Node<'_>, value: impl Into<Value>) -> Self {
        let place = node.place();
        let value = place.missing.iter().rev().fold(value.into(), |value, key| json!({ key.as_str(): value }));
        let operation = if place.is_element || place.pointer.is_empty() { "replace" } else { "add" };
        self.operations.push(json!({"op": operation, "path": place.pointer, "value": value}));
        self
    }

    /// Adds an element to the end of a list, which is made where it is missing.
    pub fn append(mut self, list: &Node<'_>, value: impl Into<Value>) -> Self {
        if !list.exists() {
            return self.set(list, json!([value.into()]));
        }
        self.operations.push(json!({"op": "add", "path": format!("{}/-", list.pointer()), "value": value.into()}));
        self
    }

    /// Gives the value of one place to another, and takes it away from there. A member that only gets another name stays on
    /// its line, with its comment.
    pub fn rename(mut self, from: &Node<'_>, to: &Node<'_>) -> Self {
        self.operations.push(json!({"op": "move", "from": from.pointer(), "path": to.pointer()}));
        self
    }

    /// Takes a member or element away.
    pub fn remove(mut self, node: &Node<'_>) -> Self {
        self.operations.push(json!({"op": "remove", "path": node.pointer()}));
        self
    }

    /// What it does, as one imperative sentence.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The JSON Patch.
    pub fn patch(&self) -> String {
        Value::from(self.operations.clone()).to_string()
    }

    /// As it crosses to the host, for the finding at a position.
    pub(crate) fn crossing(self, finding: u32) -> fixing::Fix {
        fixing::Fix { finding, patch: self.patch().into_bytes(), title: self.title }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn what_is_there_is_replaced_appended_to_and_removed() {
        let document = Document::read(0, "", br#"{"a": [1, {"b": 2}], "c~d": true}"#).unwrap();
        let root = document.root();
        let list = root.get("a");
        let fix = Fix::new("Do it")
            .set(&list.at(0), 3)
            .set(&root.get("c~d"), false)
            .append(&list, "x")
            .remove(&list.at(1).get("b"))
            .rename(&root.get("c~d"), &root.get("e"));
        let expected = json!([
            {"op": "replace", "path": "/a/0", "value": 3},
            {"op": "add", "path": "/c~0d", "value": false},
            {"op": "add", "path": "/a/-", "value": "x"},
            {"op": "remove", "path": "/a/1/b"},
            {"op": "move", "from": "/c~0d", "path": "/e"},
        ]);
        assert_eq!(serde_json::from_str::<Value>(&fix.patch()).unwrap(), expected);
        assert_eq!(fix.title(), "Do it");
    }

    #[test]
    fn a_list_that_is_missing_is_made_with_its_first_element() {
        let document = Document::read(0, "", b"{}").unwrap();
        let fix = Fix::new("Do it").append(&document.root().walk(&["x", "y"]), 1);
        assert_eq!(fix.patch(), r#"[{"op":"add","path":"/x","value":{"y":[1]}}]"#);
    }
}
