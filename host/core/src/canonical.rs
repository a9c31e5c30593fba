//! Canonical JSON (RFC 8785): the one byte string that a value has, so that it can be digested and signed.

use serde::Serialize;

/// A value without canonical JSON: a map with keys that are no strings, or a number that is not finite.
#[derive(Debug, thiserror::Error)]
#[error("value has no canonical JSON (RFC 8785)")]
pub struct NotCanonical(#[source] serde_json::Error);

/// Writes canonical JSON.
///
/// # Errors
/// When the value has map keys that are no strings, or numbers that are not finite.
pub fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    serde_json_canonicalizer::to_vec(value).map_err(NotCanonical)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn members_are_sorted_and_numbers_have_one_form() {
        let value = json!({"b": 1.0, "a": [1e3, "é"], "\u{20ac}": null});
        let text = String::from_utf8(super::to_vec(&value).unwrap()).unwrap();
        assert_eq!(text, r#"{"a":[1000,"é"],"b":1,"€":null}"#);
    }
}
