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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_fits_the_types_that_json_schema_says() {
        let types = ["null", "boolean", "integer", "number", "string", "array", "object"];
        for (value, fitting) in [
            (json!(null), vec!["null"]),
            (json!(true), vec!["boolean"]),
            (json!(-1), vec!["integer", "number"]),
            (json!(u64::MAX), vec!["integer", "number"]),
            (json!(1.5), vec!["number"]),
            (json!("1"), vec!["string"]),
            (json!([]), vec!["array"]),
            (json!({}), vec!["object"]),
        ] {
            let found: Vec<&str> = types.into_iter().filter(|name| fits(&value, name)).collect();
            assert_eq!(found, fitting, "{value}");
        }
    }

    #[test]
    fn a_value_and_its_type_have_the_same_words() {
        for (value, name) in
            [(json!(true), "boolean"), (json!(1), "number"), (json!(""), "string"), (json!([]), "array"), (json!({}), "object")]
        {
            assert_eq!(of_value(&value), of_type(name));
        }
    }

    #[test]
    fn only_scalars_are_shown_as_they_are_and_none_breaks_the_line() {
        assert_eq!(shown(&json!("a\nb\u{1b}[0m")), "`a\\nb\\u{1b}[0m`");
        assert_eq!((shown(&json!(1.5)), shown(&json!(false))), ("`1.5`".to_owned(), "`false`".to_owned()));
        assert_eq!(
            (shown(&json!([1])), shown(&json!({"a": 1})), shown(&json!(null))),
            ("a list".into(), "a mapping".into(), "nothing".into())
        );
    }
}
