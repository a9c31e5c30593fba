//! Which values of an object must not be seen.

use serde_json::{Map, Value};
use tollgate_core::document::ObjectIdentity;

/// Where `kubectl apply` keeps a copy of the whole object, values and all.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What takes the place of a value that must not be seen.
pub(crate) const WITHHELD: &str = "withheld";

/// How much of a value may be seen.
///
/// What is not known to be harmless is hidden: in a Secret everything but its type and metadata, so that a misspelt
/// `sringData` hides its values too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Veil {
    /// All of it.
    Clear,
    /// This is a whole Secret.
    Secret,
    /// The metadata of a Secret.
    Metadata,
    /// The annotations of a Secret.
    Annotations,
    /// The names of the members, and none of their values.
    Entries,
    /// Nothing.
    Hidden,
}

impl Veil {
    /// How much of an object may be seen.
    pub(crate) fn of(identity: &ObjectIdentity) -> Self {
        if identity.is_secret() { Self::Secret } else { Self::Clear }
    }

    /// How much of a member may be seen.
    pub(crate) fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Secret, "metadata") => Self::Metadata,
            (Self::Metadata, "annotations") => Self::Annotations,
            (Self::Secret, "apiVersion" | "kind" | "type" | "immutable") | (Self::Clear, _) => Self::Clear,
            (Self::Annotations, LAST_APPLIED) | (Self::Entries | Self::Hidden, _) => Self::Hidden,
            (Self::Metadata | Self::Annotations, _) => Self::Clear,
            (Self::Secret, _) => Self::Entries,
        }
    }

    /// Whether members have veils of their own.
    pub(crate) const fn is_partial(self) -> bool {
        matches!(self, Self::Secret | Self::Metadata | Self::Annotations | Self::Entries)
    }

    /// The value with all that must not be seen replaced by the text `withheld`.
    pub(crate) fn withhold(self, value: &Value) -> Value {
        match value {
            _ if self == Self::Clear => value.clone(),
            Value::Object(members) if self.is_partial() => {
                let member = |(key, member): (&String, &Value)| (key.clone(), self.member(key).withhold(member));
                Value::Object(members.iter().map(member).collect::<Map<String, Value>>())
            }
            _ => Value::String(WITHHELD.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn withhold(body: &Value) -> Value {
        Veil::Secret.withhold(body)
    }

    #[test]
    fn only_type_and_metadata_of_a_secret_are_seen() {
        let body = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
            "metadata": {"name": "db", "labels": {"app": "cart"}, "annotations": {"team": "cart", LAST_APPLIED: "{hunter2}"}},
            "data": {"password": "hunter2"}, "stringData": {"user": "hunter2"}, "sringData": {"typo": {"deep": "hunter2"}}});
        let seen = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
            "metadata": {"name": "db", "labels": {"app": "cart"}, "annotations": {"team": "cart", LAST_APPLIED: "withheld"}},
            "data": {"password": "withheld"}, "stringData": {"user": "withheld"}, "sringData": {"typo": "withheld"}});
        assert_eq!(withhold(&body), seen);
    }

    #[test]
    fn parts_of_a_secret_that_have_the_wrong_shape_are_hidden_whole() {
        let body = json!({"metadata": "hunter2", "data": ["hunter2"], "stringData": "hunter2"});
        assert_eq!(withhold(&body), json!({"metadata": "withheld", "data": "withheld", "stringData": "withheld"}));
        assert_eq!(withhold(&json!("hunter2")), json!("withheld"));
    }

    #[test]
    fn other_objects_are_seen_whole() {
        let body = json!({"kind": "ConfigMap", "data": {"a": "b"}});
        assert_eq!(Veil::Clear.withhold(&body), body);
    }
}
