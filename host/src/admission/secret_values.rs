//! Whether a Secret that comes has the values that were approved, without keeping or telling any of them.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What stands in the place of a value that is not the one that comes. Any other value there says nothing.
const ANOTHER: &str = "withheld: another value than the one that comes";

/// Values of a Secret by key, each as a number that only this process can make, and from which nobody can come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SecretValues(BTreeMap<String, u64>);

impl SecretValues {
    /// What is written as `stringData` replaces what stands in `data`, as it does at the API server.
    pub(super) fn of(secret: &Value, hasher: &RandomState) -> Self {
        let members = |list: &str| secret.get(list).and_then(Value::as_object).into_iter().flatten();
        let encoded = members("data").map(|(key, value)| (key.clone(), hasher.hash_one(decoded(value))));
        let written = members("stringData").map(|(key, value)| (key.clone(), hasher.hash_one(bytes(value))));
        Self(encoded.chain(written).collect())
    }

    /// The approved document, with a mark at each value that is another one in what comes. Keys that are only here or only there are
    /// left to whoever compares.
    pub(super) fn mark(&self, document: &Value, live: &Self) -> Option<Value> {
        let other = |key: &&String| live.0.get(*key).is_some_and(|value| self.0.get(*key) != Some(value));
        let others: Vec<&String> = self.0.keys().filter(other).collect();
        if others.is_empty() {
            return None;
        }
        let mut marked = document.clone();
        for list in ["data", "stringData"] {
            let values = marked.get_mut(list).and_then(Value::as_object_mut).into_iter().flatten();
            values.filter(|(key, _)| others.contains(key)).for_each(|(_, value)| *value = ANOTHER.into());
        }
        Some(marked)
    }
}

/// What is no Base64 is taken as it is: the API server refuses it, and whoever compares need not.
fn decoded(value: &Value) -> Vec<u8> {
    let text = bytes(value);
    STANDARD.decode(&text).unwrap_or(text)
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| value.to_string().into_bytes(), |text| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn marked(approved: &Value, live: &Value) -> Option<Value> {
        let hasher = RandomState::new();
        let withheld = json!({"data": {"a": "withheld"}, "stringData": {"b": "withheld"}});
        SecretValues::of(approved, &hasher).mark(&withheld, &SecretValues::of(live, &hasher))
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        let approved = json!({"data": {"a": "b25l"}, "stringData": {"b": "two"}});
        assert_eq!(marked(&approved, &json!({"data": {"a": "b25l", "b": "dHdv"}})), None);
        assert_eq!(marked(&approved, &json!({"stringData": {"a": "one", "b": "two"}})), None);
    }

    #[test]
    fn another_value_is_marked_and_told_to_nobody() {
        let approved = json!({"data": {"a": "b25l"}, "stringData": {"b": "two"}});
        let found = marked(&approved, &json!({"data": {"a": "b25l", "b": "dGhyZWU="}})).unwrap();
        assert_eq!((&found["data"]["a"], &found["stringData"]["b"]), (&json!("withheld"), &json!(ANOTHER)));
        assert!(!found.to_string().contains("three") && !found.to_string().contains("dGhyZWU="));
    }

    #[test]
    fn a_key_that_is_only_on_one_side_is_no_other_value() {
        assert_eq!(marked(&json!({"data": {"a": "b25l"}}), &json!({"data": {"c": "b25l"}})), None);
    }

    #[test]
    fn of_two_values_of_one_key_the_written_one_counts() {
        let approved = json!({"data": {"b": "b2xk"}, "stringData": {"b": "two"}});
        assert_eq!(marked(&approved, &json!({"data": {"b": "dHdv"}})), None);
    }
}
