//! Looks into JSON that this crate wrote itself: compact, and known to be well-formed. Nothing is parsed that is not asked for.

use memchr::memchr2;

/// The members of an object, as written: key (with quotes) and value. Nothing for what is no object.
pub(crate) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = inner(object, b'{');
    std::iter::from_fn(move || {
        let (key, after) = split_value(rest)?;
        let (value, after) = split_value(after.strip_prefix(b":")?)?;
        rest = after.strip_prefix(b",").unwrap_or_default();
        Some((key, value))
    })
}

/// The elements of an array, as written. Nothing for what is no array.
pub(crate) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = inner(array, b'[');
    std::iter::from_fn(move || {
        let (value, after) = split_value(rest)?;
        rest = after.strip_prefix(b",").unwrap_or_default();
        Some(value)
    })
}

/// The text that a value is; nothing for what is no text.
pub(crate) fn text_of(value: &[u8]) -> Option<String> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !inner.contains(&b'\\') {
        return std::str::from_utf8(inner).ok().map(ToOwned::to_owned);
    }
    serde_json::from_slice(value).ok()
}

fn inner(value: &[u8], open: u8) -> &[u8] {
    match value {
        [first, inner @ .., _] if *first == open => inner,
        _ => &[],
    }
}

/// The first value of a text, and what follows it.
fn split_value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match text.first()? {
        b'"' => text_length(text),
        b'{' | b'[' => container_length(text),
        _ => text.iter().position(|byte| matches!(byte, b',' | b':' | b'}' | b']')).unwrap_or(text.len()),
    };
    text.split_at_checked(length)
}

/// Length of the text in quotes that starts here.
fn text_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// Length of the object or array that starts here.
fn container_length(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += text_length(&text[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a\"\\\\{}\\[\\],:é]{0,6}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a\"\\\\{]{0,3}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn members_and_elements_are_those_of_a_real_parser(value in any_json()) {
            let written = serde_json::to_vec(&value).unwrap();
            let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
            let found: Vec<Value> = members(&written).map(|(key, value)| json!([text_of(key), parse(value)])).collect();
            let expected: Vec<Value> = value.as_object().into_iter().flatten().map(|(key, value)| json!([key, value])).collect();
            prop_assert_eq!(found, expected);
            let found: Vec<Value> = elements(&written).map(parse).collect();
            prop_assert_eq!(found, value.as_array().cloned().unwrap_or_default());
        }

        #[test]
        fn broken_text_does_not_panic(bytes: Vec<u8>) {
            let _ = (members(&bytes).count(), elements(&bytes).count(), text_of(&bytes));
        }
    }
}
