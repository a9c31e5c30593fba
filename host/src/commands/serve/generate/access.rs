//! Where it runs, as whom, and what that may do.

use serde_json::{Value, json};

use super::place::Place;

pub(super) fn namespace(place: &Place) -> Value {
    let mut labels = place.labels();
    labels["pod-security.kubernetes.io/enforce"] = json!("restricted");
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place.namespace, "labels": labels}})
}

pub(super) fn service_account(place: &Place) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": place.metadata(&place.service),
        "automountServiceAccountToken": place.makes_certificate,
    })
}

/// To make its own certificate it keeps one Secret, and tells one configuration of it. It reads nothing else of the cluster.
pub(super) fn for_own_certificate(place: &Place) -> Vec<(&'static str, Value)> {
    let name = format!("{}-certificate", place.service);
    let secrets = json!([
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name], "verbs": ["get", "update"]},
        // A name can't be asked for of what is not there yet.
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
    ]);
    let configurations = json!([{
        "apiGroups": ["admissionregistration.k8s.io"], "resources": ["validatingwebhookconfigurations"],
        "resourceNames": [place.webhook], "verbs": ["get", "patch"],
    }]);
    let subject = json!([{"kind": "ServiceAccount", "name": place.service, "namespace": place.namespace}]);
    let of = |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let rbac = "rbac.authorization.k8s.io/v1";
    let cluster_role = format!("{}-certificate", place.webhook);
    let role = json!({"apiVersion": rbac, "kind": "Role", "metadata": place.metadata(&name), "rules": secrets});
    let binding = json!({"apiVersion": rbac, "kind": "RoleBinding", "metadata": place.metadata(&name),
        "roleRef": of("Role", &name), "subjects": subject});
    let of_cluster = json!({"apiVersion": rbac, "kind": "ClusterRole", "metadata": place.metadata_of_cluster(&cluster_role),
        "rules": configurations});
    let bound = json!({"apiVersion": rbac, "kind": "ClusterRoleBinding", "metadata": place.metadata_of_cluster(&cluster_role),
        "roleRef": of("ClusterRole", &cluster_role), "subjects": subject});
    vec![("role", role), ("role-binding", binding), ("cluster-role", of_cluster), ("cluster-role-binding", bound)]
}

/// API servers have no name that a policy could give them, so whoever asks at the one port is let in: TLS and `--client-ca` see to
/// who that is.
pub(super) fn network_policy(place: &Place) -> Value {
    let port = |port: u16| json!({"protocol": "TCP", "port": port});
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": place.metadata(&place.service),
        "spec": {
            "podSelector": {"matchLabels": place.selector()},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [port(8443)]}, {"from": [{"namespaceSelector": {}}], "ports": [port(8081)]}],
            // Names, the deployment repository by HTTPS or SSH, and the API server.
            "egress": [
                {"ports": [port(53), {"protocol": "UDP", "port": 53}]},
                {"ports": [port(443), port(22), port(6443)]},
            ],
        },
    })
}
