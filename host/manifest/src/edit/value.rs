//! Values as the editor of texts takes them.

use std::borrow::Cow;

use serde_json::Value;
use yaml_edit::{ScalarValue, YamlValue};

use crate::event::{Scalar, ScalarType};
use crate::yaml::{Resolved, resolve};

/// A JSON value, to be written.
pub(super) fn to_write(value: &Value) -> YamlValue {
    match value {
        Value::Null => YamlValue::Scalar(ScalarValue::null()),
        Value::Bool(flag) => YamlValue::from(*flag),
        Value::Number(number) => YamlValue::Scalar(ScalarValue::parse(number.to_string())),
        Value::String(text) => YamlValue::Scalar(text_to_write(text)),
        Value::Array(elements) => YamlValue::Sequence(elements.iter().map(to_write).collect()),
        Value::Object(members) => YamlValue::Mapping(members.iter().map(|(key, member)| (key.clone(), to_write(member))).collect()),
    }
}

/// A text: plain where the API server's reader takes it for one, else in quotes. YAML 1.1 has more words that are no texts
/// (`yes`, `on`) than YAML 1.2, which the editor goes by.
pub(super) fn text_to_write(text: &str) -> ScalarValue {
    let is_simple = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./ ".contains(&byte));
    let scalar = Scalar { text: Cow::Borrowed(text), kind: ScalarType::Implicit, block: false };
    let is_text = matches!(resolve(scalar), Ok(Resolved::Text(_)));
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric()) && !text.ends_with(' ');
    if is_simple && is_text && starts_well { ScalarValue::string(text) } else { ScalarValue::double_quoted(text) }
}
