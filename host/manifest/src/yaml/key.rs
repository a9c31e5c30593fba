//! What a key becomes in JSON, where all keys are texts.

use std::borrow::Cow;

use super::float::write_float_key;
use super::resolve::Resolved;

/// The text of a key, as the API server's reader makes it from what the key resolves to.
///
/// # Errors
/// What is used as a key, where it can't be one.
pub(crate) fn key_text(key: Resolved<'_>) -> Result<Cow<'_, str>, &'static str> {
    match key {
        Resolved::Text(text) => Ok(text),
        Resolved::Boolean(value) => Ok(value.to_string().into()),
        Resolved::Integer(value) => Ok(value.to_string().into()),
        Resolved::Float(value) => {
            let mut out = Vec::new();
            write_float_key(&mut out, value);
            Ok(String::from_utf8_lossy(&out).into_owned().into())
        }
        Resolved::Null => Err("null is used as a key"),
        Resolved::Unsigned(_) => Err("an integer past 64 bits is used as a key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_booleans_become_texts_and_null_does_not() {
        assert_eq!(key_text(Resolved::Boolean(true)), Ok("true".into()));
        assert_eq!(key_text(Resolved::Integer(-8)), Ok("-8".into()));
        assert_eq!(key_text(Resolved::Float(f64::NEG_INFINITY)), Ok("-.inf".into()));
        assert!(key_text(Resolved::Null).is_err() && key_text(Resolved::Unsigned(u64::MAX)).is_err());
    }
}
