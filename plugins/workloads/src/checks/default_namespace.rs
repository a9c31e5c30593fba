//! Objects in the namespace `default`.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::Object;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "default-namespace",
        title: "Object is not in the namespace `default`",
        help: include_str!("../../rules/default-namespace.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &["CIS-5.7.4"],
    },
    judges: &[Judge::Object(&[], judge)],
};

/// Kubernetes' own kinds that stand in a namespace, by group. Of others nobody knows.
const NAMESPACED: [(&str, &[&str]); 11] = [
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    ("networking.k8s.io", &["Ingress", "NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
    ("resource.k8s.io", &["ResourceClaim", "ResourceClaimTemplate"]),
];

/// The service account `default` is in each namespace, and to take its token away there is good.
fn judge(object: &Object<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    let namespace = report.text(&object.root, &["metadata", "namespace"])?.unwrap_or_default();
    let is_default_account = object.kind_name() == "ServiceAccount" && object.name() == "default";
    let message = match namespace {
        "default" if !is_default_account => format!("{} is in the namespace `default`", object.label()),
        "" if settings.require_namespace && is_namespaced(object) => format!("{} names no namespace", object.label()),
        _ => return Ok(()),
    };
    report.find(&object.root.walk(&["metadata", "namespace"]), message, "Set `metadata.namespace` to one that is made for it");
    Ok(())
}

fn is_namespaced(object: &Object<'_>) -> bool {
    NAMESPACED.iter().any(|(group, kinds)| *group == object.group() && kinds.contains(&object.kind_name()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, pointers};

    const REQUIRED: &str = r#"{"requireNamespace": true}"#;

    fn body(api_version: &str, kind: &str, namespace: &serde_json::Value) -> serde_json::Value {
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "cart", "namespace": namespace}})
    }

    #[test]
    fn an_object_in_the_default_namespace_is_found_whatever_its_kind() {
        for (api_version, kind) in [("v1", "Service"), ("example.com/v1", "Anything")] {
            let found = pointers("default-namespace", &body(api_version, kind, &json!("default")));
            assert_eq!(found, ["/metadata/namespace"], "{kind}");
            assert!(pointers("default-namespace", &body(api_version, kind, &json!("shop"))).is_empty(), "{kind}");
        }
    }

    #[test]
    fn a_missing_namespace_is_found_only_on_request_and_only_where_one_belongs() {
        let nameless = |api_version, kind| found_with(REQUIRED, "default-namespace", &body(api_version, kind, &json!(null))).len();
        assert_eq!([nameless("v1", "Service"), nameless("apps/v1", "Deployment")], [1, 1]);
        assert_eq!([nameless("v1", "Namespace"), nameless("example.com/v1", "Service")], [0, 0]);
        assert!(pointers("default-namespace", &body("v1", "Service", &json!(null))).is_empty());
    }

    #[test]
    fn the_default_service_account_may_be_changed_where_it_is() {
        let account =
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}});
        assert!(pointers("default-namespace", &account).is_empty());
    }
}
