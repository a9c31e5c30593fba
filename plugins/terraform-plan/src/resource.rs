//! Resources, wherever they are described.

use tollgate_sdk::{Document, Node};

use crate::attribute::Attribute;

/// A resource as it will be.
#[derive(Debug)]
pub(crate) struct Resource<'a> {
    /// Its type: `aws_instance`.
    pub(crate) kind: &'a str,
    /// Its address, for messages.
    pub(crate) address: &'a str,
    pub(crate) attributes: Attribute<'a>,
}

impl<'a> Resource<'a> {
    /// What a configuration makes; nothing where its `count` is zero or its `for_each` empty.
    pub(crate) fn written(document: &'a Document<'_>) -> Option<Self> {
        let kind = document.root().get("labels").at(0).as_str()?;
        let attributes = Attribute::written(document.root().get("body"));
        let is_repeated_never = attributes.get("for_each").keys().is_some_and(|keys| keys.is_empty());
        let is_made = attributes.get("count").number() != Some(0) && !is_repeated_never;
        is_made.then(|| Self { kind, address: document.name(), attributes })
    }

    /// What a plan makes or changes; nothing of what it only deletes, reads or leaves alone.
    pub(crate) fn planned(document: &'a Document<'_>) -> Option<Self> {
        let root = document.root();
        let change = root.get("change");
        let is_made = is_managed(&root) && actions(&change).iter().any(|action| matches!(*action, "create" | "update"));
        let kind = root.get("type").as_str()?;
        let attributes = Attribute::planned(change.get("after"), change.get("after_unknown"));
        is_made.then(|| Self { kind, address: address(document), attributes })
    }

    /// Whether it is known, or may be, that something is set.
    pub(crate) fn may_have(&self, key: &'a str) -> bool {
        !self.attributes.get(key).is_unset()
    }
}

/// What a plan does to a resource, in its order.
pub(crate) fn actions<'a>(change: &Node<'a>) -> Vec<&'a str> {
    change.get("actions").elements().filter_map(|action| action.as_str()).collect()
}

/// Whether a plan is about something that Terraform manages, not about data that it reads.
pub(crate) fn is_managed(change: &Node<'_>) -> bool {
    change.get("mode").as_str() != Some("data")
}

/// The address of what a plan changes.
pub(crate) fn address<'a>(document: &'a Document<'_>) -> &'a str {
    document.root().get("address").as_str().unwrap_or_else(|| document.name())
}
