//! A cluster that asks tollgate before it takes anything, set up as the documentation says.

use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tollgate_servers::{Cluster, Sent};

use crate::manifest;
use crate::repository::TestRepo;
use crate::webhook::Webhook;

/// Namespace of the webhook, and the account that it runs as.
const PLACE: (&str, &str) = ("tollgate", "tollgate-admission");

/// The webhook of a target. It runs beside the cluster, and the cluster reaches it through the Service that was made for it.
#[derive(Debug)]
pub struct Guard {
    /// The webhook itself.
    pub webhook: Webhook,
    files: tempfile::TempDir,
    target: String,
}

impl Guard {
    /// Brings what tollgate writes for a target to its cluster, runs the webhook as the account that is among it, and waits until
    /// the cluster asks about objects of a namespace.
    ///
    /// # Panics
    /// When any of that fails.
    #[track_caller]
    pub fn start(cluster: &Cluster, deployment: &TestRepo, target: &str, namespace: &str) -> Self {
        bring(cluster, deployment, target);
        let files = tempfile::tempdir().unwrap();
        fs_err::write(files.path().join("kubeconfig"), login(cluster)).unwrap();
        let webhook = run(deployment, target, &files);
        cluster.serve_at(webhook.address);
        let guard = Self { webhook, files, target: target.to_owned() };
        let begun = Instant::now();
        while !asks(cluster, namespace) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the cluster never asks; {:#?}", guard.webhook.journal());
            std::thread::sleep(Duration::from_millis(100));
        }
        guard
    }

    /// One more of the same, which nobody asks yet.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn another(&self, deployment: &TestRepo) -> Webhook {
        run(deployment, &self.target, &self.files)
    }

    /// Waits until the webhook knows so many entries of the ledger.
    ///
    /// # Panics
    /// When that takes too long.
    #[track_caller]
    pub fn catch_up(&self, entries: usize) {
        let known = format!("tollgate_ledger_entries {entries}");
        let begun = Instant::now();
        while !self.webhook.probe("/metrics").1.lines().any(|line| line == known) {
            assert!(begun.elapsed() < Duration::from_secs(60), "never `{known}`; {:#?}", self.webhook.journal());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A pod that no recipe has.
pub fn stranger(name: &str, image: &str) -> Value {
    let mut deployment: Value = serde_yaml::from_str(&manifest::deployment(name, image)).unwrap();
    let template = deployment["spec"]["template"].take();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": template["spec"]})
}

fn run(deployment: &TestRepo, target: &str, files: &tempfile::TempDir) -> Webhook {
    let kubeconfig = files.path().join("kubeconfig");
    // A server that hangs is found out sooner than people would want it.
    let cli = deployment.tollgate().env("KUBECONFIG", kubeconfig.to_str().unwrap()).env("GIT_HTTP_LOW_SPEED_TIME", "2");
    Webhook::start_own(cli, &["--target", target])
}

/// Applies what tollgate writes.
#[track_caller]
fn bring(cluster: &Cluster, deployment: &TestRepo, target: &str) {
    let generate = ["serve", "--target", target, "--generate", "manifests", "--image", "registry.example.com/tollgate"];
    let text = deployment.tollgate().args(generate).run().exits(0).stdout;
    for text in text.split("\n---\n") {
        let object: Value = serde_yaml::from_str(text).unwrap();
        let path =
            format!("{}/{}?fieldManager=person&force=true", collection(&object), object["metadata"]["name"].as_str().unwrap());
        let sent = Sent { method: "PATCH", path: &path, kind: "application/apply-patch+yaml", body: &object.to_string() };
        cluster.send("platform-lead@example.com", &sent).unwrap();
    }
}

/// The path of what holds objects of this kind.
fn collection(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let (api_version, kind) = (text("/apiVersion").unwrap(), text("/kind").unwrap().to_lowercase());
    let root = if api_version.contains('/') { format!("/apis/{api_version}") } else { format!("/api/{api_version}") };
    let plural = kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |start| format!("{start}ies"));
    match text("/metadata/namespace") {
        Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
        None => format!("{root}/{plural}"),
    }
}

/// A kubeconfig of the webhook's account.
fn login(cluster: &Cluster) -> String {
    let (namespace, account) = PLACE;
    let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}).to_string();
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
    let sent = Sent { method: "POST", path: &path, kind: "application/json", body: &request };
    let answer: Value = serde_json::from_str(&cluster.send("platform-lead@example.com", &sent).unwrap()).unwrap();
    let authority = base64::engine::general_purpose::STANDARD.encode(cluster.authority().unwrap());
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": cluster.server(), "certificate-authority-data": authority}}],
        "users": [{"name": "a", "user": {"token": answer["status"]["token"]}}],
    });
    kubeconfig.to_string()
}

/// Whether the cluster asks, and trusts who answers. A tag instead of a digest is denied, also in a dry run.
fn asks(cluster: &Cluster, namespace: &str) -> bool {
    let path = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
    let body = stranger("probe", "registry.example.com/other:1").to_string();
    let sent = Sent { method: "POST", path: &path, kind: "application/json", body: &body };
    cluster.send("probe", &sent).is_err_and(|refused| refused.said.contains("admission.tollgate.dev") && refused.status == 403)
}
