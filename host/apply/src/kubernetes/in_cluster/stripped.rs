//! Objects without what the server alone says of them, as somebody might have written them.

use serde_json::Value;

/// Members of `metadata` that nobody writes.
const METADATA: [&str; 8] = [
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
];

/// Annotations that tools and controllers keep for themselves. The first is a copy of the object, with all that is in a Secret.
const ANNOTATIONS: [&str; 3] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
];

/// The object as it might have been written.
pub(super) fn stripped(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove("status");
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return object };
    for name in METADATA {
        metadata.remove(name);
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        for name in ANNOTATIONS {
            annotations.remove(name);
        }
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_is_what_somebody_wrote() {
        let metadata = json!({
            "name": "cart", "namespace": "shop", "labels": {"app": "cart"}, "uid": "u", "resourceVersion": "7", "generation": 2,
            "creationTimestamp": "2026-11-30T00:00:00Z", "managedFields": [{"manager": "kubectl"}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"data\": \"secret\"}"},
        });
        let object = json!({"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1}, "status": {"replicas": 1}});
        let metadata = json!({"name": "cart", "namespace": "shop", "labels": {"app": "cart"}});
        assert_eq!(stripped(object), json!({"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1}}));
        let annotated = json!({"metadata": {"annotations": {"deployment.kubernetes.io/revision": "3", "team": "shop"}}});
        assert_eq!(stripped(annotated), json!({"metadata": {"annotations": {"team": "shop"}}}));
    }
}
