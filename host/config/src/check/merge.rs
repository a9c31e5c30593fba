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
    use proptest::prelude::*;
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

    fn settings() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..3).prop_map(Value::from)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::hash_map("[abc]", inner, 0..4).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    fn merged(mut settings: Value, patch: &Value) -> Value {
        merge(&mut settings, patch);
        settings
    }

    proptest! {
        #[test]
        fn merging_twice_is_merging_once(value in settings(), patch in settings()) {
            let once = merged(value, &patch);
            prop_assert_eq!(merged(once.clone(), &patch), once);
        }

        #[test]
        fn an_empty_patch_leaves_an_object_as_it_is(value in settings().prop_filter("an object", Value::is_object)) {
            prop_assert_eq!(merged(value.clone(), &json!({})), value);
        }

        #[test]
        fn a_key_is_what_the_patch_says_or_what_it_was(value in settings(), patch in settings().prop_filter("an object", Value::is_object)) {
            let result = merged(value.clone(), &patch);
            for key in ["a", "b", "c"] {
                match patch.get(key) {
                    None => prop_assert_eq!(result.get(key), value.get(key)),
                    Some(Value::Null) => prop_assert_eq!(result.get(key), None),
                    Some(object @ Value::Object(_)) => {
                        let before = value.get(key).cloned().unwrap_or_default();
                        prop_assert_eq!(result.get(key), Some(&merged(before, object)));
                    }
                    said => prop_assert_eq!(result.get(key), said),
                }
            }
        }
    }
}
