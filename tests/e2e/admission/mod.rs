//! Admission: what was let through to a cluster runs there, and nothing else does.

mod break_glass;
mod by_hand;
mod controllers;
mod own_certificate;
mod secret_values;

use std::time::{Duration, Instant};

use serde_json::Value;
use tollgate_servers::{Cluster, Life, Refused, Sent};
use tollgate_tests::{Guard, Pipeline, Shop};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/cart";
const PODS: &str = "/api/v1/namespaces/shop/pods";
const MERGE: &str = "application/strategic-merge-patch+json";
const APPROVED: &str = "{name: approved-recipe, policy: builtin:approved-recipe, admission: {mode: deny, deletes: true}}";

/// A shop whose cluster asks before it takes anything.
struct Guarded {
    cluster: Cluster,
    shop: Shop,
    guard: Guard,
}

/// A pipeline whose only target is a cluster.
fn mk_pipeline(cluster: &Cluster) -> Pipeline {
    mk_pipeline_with(cluster, "")
}

/// The same, with more lines of its target.
fn mk_pipeline_with(cluster: &Cluster, more: &str) -> Pipeline {
    let target = format!(
        "{{name: preprod-apps, role: apps, on: {{branch: master}}, kubernetes: {{kubeconfig: {}, namespace: shop, wait: 3m{more}}}}}",
        cluster.kubeconfig()
    );
    Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")])
}

impl Guarded {
    fn start(gate: &str, lines: &[&str]) -> Option<Self> {
        let cluster = Cluster::start(Life::Whole)?;
        let pipeline = lines.iter().fold(mk_pipeline(&cluster).gate(gate), |pipeline, line| pipeline.line(line));
        let shop = Shop::with(&["cart"], &pipeline);
        Some(Self::of(cluster, shop))
    }

    /// Promotes what there is, and has the cluster ask from then on.
    fn of(cluster: Cluster, shop: Shop) -> Self {
        shop.promote("master").exits(0);
        let guard = Guard::start(&cluster, &shop.deployment, "preprod-apps", "shop");
        Self { cluster, shop, guard }
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
        self.guard.catch_up(self.shop.ledger().entries().len());
    }

    /// Waits until something is so in the cluster, and returns what there is then.
    #[track_caller]
    fn wait(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let found = self.get(path);
            if is_so(&found) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(90), "{found:#}; {:#?}", self.guard.webhook.journal());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until so many pods are ready, and returns their names.
    #[track_caller]
    fn ready(&self, count: usize) -> Vec<String> {
        let pods = self.wait(&format!("{PODS}?labelSelector=app%3Dcart"), |pods| ready(pods).len() == count);
        ready(&pods)
    }
}

/// The names of the pods that are ready.
fn ready(pods: &Value) -> Vec<String> {
    let is_ready = |pod: &&Value| {
        let conditions = pod["status"]["conditions"].as_array();
        let is_going = !pod["metadata"]["deletionTimestamp"].is_null();
        !is_going && conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
    };
    pods["items"].as_array().unwrap().iter().filter(is_ready).map(name).collect()
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap().to_owned()
}

#[track_caller]
fn denied(answer: Result<Value, Refused>, words: &[&str]) {
    let refused = answer.unwrap_err();
    assert_eq!(refused.status, 403, "{}", refused.said);
    for word in words {
        assert!(refused.said.contains(word), "`{word}` is not in {}", refused.said);
    }
}
