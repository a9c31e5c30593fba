//! Writes rendered objects as YAML that every reader takes for the same object.

use serde_json::Value;

/// A value that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("object can't be written as YAML")]
pub struct YamlError(#[source] serde_yaml::Error);

/// Writes an object as a YAML document, without a `---`.
///
/// # Errors
/// When the YAML library refuses the value.
pub fn to_yaml(value: &Value) -> Result<String, YamlError> {
    serde_yaml::to_string(value).map_err(YamlError)
}
