//! What an API server would make of an object beside what is sent: its defaults, and what its webhooks change.

use serde_json::Value;
use tollgate_core::plan::{FieldChange, PlannedValue};
use tollgate_core::pointer::Pointer;

use super::wanted::Wanted;

/// Fields that every object gets.
const OF_EVERY_OBJECT: [&str; 8] = [
    "/status",
    "/metadata/uid",
    "/metadata/creationTimestamp",
    "/metadata/generation",
    "/metadata/managedFields",
    "/metadata/resourceVersion",
    "/metadata/selfLink",
    "/metadata/namespace",
];

/// What the server would change of what is sent, and what it adds, sorted by path. Of an object that is there already what it adds
/// is left out, but for elements of lists: it may be anybody's. Nothing of Secrets is told.
pub(super) fn by_server(wanted: &Wanted, is_new: bool, planned: &Value) -> Vec<FieldChange> {
    if wanted.key.identity.is_secret() {
        return Vec::new();
    }
    let mut walk = Walk { is_new, changes: Vec::new() };
    walk.value(&Pointer::root(), &wanted.body, planned);
    walk.changes.sort_by(|a, b| a.path.cmp(&b.path));
    walk.changes
}

struct Walk {
    is_new: bool,
    changes: Vec<FieldChange>,
}

impl Walk {
    fn value(&mut self, at: &Pointer, sent: &Value, planned: &Value) {
        match (sent, planned) {
            _ if sent == planned => {}
            (Value::Object(sent), Value::Object(planned)) => {
                for (name, after) in planned {
                    match sent.get(name) {
                        Some(before) => self.value(&at.member(name), before, after),
                        None if self.is_new => self.add(&at.member(name), after),
                        None => {}
                    }
                }
            }
            (Value::Array(sent), Value::Array(planned)) => self.elements(at, sent, planned),
            (before, after) => self.push(at, Some(before), after),
        }
    }

    /// Elements are the same by their names, where they have some, and else by their places.
    fn elements(&mut self, at: &Pointer, sent: &[Value], planned: &[Value]) {
        for (index, after) in planned.iter().enumerate() {
            let before = match after.get("name") {
                Some(name) => sent.iter().find(|element| element.get("name") == Some(name)),
                None => sent.get(index),
            };
            match before {
                Some(before) => self.value(&at.element(index), before, after),
                None => self.push(&at.element(index), None, after),
            }
        }
    }

    fn add(&mut self, at: &Pointer, after: &Value) {
        if !OF_EVERY_OBJECT.contains(&at.as_str()) {
            self.push(at, None, after);
        }
    }

    fn push(&mut self, at: &Pointer, before: Option<&Value>, after: &Value) {
        let planned = |value: &Value| PlannedValue::Plain(value.clone());
        self.changes.push(FieldChange { path: at.clone(), before: before.map(planned), after: Some(planned(after)) });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_core::document::ObjectIdentity;
    use tollgate_core::render::ObjectKey;

    use super::*;

    fn told(kind: &str, is_new: bool, sent: Value, planned: &Value) -> Vec<String> {
        let identity = ObjectIdentity { api_version: "v1".into(), kind: kind.into(), namespace: None, name: "a".into() };
        let wanted = Wanted { key: ObjectKey { component: "cart".into(), identity }, body: sent, path: None, has_status: true };
        by_server(&wanted, is_new, planned).iter().map(|change| change.path.to_string()).collect()
    }

    #[test]
    fn what_is_added_and_what_is_changed_is_told_and_what_every_object_gets_is_not() {
        let sent = json!({"metadata": {"name": "a"}, "spec": {"cpu": "0.5", "image": "a"}});
        let planned = json!({
            "metadata": {"name": "a", "uid": "u", "generation": 1, "labels": {"x": "y"}}, "status": {},
            "spec": {"cpu": "500m", "image": "a", "dnsPolicy": "ClusterFirst"},
        });
        let all = ["/metadata/labels", "/spec/cpu", "/spec/dnsPolicy"];
        assert_eq!(told("Pod", true, sent.clone(), &planned), all);
        assert_eq!(told("Pod", false, sent.clone(), &planned), ["/spec/cpu"]);
        assert!(told("Secret", true, sent, &planned).is_empty());
    }

    #[test]
    fn a_container_that_somebody_puts_in_is_told_wherever_it_stands() {
        let sent = json!({"containers": [{"name": "a", "image": "a"}]});
        let planned = json!({"containers": [{"name": "mesh", "image": "m"}, {"name": "a", "image": "a"}]});
        assert_eq!(told("Pod", false, sent, &planned), ["/containers/0"]);
    }
}
