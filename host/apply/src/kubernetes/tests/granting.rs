//! What is to be granted, by the kinds that a real API server has.

use serde_json::json;
use tollgate_core::ports::{Grant, NeedAccess as _};

use super::support::{World, mk, mk_deployment, mk_settings, rendered};

fn told(grant: &Grant) -> String {
    let list = |all: &std::collections::BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(",");
    let place = grant.namespace.clone().unwrap_or_else(|| "-".to_owned());
    let names = if grant.names.is_empty() { String::new() } else { format!(" named {}", list(&grant.names)) };
    format!("{place}: {} {}/{}{names}", list(&grant.verbs), grant.group, list(&grant.resources))
}

#[test]
fn only_what_is_the_target_s_own_is_granted_by_kind() {
    let Some(world) = World::new("granting") else { return };
    let claim = json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    let priority = mk("scheduling.k8s.io/v1", "PriorityClass", "shop-high", &json!({"value": 7}));
    let now = rendered(&[
        mk_settings("cart", "one"),
        mk_deployment("cart", "example.com/cart:1", &json!({})),
        mk("v1", "Secret", "password", &json!({})),
        mk("v1", "PersistentVolumeClaim", "data", &claim),
        mk("shop.example.com/v1", "Cart", "large", &json!({})),
    ]);
    // What came before is pruned; the version under which it came need not be served any more.
    let mut report = mk("batch/v1beta1", "CronJob", "report", &json!({}));
    report.identity.namespace = Some("granting-other".to_owned());
    let before =
        rendered(&[mk("v1", "Namespace", "granting-other", &json!({})), report, mk("v1", "Secret", "old", &json!({})), priority]);
    let access = world.target().access(&[now, before]).unwrap();
    let told: Vec<String> = access.grants.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "granting: create /configmaps",
            "granting: get,update /configmaps named tollgate-prod-apps",
            "granting: create /secrets",
            "granting: create,delete,get,patch /configmaps,persistentvolumeclaims",
            "granting: delete,get,patch /secrets named old,password",
            "granting: create,delete,get,patch apps/deployments",
            "granting: list /configmaps,persistentvolumeclaims",
            "granting: list apps/deployments",
            "granting: list autoscaling/horizontalpodautoscalers",
            "granting: list /pods",
            "granting-other: create,delete,get,patch batch/cronjobs",
            "granting-other: list batch/cronjobs",
            "-: create /namespaces",
            "-: delete,get,patch /namespaces named granting-other",
            "-: create scheduling.k8s.io/priorityclasses",
            "-: delete,get,patch scheduling.k8s.io/priorityclasses named shop-high",
            "-: get storage.k8s.io/storageclasses",
            "-: create authorization.k8s.io/selfsubjectaccessreviews",
        ]
    );
    assert_eq!(
        access.left_out.iter().map(String::as_str).collect::<Vec<_>>(),
        ["Cart large: the cluster has no kind `Cart` of shop.example.com/v1"]
    );
    // A recipe takes over what it brings itself, and nothing else.
    let namespaces: Vec<(&str, bool)> =
        access.namespaces.iter().map(|(name, annotations)| (name.as_str(), annotations.is_empty())).collect();
    assert_eq!(namespaces, [("granting", true), ("granting-other", false)]);
}
