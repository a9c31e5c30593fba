//! What a scalar means to the API server, which reads YAML 1.1 with the library `sigs.k8s.io/yaml`.
//!
//! Plain scalars: `y`, `yes`, `on`, `true` and their opposites are booleans; `~`, `null` and nothing are null; integers may
//! have underscores and the bases `0x`, `0o`, `0b` and a mere `0` (octal); floats past 64 bits stay texts; numbers of
//! base 60 and timestamps are texts. Tags of the standard must fit the value, other tags are ignored.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::float::{parse_dotted_float, parse_float};
use super::integer::{Integer, parse_integer};
use crate::event::{Scalar, ScalarType};

/// A scalar with its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolved<'s> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Past what fits an `i64`.
    Unsigned(u64),
    /// May be infinite or NaN, where the source says so.
    Float(f64),
    Text(Cow<'s, str>),
}

/// A value that is not what its tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagMismatch {
    pub(crate) tag: String,
    pub(crate) text: String,
}

/// Whether a key is the merge key, and not a text that looks like it.
pub(crate) fn is_merge_key(scalar: &Scalar<'_>) -> bool {
    scalar.text == "<<"
        && match &scalar.kind {
            ScalarType::Implicit | ScalarType::Bare => true,
            ScalarType::Tagged(tag) => tag == "merge",
            ScalarType::Text | ScalarType::Foreign => false,
        }
}

/// Finds the type of a scalar.
///
/// # Errors
/// When it has a tag of the standard that does not fit.
pub(crate) fn resolve<'s>(scalar: Scalar<'s>) -> Result<Resolved<'s>, TagMismatch> {
    match scalar.kind {
        ScalarType::Implicit => Ok(match implicit(&scalar.text) {
            Some(resolved) => resolved,
            None => Resolved::Text(scalar.text),
        }),
        ScalarType::Text | ScalarType::Foreign | ScalarType::Bare => Ok(Resolved::Text(scalar.text)),
        ScalarType::Tagged(tag) => tagged(tag, scalar.text),
    }
}

/// The type of a plain scalar; nothing for a text.
fn implicit(text: &str) -> Option<Resolved<'static>> {
    let Some(first) = text.as_bytes().first() else { return Some(Resolved::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => word(text).or_else(|| parse_dotted_float(text).map(Resolved::Float)),
        b'0'..=b'9' | b'+' | b'-' => word(text).or_else(|| number(text)),
        _ => None,
    }
}

/// Words that are no texts.
fn word(text: &str) -> Option<Resolved<'static>> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Resolved::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Resolved::Boolean(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(Resolved::Boolean(false)),
        ".nan" | ".NaN" | ".NAN" => Some(Resolved::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Resolved::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Resolved::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Resolved<'static>> {
    let digits = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    match parse_integer(&digits) {
        Some(Integer::Signed(value)) => Some(Resolved::Integer(value)),
        Some(Integer::Unsigned(value)) => Some(Resolved::Unsigned(value)),
        None => parse_float(&digits).map(Resolved::Float),
    }
}

/// A scalar with a tag of the standard.
#[expect(clippy::cast_precision_loss, reason = "`!!float` on an integer asks for it")]
fn tagged(tag: String, text: Cow<'_, str>) -> Result<Resolved<'_>, TagMismatch> {
    match tag.as_str() {
        "str" => return Ok(Resolved::Text(text)),
        "binary" => {
            let decoded = binary(&text).map(|text| Resolved::Text(text.into()));
            return decoded.ok_or_else(|| TagMismatch { tag, text: text.into_owned() });
        }
        "bool" | "int" | "float" | "null" => {}
        // `!!timestamp` stays a text; what is meant for collections says nothing about a scalar.
        _ => return Ok(Resolved::Text(text)),
    }
    match (tag.as_str(), implicit(&text)) {
        ("float", Some(Resolved::Integer(value))) => Ok(Resolved::Float(value as f64)),
        ("bool", Some(value @ Resolved::Boolean(_)))
        | ("int", Some(value @ (Resolved::Integer(_) | Resolved::Unsigned(_))))
        | ("float", Some(value @ Resolved::Float(_)))
        | ("null", Some(value @ Resolved::Null)) => Ok(value),
        _ => Err(TagMismatch { tag, text: text.into_owned() }),
    }
}

/// Base64 as Go reads it: padding is required, line breaks are not seen, and the bits after the last byte are not looked at.
fn binary(text: &str) -> Option<String> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(text.replace(['\n', '\r'], "")).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Resolved<'_> {
        resolve(Scalar { text: text.into(), kind: ScalarType::Implicit, block: false }).unwrap()
    }

    fn with_tag<'s>(tag: &str, text: &'s str) -> Option<Resolved<'s>> {
        resolve(Scalar { text: text.into(), kind: ScalarType::Tagged(tag.to_owned()), block: false }).ok()
    }

    #[test]
    fn words_of_yaml_1_1_are_booleans_and_null() {
        for text in ["y", "Yes", "ON", "true"] {
            assert_eq!(plain(text), Resolved::Boolean(true));
        }
        for text in ["n", "No", "off", "FALSE"] {
            assert_eq!(plain(text), Resolved::Boolean(false));
        }
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(plain(text), Resolved::Null);
        }
        for text in ["yEs", "nUll", "None", "<<", "="] {
            assert_eq!(plain(text), Resolved::Text(text.into()));
        }
    }

    #[test]
    fn numbers_are_those_of_go() {
        assert_eq!(plain("012"), Resolved::Integer(10));
        assert_eq!(plain("0o17"), Resolved::Integer(15));
        assert_eq!(plain("1_000"), Resolved::Integer(1000));
        assert_eq!(plain("08"), Resolved::Float(8.0));
        assert_eq!(plain("1e3"), Resolved::Float(1000.0));
        for text in ["1e999", "1:30", "2001-01-01", "0x", "1.2.3", "+", "_1"] {
            assert_eq!(plain(text), Resolved::Text(text.into()));
        }
    }

    #[test]
    fn tags_of_the_standard_must_fit() {
        assert_eq!(with_tag("str", "12"), Some(Resolved::Text("12".into())));
        assert_eq!(with_tag("int", "12"), Some(Resolved::Integer(12)));
        assert_eq!(with_tag("float", "12"), Some(Resolved::Float(12.0)));
        assert_eq!(with_tag("binary", "aGkg\nIQ=="), Some(Resolved::Text("hi !".into())));
        assert_eq!(with_tag("timestamp", "2001-01-01"), Some(Resolved::Text("2001-01-01".into())));
        for (tag, text) in
            [("int", "x"), ("bool", "1"), ("null", "0"), ("binary", "?"), ("binary", "/w=="), ("float", "18446744073709551615")]
        {
            assert_eq!(with_tag(tag, text), None, "{tag} {text}");
        }
    }

    #[test]
    fn only_a_plain_merge_key_merges() {
        let key = |kind| is_merge_key(&Scalar { text: "<<".into(), kind, block: false });
        assert!(key(ScalarType::Implicit) && key(ScalarType::Tagged("merge".to_owned())));
        assert!(!key(ScalarType::Text) && !key(ScalarType::Foreign) && !key(ScalarType::Tagged("str".to_owned())));
    }
}
