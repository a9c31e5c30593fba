//! Schemas in words.

use serde_json::Value;

/// A description on one line.
pub(super) fn flat(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as YAML on one line.
pub(super) fn code(value: &Value) -> String {
    format!("`{}`", flow(value)).replace('|', "\\|")
}

fn flow(value: &Value) -> String {
    match value {
        Value::Array(elements) => format!("[{}]", elements.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(key, member)| format!("{}: {}", text(key), flow(member))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::String(word) => text(word),
        _ => value.to_string(),
    }
}

/// Text without quotes, where YAML takes it for text all the same.
fn text(word: &str) -> String {
    let plain = word.chars().all(|character| character.is_ascii_alphanumeric() || "-_./:@".contains(character));
    let starts_plain = word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/' || first == '.');
    if plain && starts_plain && !word.ends_with(':') { word.to_owned() } else { Value::from(word).to_string() }
}

/// The type of a schema's values.
pub(super) fn phrase(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).map(|reference| reference.trim_start_matches("#/$defs/")) {
        return match name.strip_suffix("OrList") {
            Some(inner) => format!("{0} or a list of {0}", link(inner)),
            None if name == "GateAdmission" => format!("{} or {}", link("AdmissionMode"), link("AdmissionTerms")),
            None if name == "On" => format!("{} or {}", link("Manual"), link("References")),
            None if name == "Member" => format!("{} or {}", link("Name"), link("Group")),
            None => link(name),
        };
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => format!("list of {}", schema.get("items").map_or_else(|| "anything".to_owned(), phrase)),
        Some("object") => {
            match schema.get("patternProperties").and_then(Value::as_object).and_then(|inner| inner.values().next()) {
                Some(inner) => format!("mapping to {}", phrase(inner)),
                None => "mapping".to_owned(),
            }
        }
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "whole number".to_owned(),
        _ => "text".to_owned(),
    }
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn examples_are_yaml_that_means_the_same() {
        for value in [
            json!({"a": [true, "v*", "builtin:x"], "b c": {"d": null, "e": "1"}}),
            json!("feature/**"),
            json!(["/spec/image", "a:", "", "tollgate.dev/v1alpha1"]),
        ] {
            assert_eq!(serde_yaml::from_str::<Value>(&flow(&value)).unwrap(), value);
        }
    }
}
