//! The kinds of values, in words.

use serde_json::Value;

use crate::suggest::one_of;

/// The kind of a value, for people.
pub(crate) const fn of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// The kind that a schema's `type` stands for, for people.
pub(crate) fn of_type(name: &str) -> &'static str {
    match name {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "a mapping",
        _ => "nothing",
    }
}

/// Whether a value is of a schema's `type`.
pub(crate) fn fits(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || name == "integer" && (number.is_u64() || number.is_i64()),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

/// A value as a message shows it: scalars in backticks, others by their kind.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => one_of([text.escape_debug().collect::<String>().as_str()]),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::Null | Value::Array(_) | Value::Object(_) => of_value(value).to_owned(),
    }
}
