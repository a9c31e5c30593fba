//! Compares what is at a target with what shall be there, object by object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_core::canonical::NotCanonical;
use tollgate_core::plan::{Action, FieldChange, PlannedValue, Verb};
use tollgate_core::pointer::Pointer;
use tollgate_core::render::{ObjectKey, digest_of_body};

use crate::key::PlanKey;
use crate::secret::Veil;

/// Bodies by object, Secret values included.
pub(crate) type Objects = BTreeMap<ObjectKey, Value>;

/// What has to be done, and how many objects stay as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Sorted by object.
    pub(crate) actions: Vec<Action>,
    pub(crate) unchanged: u32,
}

/// Compares two sets of objects. Secret values enter as codes under the key, or withheld without one.
///
/// # Errors
/// When a body has no canonical JSON.
pub(crate) fn compare(before: &Objects, after: &Objects, key: Option<&PlanKey>) -> Result<Comparison, NotCanonical> {
    let mut comparison = Comparison::default();
    let added = after.keys().filter(|object| !before.contains_key(object));
    let mut objects: Vec<&ObjectKey> = before.keys().chain(added).collect();
    objects.sort_unstable();
    for object in objects {
        match (before.get(object), after.get(object)) {
            (Some(live), Some(body)) if live == body => comparison.unchanged = comparison.unchanged.saturating_add(1),
            (live, body) => comparison.actions.push(action(object, live, body, key)?),
        }
    }
    Ok(comparison)
}

/// A change of a live object of which only parts are known to matter: `before` and `after` are these parts.
///
/// # Errors
/// When the body has no canonical JSON.
pub(crate) fn changed(
    object: &ObjectKey,
    parts: (&Value, &Value),
    body: &Value,
    key: Option<&PlanKey>,
) -> Result<Action, NotCanonical> {
    let action = action(object, Some(parts.0), Some(body), key)?;
    Ok(Action { changes: changes(Veil::of(&object.identity), Some(parts.0), Some(parts.1), key), ..action })
}

/// What is done to one object.
///
/// # Errors
/// When the body has no canonical JSON.
pub(crate) fn action(
    object: &ObjectKey,
    live: Option<&Value>,
    body: Option<&Value>,
    key: Option<&PlanKey>,
) -> Result<Action, NotCanonical> {
    let verb = match (live, body) {
        (None, _) => Verb::Create,
        (Some(_), Some(_)) => Verb::Change,
        (Some(_), None) => Verb::Delete,
    };
    // The digest of what holds a secret value could be guessed from it, so there the changes tell.
    let sent = body.filter(|_| !object.identity.is_secret());
    Ok(Action {
        verb,
        object: object.clone(),
        live_uid: None,
        sends: sent.map(digest_of_body).transpose()?,
        changes: changes(Veil::of(&object.identity), live, body, key),
        takes: Vec::new(),
        by_server: Vec::new(),
    })
}

/// The fields that differ, sorted by path. An object that is not there counts as empty, so that each of its fields is named.
fn changes(veil: Veil, live: Option<&Value>, body: Option<&Value>, key: Option<&PlanKey>) -> Vec<FieldChange> {
    let empty = Value::Object(Map::new());
    let mut differ = Differ { key, changes: Vec::new() };
    differ.value(&Pointer::root(), veil, Some(live.unwrap_or(&empty)), Some(body.unwrap_or(&empty)));
    differ.changes.sort_by(|a, b| a.path.cmp(&b.path));
    differ.changes
}

struct Differ<'a> {
    key: Option<&'a PlanKey>,
    changes: Vec<FieldChange>,
}

impl Differ<'_> {
    fn value(&mut self, at: &Pointer, veil: Veil, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            _ if before == after => {}
            (Some(Value::Object(old)), Some(Value::Object(new))) if veil != Veil::Hidden => self.members(at, veil, old, new),
            (Some(Value::Array(old)), Some(Value::Array(new))) if veil == Veil::Clear => self.elements(at, old, new),
            _ if veil.is_partial() => {
                self.push(at, before.map(|value| self.shell(value)), after.map(|value| self.shell(value)));
                let none = Map::new();
                let members = |value: Option<&Value>| value.and_then(Value::as_object).unwrap_or(&none).clone();
                self.members(at, veil, &members(before), &members(after));
            }
            _ => {
                let planned =
                    |value: &Value| if veil == Veil::Clear { PlannedValue::Plain(value.clone()) } else { self.hide(value) };
                self.push(at, before.map(planned), after.map(planned));
            }
        }
    }

    fn members(&mut self, at: &Pointer, veil: Veil, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (key, value) in before {
            self.value(&at.member(key), veil.member(key), Some(value), after.get(key));
        }
        for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.value(&at.member(key), veil.member(key), None, Some(value));
        }
    }

    fn elements(&mut self, at: &Pointer, before: &[Value], after: &[Value]) {
        for index in 0..before.len().max(after.len()) {
            self.value(&at.element(index), Veil::Clear, before.get(index), after.get(index));
        }
    }

    /// A map whose members are told one by one stands for itself as an empty one. What should be a map and is none is hidden.
    fn shell(&self, value: &Value) -> PlannedValue {
        if value.is_object() { PlannedValue::Plain(Value::Object(Map::new())) } else { self.hide(value) }
    }

    fn hide(&self, value: &Value) -> PlannedValue {
        self.key.and_then(|key| key.code(value)).map_or(PlannedValue::Withheld, PlannedValue::Secret)
    }

    fn push(&mut self, at: &Pointer, before: Option<PlannedValue>, after: Option<PlannedValue>) {
        self.changes.push(FieldChange { path: at.clone(), before, after });
    }
}

/// Objects with all that must not be seen withheld.
pub(crate) fn withheld(objects: Objects) -> Vec<(ObjectKey, Value)> {
    let withhold = |(object, body): (ObjectKey, Value)| {
        let body = Veil::of(&object.identity).withhold(&body);
        (object, body)
    };
    objects.into_iter().map(withhold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mk_key;
    use serde_json::json;
    use tollgate_core::document::ObjectIdentity;

    fn mk_objects(kind: &str, body: Option<Value>) -> Objects {
        let identity = ObjectIdentity { api_version: "v1".into(), kind: kind.into(), namespace: None, name: "a".into() };
        body.map(|body| (ObjectKey { component: "cart".into(), identity }, body)).into_iter().collect()
    }

    fn compare_one(kind: &str, before: Option<Value>, after: Option<Value>, key: Option<&PlanKey>) -> Vec<Action> {
        compare(&mk_objects(kind, before), &mk_objects(kind, after), key).unwrap().actions
    }

    fn paths(actions: &[Action]) -> Vec<String> {
        actions.iter().flat_map(|action| &action.changes).map(|change| change.path.to_string()).collect()
    }

    fn plain(value: Value) -> Option<PlannedValue> {
        Some(PlannedValue::Plain(value))
    }

    #[test]
    fn fields_that_are_set_changed_and_removed_are_told_by_sorted_path() {
        let before = json!({"spec": {"replicas": 1, "gone": true, "same": {"x": 1}}});
        let after = json!({"spec": {"replicas": 2, "new": null, "same": {"x": 1}}});
        let actions = compare_one("Deployment", Some(before), Some(after.clone()), None);
        assert_eq!((actions.len(), actions[0].verb), (1, Verb::Change));
        assert_eq!(actions[0].sends, Some(digest_of_body(&after).unwrap()));
        assert_eq!(paths(&actions), ["/spec/gone", "/spec/new", "/spec/replicas"]);
        let told: Vec<_> = actions[0].changes.iter().map(|change| (change.before.clone(), change.after.clone())).collect();
        assert_eq!(told, [(plain(json!(true)), None), (None, plain(json!(null))), (plain(json!(1)), plain(json!(2)))]);
    }

    #[test]
    fn arrays_are_compared_index_by_index() {
        let actions = compare_one("Pod", Some(json!({"a": [1, 2, {"b": 1}]})), Some(json!({"a": [1, 3, {"b": 2}, 4]})), None);
        assert_eq!(paths(&actions), ["/a/1", "/a/2/b", "/a/3"]);
    }

    #[test]
    fn creates_and_deletes_tell_every_field_at_the_top() {
        let body = json!({"kind": "Pod", "spec": {"a": 1}});
        let created = compare_one("Pod", None, Some(body.clone()), None);
        assert_eq!((created[0].verb, paths(&created)), (Verb::Create, vec!["/kind".to_owned(), "/spec".to_owned()]));
        let deleted = compare_one("Pod", Some(body), None, None);
        assert_eq!((deleted[0].verb, deleted[0].sends), (Verb::Delete, None));
        assert_eq!(deleted[0].changes[1].before, plain(json!({"a": 1})));
    }

    #[test]
    fn equal_objects_are_counted_and_not_told() {
        let body = json!({"a": 1, "b": 2});
        let same = compare(&mk_objects("Pod", Some(body)), &mk_objects("Pod", Some(json!({"b": 2, "a": 1}))), None).unwrap();
        assert_eq!(same, Comparison { actions: Vec::new(), unchanged: 1 });
    }

    #[test]
    fn secret_values_are_codes_under_the_key_and_withheld_without_one() {
        let before = json!({"kind": "Secret", "data": {"a": "old", "b": "same"}});
        let after = json!({"kind": "Secret", "data": {"a": "new", "b": "same"}});
        let key = mk_key();
        let actions = compare_one("Secret", Some(before.clone()), Some(after.clone()), Some(&key));
        assert_eq!((paths(&actions), actions[0].sends), (vec!["/data/a".to_owned()], None));
        assert_eq!(actions[0].changes[0].after, key.code(&json!("new")).map(PlannedValue::Secret));
        let masked = compare_one("Secret", Some(before), Some(after), None);
        assert_eq!(masked[0].changes[0].after, Some(PlannedValue::Withheld));
    }

    #[test]
    fn an_empty_map_of_secret_values_is_told_from_a_missing_one() {
        let key = mk_key();
        let one = |after: Value| compare_one("Secret", Some(json!({"data": {"a": "x"}})), Some(after), Some(&key));
        assert_ne!(one(json!({"data": {}})), one(json!({})));
        assert_eq!(paths(&one(json!({"data": {}}))), ["/data/a"]);
        assert_eq!(paths(&one(json!({}))), ["/data", "/data/a"]);
    }

    #[test]
    fn a_label_of_a_secret_needs_no_key() {
        let body = |label: &str| json!({"metadata": {"labels": {"app": label}}, "data": {"a": "hunter2"}});
        let actions = compare_one("Secret", Some(body("one")), Some(body("two")), None);
        assert_eq!(actions[0].changes[0].after, plain(json!("two")));
        assert_eq!(actions[0].changes.len(), 1);
    }

    #[test]
    fn what_is_no_map_where_secret_values_belong_is_hidden() {
        for data in [json!("hunter2"), json!(["hunter2"]), json!({"a": {"b": ["hunter2"]}})] {
            let actions = compare_one("Secret", None, Some(json!({"data": data})), None);
            assert!(!format!("{actions:?}").contains("hunter2"), "{actions:?}");
        }
    }
}
