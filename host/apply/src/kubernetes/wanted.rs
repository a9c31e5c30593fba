//! The objects of a recipe as they are sent to a cluster: each with its namespace, the label of its set, and the name of its
//! inventory.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::plan::Conflict;
use tollgate_core::render::{ObjectKey, Rendered, RenderedDocument};

use super::inventory::{OWNER, PART_OF, Place};
use super::kinds::Kinds;
use super::mark::Mark;
use super::order::is_definition;

/// An object at its place in a cluster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    /// With the namespace that it has in the cluster.
    pub(super) key: ObjectKey,
    /// As it is sent.
    pub(super) body: Value,
    /// Its path at the API server; nothing where its kind is defined by another object of the same recipe.
    pub(super) path: Option<String>,
    /// Whether its controllers say how it is with it, as far as that is known.
    pub(super) has_status: bool,
}

impl Wanted {
    /// What proves the next time that the object is as it shall be, where it is that now.
    pub(super) fn mark(&self, live: &Value) -> Option<Mark> {
        Mark::of(&self.key.identity, &self.body, live)
    }
}

/// Finds the place of every object. What has none stands in the way of the plan.
pub(super) fn wanted(rendered: &Rendered, kinds: &Kinds, place: &Place) -> (Vec<Wanted>, Vec<Conflict>) {
    let defined = defined(rendered);
    let (mut all, mut conflicts) = (Vec::new(), Vec::new());
    for document in rendered.documents() {
        match find(document, kinds, place, &defined) {
            Ok(wanted) => all.push(wanted),
            Err(message) => conflicts.push(Conflict { at: document.path.clone(), message }),
        }
    }
    (all, conflicts)
}

/// A custom kind as a definition in the recipe has it.
struct Defined<'a> {
    group: &'a str,
    kind: &'a str,
    is_namespaced: bool,
}

fn defined(rendered: &Rendered) -> Vec<Defined<'_>> {
    let definitions = rendered.documents().iter().filter(|document| is_definition(&document.identity));
    definitions
        .filter_map(|document| {
            let text = |pointer: &str| document.body.pointer(pointer).and_then(Value::as_str);
            let is_namespaced = text("/spec/scope") == Some("Namespaced");
            Some(Defined { group: text("/spec/group")?, kind: text("/spec/names/kind")?, is_namespaced })
        })
        .collect()
}

fn find(document: &RenderedDocument, kinds: &Kinds, place: &Place, defined: &[Defined<'_>]) -> Result<Wanted, String> {
    let identity = &document.identity;
    if identity.name.is_empty() {
        return Err(format!("describes a {} without a name; what is applied needs one", identity.kind));
    }
    let kind = kinds.get(identity);
    let is_it = |custom: &&Defined<'_>| custom.group == identity.group() && custom.kind == identity.kind;
    let is_namespaced = match (kind, defined.iter().find(is_it)) {
        (Some(kind), _) => kind.is_namespaced,
        (None, Some(custom)) => custom.is_namespaced,
        (None, None) => {
            let kind = format!("`{}` of `{}`", identity.kind, identity.api_version);
            return Err(format!("describes {identity}, but the cluster has no kind {kind}; apply its definition with it"));
        }
    };
    let namespace = match (&identity.namespace, is_namespaced) {
        (Some(namespace), true) => Some(namespace.clone()),
        (None, true) => Some(place.namespace.clone()),
        (None, false) => None,
        (Some(_), false) => return Err(format!("gives {identity} a namespace, and its kind has none; remove it")),
    };
    let identity = ObjectIdentity { namespace, ..identity.clone() };
    Ok(Wanted {
        path: kind.map(|kind| kind.object(&identity)),
        has_status: kind.is_some_and(|kind| kind.has_status),
        body: sent(&document.body, &identity, place),
        key: ObjectKey { component: document.component.clone(), identity },
    })
}

/// The body with what tollgate adds. A status is never sent: it is for others to say.
fn sent(body: &Value, identity: &ObjectIdentity, place: &Place) -> Value {
    let mut body = body.clone();
    let Some(members) = body.as_object_mut() else { return body };
    members.remove("status");
    if identity.is_secret() {
        encode_texts(&mut body);
    }
    let metadata = map(&mut body, "metadata");
    if let Some(members) = metadata.as_object_mut() {
        members.remove("creationTimestamp");
    }
    if let Some(namespace) = &identity.namespace {
        metadata["namespace"] = namespace.clone().into();
    }
    map(metadata, "labels")[PART_OF] = place.set_id().into();
    map(metadata, "annotations")[OWNER] = place.set_id().into();
    body
}

/// Puts the texts of a Secret where the server keeps them. It would do that itself, and then say that nobody owns them, so that a
/// change of one would not show in a plan.
fn encode_texts(body: &mut Value) {
    let Some(texts) = body.as_object_mut().and_then(|members| members.remove("stringData")) else { return };
    let Value::Object(texts) = texts else {
        // For the server to refuse.
        body["stringData"] = texts;
        return;
    };
    for (name, text) in texts {
        let encoded = text.as_str().map(|text| Value::from(BASE64_STANDARD.encode(text)));
        map(body, "data")[name.as_str()] = encoded.unwrap_or(text);
    }
}

/// A member that is a map; what was none is replaced.
fn map<'a>(object: &'a mut Value, key: &str) -> &'a mut Value {
    let member = &mut object[key];
    if !member.is_object() {
        *member = Value::Object(Map::new());
    }
    member
}

/// The namespaces that a recipe brings itself.
pub(super) fn namespaces(wanted: &[Wanted]) -> BTreeSet<&str> {
    let is_namespace = |wanted: &&Wanted| wanted.key.identity.kind == "Namespace" && wanted.key.identity.api_version == "v1";
    wanted.iter().filter(is_namespace).map(|wanted| wanted.key.identity.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_sent(kind: &str, body: &Value) -> Value {
        let identity = ObjectIdentity {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: "cart".to_owned(),
        };
        sent(body, &identity, &Place { namespace: "shop".to_owned(), name: "tollgate-prod".to_owned() })
    }

    #[test]
    fn what_is_sent_has_its_namespace_and_names_its_set_and_says_no_status() {
        let body = json!({"kind": "ConfigMap", "metadata": {"name": "cart", "creationTimestamp": null, "labels": {"app": "cart"}}, "status": {}});
        let sent = mk_sent("ConfigMap", &body);
        let id = "applyset-dHiY4dFxMxDa469o1QIDpykCLX5RmkIr-Gs4lGCcOoc-v1";
        let metadata =
            json!({"name": "cart", "namespace": "shop", "labels": {"app": "cart", PART_OF: id}, "annotations": {OWNER: id}});
        assert_eq!(sent, json!({"kind": "ConfigMap", "metadata": metadata}));
    }

    #[test]
    fn texts_of_a_secret_are_sent_as_the_server_keeps_them() {
        let body = json!({"data": {"a": "b2xk", "b": "a2VwdA=="}, "stringData": {"a": "new"}});
        assert_eq!(mk_sent("Secret", &body)["data"], json!({"a": "bmV3", "b": "a2VwdA=="}));
        assert_eq!(mk_sent("Secret", &json!({"stringData": "odd"}))["stringData"], "odd");
        assert_eq!(mk_sent("ConfigMap", &json!({"stringData": {"a": "x"}}))["stringData"], json!({"a": "x"}));
    }
}
