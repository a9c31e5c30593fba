//! Objects that run pods, with all that may be wrong with them.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// The namespace of the target.
pub(super) const NAMESPACE: &str = "shop";
/// Why annotations waive.
pub(super) const REASON: &str = "Known since long.";

/// Rules that are waived.
const RULES: [&str; 8] = [
    "image-pinned/latest",
    "image-pinned/untagged",
    "workload-limits/limits",
    "workload-limits/non-root",
    "pod-security/privileged",
    "pod-security/host-namespaces",
    "workloads/liveness-probe",
    "workloads/replicas",
];

/// Whether a recipe of the target has the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    None,
    /// With its annotations.
    Same,
    /// Without them.
    Bare,
}

/// An object, and what is said of it elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Case {
    kind: &'static str,
    pod: Value,
    annotations: Map<String, Value>,
    /// Whether its manifest names its namespace.
    says_namespace: bool,
    /// Rules that a waiver in a file accepts.
    pub(super) waived: Vec<&'static str>,
    pub(super) recipe: Recipe,
}

impl Case {
    /// As it stands in a file.
    pub(super) fn manifest(&self) -> Value {
        let mut object = workload(self.kind, &self.pod);
        object["metadata"]["annotations"] = Value::Object(self.annotations.clone());
        if self.says_namespace {
            object["metadata"]["namespace"] = NAMESPACE.into();
        }
        object
    }

    /// As a cluster has it.
    pub(super) fn object(&self) -> Value {
        let mut object = self.manifest();
        object["metadata"]["namespace"] = NAMESPACE.into();
        object
    }

    /// As the recipe has it.
    pub(super) fn approved(&self) -> Option<Value> {
        let mut manifest = self.manifest();
        match self.recipe {
            Recipe::None => return None,
            Recipe::Same => {}
            Recipe::Bare => manifest["metadata"]["annotations"] = json!({}),
        }
        Some(manifest)
    }
}

fn workload(kind: &str, pod: &Value) -> Value {
    let labels = json!({"app": "cart"});
    let template = json!({"metadata": {"labels": labels}, "spec": pod});
    let (api_version, spec) = match kind {
        "Pod" => ("v1", pod.clone()),
        "CronJob" => ("batch/v1", json!({"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}})),
        "Job" => ("batch/v1", json!({"template": template})),
        _ => ("apps/v1", json!({"replicas": 2, "selector": {"matchLabels": labels}, "template": template})),
    };
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "cart", "labels": labels}, "spec": spec})
}

pub(super) fn any_case() -> impl Strategy<Value = Case> {
    let kind = select(vec!["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]);
    let recipe = select(vec![Recipe::None, Recipe::Same, Recipe::Bare]);
    let waived = subsequence(RULES.to_vec(), 0..4);
    (kind, any_pod(), any_annotations(), any::<bool>(), waived, recipe).prop_map(
        |(kind, pod, annotations, says_namespace, waived, recipe)| Case { kind, pod, annotations, says_namespace, waived, recipe },
    )
}

/// Waivers that hold, some that hold no more, some that are none, and something else.
fn any_annotations() -> impl Strategy<Value = Map<String, Value>> {
    let day = select(vec!["2999-12-31", "2999-12-31", "2020-01-01", "soon"]);
    let waivers = subsequence(RULES.to_vec(), 0..4);
    (waivers, day).prop_map(|(rules, day)| {
        let waiver = |rule: &str| {
            (format!("waiver.tollgate.dev/{}", rule.replace('/', ".")), json!(format!("{day} lead@example.com {REASON}")))
        };
        let note = ("example.com/note".to_owned(), json!("yes: \"no\"\n# ümlaut"));
        rules.into_iter().map(waiver).chain([note]).collect()
    })
}

fn any_pod() -> impl Strategy<Value = Value> {
    let containers = prop_oneof![
        12 => prop::collection::vec(any_container(), 1..3).prop_map(Value::from),
        1 => Just(json!([])),
        1 => Just(json!({"name": "cart"})),
    ];
    let init = prop::collection::vec(any_container(), 0..2);
    let volume = one_of(&[Value::Null, json!({"emptyDir": {}}), json!({"hostPath": {"path": "/var/run/docker.sock"}})]);
    let security = one_of(&[
        json!({"runAsNonRoot": true}),
        Value::Null,
        json!({"runAsUser": 0}),
        json!({"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
    ]);
    let host = prop_oneof![6 => Just(Vec::new()), 1 => subsequence(vec!["hostNetwork", "hostPID", "hostIPC"], 1..3)];
    (containers, init, volume, security, host).prop_map(|(containers, init, volume, security, host)| {
        let mut pod = json!({"containers": containers, "initContainers": init, "securityContext": security});
        if let Value::Object(mut volume) = volume {
            volume.insert("name".to_owned(), "data".into());
            pod["volumes"] = json!([volume]);
        }
        for name in host {
            pod[name] = true.into();
        }
        pod.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        pod
    })
}

fn any_container() -> impl Strategy<Value = Value> {
    let digest = "a".repeat(64);
    let image = one_of(&[
        json!(format!("registry.example.com/cart@sha256:{digest}")),
        json!(format!("registry.example.com/cart:1.2@sha256:{digest}")),
        json!("registry.example.com/cart:latest"),
        json!("redis:7.2"),
        json!("redis"),
        json!("redis@sha256:abc"),
        json!(""),
        json!(7),
    ]);
    let whole = json!({"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}});
    let resources = one_of(&[whole, Value::Null, json!({"limits": {"memory": "0"}}), json!({"requests": {"cpu": "lots"}})]);
    let security = one_of(&[
        Value::Null,
        json!({"privileged": false, "allowPrivilegeEscalation": false}),
        json!({"privileged": true}),
        json!({"privileged": "yes"}),
        json!({"runAsNonRoot": false}),
        json!({"runAsUser": 0}),
        json!({"capabilities": {"add": ["NET_ADMIN", "SYS_TIME"], "drop": ["ALL"]}}),
        json!("root"),
    ]);
    let more = one_of(&[
        json!({}),
        json!({"ports": [{"containerPort": 22, "hostPort": 22}]}),
        json!({"env": [{"name": "A~b/c", "value": "0x1f"}, {"name": "A~b/c", "value": "~"}, {"name": "T", "value": "ü\u{1f600}\n\"'"}]}),
        json!({"livenessProbe": {"httpGet": {"path": "/", "port": 80}}, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}),
    ]);
    (select(vec!["cart", "sidecar"]), image, resources, security, more).prop_map(|(name, image, resources, security, more)| {
        let mut container = json!({"name": name, "image": image, "resources": resources, "securityContext": security});
        container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        container.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        container
    })
}

/// The first, mostly, or one of the others.
fn one_of(values: &[Value]) -> impl Strategy<Value = Value> + use<> {
    let (first, others) = values.split_first().unwrap();
    prop_oneof![6 => Just(first.clone()), 1 => select(others.to_vec())]
}
