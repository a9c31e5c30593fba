//! The webhook under load, as a process: whatever changes meanwhile, every question is answered, and by what is true then.

mod crowd;
mod memory;
mod reloading;

use serde_json::{Value, json};
use tollgate_tests::webhook::{create, review};

/// A question about a pod of this name and image.
fn about_pod(name: &str, image: &str) -> Vec<u8> {
    let limits = json!({"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}});
    let container = json!({"name": name, "image": image, "resources": limits});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"securityContext": {"runAsNonRoot": true}, "containers": [container]},
    });
    about(&pod)
}

/// A question about an object that is created.
fn about(object: &Value) -> Vec<u8> {
    review(&create(object))
}

/// An image that is pinned.
fn pinned(name: &str) -> String {
    format!("registry.example.com/{name}@sha256:{}", "a".repeat(64))
}
