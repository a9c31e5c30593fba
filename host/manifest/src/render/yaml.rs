//! Writes rendered objects as YAML that every reader takes for the same object.

use serde_json::Value;
use serde_saphyr::SerializerOptions;

/// An object that can't be written.
#[derive(Debug, thiserror::Error)]
#[error("object can't be written as YAML")]
pub struct YamlError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Writes an object as a YAML document, without a `---`.
///
/// Texts that readers of YAML 1.1 would take for something else (`yes`, `012`, `1_000`) are quoted.
///
/// # Errors
/// When the writer can't write it, which no JSON value should cause.
pub fn to_yaml(value: &Value) -> Result<String, YamlError> {
    let mut options = SerializerOptions::default();
    // Long texts of one line stay on one line.
    options.folded_wrap_chars = usize::MAX;
    options.prefer_block_scalars = may_have_blocks(value);
    serde_saphyr::to_string_with_options(value, options).map_err(|error| YamlError(Box::new(error)))
}

/// Whether texts of several lines may be blocks, for people. Readers disagree on blocks with tabs, or with spaces where
/// nobody sees them.
fn may_have_blocks(value: &Value) -> bool {
    let is_plain_line = |line: &str| line.is_empty() || !(line.trim().is_empty() || line.starts_with('\t'));
    let is_plain =
        |text: &str| !text.contains('\n') || (!text.starts_with(char::is_whitespace) && text.split('\n').all(is_plain_line));
    match value {
        Value::String(text) => is_plain(text),
        Value::Array(elements) => elements.iter().all(may_have_blocks),
        Value::Object(members) => members.values().all(may_have_blocks),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_look_as_people_write_them() {
        let object = json!({"a": {"b": [1, {"c": "x", "d": []}, [true, "y"]]}, "e": "one\n  two\n", "f": null, "g": "redis:alpine", "h": {}});
        let expected = "a:\n  b:\n  - 1\n  - c: x\n    d: []\n  - - true\n    - \"y\"\ne: |\n  one\n    two\nf: null\ng: redis:alpine\nh: {}\n";
        assert_eq!(to_yaml(&object).unwrap(), expected);
    }

    #[test]
    fn what_could_be_something_else_is_quoted() {
        for text in [
            "",
            "yes",
            "012",
            "1_000",
            "1e3",
            "~",
            "null",
            "2001-01-01",
            "12:30",
            "a: b",
            "a #b",
            "- a",
            "=",
            "x ",
            "a:",
            "\u{feff}",
            "<<",
            "0x1F",
        ] {
            assert!(to_yaml(&json!(text)).unwrap().starts_with(['"', '\'']), "{text}");
        }
        for text in ["a", "500m", "128Mi", "/healthz", "nginx:1.27", "apps/v1", "a b", "v1.2-x"] {
            assert_eq!(to_yaml(&json!(text)).unwrap(), format!("{text}\n"));
        }
    }
}
