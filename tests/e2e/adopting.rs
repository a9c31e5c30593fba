//! A cluster in which people applied by hand becomes a target: first it is shown what that means.

use std::time::{Duration, Instant};

use serde_json::Value;
use tollgate_servers::{Cluster, Life, Sent};
use tollgate_tests::{Pipeline, Shop, manifest};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/cart";
const SETTINGS: &str = "/api/v1/namespaces/shop/configmaps/settings";
const INVENTORY: &str = "/api/v1/namespaces/shop/configmaps/tollgate-preprod-apps";

fn shop(cluster: &Cluster) -> Shop {
    let target = format!(
        "{{name: preprod-apps, role: apps, on: {{branch: master}}, kubernetes: {{kubeconfig: {}, namespace: shop, wait: 90s}}}}",
        cluster.kubeconfig()
    );
    let pipeline = Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")]);
    let shop = Shop::with(&["cart"], &pipeline);
    shop.deployment.write("services/cart/settings.yaml", manifest::config_map("settings", "on"));
    shop.deployment.deliver("master", "with settings");
    shop
}

/// Applies an object as `kubectl apply --server-side` does.
fn apply(cluster: &Cluster, path: &str, object: &str) {
    let path = format!("{path}?fieldManager=kubectl&force=true");
    cluster.send("alice", &Sent { method: "PATCH", path: &path, kind: "application/apply-patch+yaml", body: object }).unwrap();
}

/// What is there, as the recipe has it, applied by somebody else.
fn apply_by_hand(cluster: &Cluster, shop: &Shop) {
    apply(cluster, "/api/v1/namespaces/shop", r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}"#);
    let rendered = shop.tollgate(&["render", "master", "-o", "json"]).run().exits(0).stdout;
    for line in rendered.lines() {
        let path = if line.contains("\"Deployment\"") { DEPLOYMENT } else { SETTINGS };
        apply(cluster, path, line);
    }
    let begun = Instant::now();
    while get(cluster, DEPLOYMENT)["status"]["availableReplicas"] != 1 {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never runs");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn get(cluster: &Cluster, path: &str) -> Value {
    serde_json::from_str(&cluster.get(path).unwrap()).unwrap()
}

/// The uids of what a restart would make anew.
fn running(cluster: &Cluster) -> Vec<Value> {
    let uids = |path: &str| {
        let list = get(cluster, path);
        list["items"].as_array().unwrap().iter().map(|item| item["metadata"]["uid"].clone()).collect::<Vec<_>>()
    };
    let all = [uids("/apis/apps/v1/namespaces/shop/replicasets"), uids("/api/v1/namespaces/shop/pods")].concat();
    assert_eq!(all.len(), 2, "one of each");
    all
}

/// What somebody who changes nothing leaves as it is.
fn untouched(cluster: &Cluster) -> [Value; 4] {
    let both = [DEPLOYMENT, SETTINGS].map(|path| get(cluster, path));
    assert_eq!(cluster.get(INVENTORY), None);
    let [deployment, settings] = both;
    [&deployment, &settings]
        .map(|object| object["metadata"].clone())
        .into_iter()
        .chain([deployment["spec"].clone(), settings["data"].clone()])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[test]
fn what_would_be_taken_over_is_shown_and_then_taken_over_without_a_restart() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let shop = shop(&cluster);
    apply_by_hand(&cluster, &shop);
    let (before, found) = (running(&cluster), untouched(&cluster));
    let plan = |arguments: &[&str]| shop.tollgate(&[&["plan", "master"], arguments].concat()).run();
    plan(&[]).exits(10).says(&["structure/conflict", "adopt: true"]);
    plan(&["--adopt"]).exits(0).says(&[
        "taken over",
        "Deployment shop/cart of cart: as it is, nothing is restarted; `kubectl` has set fields of it, too",
        "ConfigMap shop/settings of cart: as it is, nothing is restarted",
        "0 to create, 2 to change, 0 to delete",
    ]);
    plan(&["--adopt", "--exit-code"]).exits(3);
    let adopted = plan(&["--adopt", "-o", "json"]).exits(0).json()["targets"][0]["plan"]["adopted"].clone();
    assert_eq!(adopted.as_array().unwrap().len(), 2);
    assert!(adopted.as_array().unwrap().iter().all(|one| one["restarts"] == false && one["differs"] == false), "{adopted}");
    assert_eq!(untouched(&cluster), found, "nothing was changed by that");
    plan(&[]).exits(10);

    shop.deployment.edit("tollgate.yaml", |text| text.replace("wait: 90s", "wait: 90s, adopt: true"));
    shop.deployment.deliver("master", "take over what is there");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.promote("master").exits(0);
    assert_eq!(running(&cluster), before);
    // It is the target's now, so there is nothing left to take over.
    plan(&["--adopt"]).exits(0).says(&["taken over", "nothing: no object"]);
    // What somebody has set is still theirs as well, which was said.
    shop.release("cart", "second");
    shop.promote("master").exits(10).says(&["structure/conflict", "kubectl", "image"]);
}

#[test]
fn what_differs_from_what_somebody_set_is_named_and_a_change_that_restarts_is_said() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let shop = shop(&cluster);
    apply_by_hand(&cluster, &shop);
    // One more label on the pods, which nobody has set; one value that somebody has.
    shop.deployment.edit("services/cart/deployment.yaml", |text| {
        text.replace("      labels: {app: cart}", "      labels: {app: cart, team: shop}")
    });
    shop.deployment.deliver("master", "another label");
    let adopted = || shop.tollgate(&["plan", "master", "--adopt"]).run();
    adopted().exits(0).says(&[
        "/spec/template/metadata/labels/team",
        "Deployment shop/cart of cart: its pods are made again",
        "ConfigMap shop/settings of cart: as it is, nothing is restarted",
    ]);
    shop.deployment.write("services/cart/settings.yaml", manifest::config_map("settings", "off"));
    shop.deployment.deliver("master", "another value");
    adopted().exits(10).says(&["ConfigMap shop/settings .data.value", "\"kubectl\"", "its pods are made again"]);
}

#[test]
fn what_is_no_cluster_takes_nothing_over() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["plan", "master", "--adopt"]).run().exits(12).says(&["`preprod-apps` is none", "--to"]);
    shop.tollgate(&["access", "master", "--user", "x"]).run().exits(12).says(&["is a cluster"]);
    shop.tollgate(&["access", "master", "--to", "preprod-apps", "--user", "x"]).run().exits(12).says(&["is no cluster"]);
}
