//! Polaris: `test/checks/CHECK/{failure,success}….yaml`. A file fails when its check finds something in it.

use super::{Case, Difference, Expected, Same, Tool, entries, file_name, read};

const fn same(check: &'static str, rules: &'static [&'static str], differing: &'static [Difference]) -> Same {
    Same { check, rules, settings: "{}", differing }
}

/// Whoever writes a manifest picks the names in it, so none of them excuses anything.
const NAME: &str = "a name is no excuse";
/// Polaris looks for what amounts to `cluster-admin`.
const ONE_STAR: &str = "a star is found where others are not";
const OTHER_DOCUMENT: &str = "what the role grants does not stand in the binding";

const POLARIS: Tool = Tool {
    name: "Polaris",
    variable: "TOLLGATE_POLARIS",
    same: &[
        same(
            "automountServiceAccountToken",
            &["service-account-token"],
            &[("success.serviceaccount.yaml", 1, "the service account is another document")],
        ),
        same(
            "clusterrolePodExecAttach",
            &["rbac-escalation"],
            &[
                ("success.defaultclusterrole_admin.yaml", 1, NAME),
                ("success.defaultclusterrole_clusteradmin.yaml", 1, NAME),
                ("success.gce_calico_clusterrole.yaml", 1, NAME),
                ("success.system_prefix.yaml", 1, NAME),
            ],
        ),
        same(
            "rolePodExecAttach",
            &["rbac-escalation"],
            &[("success.gce_calico_binding.yaml", 1, NAME), ("success.system_prefix_binding.yaml", 1, NAME)],
        ),
        same(
            "clusterrolebindingPodExecAttach",
            &["rbac-escalation"],
            &[
                ("failure.binding_points_to_missing_ref.yaml", 0, OTHER_DOCUMENT),
                ("success.defaultclusterrolebinding_clusteradmin.yaml", 1, NAME),
                ("success.defaultclusterrolebinding_system-controller-generic-garbage-collector.yaml", 1, NAME),
                ("success.gce_calico_binding.yaml", 1, NAME),
                ("success.system_prefix_binding.yaml", 1, NAME),
            ],
        ),
        same(
            "rolebindingClusterRolePodExecAttach",
            &["rbac-escalation"],
            &[
                ("failure.binding_points_to_missing_ref.yaml", 0, OTHER_DOCUMENT),
                ("success.gce_calico_binding.yaml", 1, NAME),
                ("success.system_prefix_binding.yaml", 1, NAME),
            ],
        ),
        same(
            "rolebindingRolePodExecAttach",
            &["rbac-escalation"],
            &[
                ("failure.binding_points_to_missing_ref.yaml", 0, OTHER_DOCUMENT),
                ("success.gce_calico_binding.yaml", 1, NAME),
                ("success.system_prefix_binding.yaml", 1, NAME),
                ("success.role_binding_cluster_role_binding.yaml", 1, "a role is judged by itself, whoever binds it"),
            ],
        ),
        same(
            "clusterrolebindingClusterAdmin",
            &["rbac-cluster-admin", "rbac-wildcard"],
            &[
                ("success.explicit_apigroups.yaml", 2, ONE_STAR),
                ("success.explicit_resources.yaml", 2, ONE_STAR),
                ("success.explicit_verbs.yaml", 2, ONE_STAR),
                ("success.gce_calico_binding.yaml", 3, NAME),
                ("success.system_prefix_binding.yaml", 3, NAME),
            ],
        ),
        same(
            "rolebindingClusterAdminClusterRole",
            &["rbac-cluster-admin", "rbac-wildcard"],
            &[
                ("success.explicit_apigroups.yaml", 2, ONE_STAR),
                ("success.explicit_resources.yaml", 2, ONE_STAR),
                ("success.explicit_verbs.yaml", 2, ONE_STAR),
                ("success.gce_calico_binding.yaml", 3, NAME),
                ("success.system_prefix_binding.yaml", 3, NAME),
            ],
        ),
        same(
            "rolebindingClusterAdminRole",
            &["rbac-cluster-admin", "rbac-wildcard"],
            &[
                ("success.explicit_apigroups.yaml", 2, ONE_STAR),
                ("success.explicit_resources.yaml", 2, ONE_STAR),
                ("success.explicit_verbs.yaml", 2, ONE_STAR),
                ("success.gce_calico_binding.yaml", 3, NAME),
                ("success.system_prefix_binding.yaml", 3, NAME),
            ],
        ),
        same("deploymentMissingReplicas", &["replicas"], &[]),
        same("hostIPCSet", &["host-ipc"], &[]),
        same("hostNetworkSet", &["host-network"], &[]),
        same("hostPIDSet", &["host-pid"], &[]),
        same(
            "hpaMinAvailability",
            &["hpa-min-replicas"],
            &[("success.minReplicaAbsent.yaml", 1, "no number of replicas is one replica")],
        ),
        same("livenessProbeMissing", &["liveness-probe"], &[]),
        same("readinessProbeMissing", &["readiness-probe"], &[]),
        same("notReadOnlyRootFilesystem", &["read-only-root"], &[]),
        same("pdbDisruptionsIsZero", &["pdb-blocks-drain"], &[]),
        Same {
            check: "priorityClassNotSet",
            rules: &["priority-class"],
            settings: r#"{"requirePriorityClass": true}"#,
            differing: &[],
        },
        same(
            "pullPolicyNotAlways",
            &["image-pull-policy"],
            &[
                ("failure.cron-job.yaml", 0, "without a tag the API server fills in `Always`"),
                ("failure.yaml", 0, "without a tag the API server fills in `Always`"),
            ],
        ),
        same("sensitiveContainerEnvVar", &["secret-in-env"], &[]),
        same("tlsSettingsMissing", &["ingress-tls"], &[]),
    ],
    elsewhere: &[
        ("cpuLimitsMissing", "workload-limits judges it"),
        ("cpuRequestsMissing", "workload-limits judges it"),
        ("memoryLimitsMissing", "workload-limits judges it"),
        ("memoryRequestsMissing", "workload-limits judges it"),
        ("runAsPrivileged", "workload-limits judges it"),
        ("runAsRootAllowed", "workload-limits judges it"),
        ("dangerousCapabilities", "pod-security judges it"),
        ("insecureCapabilities", "pod-security judges it"),
        ("linuxHardening", "pod-security judges it"),
        ("hostPathSet", "pod-security judges it"),
        ("hostPortSet", "pod-security judges it"),
        ("hostProcess", "pod-security judges it"),
        ("privilegeEscalationAllowed", "pod-security judges it"),
        ("procMount", "pod-security judges it"),
        ("tagNotSpecified", "image-pinned judges it"),
        ("missingNetworkPolicy", "it takes several documents to see"),
        ("missingPodDisruptionBudget", "it takes several documents to see"),
        ("pdbMinAvailableGreaterThanHPAMinReplicas", "it takes several documents to see"),
        ("hpaMaxAvailability", "a fixed number of replicas is no fault"),
        ("metadataAndInstanceMismatched", "labels are a matter of the organisation"),
        ("nakedPod", "it is an example of what operators may define"),
        ("oneController", "it is an example of what operators may define"),
        ("resourceRange", "it is an example of what operators may define"),
        ("sensitiveConfigmapContent", "only what containers are given is judged"),
        (
            "topologySpreadConstraint",
            "anti-affinity takes either way of keeping replicas apart, and asks only where there are several",
        ),
    ],
};

/// Kinds that their cases give to groups which never had them, so that nothing would be judged.
const CORRECTED: [(&str, &str); 2] = [
    ("apiVersion: v1\nkind: PodDisruptionBudget", "apiVersion: policy/v1\nkind: PodDisruptionBudget"),
    ("apiVersion: v1\nkind: Deployment", "apiVersion: apps/v1\nkind: Deployment"),
];

#[test]
fn the_cases_of_polaris_come_out_as_they_do_there() {
    let Some(checkout) = POLARIS.checkout() else { return };
    let checks = entries(&checkout.join("test/checks"));
    let cases: Vec<Case> = checks.iter().filter(|path| path.is_dir()).flat_map(|directory| cases(directory)).collect();
    POLARIS.compare(&cases);
}

fn cases(directory: &std::path::Path) -> Vec<Case> {
    let case = |path: std::path::PathBuf| {
        let name = file_name(&path);
        let fails = name.starts_with("failure");
        // The others say what Polaris would make of a failing one, or define the check.
        let is_case = fails || name.starts_with("success");
        let yaml = CORRECTED.iter().fold(read(&path), |yaml, (wrong, right)| yaml.replace(wrong, right));
        is_case.then(|| Case { check: file_name(directory), name, yaml, expected: Expected::Any(fails) })
    };
    entries(directory).into_iter().filter_map(case).collect()
}
