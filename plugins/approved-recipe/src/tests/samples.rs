//! Objects as recipes have them.

use serde_json::{Value, json};

use super::approved_image;

fn object(api_version: &str, kind: &str, name: &str, rest: &Value) -> Value {
    let mut object =
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

pub(super) fn pod_spec() -> Value {
    json!({
        "serviceAccountName": "cart",
        "securityContext": {"runAsNonRoot": true, "fsGroup": 1000},
        "nodeSelector": {"disk": "fast"},
        "imagePullSecrets": [{"name": "registry"}],
        "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "shop", "effect": "NoSchedule"}],
        "initContainers": [{"name": "wait", "image": approved_image(), "args": ["--for", "db"]}],
        "containers": [{
            "name": "cart",
            "image": approved_image(),
            "command": ["/cart"],
            "ports": [{"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}],
            "env": [
                {"name": "LEVEL", "value": "info"},
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ],
            "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}, "requests": {"cpu": 0.5, "memory": "1Gi"}},
            "securityContext": {"allowPrivilegeEscalation": false, "runAsUser": 1000, "capabilities": {"drop": ["ALL"]}},
            "readinessProbe": {"httpGet": {"port": "http"}},
            "volumeMounts": [{"name": "config", "mountPath": "/etc/cart"}, {"name": "tmp", "mountPath": "/tmp"}],
        }],
        "volumes": [
            {"name": "config", "configMap": {"name": "cart"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
            {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
        ],
    })
}

fn template() -> Value {
    json!({"metadata": {"labels": {"app": "cart"}, "annotations": {"team": "shop"}}, "spec": pod_spec()})
}

pub(super) fn pod() -> Value {
    object("v1", "Pod", "cart", &json!({"spec": pod_spec()}))
}

pub(super) fn deployment() -> Value {
    let selector = json!({"matchLabels": {"app": "cart"}});
    object("apps/v1", "Deployment", "cart", &json!({"spec": {"replicas": 3, "selector": selector, "template": template()}}))
}

fn workloads() -> Vec<Value> {
    let selector = json!({"matchLabels": {"app": "cart"}});
    let claim = json!({"metadata": {"name": "data"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "10Gi"}},
    }});
    let set = json!({"replicas": 2, "serviceName": "cart", "selector": selector, "template": template(), "volumeClaimTemplates": [claim]});
    let job = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": approved_image()}]}}});
    vec![
        pod(),
        deployment(),
        object("apps/v1", "StatefulSet", "cart", &json!({"spec": set})),
        object("apps/v1", "DaemonSet", "cart", &json!({"spec": {"selector": selector, "template": template()}})),
        object("apps/v1", "ReplicaSet", "cart", &json!({"spec": {"selector": selector, "template": template()}})),
        object("batch/v1", "Job", "cart", &json!({"spec": job})),
        object("batch/v1", "CronJob", "cart", &json!({"spec": {"schedule": "@daily", "jobTemplate": {"spec": job}}})),
    ]
}

fn configuration() -> Vec<Value> {
    let quota = json!({"spec": {"hard": {"requests.cpu": "4", "pods": 10}}});
    let limits = json!({"spec": {"limits": [{"type": "Container", "max": {"memory": "2Gi"}, "default": {"cpu": "1"}}]}});
    let claim = json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    vec![
        object("v1", "ConfigMap", "cart", &json!({"data": {"level": "info", "empty": ""}})),
        object("v1", "ServiceAccount", "cart", &json!({"automountServiceAccountToken": false})),
        object("v1", "ResourceQuota", "shop", &quota),
        object("v1", "LimitRange", "shop", &limits),
        object("v1", "PersistentVolumeClaim", "cart", &claim),
        object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "cart",
            &json!({
                "roleRef": {"kind": "Role", "name": "reader"},
                "subjects": [{"kind": "ServiceAccount", "name": "cart", "namespace": "shop"}, {"kind": "User", "name": "alice"}],
            }),
        ),
        object(
            "rbac.authorization.k8s.io/v1",
            "Role",
            "reader",
            &json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        ),
    ]
}

fn traffic() -> Vec<Value> {
    let ports = json!([{"name": "http", "port": 80, "targetPort": "http"}, {"name": "dns", "port": 53, "protocol": "UDP"}]);
    let backend = json!({"service": {"name": "cart", "port": {"name": "http"}}});
    let ingress = json!({"rules": [{"host": "cart.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]});
    let policy = json!({
        "podSelector": {"matchLabels": {"app": "cart"}}, "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"namespaceSelector": {}}], "ports": [{"port": 8080}]}],
    });
    let scaled = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"});
    let metric =
        json!({"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "1500m"}}});
    vec![
        object("v1", "Service", "cart", &json!({"spec": {"type": "LoadBalancer", "selector": {"app": "cart"}, "ports": ports}})),
        object("networking.k8s.io/v1", "Ingress", "cart", &json!({"spec": ingress})),
        object("networking.k8s.io/v1", "NetworkPolicy", "cart", &json!({"spec": policy})),
        object(
            "policy/v1",
            "PodDisruptionBudget",
            "cart",
            &json!({"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "cart"}}}}),
        ),
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "cart",
            &json!({"spec": {
                "scaleTargetRef": scaled, "maxReplicas": 9, "metrics": [metric], "behavior": {"scaleDown": {"selectPolicy": "Disabled"}},
            }}),
        ),
        object(
            "example.com/v1",
            "Widget",
            "cart",
            &json!({"spec": {"on": false, "parts": [{"name": "a", "size": 0}], "note": ""}}),
        ),
    ]
}

/// One of most kinds that somebody promotes.
pub(super) fn all() -> Vec<Value> {
    workloads().into_iter().chain(configuration()).chain(traffic()).collect()
}
