//! What runs, and how it is kept running.

use serde_json::{Value, json};

use super::place::Place;

pub(super) fn service(place: &Place) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": place.metadata(&place.service),
        "spec": {"selector": place.selector(), "ports": [{"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}]},
    })
}

pub(super) fn disruption_budget(place: &Place) -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": place.metadata(&place.service),
        "spec": {"minAvailable": 1, "selector": {"matchLabels": place.selector()}},
    })
}

pub(super) fn autoscaler(place: &Place) -> Value {
    let cpu = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}});
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": place.metadata(&place.service),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": place.service},
            "minReplicas": place.replicas, "maxReplicas": place.most_replicas,
            "metrics": [{"type": "Resource", "resource": cpu}],
        },
    })
}

/// Replicas are the autoscaler's.
pub(super) fn deployment(place: &Place) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": place.metadata(&place.service),
        "spec": {
            "selector": {"matchLabels": place.selector()},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": place.labels()}, "spec": pod(place)},
        },
    })
}

fn pod(place: &Place) -> Value {
    let spread = json!({
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": place.selector()},
    });
    json!({
        "serviceAccountName": place.service,
        "automountServiceAccountToken": place.makes_certificate,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        // What was taken is answered: longer than it lingers and drains.
        "terminationGracePeriodSeconds": 40,
        "topologySpreadConstraints": [spread],
        "containers": [container(place)],
        "volumes": volumes(place),
    })
}

fn container(place: &Place) -> Value {
    let probe = |path: &str| json!({"httpGet": {"path": path, "port": "health"}, "periodSeconds": 5, "timeoutSeconds": 2});
    let mut startup = probe("/livez");
    // The first time, the repository is cloned and the plugins are compiled.
    startup["failureThreshold"] = json!(60);
    json!({
        "name": "tollgate",
        "image": place.image,
        "args": arguments(place),
        "env": environment(place),
        "ports": [{"name": "https", "containerPort": 8443, "protocol": "TCP"}, {"name": "health", "containerPort": 8081, "protocol": "TCP"}],
        "startupProbe": startup,
        "livenessProbe": probe("/livez"),
        "readinessProbe": probe("/readyz"),
        "resources": place.resources,
        "securityContext": {
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts(place),
    })
}

fn arguments(place: &Place) -> Value {
    let mut arguments = vec![json!("serve"), json!("--directory"), json!("/var/lib/tollgate/repository")];
    arguments.extend([json!("--target"), json!(place.target), json!("--clone"), place.clone.clone()]);
    if place.breaks_glass {
        arguments.extend([json!("--key"), json!("/etc/tollgate/ledger/key")]);
    }
    if place.makes_certificate {
        // One that comes from the namespace of the pod stays right wherever the chart is installed.
        arguments.extend([json!("--service"), json!(format!("$(NAMESPACE)/{}", place.service))]);
        arguments.extend([json!("--webhook"), json!(place.webhook)]);
    } else {
        arguments.extend([json!("--tls-certificate"), json!("/etc/tollgate/tls/tls.crt")]);
        arguments.extend([json!("--tls-key"), json!("/etc/tollgate/tls/tls.key")]);
    }
    Value::Array(arguments)
}

fn environment(place: &Place) -> Value {
    json!([
        {"name": "NAMESPACE", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}},
        {"name": "TOLLGATE_TRUST", "value": place.trust},
        {"name": "TOLLGATE_CACHE_DIR", "value": "/var/lib/tollgate/cache"},
        {"name": "TOLLGATE_STATE_DIR", "value": "/var/lib/tollgate/state"},
        {"name": "HOME", "value": "/var/lib/tollgate"},
        // The key `credentials` of the Secret, as git-credential-store(1) reads it.
        {"name": "GIT_CONFIG_COUNT", "value": "1"},
        {"name": "GIT_CONFIG_KEY_0", "value": "credential.helper"},
        {"name": "GIT_CONFIG_VALUE_0", "value": "store --file=/etc/tollgate/git/credentials"},
    ])
}

fn mounts(place: &Place) -> Value {
    let mut mounts = vec![
        json!({"name": "state", "mountPath": "/var/lib/tollgate"}),
        json!({"name": "repository", "mountPath": "/var/lib/tollgate/repository"}),
        json!({"name": "git", "mountPath": "/etc/tollgate/git", "readOnly": true}),
    ];
    if !place.makes_certificate {
        mounts.push(json!({"name": "certificate", "mountPath": "/etc/tollgate/tls", "readOnly": true}));
    }
    if place.breaks_glass {
        mounts.push(json!({"name": "ledger", "mountPath": "/etc/tollgate/ledger", "readOnly": true}));
    }
    Value::Array(mounts)
}

fn volumes(place: &Place) -> Value {
    let mut volumes = vec![
        json!({"name": "state", "emptyDir": {"sizeLimit": "1Gi"}}),
        json!({"name": "repository", "emptyDir": {"sizeLimit": "2Gi"}}),
        json!({"name": "git", "secret": {"secretName": format!("{}-git", place.service), "optional": true}}),
    ];
    if !place.makes_certificate {
        volumes.push(json!({"name": "certificate", "secret": {"secretName": format!("{}-certificate", place.service)}}));
    }
    if place.breaks_glass {
        let secret = json!({"secretName": format!("{}-ledger", place.service), "defaultMode": 0o440});
        volumes.push(json!({"name": "ledger", "secret": secret}));
    }
    Value::Array(volumes)
}
