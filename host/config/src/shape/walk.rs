//! Compares a value with a schema.
//!
//! This is no general validator: it knows the keywords that the schemas of this crate use, and says what is wrong in the
//! words of the configuration. That it agrees with a general validator is tested.

use regex_lite::Regex;
use serde_json::{Map, Value};
use tollgate_core::pointer::Pointer;

use super::flaw::{Flaw, Remedy};
use super::kind;
use crate::suggest::{closest, one_of};

/// The keywords that are understood, with those that say nothing about values.
#[cfg(test)]
pub(crate) const KEYWORDS: [&str; 23] = [
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "examples",
    "format",
    "items",
    "maxProperties",
    "maximum",
    "minItems",
    "minProperties",
    "minimum",
    "oneOf",
    "pattern",
    "patternErrorMessage",
    "patternProperties",
    "properties",
    "required",
];

/// All flaws of a value, in the order of the value.
pub(crate) fn walk(schema: &Value, value: &Value) -> Vec<Flaw> {
    let mut walk = Walk { root: schema, flaws: Vec::new() };
    walk.value(schema, value, &Pointer::root());
    walk.flaws
}

struct Walk<'s> {
    root: &'s Value,
    flaws: Vec<Flaw>,
}

/// What a value is called in messages.
fn subject(at: &Pointer) -> String {
    let tokens: Vec<String> = at.tokens().collect();
    match tokens.as_slice() {
        [] => "file".to_owned(),
        [.., list, index] if index.bytes().all(|byte| byte.is_ascii_digit()) => format!("an entry of `{list}`"),
        [.., key] => format!("`{key}`"),
    }
}

fn list<'v>(schema: &'v Value, keyword: &str) -> impl Iterator<Item = &'v Value> {
    schema.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

impl<'s> Walk<'s> {
    fn flaw(&mut self, at: &Pointer, message: String, hint: Option<String>, remedy: Remedy) {
        self.flaws.push(Flaw { at: at.clone(), message, hint, remedy });
    }

    /// The schema with its references followed and its alternatives side by side.
    fn alternatives(&self, schema: &'s Value) -> Vec<&'s Value> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(reference.trim_start_matches('#'));
            return target.map_or_else(Vec::new, |target| self.alternatives(target));
        }
        let nested: Vec<&Value> = list(schema, "anyOf").chain(list(schema, "oneOf")).collect();
        if nested.is_empty() {
            return vec![schema];
        }
        nested.into_iter().flat_map(|nested| self.alternatives(nested)).collect()
    }

    fn value(&mut self, schema: &'s Value, value: &Value, at: &Pointer) {
        let alternatives = self.alternatives(schema);
        let of_type = |schema: &&Value| schema.get("type").and_then(Value::as_str).is_none_or(|name| kind::fits(value, name));
        let fitting: Vec<&Value> = alternatives.iter().copied().filter(of_type).collect();
        match (fitting.as_slice(), value) {
            ([], _) => self.wrong_type(&alternatives, value, at),
            (texts, Value::String(text)) => self.text(texts, text, at),
            ([number, ..], Value::Number(_)) => self.number(number, value, at),
            ([list, ..], Value::Array(elements)) => self.list(list, elements, at),
            ([mapping, ..], Value::Object(members)) => self.mapping(mapping, members, at),
            _ => {}
        }
    }

    fn wrong_type(&mut self, alternatives: &[&Value], value: &Value, at: &Pointer) {
        let mut kinds: Vec<&str> =
            alternatives.iter().filter_map(|schema| schema.get("type")?.as_str()).map(kind::of_type).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let wants_text = kinds.contains(&"text");
        let message = format!("{} must be {}, not {}", subject(at), kinds.join(" or "), kind::of_value(value));
        match value {
            Value::Null if !at.is_root() => {
                self.flaw(at, message, Some("give it a value, or remove it".to_owned()), Remedy::Remove);
            }
            Value::Bool(_) | Value::Number(_) if wants_text => {
                let text = Value::from(value.to_string());
                self.flaw(at, message, Some("put it in quotes if it is meant as text".to_owned()), Remedy::Replace(text));
            }
            _ => self.flaw(at, message, None, Remedy::Cut),
        }
    }

    fn text(&mut self, schemas: &[&Value], text: &str, at: &Pointer) {
        if schemas.iter().any(|schema| accepts(schema, text)) {
            return;
        }
        let words: Vec<&str> = schemas.iter().flat_map(|schema| words(schema)).collect();
        let shown = kind::shown(&Value::from(text));
        if words.is_empty() {
            let rule = schemas.iter().find_map(|schema| schema.get("patternErrorMessage")?.as_str()).unwrap_or("is not allowed");
            return self.flaw(at, format!("{} {rule}, not {shown}", subject(at)), None, Remedy::Keep);
        }
        let allowed = format!("allowed: {}", one_of(words.iter().copied()));
        let (hint, meant) = match (words.as_slice(), closest(text, words.iter().copied())) {
            ([word], _) => (allowed, Some(*word)),
            (_, Some(word)) => (format!("did you mean `{word}`? {allowed}"), Some(word)),
            (_, None) => (allowed, None),
        };
        let remedy = meant.map_or(Remedy::Cut, |word| Remedy::Replace(Value::from(word)));
        self.flaw(at, format!("{} can't be {shown}", subject(at)), Some(hint), remedy);
    }

    fn number(&mut self, schema: &Value, value: &Value, at: &Pointer) {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let Some(number) = value.as_f64() else { return };
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.flaw(at, format!("{} must be at least {least}, not `{value}`", subject(at)), None, Remedy::Cut);
        } else if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.flaw(at, format!("{} must be at most {most}, not `{value}`", subject(at)), None, Remedy::Cut);
        }
    }

    fn list(&mut self, schema: &'s Value, elements: &[Value], at: &Pointer) {
        if elements.is_empty() && schema.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 0) {
            self.flaw(at, format!("{} must not be empty", subject(at)), None, Remedy::Keep);
        }
        if let Some(items) = schema.get("items") {
            for (index, element) in elements.iter().enumerate() {
                self.value(items, element, &at.element(index));
            }
        }
    }

    fn mapping(&mut self, schema: &'s Value, members: &Map<String, Value>, at: &Pointer) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        let mut present: Vec<&str> = Vec::new();
        for (key, member) in members {
            let here = at.member(key);
            let known = properties.and_then(|properties| properties.get_key_value(key));
            let by_pattern = || patterns.and_then(|patterns| patterns.iter().find(|(pattern, _)| is_match(pattern, key)));
            match (known.or_else(by_pattern), additional) {
                (Some((_, schema)), _) => {
                    present.push(key);
                    self.value(schema, member, &here);
                }
                (None, Some(Value::Bool(false))) => present.extend(self.unknown(properties, members, key, member, &here)),
                (None, Some(schema)) => self.value(schema, member, &here),
                (None, None) => {}
            }
        }
        self.complete(schema, &present, members, at);
    }

    /// An unknown key. Returns the key that it is taken for.
    fn unknown(
        &mut self,
        properties: Option<&'s Map<String, Value>>,
        members: &Map<String, Value>,
        key: &str,
        member: &Value,
        at: &Pointer,
    ) -> Option<&'s str> {
        let shown = kind::shown(&Value::from(key));
        let Some(properties) = properties else {
            let message = format!("key {shown} is not allowed in {}", subject(&at.parent().unwrap_or_default()));
            self.flaw(at, message, None, Remedy::Remove);
            return None;
        };
        let meant = closest(key, properties.keys().map(String::as_str));
        let free = meant.filter(|meant| !members.contains_key(*meant));
        let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
        let hint = hint.unwrap_or_else(|| format!("allowed: {}", one_of(properties.keys().map(String::as_str))));
        let remedy = free.map_or(Remedy::Remove, |meant| Remedy::Rename(meant.to_owned()));
        self.flaw(at, format!("unknown key {shown}"), Some(hint), remedy);
        let (meant, schema) = free.and_then(|meant| properties.get_key_value(meant))?;
        self.value(schema, member, at);
        Some(meant)
    }

    /// Whether a mapping has what it must have.
    fn complete(&mut self, schema: &Value, present: &[&str], members: &Map<String, Value>, at: &Pointer) {
        for key in list(schema, "required").filter_map(Value::as_str).filter(|key| !present.contains(key)) {
            self.flaw(at, format!("{} lacks `{key}`", subject(at)), None, Remedy::Cut);
        }
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let count = members.len() as u64;
        let keys = || schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str());
        if bound("minProperties").is_some_and(|least| count < least) {
            let message = format!("{} must not be empty", subject(at));
            self.flaw(at, message, Some(format!("allowed: {}", one_of(keys()))), Remedy::Keep);
        } else if bound("maxProperties").is_some_and(|most| count > most) {
            let message = format!("{} must have only one of {}", subject(at), one_of(keys()).replace(" or ", " and "));
            self.flaw(at, message, None, Remedy::Keep);
        }
    }
}

/// The words that a schema allows, where it lists them.
fn words(schema: &Value) -> Vec<&str> {
    schema.get("const").into_iter().chain(list(schema, "enum")).filter_map(Value::as_str).collect()
}

fn accepts(schema: &Value, text: &str) -> bool {
    let words = words(schema);
    let by_pattern = schema.get("pattern").and_then(Value::as_str).is_none_or(|pattern| is_match(pattern, text));
    by_pattern && (words.is_empty() || words.contains(&text))
}

/// Patterns come from this crate's own types and compile; one that did not would match nothing.
fn is_match(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}
