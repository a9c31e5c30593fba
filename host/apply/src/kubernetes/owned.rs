//! Which fields of an object a field manager has set, from its `metadata.managedFields`.
//!
//! The format is `FieldsV1` of structured-merge-diff: a member `f:NAME` is a field, `k:{…}` the element of a list that has these
//! key fields, `v:…` an element of a set, `i:N` one of an atomic list, and `.` the thing itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Fields, as a tree. A leaf is owned as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owned {
    children: BTreeMap<Step, Self>,
}

/// One step into an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Field(String),
    /// The element of a list whose key fields are these, as JSON.
    Keyed(String),
    /// The element of a set that is this, as JSON.
    Element(String),
}

impl Owned {
    /// What a manager has applied to an object: `operation: Apply`, the object itself and no subresource.
    pub(super) fn by(manager: &str, object: &Value) -> Self {
        let is_ours = |entry: &&Value| {
            entry["manager"] == manager && entry["operation"] == "Apply" && entry["subresource"].as_str().unwrap_or("").is_empty()
        };
        let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
        entries.into_iter().flatten().find(is_ours).map(|entry| Self::of(&entry["fieldsV1"])).unwrap_or_default()
    }

    /// The part of an object that a manager has applied; an empty map where that is nothing.
    pub(super) fn part_by(manager: &str, object: &Value) -> Value {
        let owned = Self::by(manager, object);
        // Without children it would stand for all of the object.
        let part = if owned.is_empty() { None } else { owned.project(object) };
        part.unwrap_or_else(|| Value::Object(Map::new()))
    }

    fn of(fields: &Value) -> Self {
        let members = fields.as_object().into_iter().flatten();
        let children = members.filter_map(|(key, below)| Step::of(key).map(|step| (step, Self::of(below)))).collect();
        Self { children }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// All of it as JSON, each step under a name that no other has.
    pub(super) fn told(&self) -> Value {
        let members = self.children.iter().map(|(step, below)| (step.key(), below.told()));
        Value::Object(members.collect())
    }

    /// What either has.
    pub(super) fn union(mut self, other: &Self) -> Self {
        for (step, below) in &other.children {
            let known = self.children.remove(step).unwrap_or_default();
            self.children.insert(step.clone(), known.union(below));
        }
        self
    }

    /// The part of an object that is owned. Elements of lists stand under their keys, so that an element that moves is the same.
    pub(super) fn project(&self, value: &Value) -> Option<Value> {
        if self.children.is_empty() {
            return Some(value.clone());
        }
        match value {
            Value::Object(members) => Some(Value::Object(self.members(members))),
            Value::Array(elements) => Some(Value::Object(self.elements(elements))),
            // Another kind of value than that which is owned: it differs as a whole.
            other => Some(other.clone()),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let member = |(step, below): (&Step, &Self)| match step {
            Step::Field(name) => members.get(name).and_then(|value| Some((name.clone(), below.project(value)?))),
            Step::Keyed(_) | Step::Element(_) => None,
        };
        self.children.iter().filter_map(member).collect()
    }

    fn elements(&self, elements: &[Value]) -> Map<String, Value> {
        let element = |(step, below): (&Step, &Self)| {
            let found = elements.iter().find(|element| step.is(element))?;
            Some((step.text().to_owned(), below.project(found)?))
        };
        self.children.iter().filter_map(element).collect()
    }
}

impl Step {
    fn of(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => Some(Self::Keyed(rest.to_owned())),
            "v" => Some(Self::Element(rest.to_owned())),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Field(text) | Self::Keyed(text) | Self::Element(text) => text,
        }
    }

    /// As `FieldsV1` writes it.
    fn key(&self) -> String {
        match self {
            Self::Field(text) => format!("f:{text}"),
            Self::Keyed(text) => format!("k:{text}"),
            Self::Element(text) => format!("v:{text}"),
        }
    }

    /// Whether it leads to this element of a list.
    fn is(&self, element: &Value) -> bool {
        match self {
            Self::Field(_) => false,
            Self::Element(text) => serde_json::from_str::<Value>(text).is_ok_and(|value| value == *element),
            Self::Keyed(text) => serde_json::from_str::<Map<String, Value>>(text).is_ok_and(|keys| {
                // A key that the server defaults may be left out of what is compared with.
                keys.iter().all(|(key, value)| element.get(key).is_none_or(|found| found == value))
                    && keys.keys().any(|key| element.get(key).is_some())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_object() -> Value {
        json!({
            "metadata": {"labels": {"app": "cart", "other": "x"}, "finalizers": ["a", "b"], "managedFields": [
                {"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}},
                {"manager": "tollgate", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}},
                {"manager": "tollgate", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": {}}},
                {"manager": "tollgate", "operation": "Apply", "fieldsV1": {
                    "f:metadata": {"f:labels": {"f:app": {}}, "f:finalizers": {".": {}, "v:\"b\"": {}}},
                    "f:spec": {"f:replicas": {}, "f:args": {}, "f:containers": {
                        "k:{\"name\":\"cart\"}": {".": {}, "f:image": {}, "f:name": {}},
                    }},
                }},
            ]},
            "spec": {"replicas": 2, "paused": true, "args": ["x", "y"], "containers": [
                {"name": "sidecar", "image": "s"}, {"name": "cart", "image": "c", "imagePullPolicy": "Always"},
            ]},
        })
    }

    #[test]
    fn only_what_the_manager_has_applied_is_left() {
        let object = mk_object();
        let owned = Owned::by("tollgate", &object);
        let expected = json!({
            "metadata": {"labels": {"app": "cart"}, "finalizers": {"\"b\"": "b"}},
            "spec": {"replicas": 2, "args": ["x", "y"], "containers": {"{\"name\":\"cart\"}": {"name": "cart", "image": "c"}}},
        });
        assert_eq!(owned.project(&object).unwrap(), expected);
        assert_eq!(Owned::part_by("tollgate", &object), expected);
        assert_eq!(Owned::part_by("somebody", &object), json!({}));
    }

    #[test]
    fn what_is_not_there_is_left_out_and_what_has_another_shape_stays_whole() {
        let owned = Owned::by("tollgate", &mk_object());
        assert_eq!(owned.project(&json!({"spec": {"containers": "none"}})).unwrap(), json!({"spec": {"containers": "none"}}));
    }

    #[test]
    fn an_element_is_found_by_its_key_wherever_it_stands() {
        let ports = Owned::of(&json!({"k:{\"port\":80,\"protocol\":\"TCP\"}": {"f:name": {}}}));
        let found = |value: Value| ports.project(&value).unwrap();
        let expected = json!({"{\"port\":80,\"protocol\":\"TCP\"}": {"name": "http"}});
        assert_eq!(found(json!([{"port": 81, "name": "x"}, {"port": 80, "protocol": "TCP", "name": "http"}])), expected);
        assert_eq!(found(json!([{"port": 80, "name": "http"}])), expected);
        assert_eq!(found(json!([{"port": 80, "protocol": "UDP", "name": "dns"}])), json!({}));
    }

    #[test]
    fn a_union_has_what_either_has() {
        let (one, two) = (Owned::of(&json!({"f:a": {"f:b": {}}})), Owned::of(&json!({"f:a": {"f:c": {}}, "f:d": {}})));
        let all = json!({"a": {"b": 1, "c": 2, "x": 3}, "d": 4, "e": 5});
        assert_eq!(one.union(&two).project(&all).unwrap(), json!({"a": {"b": 1, "c": 2}, "d": 4}));
    }
}
