//! JSON that has one reading: no key stands twice in one object.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Why bytes are not what they have to be, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    pub reason: String,
    /// Line and column, from 1, in bytes; nothing where it is about the whole.
    pub at: Option<(u32, u32)>,
}

impl Unreadable {
    /// Something about the whole.
    pub(crate) fn whole(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), at: None }
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let reason = text.strip_suffix(&place).unwrap_or(&text).to_owned();
        Self { reason, at: (line > 0).then(|| (number(line), number(column.max(1)))) }
    }
}

/// Reads JSON as a type.
///
/// # Errors
/// When it is none of that type, or an object has a key twice.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    let Once = serde_json::from_slice(bytes)?;
    Ok(serde_json::from_slice(bytes)?)
}

/// The value that JSON is, read likewise.
///
/// # Errors
/// When it is no JSON, or an object has a key twice.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, Unreadable> {
    read(bytes)
}

/// Reads a text and makes something of it, so that what is wrong with it stands where it ends.
pub(crate) fn text<'de, D: Deserializer<'de>, T>(from: D, read: fn(&str) -> Result<T, String>) -> Result<T, D::Error> {
    struct Text<T>(fn(&str) -> Result<T, String>);

    impl<T> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }
    }

    from.deserialize_str(Text(read))
}

/// Any value in which each key stands once.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut keys: HashSet<String> = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(de::Error::custom(format!("the key `{key}` stands twice")));
            }
            keys.insert(key);
            let Once = members.next_value()?;
        }
        Ok(Once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named_at_its_line() {
        let twice = value(b"{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2}}").unwrap_err();
        assert_eq!((twice.reason.as_str(), twice.at.map(|(line, _)| line)), ("the key `c` stands twice", Some(3)));
        assert!(value(b"{\"a\": {\"c\": 1}, \"b\": [{\"c\": 2}, null, true, 1.5, -1, 1]}").is_ok());
    }

    #[test]
    fn a_key_that_stands_twice_by_way_of_an_escape_is_found() {
        assert!(value(br#"{"a": 1, "\u0061": 2}"#).unwrap_err().reason.contains("`a` stands twice"));
    }

    #[test]
    fn what_is_no_json_or_more_than_one_value_or_too_deep_is_refused() {
        for text in ["", "{", "{} {}", "nul", "\u{feff}{}"] {
            assert!(value(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        assert!(value(deep.as_bytes()).unwrap_err().reason.contains("recursion"));
    }
}
