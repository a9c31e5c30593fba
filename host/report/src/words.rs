//! Schemas of core's enums. Their words are taken from how core writes them, so that the schema can't differ.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use tollgate_core::finding::{Level, Severity, Status};
use tollgate_core::policy::Enforcement;
use tollgate_core::waiver::WaiverState;

fn words<T: Serialize>(values: &[T]) -> Schema {
    let words: Vec<serde_json::Value> = values.iter().filter_map(|value| serde_json::to_value(value).ok()).collect();
    json_schema!({"type": "string", "enum": words})
}

pub(crate) fn level(_: &mut SchemaGenerator) -> Schema {
    words(&[Level::Deny, Level::Warn, Level::Note])
}

pub(crate) fn severity(_: &mut SchemaGenerator) -> Schema {
    words(&[Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info])
}

pub(crate) fn enforcement(_: &mut SchemaGenerator) -> Schema {
    words(&[Enforcement::Advisory, Enforcement::Overridable, Enforcement::Mandatory])
}

/// Null where there is nothing to compare with.
pub(crate) fn status(_: &mut SchemaGenerator) -> Schema {
    let mut schema = words(&[Status::New, Status::Unchanged, Status::Fixed]);
    if let Some(words) = schema.get_mut("enum").and_then(serde_json::Value::as_array_mut) {
        words.push(serde_json::Value::Null);
    }
    schema.insert("type".to_owned(), serde_json::json!(["string", "null"]));
    schema
}

pub(crate) fn waiver_state(_: &mut SchemaGenerator) -> Schema {
    words(&[WaiverState::Used, WaiverState::Expired, WaiverState::Unused])
}
