//! API versions whose successors have the same fields, with the same meaning.

use tollgate_sdk::{Fix, Found};

/// Old version, kinds, new version. Left out, because they would take more than the version: what became `apps/v1` from
/// before `apps/v1beta2` (the selector was optional), Ingresses (their backends), CustomResourceDefinitions (their schemas),
/// webhooks (`sideEffects`), EndpointSlices (`topology`), priority levels (what 0 shares mean).
const SUCCESSORS: [(&str, &[&str], &str); 11] = [
    ("apps/v1beta2", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], "apps/v1"),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], "autoscaling/v2"),
    ("batch/v1beta1", &["CronJob"], "batch/v1"),
    ("coordination.k8s.io/v1beta1", &["Lease"], "coordination.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", &["IngressClass"], "networking.k8s.io/v1"),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], "node.k8s.io/v1"),
    ("policy/v1beta1", &["PodDisruptionBudget"], "policy/v1"),
    (
        "rbac.authorization.k8s.io/v1beta1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        "rbac.authorization.k8s.io/v1",
    ),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"], "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", &["StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"], "storage.k8s.io/v1"),
    (
        "admissionregistration.k8s.io/v1beta1",
        &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
        "admissionregistration.k8s.io/v1",
    ),
];

pub(crate) fn fix(found: &Found<'_>) -> Option<Fix> {
    let document = found.document();
    let is_old = |(old, kinds, _): &&(&str, &[&str], &str)| *old == document.api_version() && kinds.contains(&document.kind());
    let (_, _, new) = SUCCESSORS.iter().find(is_old)?;
    if document.kind() == "PodDisruptionBudget" && selects_nothing(found) {
        return None;
    }
    Some(Fix::new(format!("Write `{new}`, whose fields are the same")).set(&document.root().get("apiVersion"), *new))
}

/// An empty selector matches no pods in the old version, and all pods in the new one.
fn selects_nothing(found: &Found<'_>) -> bool {
    let selector = found.document().root().walk(&["spec", "selector"]);
    selector.members().all(|(_, terms)| terms.members().next().is_none() && terms.elements().next().is_none())
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use crate::WorkloadsFixer;

    fn fixed(yaml: &str) -> Vec<String> {
        testing::fix::<WorkloadsFixer>("{}", yaml, "deprecated-api", "/apiVersion")
    }

    #[test]
    fn the_version_is_written_where_the_fields_are_the_same() {
        let fixed = fixed("{apiVersion: batch/v1beta1, kind: CronJob, spec: {}}");
        assert_eq!(fixed, [r#"{"apiVersion":"batch/v1","kind":"CronJob","spec":{}}"#]);
    }

    #[test]
    fn other_fields_take_somebody_who_reads_them() {
        for yaml in [
            "{apiVersion: extensions/v1beta1, kind: Ingress}",
            "{apiVersion: batch/v1beta1, kind: Job}",
            "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, spec: {selector: {}}}",
            "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, spec: {selector: {matchLabels: {}}}}",
            "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget}",
        ] {
            assert!(fixed(yaml).is_empty(), "{yaml}");
        }
        assert_eq!(
            fixed("{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, spec: {selector: {matchLabels: {a: b}}}}").len(),
            1
        );
    }
}
