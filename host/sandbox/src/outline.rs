//! Whether a pointer stays within a document, without building the document.

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use tollgate_core::pointer::Pointer;

/// Whether a pointer leads to a value of a document, or to something that is missing in an object of it. It may not
/// step through a scalar or past the end of an array. A `null` is something missing, as it is for Kubernetes.
pub(crate) fn is_within(document: &[u8], pointer: &Pointer) -> bool {
    if pointer.is_root() {
        return true;
    }
    let steps: Vec<String> = pointer.tokens().collect();
    Walk { steps: &steps }.deserialize(&mut Deserializer::from_slice(document)).unwrap_or(false)
}

/// The steps that are left to take from a value.
struct Walk<'a> {
    steps: &'a [String],
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        match self.steps {
            [] => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| true),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let Some((step, rest)) = self.steps.split_first() else { return Ok(true) };
        let mut found = None;
        while let Some(key) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == step.as_str() {
                found = Some(members.next_value_seed(Walk { steps: rest })?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found.unwrap_or(true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        let Some((step, rest)) = self.steps.split_first() else { return Ok(true) };
        let wanted = array_index(step);
        let mut found = None;
        for position in 0.. {
            let is_more = if wanted == Some(position) {
                found = elements.next_element_seed(Walk { steps: rest })?;
                found.is_some()
            } else {
                elements.next_element::<IgnoredAny>()?.is_some()
            };
            if !is_more {
                break;
            }
        }
        Ok(found.unwrap_or(false))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(true)
    }
}

/// An index as RFC 6901 writes it: no sign, no leading zero.
fn array_index(step: &str) -> Option<usize> {
    let is_plain = step.bytes().all(|byte| byte.is_ascii_digit()) && (step == "0" || !step.starts_with('0'));
    step.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn within(pointer: &str) -> bool {
        let document = json!({"spec": {"containers": [{"image": "a"}, {}], "n": 1, "none": null}, "a/b": {"m~n": true}});
        is_within(document.to_string().as_bytes(), &pointer.parse().unwrap())
    }

    #[test]
    fn values_and_missing_members_are_within() {
        for pointer in ["", "/spec", "/spec/containers/1", "/spec/containers/0/image", "/a~1b/m~0n"] {
            assert!(within(pointer), "{pointer}");
        }
        for pointer in ["/missing", "/missing/deeper", "/spec/containers/1/image", "/spec/none/x"] {
            assert!(within(pointer), "{pointer}");
        }
    }

    #[test]
    fn steps_through_scalars_and_past_the_end_are_not() {
        for pointer in ["/spec/n/x", "/spec/containers/0/image/x", "/a~1b/m~0n/x"] {
            assert!(!within(pointer), "{pointer}");
        }
        for pointer in
            ["/spec/containers/2", "/spec/containers/-", "/spec/containers/00", "/spec/containers/name", "/spec/containers/+1"]
        {
            assert!(!within(pointer), "{pointer}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<i32>().prop_map(Value::from), "[a-c]{0,2}".prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c0-2]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same question asked of the parsed document.
    fn is_within_value(value: &Value, steps: &[String]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        match value {
            Value::Null => true,
            Value::Object(members) => members.get(step).is_none_or(|member| is_within_value(member, rest)),
            Value::Array(elements) => {
                array_index(step).and_then(|index| elements.get(index)).is_some_and(|element| is_within_value(element, rest))
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn the_walk_says_what_the_parsed_document_says(value in any_json(), steps in proptest::collection::vec("[a-c0-2]{0,2}", 0..5)) {
            let pointer = steps.iter().fold(Pointer::root(), |pointer, step| pointer.member(step));
            prop_assert_eq!(is_within(value.to_string().as_bytes(), &pointer), is_within_value(&value, &steps));
        }

        #[test]
        fn no_document_panics(document: Vec<u8>, step: String) {
            let _ = is_within(&document, &Pointer::root().member(&step));
        }
    }
}
