//! What proves without a question that an object is as its recipe has it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;

use super::owned::Owned;
use super::server::MANAGER;

/// How many hexadecimal digits of a digest are kept: 128 bits.
const LENGTH: usize = 32;

/// A digest over what was sent for an object, which fields of the live one are tollgate's, and their values, taken when the API
/// server had said that they belong together.
///
/// As long as all of it is the same, sending the object again would set each field to the value that it has: the fields are owned
/// already, and the values are what the server had made of the same text. What others set is not in it. So an object whose mark is
/// the same need not be asked about; it would not be sent anyway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Mark(String);

impl Mark {
    /// The mark of an object that is as the recipe has it. Secrets have none: their values could be guessed from it.
    pub(super) fn of(identity: &ObjectIdentity, sent: &Value, live: &Value) -> Option<Self> {
        if identity.is_secret() {
            return None;
        }
        let owned = Owned::by(MANAGER, live);
        if owned.is_empty() {
            return None;
        }
        let whole = json!([sent, owned.told(), owned.project(live)]);
        let digest = Digest::of_canonical(&whole).ok()?;
        Some(Self(digest.hex().chars().take(LENGTH).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_identity(kind: &str) -> ObjectIdentity {
        ObjectIdentity { api_version: "v1".into(), kind: kind.into(), namespace: None, name: "a".into() }
    }

    fn mk_live(data: &Value, owned: &Value, others: &Value) -> Value {
        let entry = json!({"manager": MANAGER, "operation": "Apply", "fieldsV1": owned});
        json!({"data": data, "status": others, "metadata": {"managedFields": [entry]}})
    }

    #[test]
    fn what_others_set_does_not_change_a_mark_and_all_that_is_ours_does() {
        let sent = json!({"data": {"a": "1"}});
        let (data, owned) = (json!({"a": "1"}), json!({"f:data": {"f:a": {}}}));
        let mark = |sent: &Value, data: &Value, owned: &Value, others: &Value| {
            Mark::of(&mk_identity("ConfigMap"), sent, &mk_live(data, owned, others))
        };
        let first = mark(&sent, &data, &owned, &json!({}));
        assert!(first.is_some());
        assert_eq!(mark(&sent, &json!({"a": "1", "b": "theirs"}), &owned, &json!({"x": 1})), first);
        assert_ne!(mark(&sent, &json!({"a": "2"}), &owned, &json!({})), first);
        assert_ne!(mark(&sent, &json!({}), &owned, &json!({})), first);
        assert_ne!(mark(&sent, &data, &json!({"f:data": {"f:a": {}, "f:b": {}}}), &json!({})), first);
        assert_ne!(mark(&json!({"data": {"a": "01"}}), &data, &owned, &json!({})), first);
    }

    #[test]
    fn secrets_and_what_tollgate_has_not_applied_have_none() {
        let (data, owned) = (json!({"a": "MQ=="}), json!({"f:data": {"f:a": {}}}));
        let live = mk_live(&data, &owned, &json!({}));
        assert_eq!(Mark::of(&mk_identity("Secret"), &json!({"data": data}), &live), None);
        assert_eq!(Mark::of(&mk_identity("ConfigMap"), &json!({}), &json!({"data": {"a": "1"}})), None);
    }
}
