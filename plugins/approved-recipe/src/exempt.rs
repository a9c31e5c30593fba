//! What is not judged at all.

use tollgate_sdk::Document;

use crate::admission::{Approved, Operation, Request};

/// Kinds that the cluster writes to itself all the time, by group.
const KINDS: [(&str, &str); 6] = [
    ("", "Event"),
    ("events.k8s.io", "Event"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("", "Endpoints"),
    ("", "Node"),
];

/// Namespaces of the cluster itself.
const NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// The one subresource through which containers get into a pod.
pub(crate) const EPHEMERAL_CONTAINERS: &str = "ephemeralcontainers";

/// Whether a request is none of the plugin's business, whatever was approved.
pub(crate) fn is_exempt(document: &Document<'_>, request: &Request<'_>) -> bool {
    request.operation == Operation::Connect
        || request.sub_resource.is_some_and(|name| name != EPHEMERAL_CONTAINERS)
        || KINDS.contains(&(document.group(), document.kind()))
        || document.namespace().is_some_and(|namespace| NAMESPACES.contains(&namespace))
}

/// Whether an object is outside of what the recipes are about.
pub(crate) fn is_outside(document: &Document<'_>, approved: &Approved<'_>) -> bool {
    match namespace(document) {
        None => approved.documents.is_empty(),
        Some(namespace) => {
            let is_inventory = approved.is_inventory(namespace, document.name());
            !approved.has_namespace(namespace) || (document.group(), document.kind()) == ("", "ConfigMap") && is_inventory
        }
    }
}

/// An object without a namespace, or with an empty one, is of the cluster.
fn namespace<'d>(document: &'d Document<'_>) -> Option<&'d str> {
    document.namespace().filter(|namespace| !namespace.is_empty())
}
