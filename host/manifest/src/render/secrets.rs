//! Withholds the values of Secrets from whoever was not granted them.

use serde_json::{Map, Value};

/// What stands for a withheld value.
const WITHHELD: &str = "withheld";

/// Where `kubectl apply` keeps the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The body of a Secret without its values; nothing for any other object, and for what is no object at all.
///
/// Withheld are all values of `data` and `stringData`, whatever their type, and the annotation in which `kubectl apply`
/// keeps a copy. Keys stay: policies may judge them.
pub fn withhold_secrets(body: &[u8]) -> Option<Vec<u8>> {
    let mut secret: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let is = |key: &str, expected: &str| secret.get(key).and_then(Value::as_str) == Some(expected);
    if !is("kind", "Secret") || !is("apiVersion", "v1") {
        return None;
    }
    for key in ["data", "stringData"] {
        if let Some(values) = secret.get_mut(key) {
            withhold(values);
        }
    }
    if let Some(copy) = secret.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations")?.get_mut(LAST_APPLIED)) {
        *copy = WITHHELD.into();
    }
    serde_json::to_vec(&secret).ok()
}

fn withhold(values: &mut Value) {
    match values {
        Value::Object(members) => members.values_mut().for_each(|value| *value = WITHHELD.into()),
        Value::Null => {}
        // No valid Secret has anything else here, but a value is a value.
        other => *other = WITHHELD.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn withheld(body: &Value) -> Option<Value> {
        withhold_secrets(body.to_string().as_bytes()).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn values_go_and_keys_stay() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "annotations": {LAST_APPLIED: "{\"data\":{\"p\":\"x\"}}", "b": "c"}},
            "data": {"p": "cGFzcw=="}, "stringData": {"q": "pass", "n": 1}});
        let expected = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "annotations": {LAST_APPLIED: "withheld", "b": "c"}},
            "data": {"p": "withheld"}, "stringData": {"q": "withheld", "n": "withheld"}});
        assert_eq!(withheld(&secret), Some(expected));
    }

    #[test]
    fn other_objects_are_left_alone() {
        for object in [
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}),
            json!({"apiVersion": "x/v1", "kind": "Secret"}),
            json!([]),
        ] {
            assert_eq!(withheld(&object), None);
        }
    }

    proptest! {
        #[test]
        fn no_value_is_left(values in prop::collection::btree_map("[a-z]{1,5}", "VALUE[0-9]{1,9}", 0..5), as_list: bool) {
            let data = if as_list { json!(values.values().collect::<Vec<_>>()) } else { json!(values) };
            let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": data, "stringData": values, "metadata": {"annotations": {LAST_APPLIED: data.to_string()}}});
            let text = withheld(&secret).unwrap().to_string();
            prop_assert!(!text.contains("VALUE"), "{}", text);
        }
    }
}
