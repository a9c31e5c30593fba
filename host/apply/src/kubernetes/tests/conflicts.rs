//! What stands in the way of a plan.

use serde_json::json;
use tollgate_core::ports::ApplyPlan as _;

use super::support::{World, mk, mk_deployment, mk_settings, rendered};
use crate::testing::recipe;

/// All conflicts of a plan, as they are told.
fn conflicts(world: &World, documents: &[tollgate_core::render::RenderedDocument]) -> Vec<String> {
    let plan = world.plan(&rendered(documents));
    plan.conflicts.iter().map(|conflict| format!("{} {}", conflict.at, conflict.message)).collect()
}

#[test]
fn a_field_that_somebody_else_has_set_stays_theirs() {
    let Some(world) = World::new("conflicts-field") else { return };
    world.promotes(&rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]));
    world.patch("apps/v1:deployments/cart", "kubectl-scale", &json!({"spec": {"replicas": 5}}));
    let told = conflicts(&world, &[mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["Deployment conflicts-field/cart", ".spec.replicas", "kubectl-scale"] {
        assert!(told[0].contains(part), "{told:?}");
    }
}

#[test]
fn an_object_of_another_inventory_is_not_taken() {
    let Some(world) = World::new("conflicts-inventory") else { return };
    let settings = rendered(&[mk_settings("cart", "one")]);
    world.promotes(&settings);
    let plan = world.other_target("other").plan(recipe(&settings), &settings).unwrap();
    assert!(plan.conflicts[0].message.contains("belongs to the inventory `applyset-"), "{:?}", plan.conflicts);
}

#[test]
fn an_object_that_nobody_made_here_is_not_taken() {
    let Some(world) = World::new("conflicts-stranger") else { return };
    world.promotes(&rendered(&[mk_settings("own", "one")]));
    world.create("configmaps", &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cart"}}));
    let told = conflicts(&world, &[mk_settings("own", "one"), mk_settings("cart", "one")]);
    assert!(told[0].contains("tollgate did not make it"), "{told:?}");
}

#[test]
fn what_the_server_would_refuse_is_known_before_anything_is_written() {
    let Some(world) = World::new("conflicts-refused") else { return };
    let misspelt = mk("v1", "ConfigMap", "cart", &json!({"dta": {"a": "b"}}));
    let told = conflicts(&world, &[mk_settings("good", "x"), misspelt]);
    assert!(told.iter().any(|told| told.contains("dta")), "{told:?}");
    assert_eq!(world.get("configmaps/good"), None);
}

#[test]
fn a_field_that_cannot_be_changed_is_refused_and_nothing_is_made_anew() {
    let Some(world) = World::new("conflicts-immutable") else { return };
    world.promotes(&rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]));
    let mut other = mk_deployment("cart", "example.com/cart:1", &json!({}));
    other.body["spec"]["selector"]["matchLabels"]["tier"] = "web".into();
    other.body["spec"]["template"]["metadata"]["labels"]["tier"] = "web".into();
    let told = conflicts(&world, &[other]);
    assert!(told[0].contains("immutable"), "{told:?}");
}

#[test]
fn kinds_and_namespaces_that_are_wrong_are_named_with_the_file() {
    let Some(world) = World::new("conflicts-kinds") else { return };
    let mut placed = mk("v1", "Namespace", "x", &json!({}));
    placed.identity.namespace = Some("y".to_owned());
    let nameless = {
        let mut document = mk_settings("", "x");
        document.path = "services/cart/nameless.yaml".to_owned();
        document
    };
    let told = conflicts(&world, &[mk("shop.example.com/v9", "Nothing", "a", &json!({})), placed, nameless]);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().any(|told| told.starts_with("services/cart/a.yaml") && told.contains("no kind `Nothing`")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("gives Namespace y/x a namespace")), "{told:?}");
    assert!(told.iter().any(|told| told.starts_with("services/cart/nameless.yaml") && told.contains("without a name")), "{told:?}");
}

#[test]
fn a_cluster_that_cannot_be_reached_is_an_error_and_no_plan() {
    let Some(world) = World::new("conflicts-nowhere") else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kubeconfig");
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                users: [{name: a, user: {token: t}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n";
    std::fs::write(&file, text).unwrap();
    let settings = rendered(&[mk_settings("cart", "one")]);
    for kubeconfig in [file.to_str().unwrap().to_owned(), "/nowhere/kubeconfig".to_owned()] {
        let spec = tollgate_core::pipeline::KubernetesTarget {
            kubeconfig: Some(kubeconfig),
            ..tollgate_core::pipeline::KubernetesTarget::in_namespace(&world.namespace)
        };
        let target = crate::kubernetes::Kubernetes::new("prod-apps", &spec, camino::Utf8Path::new("/"));
        let error = target.plan(recipe(&settings), &settings).unwrap_err();
        assert!(matches!(error, tollgate_core::ports::ApplyError::Cluster { .. }), "{error:?}");
    }
}

#[test]
fn a_webhook_that_says_no_is_heard_before_anything_is_written() {
    let Some(world) = World::new("conflicts-webhook") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one")]));
    let expression = "!object.metadata.namespace.startsWith('conflicts-webhook') || !object.metadata.name.startsWith('bad')";
    let rules =
        json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}]);
    world.create_at("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "no-bad-names"},
        "spec": {"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": expression, "message": "no bad names"}]},
    }));
    world.create_at("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "no-bad-names"},
        "spec": {"policyName": "no-bad-names", "validationActions": ["Deny"]},
    }));
    let documents = [mk_settings("cart", "two"), mk_settings("bad", "x")];
    let start = std::time::Instant::now();
    // The server takes a moment to know the policy.
    let told = loop {
        let told = conflicts(&world, &documents);
        if !told.is_empty() || start.elapsed().as_secs() > 60 {
            break told;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    assert!(told[0].contains("no bad names"), "{told:?}");
    assert_eq!(world.get("configmaps/cart").unwrap()["data"]["value"], "one");
}

#[test]
fn a_quota_that_is_exceeded_is_the_reason_why_a_rollout_does_not_get_on() {
    let Some(world) = World::new("conflicts-quota") else { return };
    let world = world.waiting(8);
    let quota = mk("v1", "ResourceQuota", "few", &json!({"spec": {"hard": {"pods": "1"}}}));
    let error = world.promote(&rendered(&[quota, mk_deployment("cart", "example.com/cart:1", &json!({}))])).unwrap_err();
    assert!(error.to_string().contains("exceeded quota"), "{error}");
}
