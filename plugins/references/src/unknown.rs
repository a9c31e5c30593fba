//! Whatever a set holds, it is judged without a panic, and what can't be understood is never let through.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::References;

fn named(api_version: &str, kind: &str, name: &str, rest: &Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

/// A pod that takes something in every way that a rule reads.
fn template() -> Value {
    let container = json!({
        "name": "web",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [
            {"valueFrom": {"configMapKeyRef": {"name": "config", "key": "k", "optional": false}}},
            {"valueFrom": {"secretKeyRef": {"name": "sealed", "optional": false}}},
        ],
        "envFrom": [{"configMapRef": {"name": "config", "optional": false}}, {"secretRef": {"name": "external"}}],
        "resources": {"requests": {"cpu": "1"}},
    });
    let stays = json!({"name": "stays", "restartPolicy": "Always", "resources": {"limits": {"cpu": "1"}}});
    json!({"metadata": {"labels": {"app": "cart"}}, "spec": {
        "serviceAccountName": "cart", "imagePullSecrets": [{"name": "certificate"}],
        "containers": [container], "initContainers": [stays],
        "ephemeralContainers": [{"envFrom": [{"configMapRef": {"name": "config"}}]}],
        "volumes": [
            {"configMap": {"name": "config", "items": [{"key": "k"}]}}, {"secret": {"secretName": "provided"}},
            {"persistentVolumeClaim": {"claimName": "claim"}}, {"projected": {"sources": [{"secret": {"name": "sealed"}}]}},
        ],
    }})
}

fn workloads() -> Vec<Value> {
    let selector =
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}], "matchLabels": {"app": "cart"}});
    let stateful = json!({"metadata": {"labels": {"app": "db"}}, "spec": {"containers": []}});
    let old = json!({"metadata": {"labels": {"app": "old"}}, "spec": {"serviceAccount": "cart", "containers": []}});
    vec![
        named("apps/v1", "Deployment", "cart", &json!({"spec": {"selector": selector, "template": template()}})),
        named("apps/v1", "StatefulSet", "db", &json!({"spec": {"replicas": 3, "serviceName": "db", "template": stateful}})),
        named("v1", "ReplicationController", "old", &json!({"spec": {"selector": {"app": "old"}, "template": old}})),
        named("v1", "ServiceAccount", "cart", &json!({})),
        named("v1", "ConfigMap", "config", &json!({"data": {"k": "x"}, "binaryData": {"b": "eA=="}})),
        named("v1", "PersistentVolumeClaim", "claim", &json!({})),
        named("bitnami.com/v1alpha1", "SealedSecret", "s", &json!({"spec": {"template": {"metadata": {"name": "sealed"}}}})),
        named("external-secrets.io/v1", "ExternalSecret", "e", &json!({"spec": {"target": {"name": "external"}}})),
        named("cert-manager.io/v1", "Certificate", "c", &json!({"spec": {"secretName": "certificate"}})),
        named(
            "secrets-store.csi.x-k8s.io/v1",
            "SecretProviderClass",
            "p",
            &json!({"spec": {"secretObjects": [{"secretName": "provided"}]}}),
        ),
    ]
}

fn network() -> Vec<Value> {
    let port = json!({"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"});
    let service = json!({"spec": {"type": "ClusterIP", "selector": {"app": "cart"}, "ports": [port]}});
    let mut cart = named("v1", "Service", "cart", &service);
    cart["metadata"]["labels"] = json!({"app": "cart"});
    let backend = json!({"service": {"name": "cart", "port": {"name": "http"}}});
    let by_number = json!({"service": {"name": "cart", "port": {"number": 80}}});
    let beta = json!({"serviceName": "cart", "servicePort": 80});
    let route = json!({"group": "", "kind": "Service", "name": "cart", "namespace": "shop", "port": 80});
    let mirror = json!([{"requestMirror": {"backendRef": {"name": "cart", "port": 80}}}]);
    let peer = json!([{"podSelector": {"matchLabels": {"app": "cart"}}}]);
    let policy = json!({"podSelector": {}, "ingress": [{"from": peer}], 
        "egress": [{"to": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}]});
    let hook = json!({"clientConfig": {"service": {"namespace": "shop", "name": "cart", "port": 80}}});
    vec![
        cart,
        named("v1", "Service", "db", &json!({"spec": {"clusterIP": "None", "selector": {"app": "db"}}})),
        named(
            "networking.k8s.io/v1",
            "Ingress",
            "web",
            &json!({"spec": {"defaultBackend": backend, "rules": [{"http": {"paths": [{"backend": by_number}]}}]}}),
        ),
        named(
            "networking.k8s.io/v1beta1",
            "Ingress",
            "old",
            &json!({"spec": {"backend": beta, "rules": [{"http": {"paths": [{"backend": beta}]}}]}}),
        ),
        named(
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            "web",
            &json!({"spec": {"rules": [{"backendRefs": [route], "filters": mirror}]}}),
        ),
        named("networking.k8s.io/v1", "NetworkPolicy", "all", &json!({"spec": policy})),
        named("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "hook", &json!({"webhooks": [hook]})),
        named("apiregistration.k8s.io/v1", "APIService", "api", &json!({"spec": hook["clientConfig"]})),
        named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "crd", &json!({"spec": {"conversion": {"webhook": hook}}})),
    ]
}

fn operations() -> Vec<Value> {
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"});
    let database = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"});
    let cpu = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}});
    let source = json!({"name": "cpu", "container": "web", "target": {"type": "Utilization"}});
    let one = json!({"type": "ContainerResource", "containerResource": source});
    let scaler = json!({"spec": {"scaleTargetRef": target, "minReplicas": 2, "metrics": [cpu, one]}});
    let old = json!({"apiVersion": "v1", "kind": "ReplicationController", "name": "old"});
    let events = json!({"spec": {"scaleTargetRef": old, "minReplicaCount": 2}});
    let subject = json!({"kind": "ServiceAccount", "name": "cart", "namespace": "shop"});
    let budget = |name: &str, app: &str, least: Value| {
        named(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            &json!({"spec": {"minAvailable": least, "selector": {"matchLabels": {"app": app}}}}),
        )
    };
    let namespaces = json!({"any": false, "matchNames": ["shop"]});
    let monitored = json!({"spec": {"selector": {"matchLabels": {"app": "cart"}}, "namespaceSelector": namespaces}});
    vec![
        named("autoscaling/v2", "HorizontalPodAutoscaler", "cart", &scaler),
        named("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "db", &json!({"spec": {"targetRef": database}})),
        named("keda.sh/v1alpha1", "ScaledObject", "old", &events),
        budget("cart", "cart", json!(1)),
        budget("db", "db", json!("50%")),
        named("monitoring.coreos.com/v1", "ServiceMonitor", "cart", &monitored),
        named("monitoring.coreos.com/v1", "PodMonitor", "cart", &monitored),
        named("rbac.authorization.k8s.io/v1", "Role", "reader", &json!({})),
        named(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "b",
            &json!({"roleRef": {"kind": "Role", "name": "reader"}, "subjects": [subject]}),
        ),
    ]
}

/// A set that fulfils every rule, and in which every value that a rule reads is there.
fn good_set() -> Vec<Value> {
    [workloads(), network(), operations()].concat()
}

fn found(objects: &[Value]) -> Vec<String> {
    let yaml = objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let findings = testing::check::<References>("{}", &yaml);
    findings.iter().map(|finding| format!("{} {}:{}", finding.rule(), finding.document(), finding.pointer())).collect()
}

/// Values whose type no rule needs to know: what an object is, what a ConfigMap holds, how much is requested.
fn is_read(pointer: &str) -> bool {
    let of_object = ["", "/apiVersion", "/kind"].contains(&pointer);
    let is_content =
        ["/data/k", "/binaryData", "/cpu"].iter().any(|end| pointer.ends_with(end)) || pointer.ends_with("/binaryData/b");
    !of_object && !is_content
}

fn others(value: &Value) -> Vec<Value> {
    let all = [json!("x y"), json!(0.5), json!([]), json!(["x"]), json!({})];
    let is_other = |other: &Value| std::mem::discriminant(other) != std::mem::discriminant(value);
    all.into_iter().filter(is_other).collect()
}

#[test]
fn a_good_set_passes() {
    assert_eq!(found(&good_set()), Vec::<String>::new());
}

#[test]
fn a_value_of_any_other_type_is_found_wherever_it_stands() {
    let good = good_set();
    let mut passed = Vec::new();
    for (index, object) in good.iter().enumerate() {
        let all = testing::pointers(object);
        for pointer in all.iter().filter(|pointer| is_read(pointer)) {
            for other in others(object.pointer(pointer).unwrap()) {
                let mut set = good.clone();
                *set[index].pointer_mut(pointer).unwrap() = other.clone();
                if found(&set).is_empty() {
                    passed.push(format!("{other} at {pointer} of {}", object["kind"]));
                }
            }
        }
    }
    assert!(passed.is_empty(), "{} values are let through:\n{}", passed.len(), passed.join("\n"));
}

const KEYS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "spec",
    "selector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "template",
    "containers",
    "ports",
    "port",
    "targetPort",
    "rules",
    "http",
    "paths",
    "backend",
    "service",
    "backendRefs",
    "scaleTargetRef",
    "metrics",
    "subjects",
    "roleRef",
    "minAvailable",
    "webhooks",
    "clientConfig",
    "volumes",
    "podSelector",
    "app",
];
const WORDS: [&str; 16] = [
    "v1",
    "apps/v1",
    "Deployment",
    "Service",
    "policy/v1",
    "PodDisruptionBudget",
    "networking.k8s.io/v1",
    "Ingress",
    "NetworkPolicy",
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    "cart",
    "shop",
    "50%",
    "In",
    "",
];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

/// The good set with up to four of its values replaced by something else.
fn broken_set() -> impl Strategy<Value = Vec<Value>> {
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), anything());
    prop::collection::vec(change, 0..5).prop_map(|changes| {
        changes.into_iter().fold(good_set(), |mut set, (object, at, other)| {
            let object = object.index(set.len());
            let all = testing::pointers(&set[object]);
            *set[object].pointer_mut(at.get::<String>(&all)).unwrap() = other;
            set.retain(|object| !object.is_null());
            set
        })
    })
}

proptest! {
    #[test]
    fn no_objects_make_it_panic(objects in prop::collection::vec(anything(), 1..5)) {
        drop(found(&objects));
    }

    #[test]
    fn no_broken_set_makes_it_panic_and_every_finding_leads_into_it_and_helps(set in broken_set()) {
        let yaml = set.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
        for finding in testing::check::<References>("{}", &yaml) {
            prop_assert!((finding.document() as usize) < set.len());
            prop_assert!(!finding.message().is_empty() && finding.remediation().is_some());
        }
    }
}
