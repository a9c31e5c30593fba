//! Objects through a real API server, which asks about each or about none.

use std::time::Duration;

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_servers::{Cluster, Life, Sent};

use super::serving::{PACKS, Program, Serving};
use super::tls::Certificate;
use crate::bench::BenchError;
use crate::bench::objects::Objects;
use crate::bench::place::Place;
use crate::process;

/// How many requests are under way at the same time.
const AT_ONCE: [usize; 2] = [1, 8];

/// In which namespaces the API server asks.
const ASKED: &str = "asked";

/// What it costs to be asked about.
#[derive(Debug, Serialize)]
pub(super) struct ClusterCosts {
    pub(super) objects: usize,
    pub(super) runs: usize,
    pub(super) rows: Vec<ClusterCost>,
}

/// Seconds for all objects, with so many requests under way.
#[derive(Debug, Serialize)]
pub(super) struct ClusterCost {
    pub(super) at_once: usize,
    pub(super) unasked: Duration,
    pub(super) asked: Duration,
}

/// What the bare client says.
#[derive(Deserialize)]
struct Patched {
    seconds: f64,
}

impl ClusterCosts {
    /// Applies the objects with and without being asked about, in turns.
    pub(super) fn measure(place: &Place, certificate: &Certificate, count: usize, runs: usize) -> Result<Self, BenchError> {
        let objects = place.directory.join("admission/objects");
        Objects::write_deployments(&objects, count)?;
        let cluster = Cluster::try_start(Life::None)?;
        let serving = Serving::start(place, &Program::tollgate(place, &PACKS[0]), certificate)?;
        configure(&cluster, certificate, &serving)?;
        let mut rows = Vec::new();
        for at_once in AT_ONCE {
            let [mut unasked, mut asked] = [Vec::new(), Vec::new()];
            for run in 0..runs.max(1) {
                for (word, times) in [("unasked", &mut unasked), (ASKED, &mut asked)] {
                    let namespace = format!("{word}-{at_once}-{run}");
                    make_namespace(&cluster, &namespace, word)?;
                    times.push(patch(place, &cluster, &[objects.as_str(), &namespace, &at_once.to_string()])?);
                    process::succeed(place.bench().arg("remove").args([cluster.kubeconfig().as_str(), &namespace]))?;
                }
            }
            rows.push(ClusterCost { at_once, unasked: middle(unasked), asked: middle(asked) });
        }
        Ok(Self { objects: count, runs, rows })
    }
}

fn patch(place: &Place, cluster: &Cluster, arguments: &[&str]) -> Result<Duration, BenchError> {
    let answer = process::output(place.bench().args(["patch", cluster.kubeconfig().as_str()]).args(arguments))?;
    let Patched { seconds } =
        serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })?;
    Ok(Duration::from_secs_f64(seconds))
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn make_namespace(cluster: &Cluster, name: &str, word: &str) -> Result<(), BenchError> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"bench": word}}});
    create(cluster, "/api/v1/namespaces", &namespace)
}

fn create(cluster: &Cluster, path: &str, object: &serde_json::Value) -> Result<(), BenchError> {
    let sent = Sent { method: "POST", path, kind: "application/json", body: &object.to_string() };
    cluster.send("bench", &sent).map(drop).map_err(|refused| BenchError::refused(path, refused))
}

/// Lets the API server ask about Deployments, and waits until it does.
fn configure(cluster: &Cluster, certificate: &Certificate, serving: &Serving) -> Result<(), BenchError> {
    let bundle = base64::prelude::BASE64_STANDARD.encode(fs_err::read(&certificate.certificate)?);
    let rule =
        json!({"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"]});
    let webhook = json!({
        "name": "bench.tollgate.dev", "rules": [rule], "sideEffects": "None", "failurePolicy": "Fail",
        "admissionReviewVersions": ["v1"], "namespaceSelector": {"matchLabels": {"bench": ASKED}},
        "clientConfig": {"url": serving.url, "caBundle": bundle},
    });
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "bench"}, "webhooks": [webhook],
    });
    create(cluster, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", &configuration)?;
    make_namespace(cluster, "probe", ASKED)?;
    let pod =
        json!({"metadata": {"labels": {"app": "probe"}}, "spec": {"containers": [{"name": "probe", "image": "probe:latest"}]}});
    let spec = json!({"selector": {"matchLabels": {"app": "probe"}}, "template": pod});
    let probe = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "probe"}, "spec": spec});
    let begun = std::time::Instant::now();
    // Every policy would deny it.
    while create(cluster, "/apis/apps/v1/namespaces/probe/deployments?dryRun=All", &probe).is_ok() {
        if begun.elapsed() > Duration::from_secs(60) {
            return Err(BenchError::NeverAsked);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
