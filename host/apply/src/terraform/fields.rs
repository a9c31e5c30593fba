//! Which fields of a resource change, sensitive values as codes.

use serde_json::{Map, Value, json};
use tollgate_core::plan::{FieldChange, PlannedValue};
use tollgate_core::pointer::Pointer;
use tollgate_core::sensitive::hides;

use crate::key::PlanKey;

/// One side of a change: a value, and the mask of its shape that says what of it is sensitive.
#[derive(Clone, Copy, Default)]
pub(super) struct Side<'v> {
    pub(super) value: Option<&'v Value>,
    pub(super) mask: Option<&'v Value>,
}

impl<'v> Side<'v> {
    fn member(self, key: &str) -> Self {
        Self { value: self.value.and_then(|value| value.get(key)), mask: part(self.mask, |mask| mask.get(key)) }
    }

    fn element(self, index: usize) -> Self {
        Self { value: self.value.and_then(|value| value.get(index)), mask: part(self.mask, |mask| mask.get(index)) }
    }

    /// What there is, where there is anything. Terraform has a null for whatever is not set.
    fn there(self) -> Option<&'v Value> {
        self.value.filter(|value| !value.is_null())
    }

    fn is_sensitive(self) -> bool {
        self.mask.is_some_and(hides)
    }
}

/// The part of a mask or of what is unknown. What holds for the whole holds for each part.
fn part<'v>(whole: Option<&'v Value>, of: impl Fn(&'v Value) -> Option<&'v Value>) -> Option<&'v Value> {
    whole.and_then(|whole| if whole.is_object() || whole.is_array() { of(whole) } else { Some(whole) })
}

/// The fields that differ, sorted by path. `unknown` has the shape of the value after, with `true` for what is known only then.
pub(super) fn changed(before: Side<'_>, after: Side<'_>, unknown: Option<&Value>, key: Option<&PlanKey>) -> Vec<FieldChange> {
    let mut differ = Differ { key, changes: Vec::new() };
    differ.value(&Pointer::root(), before, after, unknown);
    differ.changes.sort_by(|a, b| a.path.cmp(&b.path));
    differ.changes
}

/// What stands for a value that is known once it is applied.
fn unknown_value() -> Value {
    json!({"known": "after apply"})
}

struct Differ<'a> {
    key: Option<&'a PlanKey>,
    changes: Vec<FieldChange>,
}

impl Differ<'_> {
    fn value(&mut self, at: &Pointer, before: Side<'_>, after: Side<'_>, unknown: Option<&Value>) {
        let is_unknown = unknown == Some(&Value::Bool(true));
        match (before.there(), after.there()) {
            _ if is_unknown => self.push(at, before, Side { value: Some(&unknown_value()), mask: None }),
            (old, new) if old == new && !unknown.is_some_and(hides) => {}
            (Some(Value::Array(old)), Some(Value::Array(new))) if self.may_go_into(before, after) => {
                let length = old.len().max(new.len()).max(unknown.and_then(Value::as_array).map_or(0, Vec::len));
                for index in 0..length {
                    let unknown = part(unknown, |unknown| unknown.get(index));
                    self.value(&at.element(index), before.element(index), after.element(index), unknown);
                }
            }
            (old, new) if is_map(old) && is_map(new) && self.may_go_into(before, after) => {
                for key in keys([old, new, unknown]) {
                    let unknown = part(unknown, |unknown| unknown.get(key));
                    self.value(&at.member(key), before.member(key), after.member(key), unknown);
                }
            }
            _ => self.push(at, before, after),
        }
    }

    /// Whether both sides are sensitive in parts at most, in parts that have the shape of the values.
    fn may_go_into(&self, before: Side<'_>, after: Side<'_>) -> bool {
        let fits = |side: Side<'_>| match (side.value, side.mask) {
            (_, mask) if !mask.is_some_and(hides) => true,
            (Some(Value::Object(_)) | None, Some(Value::Object(_))) => true,
            (Some(Value::Array(elements)), Some(Value::Array(masks))) => elements.len() == masks.len(),
            _ => false,
        };
        fits(before) && fits(after)
    }

    fn push(&mut self, at: &Pointer, before: Side<'_>, after: Side<'_>) {
        let is_hidden = before.is_sensitive() || after.is_sensitive();
        let planned = |side: Side<'_>| {
            let value = side.there()?;
            Some(if is_hidden { self.hide(value) } else { PlannedValue::Plain(value.clone()) })
        };
        self.changes.push(FieldChange { path: at.clone(), before: planned(before), after: planned(after) });
    }

    fn hide(&self, value: &Value) -> PlannedValue {
        self.key.and_then(|key| key.code(value)).map_or(PlannedValue::Withheld, PlannedValue::Secret)
    }
}

/// What is not there counts as a map without members, so that each field of something new is named.
fn is_map(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_object)
}

fn keys(maps: [Option<&Value>; 3]) -> Vec<&String> {
    let members = maps.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys);
    let mut keys: Vec<&String> = members.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::mk_key;

    fn of(before: &Value, after: &Value, masks: (&Value, &Value), unknown: &Value, key: Option<&PlanKey>) -> Vec<FieldChange> {
        let side = |value, mask| Side { value: Some(value), mask: Some(mask) };
        changed(side(before, masks.0), side(after, masks.1), Some(unknown), key)
    }

    fn paths(changes: &[FieldChange]) -> Vec<String> {
        changes.iter().map(|change| change.path.to_string()).collect()
    }

    #[test]
    fn fields_that_differ_are_named_and_those_that_are_set_to_nothing_are_not() {
        let none = json!(false);
        let changes = of(
            &json!({"a": 1, "b": {"c": "x", "d": null}, "e": [1, 2]}),
            &json!({"a": 1, "b": {"c": "y"}, "e": [1], "f": null}),
            (&none, &none),
            &json!({}),
            None,
        );
        assert_eq!(paths(&changes), ["/b/c", "/e/1"]);
        let created = of(&json!(null), &json!({"a": 1, "n": null}), (&none, &none), &json!({"id": true}), None);
        assert_eq!(paths(&created), ["/a", "/id"]);
        assert_eq!(created[1].after, Some(PlannedValue::Plain(unknown_value())));
    }

    #[test]
    fn sensitive_values_are_codes_under_the_key_and_withheld_without_one() {
        let (before, after, mask) =
            (json!({"p": "old", "q": "same"}), json!({"p": "new", "q": "same"}), json!({"p": true, "q": true}));
        let key = mk_key();
        let with = of(&before, &after, (&mask, &mask), &json!({}), Some(&key));
        assert_eq!(paths(&with), ["/p"]);
        assert_eq!(with[0].after, key.code(&json!("new")).map(PlannedValue::Secret));
        assert_eq!(of(&before, &after, (&mask, &mask), &json!({}), None)[0].before, Some(PlannedValue::Withheld));
    }

    #[test]
    fn what_becomes_sensitive_was_so_before() {
        let changes = of(&json!({"p": "secret"}), &json!({"p": "other"}), (&json!({}), &json!({"p": true})), &json!({}), None);
        assert_eq!(changes[0].before, Some(PlannedValue::Withheld));
    }

    proptest! {
        #[test]
        fn nothing_sensitive_is_shown(path in prop::collection::vec(0_u8..5, 0..5), hidden in "SECRET[0-9]{3}", is_new in any::<bool>()) {
            let (mut value, mut mask) = (json!(hidden), json!(true));
            for step in path {
                (value, mask) = match step {
                    0 => (json!({"k": value, "other": 1}), json!({"k": mask})),
                    1 => (json!([0, value]), json!([false, mask])),
                    2 => (json!([value]), json!({"k": mask})),
                    3 => (json!({"k": value}), json!([mask])),
                    _ => (json!([value, value]), json!([mask])),
                };
            }
            let before = if is_new { json!(null) } else { json!({"was": "else"}) };
            let changes = of(&before, &value, (&json!(false), &mask), &json!({}), None);
            prop_assert!(!format!("{changes:?}").contains("SECRET"), "{:?}", changes);
            let changes = of(&value, &before, (&mask, &json!(false)), &json!({}), None);
            prop_assert!(!format!("{changes:?}").contains("SECRET"), "{:?}", changes);
        }
    }
}
