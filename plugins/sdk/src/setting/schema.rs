//! JSON Schemas of settings.

use serde::Serialize;
use serde_json::{Map, Value};

/// The schema of a setting (JSON Schema 2020-12).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema(Map<String, Value>);

impl Schema {
    /// Of a type that JSON Schema names: `boolean`, `integer`, `string`.
    pub fn of(kind: &str) -> Self {
        let mut schema = Self::default();
        schema.set("type", kind);
        schema
    }

    /// One of some words.
    pub fn words(words: &[&str]) -> Self {
        let mut schema = Self::default();
        schema.set("enum", words);
        schema
    }

    /// An object without members, which [`Schema::member`] adds. It refuses all others.
    pub fn object(description: &str) -> Self {
        let mut schema = Self::of("object");
        if !description.is_empty() {
            schema.set("description", description);
        }
        schema.set("additionalProperties", false);
        schema.set("properties", Map::new());
        schema
    }

    /// The same schema with a keyword. A value that has no JSON is left out.
    pub fn set(&mut self, keyword: &str, value: impl Serialize) {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.insert(keyword.to_owned(), value);
        }
    }

    /// The same schema with `minimum` or `maximum`. JSON Schema has them for numbers alone, so others are left to be checked.
    pub fn limit(&mut self, keyword: &str, value: impl Serialize) {
        if let Ok(number @ Value::Number(_)) = serde_json::to_value(value) {
            self.set(keyword, number);
        }
    }

    /// Says that a list, an object or a text holds something.
    pub fn not_empty(&mut self) {
        let keyword = match self.0.get("type").and_then(Value::as_str) {
            Some("array") => "minItems",
            Some("object") => "minProperties",
            _ => "minLength",
        };
        self.set(keyword, 1);
    }

    /// Adds a member to an object, with what it is for and what it is when nobody sets it.
    pub fn member(&mut self, name: &str, mut schema: Self, description: &str, default: &impl Serialize) {
        schema.set("description", description);
        schema.set("default", default);
        if let Some(Value::Object(properties)) = self.0.get_mut("properties") {
            properties.insert(name.to_owned(), Value::Object(schema.0));
        }
    }

    /// Says that it may be left out with `null` as well.
    pub(super) fn or_null(&mut self) {
        if let Some(Value::Array(words)) = self.0.get_mut("enum") {
            words.push(Value::Null);
        }
        match self.0.get_mut("type") {
            Some(Value::Array(kinds)) => kinds.push(Value::from("null")),
            Some(kind) => *kind = Value::from([kind.clone(), Value::from("null")]),
            None => {}
        }
    }

    /// The schema of what a list or an object holds.
    pub(super) fn holding(kind: &str, keyword: &str, held: Self) -> Self {
        let mut schema = Self::of(kind);
        schema.set(keyword, held.0);
        schema
    }

    /// The schema as text, with the name of the dialect.
    pub fn text(mut self) -> String {
        self.set("$schema", "https://json-schema.org/draft/2020-12/schema");
        Value::Object(self.0).to_string()
    }
}
