//! What a service has that others may lean on: its objects, and the labels of its pods.

use serde_json::{Map, Value};
use tollgate_core::document::ObjectIdentity;

use super::hosts::HostName;

/// Labels of pods, and their namespace where the manifest says it.
#[derive(Clone, Debug)]
struct Pods {
    namespace: Option<String>,
    labels: Map<String, Value>,
}

/// The objects of a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Belongings {
    objects: Vec<ObjectIdentity>,
    pods: Vec<Pods>,
}

impl Belongings {
    /// The objects that these documents describe.
    pub(crate) fn of<'d>(documents: impl Iterator<Item = (&'d ObjectIdentity, Value)>) -> Self {
        let mut belongings = Self::default();
        for (identity, body) in documents {
            // What is rendered for several environments is there as often.
            if !belongings.objects.contains(identity) {
                belongings.objects.push(identity.clone());
            }
            belongings.pods.extend(labels(identity, &body).map(|labels| Pods { namespace: identity.namespace.clone(), labels }));
        }
        belongings
    }

    /// All of them.
    pub(crate) fn objects(&self) -> &[ObjectIdentity] {
        &self.objects
    }

    /// An object of this kind and name, where a namespace that is said fits.
    pub(crate) fn object(&self, kind: &str, name: &str, namespace: Option<&str>) -> Option<&ObjectIdentity> {
        let is_it =
            |object: &&ObjectIdentity| object.kind == kind && object.name == name && fits(object.namespace.as_deref(), namespace);
        self.objects.iter().find(is_it)
    }

    /// The Services, as others reach them.
    pub(crate) fn hosts(&self) -> Vec<HostName> {
        let services = self.objects.iter().filter(|object| object.kind == "Service");
        services.map(|object| HostName { name: object.name.clone(), namespace: object.namespace.clone() }).collect()
    }

    /// Whether a selector of an object in this namespace takes in pods of the service. One that takes in everything means
    /// none in particular.
    pub(crate) fn are_selected(&self, selector: &Value, namespace: Option<&str>) -> bool {
        self.pods.iter().any(|pods| fits(pods.namespace.as_deref(), namespace) && selects(selector, &pods.labels))
    }
}

fn fits(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// The labels of the pods that an object is or makes.
fn labels(identity: &ObjectIdentity, body: &Value) -> Option<Map<String, Value>> {
    let pointers: &[&str] = match identity.kind.as_str() {
        "Pod" => &["/metadata/labels"],
        "CronJob" => &["/spec/jobTemplate/spec/template/metadata/labels"],
        _ => &["/spec/template/metadata/labels"],
    };
    pointers.iter().find_map(|pointer| body.pointer(pointer)?.as_object().cloned()).filter(|labels| !labels.is_empty())
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) or a map of labels selects by some label, and fits.
fn selects(selector: &Value, labels: &Map<String, Value>) -> bool {
    let Some(selector) = selector.as_object() else { return false };
    let is_structured = selector.contains_key("matchLabels") || selector.contains_key("matchExpressions");
    let (wanted, expressions) = if is_structured {
        (selector.get("matchLabels").and_then(Value::as_object), selector.get("matchExpressions").and_then(Value::as_array))
    } else {
        (Some(selector), None)
    };
    let says_something = wanted.is_some_and(|wanted| !wanted.is_empty()) || expressions.is_some_and(|all| !all.is_empty());
    says_something
        && wanted.into_iter().flatten().all(|(key, value)| labels.get(key) == Some(value))
        && expressions.into_iter().flatten().all(|expression| holds(expression, labels))
}

/// Whether one expression of a selector holds. Of those that name what is not meant, none names the service.
fn holds(expression: &Value, labels: &Map<String, Value>) -> bool {
    let key = expression.get("key").and_then(Value::as_str).unwrap_or_default();
    let values = expression.get("values").and_then(Value::as_array);
    let label = labels.get(key);
    match expression.get("operator").and_then(Value::as_str) {
        Some("In") => label.is_some_and(|label| values.is_some_and(|values| values.contains(label))),
        Some("Exists") => label.is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_identity(kind: &str, name: &str, namespace: Option<&str>) -> ObjectIdentity {
        let namespace = namespace.map(ToOwned::to_owned);
        ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace, name: name.to_owned() }
    }

    fn mk_belongings(namespace: Option<&str>) -> Belongings {
        let deployment = mk_identity("Deployment", "cart", namespace);
        let body = json!({"spec": {"template": {"metadata": {"labels": {"app": "cart", "tier": "back"}}}}});
        let service = mk_identity("Service", "cart", namespace);
        Belongings::of([(&deployment, body), (&service, json!({}))].into_iter())
    }

    #[test]
    fn selectors_take_in_pods_by_their_labels() {
        let pods = mk_belongings(None);
        for (selector, expected) in [
            (json!({"matchLabels": {"app": "cart"}}), true),
            (json!({"app": "cart", "tier": "back"}), true),
            (json!({"matchLabels": {"app": "cart", "tier": "front"}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["mail", "cart"]}]}), true),
            (json!({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["mail"]}]}), false),
            (json!({"matchLabels": {}}), false),
            (json!({}), false),
            (json!("x"), false),
        ] {
            assert_eq!(pods.are_selected(&selector, None), expected, "{selector}");
        }
    }

    #[test]
    fn what_is_in_another_namespace_is_another_thing() {
        let shop = mk_belongings(Some("shop"));
        let selector = json!({"matchLabels": {"app": "cart"}});
        for (namespace, expected) in [(Some("shop"), true), (None, true), (Some("mail"), false)] {
            assert_eq!(shop.are_selected(&selector, namespace), expected);
            assert_eq!(shop.object("Service", "cart", namespace).is_some(), expected);
        }
        assert!(shop.object("ConfigMap", "cart", None).is_none());
        assert_eq!(shop.hosts(), [HostName { name: "cart".to_owned(), namespace: Some("shop".to_owned()) }]);
    }
}
