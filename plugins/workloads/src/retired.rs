//! API versions that Kubernetes has taken away, or will.
//!
//! The releases are those that Kubernetes itself records for its types (`APILifecycleDeprecated` and `APILifecycleRemoved` in
//! `k8s.io/api`, `k8s.io/apiextensions-apiserver` and `k8s.io/kube-aggregator`, v0.37.2 and, for types that are gone, v0.21.0 to
//! v0.35.0), which is what an API server goes by. Alpha versions are left out: they are off unless somebody turns them on, and go
//! without notice. So is `LeaseCandidate`, which only components of the cluster write, and which has no successor yet.

use crate::release::Release;

/// An API version of some kinds, and when it goes.
#[derive(Debug)]
pub(crate) struct Retired {
    api_version: &'static str,
    kinds: &'static [&'static str],
    pub(crate) deprecated: Release,
    /// The first release that does not serve it; nothing where that is not said.
    pub(crate) removed: Option<Release>,
    /// What to use instead, as it reads after "use".
    pub(crate) instead: &'static str,
}

/// When a kind of an API version goes; nothing where nobody has said that it does.
pub(crate) fn find(api_version: &str, kind: &str) -> Option<&'static Retired> {
    RETIRED.iter().find(|retired| retired.api_version == api_version && retired.kinds.contains(&kind))
}

const fn beta(
    api_version: &'static str,
    kinds: &'static [&'static str],
    deprecated: u8,
    removed: u8,
    instead: &'static str,
) -> Retired {
    Retired { api_version, kinds, deprecated: Release::minor(deprecated), removed: Some(Release::minor(removed)), instead }
}

const fn stable(kind: &'static [&'static str], deprecated: u8, instead: &'static str) -> Retired {
    Retired { api_version: "v1", kinds: kind, deprecated: Release::minor(deprecated), removed: None, instead }
}

static RETIRED: [Retired; 47] = [
    beta(
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
        37,
        40,
        "`admissionregistration.k8s.io/v1`",
    ),
    beta(
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        16,
        22,
        "`admissionregistration.k8s.io/v1`",
    ),
    beta(
        "admissionregistration.k8s.io/v1beta1",
        &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
        31,
        34,
        "`admissionregistration.k8s.io/v1`",
    ),
    beta("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], 16, 22, "`apiextensions.k8s.io/v1`"),
    beta("apiregistration.k8s.io/v1beta1", &["APIService"], 19, 22, "`apiregistration.k8s.io/v1`"),
    beta("apps/v1beta1", &["ControllerRevision", "Deployment", "StatefulSet"], 8, 16, "`apps/v1`"),
    beta("apps/v1beta1", &["DeploymentRollback"], 8, 16, "`kubectl rollout undo`, which needs no object"),
    beta("apps/v1beta1", &["Scale"], 8, 16, "`autoscaling/v1`"),
    beta("apps/v1beta2", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], 9, 16, "`apps/v1`"),
    beta("apps/v1beta2", &["Scale"], 9, 16, "`autoscaling/v1`"),
    beta("authentication.k8s.io/v1beta1", &["SelfSubjectReview"], 30, 33, "`authentication.k8s.io/v1`"),
    beta("authentication.k8s.io/v1beta1", &["TokenReview"], 19, 22, "`authentication.k8s.io/v1`"),
    beta(
        "authorization.k8s.io/v1beta1",
        &["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
        19,
        22,
        "`authorization.k8s.io/v1`",
    ),
    beta("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], 22, 25, "`autoscaling/v2`"),
    beta("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], 23, 26, "`autoscaling/v2`"),
    beta("batch/v1beta1", &["CronJob"], 21, 25, "`batch/v1`"),
    beta("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], 19, 22, "`certificates.k8s.io/v1`"),
    beta("certificates.k8s.io/v1beta1", &["ClusterTrustBundle", "PodCertificateRequest"], 37, 40, "`certificates.k8s.io/v1`"),
    beta("coordination.k8s.io/v1beta1", &["Lease"], 19, 22, "`coordination.k8s.io/v1`"),
    beta("discovery.k8s.io/v1beta1", &["EndpointSlice"], 21, 25, "`discovery.k8s.io/v1`"),
    beta("events.k8s.io/v1beta1", &["Event"], 22, 25, "`events.k8s.io/v1`"),
    beta("extensions/v1beta1", &["DaemonSet", "Deployment", "ReplicaSet"], 8, 16, "`apps/v1`"),
    beta("extensions/v1beta1", &["DeploymentRollback"], 8, 16, "`kubectl rollout undo`, which needs no object"),
    beta("extensions/v1beta1", &["Ingress"], 14, 22, "`networking.k8s.io/v1`"),
    beta("extensions/v1beta1", &["NetworkPolicy"], 9, 16, "`networking.k8s.io/v1`"),
    beta("extensions/v1beta1", &["PodSecurityPolicy"], 11, 16, "Pod Security Admission, by labels of the namespace"),
    beta("extensions/v1beta1", &["Scale"], 2, 16, "`autoscaling/v1`"),
    beta(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        &["FlowSchema", "PriorityLevelConfiguration"],
        23,
        26,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    beta(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        &["FlowSchema", "PriorityLevelConfiguration"],
        26,
        29,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    beta(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        &["FlowSchema", "PriorityLevelConfiguration"],
        29,
        32,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    beta("networking.k8s.io/v1beta1", &["IPAddress", "ServiceCIDR"], 34, 37, "`networking.k8s.io/v1`"),
    beta("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"], 19, 22, "`networking.k8s.io/v1`"),
    beta("node.k8s.io/v1beta1", &["RuntimeClass"], 22, 25, "`node.k8s.io/v1`"),
    beta("policy/v1beta1", &["Eviction"], 22, 25, "`policy/v1`"),
    beta("policy/v1beta1", &["PodDisruptionBudget"], 21, 25, "`policy/v1`"),
    beta("policy/v1beta1", &["PodSecurityPolicy"], 21, 25, "Pod Security Admission, by labels of the namespace"),
    beta(
        "rbac.authorization.k8s.io/v1beta1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        17,
        22,
        "`rbac.authorization.k8s.io/v1`",
    ),
    beta(
        "resource.k8s.io/v1beta1",
        &["DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"],
        35,
        38,
        "`resource.k8s.io/v1`",
    ),
    beta(
        "resource.k8s.io/v1beta2",
        &["DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"],
        36,
        39,
        "`resource.k8s.io/v1`",
    ),
    beta("scheduling.k8s.io/v1beta1", &["PriorityClass"], 14, 22, "`scheduling.k8s.io/v1`"),
    beta("storage.k8s.io/v1beta1", &["CSIDriver", "StorageClass", "VolumeAttachment"], 19, 22, "`storage.k8s.io/v1`"),
    beta("storage.k8s.io/v1beta1", &["CSINode"], 17, 22, "`storage.k8s.io/v1`"),
    beta("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], 24, 27, "`storage.k8s.io/v1`"),
    beta("storage.k8s.io/v1beta1", &["VolumeAttributesClass"], 34, 37, "`storage.k8s.io/v1`"),
    beta("storagemigration.k8s.io/v1beta1", &["StorageVersionMigration"], 37, 40, "`storagemigration.k8s.io/v1`"),
    stable(&["ComponentStatus"], 19, "the health checks of the components themselves"),
    stable(&["Endpoints"], 33, "`EndpointSlice` of `discovery.k8s.io/v1`"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_a_version_is_there_once_and_goes_after_it_is_deprecated() {
        let mut seen = BTreeSet::new();
        for retired in &RETIRED {
            assert!(retired.removed.is_none_or(|removed| removed > retired.deprecated), "{}", retired.api_version);
            for kind in retired.kinds {
                assert!(seen.insert((retired.api_version, *kind)), "{} {kind}", retired.api_version);
            }
        }
    }

    #[test]
    fn what_is_to_be_used_instead_is_not_going_itself() {
        for retired in &RETIRED {
            let instead = retired.instead.trim_matches('`');
            assert!(retired.kinds.iter().all(|kind| find(instead, kind).is_none()), "{instead}");
        }
    }

    #[test]
    fn well_known_removals_are_of_their_releases() {
        for (api_version, kind, removed) in [
            ("extensions/v1beta1", "Deployment", 16),
            ("networking.k8s.io/v1beta1", "Ingress", 22),
            ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 22),
            ("batch/v1beta1", "CronJob", 25),
            ("policy/v1beta1", "PodSecurityPolicy", 25),
            ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26),
            ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 27),
            ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 29),
            ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 32),
        ] {
            assert_eq!(find(api_version, kind).and_then(|retired| retired.removed), Some(Release::minor(removed)), "{kind}");
        }
        assert!(find("apps/v1", "Deployment").is_none());
    }
}
