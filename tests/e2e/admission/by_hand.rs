//! Admission: what was let through to a cluster runs there, and nothing else does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Refused, Sent};
use tollgate_tests::{Pipeline, Shop, Webhook, manifest};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/cart";
const PODS: &str = "/api/v1/namespaces/shop/pods";
const MERGE: &str = "application/strategic-merge-patch+json";
const APPROVED: &str = "{name: approved-recipe, policy: builtin:approved-recipe, admission: {mode: deny, deletes: true}}";

/// A shop whose cluster asks before it takes anything.
struct Guarded {
    cluster: Cluster,
    shop: Shop,
    webhook: Webhook,
}

impl Guarded {
    fn start(gate: &str, lines: &[&str]) -> Option<Self> {
        let cluster = Cluster::start(Life::Whole)?;
        let target = format!(
            "{{name: preprod-apps, role: apps, on: {{branch: master}}, kubernetes: {{kubeconfig: {}, namespace: shop, wait: 3m}}}}",
            cluster.kubeconfig()
        );
        let pipeline = Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")]).gate(gate);
        let shop = Shop::with(&["cart"], &lines.iter().fold(pipeline, |pipeline, line| pipeline.line(line)));
        shop.promote("master").exits(0);
        let webhook = Webhook::start(shop.tollgate(&[]), &["--target", "preprod-apps"]);
        let guarded = Self { cluster, shop, webhook };
        guarded.configure();
        Some(guarded)
    }

    /// Registers the webhook with the rules that tollgate writes, and waits until the cluster asks.
    fn configure(&self) {
        let generate = ["serve", "--target", "preprod-apps", "--generate", "manifests", "--image", "registry.example.com/tollgate"];
        let text = self.shop.tollgate(&generate).run().exits(0).stdout;
        let all = text.split("\n---\n").map(|text| serde_yaml::from_str::<Value>(text).unwrap());
        let mut configuration = all.into_iter().find(|object| object["kind"] == "ValidatingWebhookConfiguration").unwrap();
        let url = format!("https://localhost:{}/validate", self.webhook.address.port());
        configuration["webhooks"][0]["clientConfig"] = json!({"url": url, "caBundle": self.webhook.ca_bundle()});
        let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
        self.send("admin", "POST", path, "application/json", &configuration).unwrap();
        let begun = Instant::now();
        while self.create("admin", &format!("{PODS}?dryRun=All"), &mk_pod("probe", "registry.example.com/other:1")).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the cluster never asks");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn send(&self, user: &str, method: &str, path: &str, kind: &str, body: &Value) -> Result<Value, Refused> {
        let sent = Sent { method, path, kind, body: &body.to_string() };
        self.cluster.send(user, &sent).map(|said| serde_json::from_str(&said).unwrap())
    }

    fn create(&self, user: &str, path: &str, object: &Value) -> Result<Value, Refused> {
        self.send(user, "POST", path, "application/json", object)
    }

    fn change(&self, user: &str, path: &str, patch: &Value) -> Result<Value, Refused> {
        self.send(user, "PATCH", path, MERGE, patch)
    }

    fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.cluster.get(path).unwrap()).unwrap()
    }

    /// Waits until the webhook knows all of the ledger.
    #[track_caller]
    fn catch_up(&self) {
        let known = format!("tollgate_ledger_entries {}", self.shop.ledger().entries().len());
        let begun = Instant::now();
        while !self.webhook.probe("/metrics").1.lines().any(|line| line == known) {
            assert!(begun.elapsed() < Duration::from_secs(60), "never `{known}`; {:#?}", self.webhook.journal());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until so many pods are ready, and returns their names.
    #[track_caller]
    fn ready(&self, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let pods = self.get(&format!("{PODS}?labelSelector=app%3Dcart"));
            let is_ready = |pod: &&Value| {
                let conditions = pod["status"]["conditions"].as_array();
                let is_going = !pod["metadata"]["deletionTimestamp"].is_null();
                !is_going && conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
            };
            let names: Vec<String> = pods["items"].as_array().unwrap().iter().filter(is_ready).map(name).collect();
            if names.len() == count {
                return names;
            }
            assert!(begun.elapsed() < Duration::from_secs(90), "{names:?}; {:#?}", self.webhook.journal());
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap().to_owned()
}

fn mk_pod(name: &str, image: &str) -> Value {
    let mut pod: Value = serde_yaml::from_str(&manifest::deployment(name, image)).unwrap();
    let template = pod["spec"]["template"].take();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": template["spec"]})
}

#[track_caller]
fn denied(answer: Result<Value, Refused>, words: &[&str]) {
    let refused = answer.unwrap_err();
    assert_eq!(refused.status, 403, "{}", refused.said);
    for word in words {
        assert!(refused.said.contains(word), "`{word}` is not in {}", refused.said);
    }
}

#[test]
fn what_was_promoted_runs_and_what_somebody_does_by_hand_does_not() {
    let Some(guarded) = Guarded::start(APPROVED, &[]) else { return };
    let before = guarded.ready(1);
    // A drain: the pod is deleted, and its controller makes another one.
    guarded.send("drainer", "DELETE", &format!("{PODS}/{}", before[0]), "application/json", &Value::Null).unwrap();
    assert_ne!(guarded.ready(1), before);
    // An autoscaler, or `kubectl scale`.
    guarded.send("scaler", "PATCH", &format!("{DEPLOYMENT}/scale"), MERGE, &json!({"spec": {"replicas": 2}})).unwrap();
    guarded.ready(2);

    let container = |fields: Value| json!({"spec": {"template": {"spec": {"containers": [fields]}}}});
    let other = format!("registry.example.com/cart@sha256:{}", "b".repeat(64));
    // `kubectl set image`
    denied(
        guarded.change("alice@example.com", DEPLOYMENT, &container(json!({"name": "cart", "image": other}))),
        &["approved-recipe/", "/spec/template/spec/containers/0/image"],
    );
    // `kubectl edit`
    let on_the_host = json!({"spec": {"template": {"spec": {"hostNetwork": true}}}});
    denied(guarded.change("alice@example.com", DEPLOYMENT, &on_the_host), &["approved-recipe/", "hostNetwork"]);
    denied(guarded.create("alice@example.com", PODS, &mk_pod("shell", &other)), &["approved-recipe/"]);
    // An owner that does not own it.
    let replica_sets = guarded.get("/apis/apps/v1/namespaces/shop/replicasets");
    let owner = &replica_sets["items"][0];
    let mut forged = mk_pod("forged", &other);
    forged["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"], "controller": true,
    }]);
    denied(guarded.create("alice@example.com", PODS, &forged), &["approved-recipe/forged-owner"]);
    // A container that is put into a pod that runs.
    let pod = guarded.ready(2).remove(0);
    let debugger = json!({"spec": {"ephemeralContainers": [{"name": "debugger", "image": "registry.example.com/tools:1"}]}});
    denied(guarded.change("alice@example.com", &format!("{PODS}/{pod}/ephemeralcontainers"), &debugger), &["approved-recipe/"]);
    // Other policies judge here as well, and other namespaces are nobody's business.
    guarded.create("alice@example.com", "/api/v1/namespaces/default/configmaps", &json!({"metadata": {"name": "free"}})).unwrap();
    guarded.shop.tollgate(&["drift"]).run();
}

#[test]
fn a_release_and_a_rollback_pass_as_soon_as_they_are_in_the_ledger() {
    let Some(guarded) = Guarded::start(APPROVED, &[]) else { return };
    let first = guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    guarded.shop.release("cart", "second");
    guarded.shop.promote("master").exits(0);
    guarded.ready(1);
    let second = guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_ne!(first, second);
    // What is no longer approved passes until the ledger is read again.
    guarded.catch_up();
    // The one before was approved once, and is not what runs now.
    let back = json!({"spec": {"template": {"spec": {"containers": [{"name": "cart", "image": first}]}}}});
    denied(guarded.change("alice@example.com", DEPLOYMENT, &back), &["approved-recipe/"]);
    guarded.shop.tollgate(&["rollback", "preprod-apps", "--reason", "the second is slow"]).run().exits(0);
    guarded.ready(1);
    assert_eq!(guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"], first);
    guarded.shop.tollgate(&["drift"]).run().exits(0);
}

#[test]
fn where_the_gate_only_warns_a_change_by_hand_passes_and_is_told() {
    let Some(guarded) = Guarded::start(&APPROVED.replace("mode: deny", "mode: warn"), &[]) else { return };
    let other = format!("registry.example.com/cart@sha256:{}", "b".repeat(64));
    let set_image = json!({"spec": {"template": {"spec": {"containers": [{"name": "cart", "image": other}]}}}});
    guarded.change("alice@example.com", DEPLOYMENT, &set_image).unwrap();
    let told = guarded.webhook.told("admission");
    let journal = guarded.webhook.journal();
    let by_alice = journal.iter().find(|line| line["user"] == "alice@example.com" && line["ruling"] == "allowed");
    let by_alice = by_alice.unwrap_or_else(|| panic!("{told}: {journal:#?}"));
    assert!(by_alice["warnings"].to_string().contains("approved-recipe/"), "{by_alice}");
    guarded.shop.tollgate(&["drift"]).run().exits(14).says(&["Deployment shop/cart"]);
}

#[test]
fn once_the_ledger_could_not_be_read_for_too_long_nothing_passes_and_the_reason_is_said() {
    let Some(guarded) = Guarded::start(APPROVED, &["admission: {staleness: 3s}"]) else { return };
    let remote = guarded.shop.world.path("remotes/deployment.git");
    let away = guarded.shop.world.path("remotes/away.git");
    fs_err::rename(&remote, &away).unwrap();
    std::thread::sleep(Duration::from_secs(6));
    let map = json!({"metadata": {"name": "late"}});
    let refused = guarded.create("alice@example.com", "/api/v1/namespaces/shop/configmaps", &map).unwrap_err();
    assert!(refused.said.contains("could not read its ledger"), "{}", refused.said);
    assert!(guarded.webhook.probe("/readyz").1.contains("ledger stale"));
    fs_err::rename(&away, &remote).unwrap();
    let begun = Instant::now();
    while guarded.webhook.probe("/readyz").1.contains("ledger stale") {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(200));
    }
}
