//! Services and pods as they come, against a judge that looks at every pod for every Service.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::ServiceSelects;

/// Findings as documents and pointers, for objects in the order in which they are given.
fn found(objects: &[Value]) -> Vec<(u32, String)> {
    let yaml = objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let findings = testing::check::<ServiceSelects>("{}", &yaml);
    findings.iter().map(|finding| (finding.document(), finding.pointer().to_owned())).collect()
}

fn service(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart"}, "spec": spec})
}

fn pod(labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": labels}, "spec": {"containers": []}})
}

#[test]
fn a_selector_of_any_other_type_is_refused() {
    for selector in [json!("app=cart"), json!(["app"]), json!([]), json!(1), json!(true)] {
        let objects = [pod(&json!({"app": "cart"})), service(&json!({"selector": selector}))];
        assert_eq!(found(&objects), [(1, "/spec/selector".to_owned())], "{selector}");
    }
    for spec in [json!("x"), json!([{"selector": {"app": "cart"}}]), json!(0)] {
        assert_eq!(found(&[service(&spec)]), [(0, "/spec".to_owned())], "{spec}");
    }
}

#[test]
fn a_service_that_selects_by_nothing_has_its_endpoints_from_elsewhere() {
    for spec in [json!({}), json!({"selector": {}}), json!({"selector": null}), Value::Null] {
        assert_eq!(found(&[service(&spec)]), [], "{spec}");
    }
    assert_eq!(found(&[service(&json!({"type": "ExternalName", "selector": {"app": "cart"}}))]), []);
    let almost = service(&json!({"type": "externalname", "selector": {"app": "cart"}}));
    assert_eq!(found(&[almost]), [(0, "/spec/selector".to_owned())]);
}

#[test]
fn labels_of_any_other_type_are_none() {
    for labels in [json!("app=cart"), json!([{"app": "cart"}]), json!({"App": "cart"}), json!({"app": ["cart"]}), Value::Null] {
        let objects = [service(&json!({"selector": {"app": "cart"}})), pod(&labels)];
        assert_eq!(found(&objects), [(0, "/spec/selector".to_owned())], "{labels}");
    }
}

#[test]
fn pods_are_looked_for_where_every_other_policy_looks() {
    let labels = json!({"labels": {"app": "cart"}});
    let template = json!({"metadata": labels, "spec": {"containers": [{"name": "a"}]}});
    let spec = |inner: Value| json!({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": inner});
    for (workload, is_found) in [
        (json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "spec": {"template": template}}), true),
        (json!({"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}}), true),
        (spec(json!({"members": [{"anyName": template}]})), true),
        (spec(json!({"containers": [], "behindAnEmptyList": template})), true),
        // The labels of a workload are not those of its pods.
        (json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": labels, "spec": {"template": {}}}), false),
        (spec(json!({"metadata": labels, "spec": {}})), false),
    ] {
        let expected = if is_found { vec![] } else { vec![(0, "/spec/selector".to_owned())] };
        assert_eq!(found(&[service(&json!({"selector": {"app": "cart"}})), workload.clone()]), expected, "{workload}");
    }
}

type Labels = BTreeMap<&'static str, &'static str>;

/// A Service with a selector, or a pod with labels, in a namespace.
#[derive(Clone, Debug)]
struct Thing {
    is_service: bool,
    namespace: Option<&'static str>,
    labels: Labels,
}

impl Thing {
    fn object(&self) -> Value {
        let mut object = if self.is_service { service(&json!({"selector": self.labels})) } else { pod(&json!(self.labels)) };
        if let Some(namespace) = self.namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object
    }

    fn selects(&self, pod: &Self) -> bool {
        !pod.is_service
            && self.namespace == pod.namespace
            && self.labels.iter().all(|(name, value)| pod.labels.get(name) == Some(value))
    }
}

fn thing() -> impl Strategy<Value = Thing> {
    let labels = prop::collection::btree_map(
        prop::sample::select(vec!["app", "tier", "a/b"]),
        prop::sample::select(vec!["x", "y", ""]),
        0..3,
    );
    (any::<bool>(), prop::option::of(prop::sample::select(vec!["shop", "other"])), labels)
        .prop_map(|(is_service, namespace, labels)| Thing { is_service, namespace, labels })
}

const KEYS: [&str; 12] =
    ["apiVersion", "kind", "metadata", "namespace", "name", "labels", "spec", "selector", "type", "template", "containers", "app"];
const WORDS: [&str; 7] = ["v1", "Service", "Pod", "Deployment", "apps/v1", "ExternalName", "shop"];

proptest! {
    #[test]
    fn a_service_is_denied_if_and_only_if_no_pod_has_all_that_it_selects_by(things in prop::collection::vec(thing(), 0..8)) {
        let objects: Vec<Value> = things.iter().map(Thing::object).collect();
        let selects_nothing = |service: &Thing| !service.labels.is_empty() && !things.iter().any(|pod| service.selects(pod));
        let denied = (0..).zip(&things).filter(|(_, thing)| thing.is_service && selects_nothing(thing));
        let expected: Vec<(u32, String)> = denied.map(|(index, _)| (index, "/spec/selector".to_owned())).collect();
        prop_assert_eq!(found(&objects), expected);
    }

    #[test]
    fn no_objects_make_it_panic(objects in prop::collection::vec(testing::anything(&KEYS, &WORDS), 1..5), spec in testing::anything(&KEYS, &WORDS)) {
        let mut objects = objects;
        objects.retain(|object| !object.is_null());
        objects.push(service(&spec));
        for (document, _) in found(&objects) {
            prop_assert!((document as usize) < objects.len());
        }
    }

    #[test]
    fn a_selector_that_is_not_empty_selects_something_or_is_denied(selector in testing::anything(&KEYS, &WORDS)) {
        let is_nothing = selector.is_null() || selector.as_object().is_some_and(serde_json::Map::is_empty);
        let alone = found(&[service(&json!({"selector": selector}))]);
        prop_assert_eq!(alone.is_empty(), is_nothing);
    }
}
