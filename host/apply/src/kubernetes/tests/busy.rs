//! Servers that have too much to do, or of which a part does not answer.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde_json::{Value, json};
use tollgate_core::pipeline::KubernetesTarget;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_servers::{Cluster, Life, Sent};

use super::support::{mk_settings, rendered};
use crate::kubernetes::Kubernetes;
use crate::testing::{MemoryLedger, TARGET, noon, recipe};

const FLOW: &str = "flowcontrol.apiserver.k8s.io/v1";

fn mk_target(kubeconfig: &Utf8Path, namespace: &str) -> Kubernetes {
    let kubeconfig = Some(kubeconfig.to_string());
    Kubernetes::new(TARGET, &KubernetesTarget { kubeconfig, ..KubernetesTarget::in_namespace(namespace) }, Utf8Path::new("/"))
}

fn create(cluster: &Cluster, path: &str, object: &Value) {
    let sent = Sent { method: "POST", path, kind: "application/json", body: &object.to_string() };
    cluster.send("tests", &sent).unwrap();
}

/// Lets a user have a seat or two at a time, and sends away whoever comes beside.
fn throttle(cluster: &Cluster, user: &str) {
    let limited = json!({"nominalConcurrencyShares": 1, "lendablePercent": 0, "borrowingLimitPercent": 0, "limitResponse": {"type": "Reject"}});
    let level = json!({"apiVersion": FLOW, "kind": "PriorityLevelConfiguration", "metadata": {"name": "narrow"},
        "spec": {"type": "Limited", "limited": limited}});
    create(cluster, &format!("/apis/{FLOW}/prioritylevelconfigurations"), &level);
    let everything = json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": true, "namespaces": ["*"]}]);
    let rules = json!([{"subjects": [{"kind": "User", "user": {"name": user}}], "resourceRules": everything}]);
    let schema = json!({"apiVersion": FLOW, "kind": "FlowSchema", "metadata": {"name": "narrow"},
        "spec": {"priorityLevelConfiguration": {"name": "narrow"}, "matchingPrecedence": 10, "rules": rules}});
    create(cluster, &format!("/apis/{FLOW}/flowschemas"), &schema);
}

fn let_do_everything(cluster: &Cluster, user: &str) {
    let subject = json!({"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"});
    let role = json!({"kind": "ClusterRole", "name": "cluster-admin", "apiGroup": "rbac.authorization.k8s.io"});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "everything"},
        "subjects": [subject], "roleRef": role});
    create(cluster, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding);
}

/// How many requests the server has sent away.
fn sent_away(cluster: &Cluster) -> u64 {
    let metrics = cluster.get("/metrics").unwrap();
    let rejected = metrics.lines().filter(|line| line.starts_with("apiserver_flowcontrol_rejected_requests_total{"));
    rejected.filter(|line| line.contains("\"narrow\"")).map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
}

#[test]
fn what_a_busy_server_sends_away_is_tried_again_until_it_is_taken() {
    let Some(cluster) = Cluster::start(Life::None) else { return };
    let_do_everything(&cluster, "limited");
    throttle(&cluster, "limited");
    let target = mk_target(&cluster.limited_kubeconfig(), "shop");
    let mk = |value: &str| rendered(&(0..16).map(|number| mk_settings(&format!("settings-{number}"), value)).collect::<Vec<_>>());
    let ledger = MemoryLedger::new();
    // Eight ask at a time for fewer seats; sooner or later one is sent away.
    for round in 0..20 {
        let wanted = mk(&round.to_string());
        let plan = target.plan(recipe(&wanted), &wanted).unwrap();
        let approved = ledger.approved(recipe(&wanted), plan.digest().unwrap());
        let ended = target.apply(approved, &wanted, &noon);
        assert!(matches!(ended, Ok(Applied::Done { .. })), "{ended:?}");
        if sent_away(&cluster) > 0 {
            return;
        }
    }
    panic!("the server had room for all of it");
}

#[test]
fn while_a_part_of_the_api_does_not_answer_nothing_is_planned() {
    let Some(cluster) = Cluster::start(Life::None) else { return };
    let target = mk_target(&cluster.kubeconfig(), "shop");
    let wanted = rendered(&[mk_settings("cart", "one")]);
    target.plan(recipe(&wanted), &wanted).unwrap();
    let spec = json!({"group": "carts.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
        "insecureSkipTLSVerify": true, "service": {"name": "nowhere", "namespace": "default"}});
    let service = json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.carts.example.com"}, "spec": spec});
    create(&cluster, "/apis/apiregistration.k8s.io/v1/apiservices", &service);
    let begun = Instant::now();
    // The server looks for it first.
    let told = loop {
        match target.plan(recipe(&wanted), &wanted) {
            Err(ApplyError::Cluster { source, .. }) => break source.to_string(),
            other => assert!(begun.elapsed() < Duration::from_secs(60), "{other:?}"),
        }
    };
    assert!(told.contains("carts.example.com/v1"), "{told}");
}
