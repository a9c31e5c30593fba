//! Values that differ.

use serde_json::Value;
use tollgate_core::plan::PlannedValue;
use tollgate_core::pointer::Pointer;
use tollgate_core::sensitive::WITHHELD;

/// A value of a plan as it may be told.
pub(super) fn planned(value: &PlannedValue) -> Value {
    match value {
        PlannedValue::Plain(value) => value.clone(),
        PlannedValue::Secret(_) | PlannedValue::Withheld => Value::from(WITHHELD),
    }
}

/// Where two values differ.
pub(super) struct Difference<'v> {
    pub(super) path: Pointer,
    pub(super) one: Option<&'v Value>,
    pub(super) other: Option<&'v Value>,
}

/// Everything in which two values differ, as deep as both have the same shape. A null counts as nothing.
pub(super) fn differences<'v>(at: &Pointer, one: Option<&'v Value>, other: Option<&'v Value>) -> Vec<Difference<'v>> {
    let there = |value: Option<&'v Value>| value.filter(|value| !value.is_null());
    match (there(one), there(other)) {
        (one, other) if one == other => Vec::new(),
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().flat_map(|key| differences(&at.member(key), one.get(key), other.get(key))).collect()
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            let both = one.iter().zip(other).enumerate();
            both.flat_map(|(index, (one, other))| differences(&at.element(index), Some(one), Some(other))).collect()
        }
        (one, other) => vec![Difference { path: at.clone(), one, other }],
    }
}
