//! Clusters as targets: from a commit to pods that run what was tested, on two API servers.

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life};
use tollgate_tests::{Pipeline, Shop, manifest, soak};

/// A cluster for preprod and one for prod; nothing where there is no Kubernetes to test with, which was said.
struct Clusters {
    preprod: Cluster,
    prod: Cluster,
}

impl Clusters {
    fn start() -> Option<Self> {
        Some(Self { preprod: Cluster::start(Life::Whole)?, prod: Cluster::start(Life::Whole)? })
    }

    fn shop(&self) -> Shop {
        self.shop_with("")
    }

    fn shop_with(&self, line: &str) -> Shop {
        let target = |name: &str, on: &str, cluster: &Cluster| {
            let kubeconfig = cluster.kubeconfig();
            format!(
                "{{name: {name}, role: apps, on: {{{on}}}, kubernetes: {{kubeconfig: {kubeconfig}, namespace: shop, wait: 90s}}}}"
            )
        };
        let preprod = target("preprod-apps", "branch: master", &self.preprod);
        let prod = target("prod-apps", "tag: \"v*\"", &self.prod);
        let environments = [
            format!("{{name: preprod, targets: [{preprod}]}}"),
            format!("{{name: prod, after: {{all: [preprod]}}, targets: [{prod}]}}"),
        ];
        let pipeline = Pipeline::deployment().environments(&environments.each_ref().map(String::as_str));
        Shop::with(&["cart", "mail"], &if line.is_empty() { pipeline } else { pipeline.line(line) })
    }
}

/// What runs in a cluster: the image and the number of available replicas.
fn runs(cluster: &Cluster, service: &str) -> Option<(String, i64)> {
    let deployment = cluster.get(&format!("/apis/apps/v1/namespaces/shop/deployments/{service}"))?;
    let deployment: Value = serde_json::from_str(&deployment).unwrap();
    let image = deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned();
    Some((image, deployment["status"]["availableReplicas"].as_i64().unwrap_or_default()))
}

#[test]
fn the_image_that_was_tested_in_one_cluster_runs_in_the_next_and_a_rollback_puts_the_last_one_back() {
    let Some(clusters) = Clusters::start() else { return };
    let shop = clusters.shop();
    shop.promote("master").exits(0);
    let tested = runs(&clusters.preprod, "cart").unwrap();
    assert!(tested.0.contains("@sha256:") && tested.1 == 1, "{tested:?}");
    assert_eq!(runs(&clusters.prod, "cart"), None);
    shop.promote_to_prod("v1");
    assert_eq!(runs(&clusters.prod, "cart").unwrap(), tested);

    shop.release("cart", "second");
    shop.promote("master").exits(0);
    shop.promote_to_prod("v2");
    assert_ne!(runs(&clusters.prod, "cart").unwrap().0, tested.0);
    shop.tollgate(&["rollback", "prod-apps", "--reason", "the second is slow"]).run().exits(0);
    assert_eq!(runs(&clusters.prod, "cart").unwrap(), tested);
    shop.tollgate(&["drift"]).run().exits(0);
    shop.tollgate(&["audit", "reconcile"]).run().exits(0).says(&["every target is what the ledger says"]);
    shop.tollgate(&["status"]).run().exits(0).says(&["prod-apps", "preprod-apps"]);
}

#[test]
fn a_change_by_hand_is_told_with_whose_it_is_and_is_not_overwritten() {
    let Some(clusters) = Clusters::start() else { return };
    let shop = clusters.shop();
    shop.promote("master").exits(0);
    let by_hand =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "cart", "image": "registry.example.com/cart:by-hand"}]}}}});
    clusters
        .preprod
        .patch("/apis/apps/v1/namespaces/shop/deployments/cart?fieldManager=kubectl-edit", &by_hand.to_string())
        .unwrap();
    let told = shop.tollgate(&["drift"]).run().exits(14);
    told.says(&["Deployment shop/cart", "image", "kubectl-edit"]);
    // Nobody takes it over by accident.
    shop.release("cart", "second");
    let denied = shop.promote("master").exits(10);
    denied.says(&["structure/conflict", "kubectl-edit"]);
    assert_eq!(runs(&clusters.preprod, "cart").unwrap().0, "registry.example.com/cart:by-hand");
}

/// The Deployments and ConfigMaps of the target's set, by name.
fn members(cluster: &Cluster) -> Vec<String> {
    let names = |kind: &str| {
        let list = cluster.get(&format!("{kind}?labelSelector=applyset.kubernetes.io/part-of")).unwrap();
        let list: Value = serde_json::from_str(&list).unwrap();
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    [names("/apis/apps/v1/namespaces/shop/deployments"), names("/api/v1/namespaces/shop/configmaps")].concat()
}

#[test]
fn a_promotion_to_a_cluster_that_is_killed_at_any_moment_is_completed_by_the_next_one() {
    let Some(clusters) = Clusters::start() else { return };
    let shop = clusters.shop_with("queue: {lease: 2s}");
    shop.promote("master").exits(0);
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..soak(3) {
        // One object comes and one goes each time, so that nothing may be lost sight of.
        let settings = format!("services/mail/settings-{round}.yaml");
        shop.deployment.write(&settings, manifest::config_map(&format!("settings-{round}"), "on"));
        if round > 0 {
            shop.deployment.remove(&format!("services/mail/settings-{}.yaml", round - 1));
        }
        let build = shop.release("cart", &format!("round {round}"));
        let mut child = shop.tollgate(&["promote", "master"]).into_command().spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(random.u64(100..2_500)));
        child.kill().unwrap();
        child.wait().unwrap();
        shop.tollgate(&["promote", "master", "--wait"]).run().exits(0);
        let (image, available) = runs(&clusters.preprod, "cart").unwrap();
        assert!(image.contains(&build.digest) && available == 1, "{image}");
        assert_eq!(members(&clusters.preprod), ["cart", "mail", &format!("settings-{round}")]);
        shop.tollgate(&["drift"]).run().exits(0);
    }
}

#[test]
fn what_holds_data_is_deleted_by_the_very_plan_that_was_confirmed_and_the_decision_can_be_made_again() {
    let Some(clusters) = Clusters::start() else { return };
    let shop = clusters.shop();
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: archive\n";
    shop.deployment.write("services/mail/archive.yaml", namespace);
    shop.release("mail", "with an archive");
    shop.promote("master").exits(0);
    shop.deployment.remove("services/mail/archive.yaml");
    shop.release("mail", "without it");
    let denied = shop.tollgate(&["promote", "master", "--output", "json"]).run().exits(10).json();
    let findings = denied["targets"][0]["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "structure/confirmed-deletes").unwrap();
    assert!(finding["message"].as_str().unwrap().contains("`Namespace archive` would be deleted"), "{finding}");
    let digest = finding["remediation"].as_str().unwrap().split(['`', ' ']).find(|word| word.starts_with("sha256:")).unwrap();
    let other = format!("sha256:{}", "0".repeat(64));
    shop.tollgate(&["promote", "master", "--confirm-deletes", &other]).run().exits(10).says(&["another plan"]);
    assert!(clusters.preprod.get("/api/v1/namespaces/archive").is_some());
    let promote = shop.tollgate(&["promote", "master", "--output", "json"]).env("TOLLGATE_CONFIRM_DELETES", digest);
    let promoted = promote.run().exits(0).json();
    assert_eq!(clusters.preprod.get("/api/v1/namespaces/archive"), None);
    for decided in [&denied, &promoted] {
        let promotion = decided["targets"][0]["promotion"].as_str().unwrap();
        shop.tollgate(&["audit", "replay", promotion]).run().exits(0);
    }
}
