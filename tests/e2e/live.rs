//! What is in a cluster, judged by the policies that judge files.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Sent};
use tollgate_tests::{Answer, World, assert_report, manifest};

const HIDDEN: &str = "hunter2-hunter2";
const OWN: &str = "image-pinned.own=[\"registry.example.com/*\"]";

/// A cluster in which somebody has applied files without asking.
struct Brownfield {
    cluster: Cluster,
    world: World,
}

impl Brownfield {
    fn start() -> Option<Self> {
        let brownfield = Self { cluster: Cluster::start(Life::Whole)?, world: World::new() };
        for namespace in ["shop", "other"] {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
            brownfield.create("/api/v1/namespaces", &object);
        }
        for (file, text) in [
            ("bad.yaml", manifest::deployment("bad", "registry.example.com/bad:latest")),
            ("good.yaml", manifest::deployment("good", &format!("registry.example.com/good@sha256:{}", "a".repeat(64)))),
            ("service.yaml", SERVICE.to_owned()),
            (
                "root.yaml",
                manifest::deployment("root", &format!("busybox@sha256:{}", "b".repeat(64)))
                    .replace("runAsNonRoot: true", "runAsUser: 0"),
            ),
        ] {
            brownfield.world.write(&format!("shop/{file}"), &text);
            brownfield.apply("shop", &text);
        }
        let secret = manifest::secret("password", "aHVudGVyMi1odW50ZXIy", HIDDEN);
        let mut secret: Value = serde_yaml::from_str(&secret).unwrap();
        secret["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": HIDDEN});
        brownfield.create("/api/v1/namespaces/shop/secrets", &secret);
        brownfield.wait_for_pods(3);
        Some(brownfield)
    }

    fn create(&self, path: &str, object: &Value) {
        let body = object.to_string();
        self.cluster.send("alice", &Sent { method: "POST", path, kind: "application/json", body: &body }).unwrap();
    }

    fn apply(&self, namespace: &str, text: &str) {
        let object: Value = serde_yaml::from_str(text).unwrap();
        let base = if object["kind"] == "Deployment" { "/apis/apps/v1" } else { "/api/v1" };
        let plural = format!("{}s", object["kind"].as_str().unwrap().to_lowercase());
        self.create(&format!("{base}/namespaces/{namespace}/{plural}"), &object);
    }

    fn wait_for_pods(&self, count: usize) {
        let begun = Instant::now();
        let pods = || -> Value { serde_json::from_str(&self.cluster.get("/api/v1/namespaces/shop/pods").unwrap()).unwrap() };
        while pods()["items"].as_array().unwrap().len() < count {
            assert!(begun.elapsed() < Duration::from_secs(60), "the pods never come");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn check(&self, kubeconfig: &Utf8PathBuf, arguments: &[&str]) -> Answer {
        let check = self.world.tollgate("").args(["check", "--set", OWN]).args(arguments);
        check.env("KUBECONFIG", kubeconfig.as_str()).run()
    }

    fn live(&self, arguments: &[&str]) -> Answer {
        self.check(&self.cluster.kubeconfig(), &[&["--live", "test"], arguments].concat())
    }
}

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: nobody}\nspec: {selector: {app: nobody}, ports: [{port: 80}]}\n";

/// Rule, level, kind and name of every finding.
fn told(answer: &Answer) -> BTreeSet<String> {
    let json = answer.json();
    assert_report(&json);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |finding: &Value| {
        let document = &finding["document"];
        [&finding["rule"], &finding["level"], &document["kind"], &document["name"], &finding["pointer"]].map(text).join(" ")
    };
    json["findings"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn what_is_in_a_cluster_is_judged_as_the_files_that_it_came_from() {
    let Some(brownfield) = Brownfield::start() else { return };
    let of_files = brownfield.check(&brownfield.cluster.kubeconfig(), &["shop", "-o", "json"]).exits(10);
    let live = brownfield.live(&["-n", "shop", "-o", "json"]).exits(10);
    assert_eq!(told(&live), told(&of_files));
    assert!(told(&live).iter().any(|line| line.starts_with("image-pinned/latest deny Deployment bad")), "{:?}", told(&live));
    // The ReplicaSets and pods of three Deployments are judged there.
    live.says(&["context `test`", "6 objects are judged by what made them"]);
    // The place is one at which people would look.
    let finding = live.findings().into_iter().find(|finding| finding["rule"] == "image-pinned/latest").unwrap();
    assert_eq!(finding["file"], "shop/Deployment.apps/bad.yaml");
    brownfield.live(&["-n", "other"]).exits(0).says(&["`other`"]);
    // Nothing is there, and that is said.
    brownfield.live(&["-n", "shpo"]).exits(12).says(&["`shpo`"]);
    // Elsewhere it is all that there is.
    let all = brownfield.live(&["-o", "json"]).exits(10);
    assert!(told(&all).is_superset(&told(&live)));
}

#[test]
fn a_pod_that_somebody_put_there_or_into_which_something_was_put_is_judged_for_itself() {
    let Some(brownfield) = Brownfield::start() else { return };
    let container = json!([{"name": "shell", "image": "registry.example.com/shell:latest"}]);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shell"}, "spec": {"containers": container}});
    brownfield.create("/api/v1/namespaces/shop/pods", &pod);
    let live = brownfield.live(&["--namespace", "shop,other", "-o", "json"]).exits(10);
    assert!(told(&live).iter().any(|line| line.starts_with("image-pinned/latest deny Pod shell")), "{:?}", told(&live));
    // One that says it belongs to a Deployment that says nothing of it.
    let sets: Value = serde_json::from_str(&brownfield.cluster.get("/apis/apps/v1/namespaces/shop/replicasets").unwrap()).unwrap();
    let set = sets["items"].as_array().unwrap().iter().find(|set| set["metadata"]["labels"]["app"] == "good").unwrap();
    let good: Value =
        serde_json::from_str(&brownfield.cluster.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dgood").unwrap()).unwrap();
    let name = good["items"][0]["metadata"]["name"].as_str().unwrap();
    assert_eq!(good["items"][0]["metadata"]["ownerReferences"][0]["uid"], set["metadata"]["uid"]);
    let debugger = json!({"spec": {"ephemeralContainers": [{"name": "debugger", "image": "registry.example.com/tools:latest"}]}});
    let path = format!("/api/v1/namespaces/shop/pods/{name}/ephemeralcontainers");
    brownfield.cluster.patch(&path, &debugger.to_string()).unwrap();
    let live = brownfield.live(&["--namespace", "shop", "-o", "json"]).exits(10);
    let prefix = format!("image-pinned/latest deny Pod {name} /spec/ephemeralContainers/0");
    assert!(told(&live).iter().any(|line| line.starts_with(&prefix)), "{:?}", told(&live));
}

#[test]
fn what_may_not_be_listed_is_named_and_the_rest_is_judged_all_the_same() {
    let Some(brownfield) = Brownfield::start() else { return };
    let limited = brownfield.cluster.limited_kubeconfig();
    let nothing = brownfield.check(&limited, &["--live", "test", "-n", "shop"]).exits(13);
    nothing.says(&["`deployments.apps in shop` can't be looked at", "cannot list resource", "`list`"]);
    let rules = json!([{"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": ["list"]}]);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "some"}, "rules": rules});
    brownfield.create("/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles", &role);
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "some"},
        "subjects": [{"kind": "User", "name": "limited", "apiGroup": "rbac.authorization.k8s.io"}],
        "roleRef": {"kind": "Role", "name": "some", "apiGroup": "rbac.authorization.k8s.io"},
    });
    brownfield.create("/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings", &binding);
    let begun = Instant::now();
    let some = loop {
        let some = brownfield.check(&limited, &["--live", "test", "-n", "shop", "-o", "json"]).exits(13);
        if !some.findings().is_empty() || begun.elapsed() > Duration::from_secs(30) {
            break some;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(told(&some).iter().any(|line| line.contains("Deployment bad")), "{:?}", told(&some));
    let errors = some.json()["errors"].to_string();
    assert!(errors.contains("`pods in shop`") && !errors.contains("`deployments.apps in shop`"), "{errors}");
}

#[test]
fn no_report_shows_what_is_in_a_secret() {
    let Some(brownfield) = Brownfield::start() else { return };
    let encoded = "aHVudGVyMi1odW50ZXIy";
    for format in ["text", "json", "sarif", "policyreport", "csv", "markdown", "junit"] {
        let answer = brownfield.live(&["--pack", "builtin:workloads", "-n", "shop", "--all", "-o", format]);
        for hidden in [HIDDEN, encoded] {
            assert!(!answer.stdout.contains(hidden) && !answer.stderr.contains(hidden), "{format}: {}", answer.stdout);
        }
    }
    let report = brownfield.live(&["-n", "shop", "-o", "policyreport"]).exits(10);
    let of_shop = report.stdout.split("---\n").map(|text| serde_yaml::from_str::<Value>(text).unwrap());
    let of_shop = of_shop.into_iter().find(|object| object["metadata"]["namespace"] == "shop").unwrap();
    let bad = of_shop["results"].as_array().unwrap().iter().find(|result| result["rule"] == "image-pinned/latest").unwrap();
    assert_eq!((&bad["result"], &bad["resources"][0]["name"]), (&json!("fail"), &json!("bad")));
}
