//! JSON values that borrow from the bytes they were read from.

use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value. Reading one is most of what a call costs, so texts without escapes are borrowed, and members are kept
/// as a list: objects of manifests have few of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// A whole number that fits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    Text(Cow<'a, str>),
    Array(Vec<Self>),
    /// In the order of the source.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Value<'a> {
    /// Reads JSON.
    ///
    /// # Errors
    /// When the bytes are not one JSON value in UTF-8, an object has a member twice, or values are nested more than 128 deep.
    pub fn read(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        // Once for all texts: one by one costs a tenth of the whole.
        let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
        serde_json::from_str(text)
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The element of an array.
    pub fn at(&self, index: usize) -> Option<&Self> {
        match self {
            Self::Array(elements) => elements.get(index),
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there can be values in it.
    pub(crate) const fn holds_values(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// What kind of value it is, for messages: `text`, `number`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Integer(_) | Self::Float(_) => "number",
            Self::Text(_) => "text",
            Self::Array(_) => "list",
            Self::Object(_) => "object",
        }
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "what no i64 holds is a number like any other, and no rule compares it exactly"
        )]
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            // Two readers that pick different ones would judge different objects.
            if members.len() < FEW && members.iter().any(|(name, _)| *name == key) {
                return Err(A::Error::custom(format_args!("member `{key}` is there twice")));
            }
            members.push((key, map.next_value()?));
        }
        if members.len() > FEW {
            refuse_twins(&members)?;
        }
        Ok(Value::Object(members))
    }
}

/// Up to so many members each is compared with all before it; past it, sorting them is cheaper.
const FEW: usize = 32;

fn refuse_twins<E: Error>(members: &[(Cow<'_, str>, Value<'_>)]) -> Result<(), E> {
    // A heap sorts with a tenth of the code that sorting takes, and code is most of a small plugin.
    let mut names: BinaryHeap<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    let mut before = None;
    while let Some(name) = names.pop() {
        if before == Some(name) {
            return Err(E::custom(format_args!("member `{name}` is there twice")));
        }
        before = Some(name);
    }
    Ok(())
}

/// A member's name, borrowed where the source has no escapes in it.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyKey;
        impl<'de> Visitor<'de> for AnyKey {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(AnyKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_without_escapes_are_borrowed() {
        let value = Value::read(br#"{"a": "plain", "b": "es\ncaped"}"#).unwrap();
        assert!(matches!(value.get("a"), Some(Value::Text(Cow::Borrowed("plain")))));
        assert!(matches!(value.get("b"), Some(Value::Text(Cow::Owned(text))) if text == "es\ncaped"));
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused() {
        assert!(Value::read(br#"{"a": 1, "a": 2}"#).is_err());
        assert!(Value::read(br#"{"a": 1, "\u0061": 2}"#).is_err());
        let many: Vec<String> = (0..100).chain([7]).map(|number| format!("\"{number}\": 0")).collect();
        assert!(Value::read(format!("{{{}}}", many.join(",")).as_bytes()).is_err());
        assert!(Value::read(format!("{{{}}}", many[..100].join(",")).as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bytes in [&b""[..], b"{", b"{}x", b"\"\xff\"", b"nul"] {
            assert!(Value::read(bytes).is_err(), "{bytes:?}");
        }
        assert!(Value::read("[".repeat(1000).as_bytes()).is_err());
    }

    /// As `serde_json` reads it.
    fn agrees(value: &Value<'_>, reference: &serde_json::Value) -> bool {
        match (value, reference) {
            (Value::Null, serde_json::Value::Null) => true,
            (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
            (Value::Integer(a), serde_json::Value::Number(b)) => Some(*a) == b.as_i64(),
            (Value::Float(a), serde_json::Value::Number(b)) => Some(*a) == b.as_f64(),
            (Value::Text(a), serde_json::Value::String(b)) => a == b,
            (Value::Array(a), serde_json::Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b)),
            (Value::Object(a), serde_json::Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key.as_ref()).is_some_and(|b| agrees(a, b)))
            }
            _ => false,
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            ".{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map(".{0,4}", inner, 0..5)
                    .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_is_read_as_serde_json_reads_it(reference in json()) {
            let bytes = serde_json::to_vec(&reference).unwrap();
            prop_assert!(agrees(&Value::read(&bytes).unwrap(), &reference));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            drop(Value::read(&bytes));
        }
    }
}
