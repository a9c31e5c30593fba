//! The reference of the configuration, made from the schemas.

mod words;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::schema::ConfigurationSchema;
use words::{code, flat, phrase};

/// What the schemas don't say.
const NOTES: &str = include_str!("notes.md");

/// The text of `docs/configuration.md`.
pub fn reference() -> String {
    let mut page = Page { text: NOTES.to_owned(), done: BTreeSet::new() };
    for schema in ConfigurationSchema::ALL {
        page.file(schema);
    }
    page.text
}

struct Page {
    text: String,
    /// Types that are described already: files share some.
    done: BTreeSet<String>,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn file(&mut self, schema: ConfigurationSchema) {
        let root = schema.value();
        self.line(&format!("\n## {}\n", schema.describes()));
        self.line(&format!("Schema: [{0}](schema/{0}).\n", schema.file_name()));
        self.section(root);
        for name in order(root) {
            let definition = definition(root, &name);
            if self.done.insert(name.clone()) && !is_choice(definition) {
                self.line(&format!("\n### {name}\n"));
                self.section(definition);
            }
        }
    }

    fn section(&mut self, schema: &Value) {
        if let Some(description) = schema.get("description").and_then(Value::as_str) {
            self.line(&flat(description));
        }
        if let Some(rule) = schema.get("patternErrorMessage").and_then(Value::as_str) {
            self.line(&format!("\nIt {rule}."));
        }
        for word in list(schema, "oneOf").chain(list(schema, "enum").filter(|_| schema.get("properties").is_none())) {
            self.word(word);
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            self.table(schema, properties);
        }
    }

    /// One of the words that a value may be.
    fn word(&mut self, word: &Value) {
        let name = word.get("const").unwrap_or(word);
        match word.get("description").and_then(Value::as_str) {
            Some(description) => self.line(&format!("\n- {}: {}", code(name), flat(description))),
            None => self.line(&format!("\n- {}", code(name))),
        }
    }

    fn table(&mut self, schema: &Value, properties: &Map<String, Value>) {
        let required: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
        self.line("\n| key | type | default | what it is | example |\n|---|---|---|---|---|");
        let (first, rest): (Vec<_>, Vec<_>) = properties.iter().partition(|(key, _)| required.contains(&key.as_str()));
        for (key, property) in first.into_iter().chain(rest) {
            let default = match property.get("default") {
                _ if required.contains(&key.as_str()) => "required".to_owned(),
                Some(default) => code(default),
                None => "none".to_owned(),
            };
            let description = property.get("description").and_then(Value::as_str).map(flat).unwrap_or_default();
            let example = list(property, "examples").next().map(code).unwrap_or_default();
            self.line(&format!("| `{key}` | {} | {default} | {description} | {example} |", phrase(property)));
        }
    }
}

fn list<'v>(schema: &'v Value, keyword: &str) -> impl Iterator<Item = &'v Value> {
    schema.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

fn definition<'v>(root: &'v Value, name: &str) -> &'v Value {
    root.get("$defs").and_then(|definitions| definitions.get(name)).unwrap_or(&Value::Null)
}

/// Whether a definition only says which of several types something is; the places that use it say that themselves.
fn is_choice(definition: &Value) -> bool {
    definition.get("anyOf").is_some()
}

/// The names of all definitions, in the order in which a reader meets them.
fn order(root: &Value) -> Vec<String> {
    let mut names = Vec::new();
    visit(root, root, &mut names);
    names
}

fn visit(root: &Value, schema: &Value, names: &mut Vec<String>) {
    let mut found = Vec::new();
    references(schema, &mut found);
    for name in found {
        if !names.contains(&name) {
            names.push(name.clone());
            visit(root, definition(root, &name), names);
        }
    }
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| !matches!(key.as_str(), "$defs" | "examples" | "default")) {
                match member.as_str().filter(|_| key == "$ref") {
                    Some(reference) => found.push(reference.trim_start_matches("#/$defs/").to_owned()),
                    None => references(member, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(schema: &Value, found: &mut Vec<(String, Value)>) {
        if let Some(members) = schema.get("properties").and_then(Value::as_object) {
            found.extend(members.iter().map(|(key, property)| (key.clone(), property.clone())));
        }
        for definition in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            properties(definition.1, found);
        }
    }

    #[test]
    fn every_key_has_a_description_and_an_example() {
        for schema in ConfigurationSchema::ALL {
            let mut found = Vec::new();
            properties(schema.value(), &mut found);
            assert!(found.len() >= 3);
            for (key, property) in found {
                assert!(property.get("description").is_some(), "{key} of {} has no description", schema.describes());
                assert!(property.get("examples").is_some(), "{key} of {} has no example", schema.describes());
            }
        }
    }

    #[test]
    fn every_link_leads_to_a_heading() {
        let text = reference();
        let anchors: BTreeSet<String> = text.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_lowercase).collect();
        let links: Vec<&str> = text.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(links.len() > 20);
        for link in links {
            assert!(anchors.contains(link), "{link}");
        }
    }

    #[test]
    fn a_key_is_shown_with_all_that_is_known_of_it() {
        let row =
            "| `enforcement` | [Enforcement](#enforcement) | `overridable` | What its `fail` may be passed by. | `mandatory` |";
        assert!(reference().lines().any(|line| line == row));
    }
}
