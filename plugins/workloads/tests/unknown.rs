//! Whatever a document holds, it is judged without a panic, and what can't be understood is never let through.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::Workloads;

/// Every rule that the operator can turn on is on.
const STRICT: &str = r#"{"requireNamespace": true, "requirePriorityClass": true}"#;

fn metadata() -> Value {
    json!({"name": "cart", "namespace": "shop"})
}

fn container(name: &str, port: u16) -> Value {
    json!({
        "name": name,
        "image": format!("cart@sha256:{}", "a".repeat(64)),
        "imagePullPolicy": "Always",
        "ports": [{"containerPort": port, "protocol": "TCP", "name": "web"}],
        "env": [{"name": "GREETING", "value": "hello"}],
        "volumeMounts": [{"name": "certificates", "mountPath": "/certificates", "readOnly": true}],
        "volumeDevices": [{"name": "disk", "devicePath": "/dev/disk"}],
        "livenessProbe": {"httpGet": {"path": "/live"}, "failureThreshold": 3, "periodSeconds": 10},
        "readinessProbe": {"httpGet": {"path": "/live"}, "failureThreshold": 1, "periodSeconds": 10},
        "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["NET_BIND_SERVICE"]}},
    })
}

/// A pod that fulfils every rule, and sets every value that a rule reads, in all three lists.
fn good_pod() -> Value {
    let selector =
        json!({"matchLabels": {"app": "cart"}, "matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}]});
    let term = json!({"labelSelector": selector, "namespaces": ["shop"], "namespaceSelector": {}, "mismatchLabelKeys": ["gone"]});
    json!({
        "metadata": {"labels": {"app": "cart"}},
        "spec": {
            "serviceAccountName": "cart", "serviceAccount": "cart", "automountServiceAccountToken": false,
            "priorityClassName": "high", "hostNetwork": false, "hostPID": false, "hostIPC": false,
            "securityContext": {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "1024"}]},
            "topologySpreadConstraints": [{"labelSelector": selector}],
            "affinity": {"podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [term],
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}],
            }},
            "volumes": [
                {"name": "certificates", "hostPath": {"path": "/etc/ssl/certs"}},
                {"name": "disk", "persistentVolumeClaim": {"claimName": "disk"}},
            ],
            "containers": [container("web", 8080)], "initContainers": [container("setup", 8081)],
            "ephemeralContainers": [container("look", 8082)],
        },
    })
}

fn object(api_version: &str, kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata(), "spec": spec})
}

fn deployment() -> Value {
    let expression = json!({"key": "app", "operator": "In", "values": ["cart"]});
    let selector = json!({"matchLabels": {"app": "cart"}, "matchExpressions": [expression]});
    let spec = json!({
        "replicas": 2, "revisionHistoryLimit": 3, "strategy": {"type": "RollingUpdate"}, "selector": selector,
        "template": good_pod(),
    });
    object("apps/v1", "Deployment", &spec)
}

/// The same as a StatefulSet, whose disk is a claim of its own.
fn stateful_set() -> Value {
    let mut set = deployment();
    set["kind"] = json!("StatefulSet");
    set["spec"]["serviceName"] = json!("cart");
    set["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "disk"}}]);
    set["spec"]["template"]["spec"]["volumes"].as_array_mut().unwrap().truncate(1);
    set["spec"].as_object_mut().unwrap().remove("strategy");
    set
}

fn cron_job() -> Value {
    let mut pod = good_pod();
    pod["spec"]["restartPolicy"] = json!("Never");
    // Nobody asks for probes of a Job, nor what its pods have to do with one another.
    for key in ["affinity", "topologySpreadConstraints"] {
        pod["spec"].as_object_mut().unwrap().remove(key);
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        pod["spec"][list][0].as_object_mut().unwrap().retain(|key, _| !key.ends_with("Probe"));
    }
    pod.as_object_mut().unwrap().remove("metadata");
    let job = json!({"spec": {"template": pod}});
    object("batch/v1", "CronJob", &json!({"startingDeadlineSeconds": 60, "concurrencyPolicy": "Forbid", "jobTemplate": job}))
}

fn role(kind: &str) -> Value {
    let rules = json!([
        {"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["cart"]},
        {"verbs": ["get"], "nonResourceURLs": ["/healthz"]},
    ]);
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata(), "rules": rules})
}

fn binding(kind: &str) -> Value {
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "cart"});
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata(), "roleRef": role})
}

/// An object of each kind that some rule judges, in which nothing is found, and which sets every value that a rule reads.
fn good_objects() -> Vec<Value> {
    let ports = json!([{"port": 80, "name": "web", "protocol": "TCP"}]);
    let tls = json!([{"hosts": ["shop.example.com"], "secretName": "tls"}]);
    vec![
        deployment(),
        stateful_set(),
        cron_job(),
        role("Role"),
        role("ClusterRole"),
        binding("RoleBinding"),
        binding("ClusterRoleBinding"),
        object("v1", "Service", &json!({"type": "ClusterIP", "externalIPs": [], "ports": ports})),
        object("networking.k8s.io/v1", "Ingress", &json!({"tls": tls, "rules": [{"host": "shop.example.com"}]})),
        object("policy/v1", "PodDisruptionBudget", &json!({"maxUnavailable": 1, "minAvailable": "50%"})),
        object("autoscaling/v2", "HorizontalPodAutoscaler", &json!({"minReplicas": 2, "maxReplicas": 4})),
    ]
}

/// The ends of pointers to values that no rule reads, or whose value may be of any type: what stands in a volume that is no path
/// of the node, and what a probe asks, which is only compared.
const NOT_JUDGED: [&str; 13] = [
    "/metadata/name",
    "/mountPath",
    "/devicePath",
    "/persistentVolumeClaim",
    "/claimName",
    "/httpGet/path",
    "/weight",
    "/secretName",
    "/apiGroup",
    "/maxReplicas",
    "/initContainers/0/livenessProbe",
    "/initContainers/0/readinessProbe",
    "/topologyKey",
];

/// Lists of containers whose probes nobody asks.
const WITHOUT_PROBES: [&str; 2] = ["/initContainers/", "/ephemeralContainers/"];

fn is_judged(pointer: &str) -> bool {
    // The name of a claim is a volume's.
    let is_claim = pointer.ends_with("/volumeClaimTemplates/0/metadata/name");
    let has_no_probe = pointer.contains("Probe") && WITHOUT_PROBES.iter().any(|list| pointer.contains(list));
    is_claim || !has_no_probe && !NOT_JUDGED.iter().any(|end| pointer.ends_with(end))
}

fn found(body: &Value) -> Vec<String> {
    let findings = testing::check::<Workloads>(STRICT, &body.to_string());
    findings.iter().map(|finding| format!("{} {}", finding.rule(), finding.pointer())).collect()
}

#[test]
fn nothing_is_found_in_the_good_objects() {
    for object in good_objects() {
        assert_eq!(found(&object), Vec::<String>::new(), "{}", object["kind"]);
    }
}

#[test]
fn a_value_of_any_other_type_is_found_wherever_it_stands() {
    let mut tried = 0;
    for object in good_objects() {
        for pointer in testing::pointers(&object).iter().filter(|pointer| is_judged(pointer)) {
            let good = object.pointer(pointer).unwrap();
            let others = [json!(true), json!(0.5), json!("~"), json!(["~"]), json!({"~": 1})];
            for other in others.into_iter().filter(|other| std::mem::discriminant(other) != std::mem::discriminant(good)) {
                let mut broken = object.clone();
                *broken.pointer_mut(pointer).unwrap() = other.clone();
                assert!(!found(&broken).is_empty(), "`{other}` at {pointer} of {} is let through", object["kind"]);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn what_is_null_is_missing_and_no_more() {
    for object in good_objects() {
        for pointer in testing::pointers(&object).iter().filter(|pointer| !pointer.is_empty()) {
            let mut broken = object.clone();
            *broken.pointer_mut(pointer).unwrap() = Value::Null;
            for finding in testing::check::<Workloads>(STRICT, &broken.to_string()) {
                assert!(finding.remediation().is_some() && !finding.message().is_empty(), "{pointer}");
            }
        }
    }
}

/// The keys that rules look at.
const KEYS: [&str; 42] = [
    "spec",
    "template",
    "jobTemplate",
    "metadata",
    "labels",
    "namespace",
    "selector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "app",
    "containers",
    "initContainers",
    "name",
    "image",
    "env",
    "value",
    "ports",
    "containerPort",
    "port",
    "livenessProbe",
    "readinessProbe",
    "httpGet",
    "volumes",
    "volumeMounts",
    "hostPath",
    "path",
    "securityContext",
    "sysctls",
    "rules",
    "verbs",
    "resources",
    "apiGroups",
    "roleRef",
    "tls",
    "hosts",
    "host",
    "maxUnavailable",
    "replicas",
    "affinity",
];

/// The words that rules look for.
const WORDS: [&str; 14] =
    ["*", "default", "In", "Exists", "cluster-admin", "PASSWORD", "/", "/etc", "docker.sock", "100%", "0%", "é~/", "v1", ""];

const KINDS: [(&str, &str); 12] = [
    ("v1", "Pod"),
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("extensions/v1beta1", "Ingress"),
    ("example.com/v1", "Fleet"),
];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

/// A good object with up to three of its values replaced by something else.
fn broken() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..4);
    (prop::sample::select(good_objects()), changes).prop_map(|(object, changes)| {
        changes.into_iter().fold(object, |mut object, (at, other)| {
            let all = testing::pointers(&object);
            *object.pointer_mut(at.get::<String>(&all)).unwrap() = other;
            object
        })
    })
}

/// A finding leads to something, or to where it should be in something that is there.
fn assert_leads_somewhere(pointer: &str, body: &Value) {
    let mut pointer = pointer;
    while body.pointer(pointer).is_none() {
        pointer = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

proptest! {
    #[test]
    fn no_object_makes_it_panic(
        (api_version, kind) in prop::sample::select(&KINDS[..]), metadata in anything(), spec in anything(), rules in anything(),
    ) {
        let mut body = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, "rules": rules});
        body["roleRef"] = spec;
        for finding in testing::check::<Workloads>(STRICT, &body.to_string()) {
            prop_assert!(!finding.message().is_empty() && finding.remediation().is_some());
            assert_leads_somewhere(finding.pointer(), &body);
        }
        drop(testing::check::<Workloads>("{}", &json!([metadata]).to_string()));
    }

    #[test]
    fn no_broken_object_makes_it_panic(body in broken()) {
        drop(testing::check::<Workloads>(STRICT, &json!([body]).to_string()));
        drop(testing::check::<Workloads>(STRICT, &body.to_string()));
    }

    #[test]
    fn nothing_beside_it_hides_a_container(
        list in prop::sample::select(vec!["containers", "initContainers"]), other in anything(),
    ) {
        let mut body = deployment();
        let containers = body["spec"]["template"]["spec"][list].as_array_mut().unwrap();
        containers.push(json!({"name": "bad", "env": [other, {"name": "PASSWORD", "value": "x"}]}));
        containers.push(other);
        let found = found(&body);
        for rest in ["read-only-root", "secret-in-env"].into_iter().zip(["securityContext/readOnlyRootFilesystem", "env/1/name"]) {
            let expected = format!("{} /spec/template/spec/{list}/1/{}", rest.0, rest.1);
            prop_assert!(found.contains(&expected), "{expected} in {found:?}");
        }
    }

    #[test]
    fn nothing_beside_it_hides_a_right(other in anything()) {
        let mut body = role("ClusterRole");
        let rules = body["rules"].as_array_mut().unwrap();
        rules.insert(0, json!({"verbs": ["*", other], "apiGroups": ["*"], "resources": ["*"]}));
        rules.insert(0, other);
        let found = found(&body);
        for expected in ["rbac-wildcard /rules/1/verbs/0", "rbac-secrets /rules/1/resources", "rbac-escalation /rules/1/verbs"] {
            prop_assert!(found.contains(&expected.to_owned()), "{expected} in {found:?}");
        }
    }

    #[test]
    fn nothing_beside_it_hides_a_volume(other in anything()) {
        let mut body = deployment();
        let volumes = body["spec"]["template"]["spec"]["volumes"].as_array_mut().unwrap();
        volumes.insert(0, json!({"name": "node", "hostPath": {"path": "/run/docker.sock"}}));
        volumes.insert(0, other);
        prop_assert!(found(&body).contains(&"docker-socket /spec/template/spec/volumes/1/hostPath/path".to_owned()));
    }
}
