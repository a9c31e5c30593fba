//! Who refers to a service: in the documents of the others.

use std::borrow::Cow;

use serde_json::Value;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::pointer::Pointer;

use super::belongings::Belongings;
use super::hosts::{HostName, Shortest};

/// A place in a document that refers to something of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) pointer: Pointer,
    /// A fragment: `names the Service cart`.
    pub(crate) what: String,
}

/// By the keys that lead to it, the kind of what a name names. Steps of lists are left out.
const NAMES: [(&[&str], &str); 17] = [
    (&["service", "name"], "Service"),
    (&["backendRefs", "name"], "Service"),
    (&["backendRef", "name"], "Service"),
    (&["serviceName"], "Service"),
    (&["configMapKeyRef", "name"], "ConfigMap"),
    (&["configMapRef", "name"], "ConfigMap"),
    (&["configMap", "name"], "ConfigMap"),
    (&["secretKeyRef", "name"], "Secret"),
    (&["secretRef", "name"], "Secret"),
    (&["secret", "name"], "Secret"),
    (&["secretName"], "Secret"),
    (&["imagePullSecrets", "name"], "Secret"),
    (&["serviceAccountName"], "ServiceAccount"),
    (&["serviceAccount"], "ServiceAccount"),
    (&["subjects", "name"], "ServiceAccount"),
    (&["claimName"], "PersistentVolumeClaim"),
    (&["scaleTargetRef", "name"], ""),
];

/// Keys whose values select pods.
const SELECTORS: [&str; 2] = ["podSelector", "selector"];

/// Looks through one document of another service.
pub(crate) fn references(identity: &ObjectIdentity, body: &Value, belongings: &Belongings) -> Vec<Found> {
    let looking = Looking { identity, belongings, hosts: belongings.hosts() };
    let mut found = Vec::new();
    looking.walk(body, &mut Place { pointer: Pointer::root(), keys: Vec::new(), holder: &Value::Null }, &mut found);
    found
}

struct Looking<'a> {
    identity: &'a ObjectIdentity,
    belongings: &'a Belongings,
    hosts: Vec<HostName>,
}

/// Where a value stands.
struct Place<'v> {
    pointer: Pointer,
    keys: Vec<&'v str>,
    /// The object that has it as a member.
    holder: &'v Value,
}

impl Looking<'_> {
    fn walk<'v>(&self, value: &'v Value, place: &mut Place<'v>, found: &mut Vec<Found>) {
        match value {
            Value::Object(members) => {
                if let Some(what) = self.selected(value, place) {
                    found.push(Found { pointer: place.pointer.clone(), what });
                    return;
                }
                for (key, member) in members {
                    place.keys.push(key);
                    let mut inner =
                        Place { pointer: place.pointer.member(key), keys: std::mem::take(&mut place.keys), holder: value };
                    self.walk(member, &mut inner, found);
                    place.keys = inner.keys;
                    place.keys.pop();
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let mut inner = Place {
                        pointer: place.pointer.element(index),
                        keys: std::mem::take(&mut place.keys),
                        holder: place.holder,
                    };
                    self.walk(element, &mut inner, found);
                    place.keys = inner.keys;
                }
            }
            Value::String(text) => {
                let what = self.named(text, place).or_else(|| self.reached(text, place));
                found.extend(what.map(|what| Found { pointer: place.pointer.clone(), what: what.into_owned() }));
            }
            _ => {}
        }
    }

    /// A selector that takes in pods of the service.
    fn selected(&self, value: &Value, place: &Place<'_>) -> Option<String> {
        let key = place.keys.last().filter(|key| SELECTORS.contains(key))?;
        // Objects select their own pods by the same labels.
        let is_own = *key == "selector" && place.holder.get("template").is_some();
        let across = place.holder.get("namespaceSelector").is_some();
        let namespace = self.identity.namespace.as_deref().filter(|_| !across);
        (!is_own && self.belongings.are_selected(value, namespace)).then(|| "selects its pods".to_owned())
    }

    /// A name of one of the service's objects, where objects are named.
    fn named(&self, text: &str, place: &Place<'_>) -> Option<Cow<'static, str>> {
        let (_, kind) = NAMES.iter().find(|(keys, _)| place.keys.ends_with(keys))?;
        let said = |key: &str| place.holder.get(key).and_then(Value::as_str);
        let kind = if kind.is_empty() { said("kind")? } else { kind };
        if said("kind").is_some_and(|said| said != kind) {
            return None;
        }
        let namespace = said("namespace").or(self.identity.namespace.as_deref());
        let object = self.belongings.object(kind, text, namespace)?;
        Some(Cow::Owned(format!("names the {} `{}`", object.kind, object.name)))
    }

    /// The host of one of its Services.
    fn reached(&self, text: &str, place: &Place<'_>) -> Option<Cow<'static, str>> {
        let first = place.keys.first().copied().unwrap_or_default();
        if place.keys.last() == Some(&"image") || first == "metadata" && place.keys.get(1) != Some(&"annotations") {
            return None;
        }
        let is_data = matches!(self.identity.kind.as_str(), "ConfigMap" | "Secret") && matches!(first, "data" | "stringData");
        let is_value =
            place.keys.ends_with(&["env", "value"]) || matches!(place.keys.last(), Some(&("args" | "command" | "externalName")));
        let shortest = |host: &HostName| match (&host.namespace, &self.identity.namespace) {
            (Some(one), Some(other)) if one != other => Shortest::Domain,
            _ if is_data || is_value => Shortest::Name,
            _ => Shortest::Host,
        };
        let host = self.hosts.iter().find(|host| host.is_in(text, shortest(host)))?;
        Some(Cow::Owned(format!("leads to the Service `{}`", host.name)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_identity(kind: &str, name: &str) -> ObjectIdentity {
        ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() }
    }

    /// What a document of another service says of the cart.
    fn found(kind: &str, body: &Value) -> Vec<(String, String)> {
        let labels = json!({"spec": {"template": {"metadata": {"labels": {"app": "cart"}}}}});
        let objects = ["Service", "ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"];
        let identities: Vec<ObjectIdentity> = objects.iter().map(|kind| mk_identity(kind, "cart")).collect();
        let deployment = mk_identity("Deployment", "cart");
        let documents = identities.iter().map(|identity| (identity, json!({}))).chain([(&deployment, labels)]);
        let belongings = Belongings::of(documents);
        let found = references(&mk_identity(kind, "mail"), body, &belongings);
        found.into_iter().map(|found| (found.pointer.as_str().to_owned(), found.what)).collect()
    }

    fn only(kind: &str, body: &Value) -> (String, String) {
        let mut all = found(kind, body);
        assert_eq!(all.len(), 1, "{body}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn names_of_objects_are_found_where_objects_are_named() {
        for (body, what) in [
            (json!({"spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "cart"}}}]}}]}}), "Service"),
            (json!({"spec": {"rules": [{"backendRefs": [{"name": "mail"}, {"name": "cart", "port": 80}]}]}}), "Service"),
            (json!({"webhooks": [{"clientConfig": {"service": {"name": "cart"}}}]}), "Service"),
            (json!({"env": [{"valueFrom": {"configMapKeyRef": {"name": "cart", "key": "x"}}}]}), "ConfigMap"),
            (json!({"envFrom": [{"secretRef": {"name": "cart"}}]}), "Secret"),
            (json!({"volumes": [{"secret": {"secretName": "cart"}}]}), "Secret"),
            (json!({"volumes": [{"persistentVolumeClaim": {"claimName": "cart"}}]}), "PersistentVolumeClaim"),
            (json!({"serviceAccountName": "cart"}), "ServiceAccount"),
            (json!({"subjects": [{"kind": "ServiceAccount", "name": "cart"}]}), "ServiceAccount"),
            (json!({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "cart"}}}), "Deployment"),
        ] {
            assert_eq!(only("X", &body).1, format!("names the {what} `cart`"), "{body}");
        }
    }

    #[test]
    fn names_of_other_kinds_and_in_other_namespaces_are_others() {
        for body in [
            json!({"metadata": {"name": "cart", "labels": {"app": "cart"}}}),
            json!({"subjects": [{"kind": "User", "name": "cart"}]}),
            json!({"backendRefs": [{"kind": "Queue", "name": "cart"}]}),
            json!({"containers": [{"name": "cart", "image": "http://cart/cart:1"}]}),
            json!({"spec": {"selector": {"matchLabels": {"app": "cart"}}, "template": {}}}),
            json!({"note": "cart"}),
        ] {
            assert_eq!(found("X", &body), [], "{body}");
        }
    }

    #[test]
    fn values_that_lead_to_its_host_are_found_with_their_places() {
        let body = json!({"spec": {"containers": [{"env": [{"name": "A", "value": "mail"}, {"name": "B", "value": "cart"}],
            "args": ["--cart=http://cart:8080/x"]}]}});
        let places: Vec<String> = found("Deployment", &body).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(places, ["/spec/containers/0/args/0", "/spec/containers/0/env/1/value"]);
        let data = json!({"data": {"app.properties": "a=1\ncart.host=cart\n", "other": "x"}});
        assert_eq!(only("ConfigMap", &data).0, "/data/app.properties");
        assert_eq!(
            only("Service", &json!({"spec": {"externalName": "cart.shop.svc.cluster.local"}})).1,
            "leads to the Service `cart`"
        );
    }

    #[test]
    fn selectors_of_others_that_take_in_its_pods_are_found() {
        let policy = json!({"spec": {"podSelector": {"matchLabels": {"app": "mail"}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "cart"}}}]}]}});
        assert_eq!(
            only("NetworkPolicy", &policy),
            ("/spec/ingress/0/from/0/podSelector".to_owned(), "selects its pods".to_owned())
        );
        assert_eq!(only("Service", &json!({"spec": {"selector": {"app": "cart"}}})).0, "/spec/selector");
        assert_eq!(
            only("PodDisruptionBudget", &json!({"spec": {"selector": {"matchLabels": {"app": "cart"}}}})).0,
            "/spec/selector"
        );
        assert_eq!(found("NetworkPolicy", &json!({"spec": {"podSelector": {}}})), []);
    }
}
