//! What an account may do in a cluster: what `access` writes is enough for everything, and one verb less is not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Sent};
use tollgate_tests::{Answer, Pipeline, Shop, manifest};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/cart";
const SETTINGS: &str = "/api/v1/namespaces/shop/configmaps/settings";
const ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/tollgate-preprod-apps";

/// A shop that is nobody in its cluster.
fn shop(cluster: &Cluster) -> Shop {
    let kubeconfig = cluster.limited_kubeconfig();
    let target = format!(
        "{{name: preprod-apps, role: apps, on: {{branch: master}}, kubernetes: {{kubeconfig: {kubeconfig}, namespace: shop, wait: 90s}}}}"
    );
    let pipeline = Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")]);
    let shop = Shop::with(&["cart"], &pipeline);
    shop.deployment.write("services/cart/settings.yaml", manifest::config_map("settings", "on"));
    shop.deployment.write("services/cart/more.yaml", MORE);
    shop.deployment.deliver("master", "more of all kinds");
    shop
}

const MORE: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart}
spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: shop-reader}
rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: shop-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: readers}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: carts.shop.example.com}
spec:
  group: shop.example.com
  names: {kind: Cart, listKind: CartList, plural: carts, singular: cart}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
---
apiVersion: shop.example.com/v1
kind: Cart
metadata: {name: large}
spec: {size: 9}
";

/// Applies manifests as an administrator does.
fn apply(cluster: &Cluster, manifests: &str) {
    for document in manifests.split("---\n").skip(1) {
        let object: Value = serde_yaml::from_str(document).unwrap();
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let kind = text("/kind").unwrap();
        let base = if text("/apiVersion") == Some("v1") { "/api/v1" } else { "/apis/rbac.authorization.k8s.io/v1" };
        let inside = text("/metadata/namespace").map(|namespace| format!("/namespaces/{namespace}")).unwrap_or_default();
        let path =
            format!("{base}{inside}/{}s/{}?fieldManager=admin&force=true", kind.to_lowercase(), text("/metadata/name").unwrap());
        let body = object.to_string();
        cluster.send("admin", &Sent { method: "PATCH", path: &path, kind: "application/apply-patch+yaml", body: &body }).unwrap();
    }
}

/// What a command says once the API server knows the roles as they are now.
#[track_caller]
fn until(exit: i32, command: impl Fn() -> Answer) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = command();
        if answer.exit == exit || begun.elapsed() > Duration::from_secs(30) {
            return answer.exits(exit);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn image(cluster: &Cluster) -> String {
    let deployment: Value = serde_json::from_str(&cluster.get(DEPLOYMENT).unwrap()).unwrap();
    assert_eq!(deployment["status"]["availableReplicas"], 1, "its health was waited for");
    deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_granted_is_enough_to_promote_to_prune_and_to_go_back() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let shop = shop(&cluster);
    shop.tollgate(&["plan", "master"]).run().exits(14).says(&["may not do all of this", "patch deployments.apps in shop"]);
    let access = shop.tollgate(&["access", "master", "--user", "limited"]).run().exits(0);
    apply(&cluster, &access.stdout);
    until(0, || shop.tollgate(&["plan", "master"]).run());
    shop.promote("master").exits(0);
    let first = image(&cluster);

    shop.deployment.remove("services/cart/settings.yaml");
    shop.release("cart", "second");
    shop.promote("master").exits(0);
    assert_ne!(image(&cluster), first);
    assert_eq!(cluster.get(SETTINGS), None, "it was pruned");
    shop.tollgate(&["rollback", "preprod-apps", "--reason", "the second is slow"]).run().exits(0);
    assert_eq!(image(&cluster), first);
    assert!(cluster.get(SETTINGS).is_some());
    shop.tollgate(&["drift"]).run().exits(0);
    // Nobody else is let in by that.
    let access = shop.tollgate(&["access", "master", "--user", "limited"]).run().exits(0).stdout;
    for nothing in ["'*'", "\"*\"", "- '*'", "cluster-admin", "impersonate"] {
        assert!(!access.contains(nothing), "{access}");
    }
}

/// The role of the target with one verb less.
fn without(cluster: &Cluster, verb: &str, group: &str, resource: &str) {
    let mut less: Value = serde_json::from_str(&cluster.get(ROLE).unwrap()).unwrap();
    let rules = less["rules"].as_array_mut().unwrap();
    let concerns = |rule: &&mut Value| rule["apiGroups"][0] == group && rule["resources"].to_string().contains(resource);
    for rule in rules.iter_mut().filter(concerns) {
        rule["verbs"].as_array_mut().unwrap().retain(|known| known != verb);
    }
    rules.retain(|rule| rule["verbs"] != json!([]));
    put(cluster, less);
}

fn put(cluster: &Cluster, mut role: Value) {
    role["metadata"]["resourceVersion"].take();
    let body = role.to_string();
    cluster.send("admin", &Sent { method: "PUT", path: ROLE, kind: "application/json", body: &body }).unwrap();
}

#[test]
fn one_verb_less_is_refused_by_its_name() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let shop = shop(&cluster);
    let access = shop.tollgate(&["access", "master", "--user", "limited"]).run().exits(0).stdout;
    apply(&cluster, &access);
    let plan = || shop.tollgate(&["plan", "master"]).run();
    until(0, plan);
    for (verb, group, resource, told) in [
        ("patch", "apps", "deployments", "`patch deployments.apps in shop`"),
        ("create", "apps", "deployments", "`create deployments.apps in shop`"),
        ("get", "", "configmaps", "`get configmaps in shop"),
        ("list", "autoscaling", "horizontalpodautoscalers", "`list horizontalpodautoscalers.autoscaling in shop`"),
    ] {
        without(&cluster, verb, group, resource);
        until(14, plan).says(&[told]);
        apply(&cluster, &access);
        until(0, plan);
    }
    // What is done at the end is known before anything is written.
    shop.promote("master").exits(0);
    without(&cluster, "delete", "", "configmaps");
    let less: Value = serde_json::from_str(&cluster.get(ROLE).unwrap()).unwrap();
    // Once the API server has seen what comes after that, it has seen that.
    without(&cluster, "list", "autoscaling", "horizontalpodautoscalers");
    until(14, plan);
    put(&cluster, less);
    until(0, plan);
    shop.deployment.remove("services/cart/settings.yaml");
    shop.deployment.deliver("master", "without settings");
    let refused = shop.promote("master").exits(14);
    refused.says(&["cannot delete resource"]);
    assert!(cluster.get(SETTINGS).is_some());
    apply(&cluster, &access);
    until(0, || shop.promote("master"));
    assert_eq!(cluster.get(SETTINGS), None);
}
