//! Merging settings.

use serde_json::{Map, Value};

/// Merges a patch into settings as RFC 7396 says: objects are merged key by key, `null` removes a key, everything else
/// is replaced.
pub(crate) fn merge(settings: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        settings.clone_from(patch);
        return;
    };
    if !settings.is_object() {
        *settings = Value::Object(Map::new());
    }
    let Value::Object(members) = settings else { return };
    for (key, value) in patch {
        if value.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_rfc_7396_merge_as_it_says() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut settings, patch, merged) in cases {
            merge(&mut settings, &patch);
            assert_eq!(settings, merged);
        }
    }
}
