//! kube-linter: `e2etests/bats-tests.sh` runs one check on one file of `tests/checks` and says how many findings there are.

use std::path::Path;

use super::{Case, Difference, Expected, Same, Tool, read};

const fn same(check: &'static str, rules: &'static [&'static str], differing: &'static [Difference]) -> Same {
    Same { check, rules, settings: "{}", differing }
}

/// A DeploymentConfig is a kind of OpenShift, which is judged by its shape, as its pods are: these have no list of containers.
const NO_CONTAINERS: &str = "a DeploymentConfig without containers has no shape of a pod";
/// As above: what makes the pods is judged for the kinds of Kubernetes alone.
const OPENSHIFT: &str = "a DeploymentConfig is no kind of Kubernetes";

const THREE: &str = r#"{"minReplicas": 3}"#;

const KUBE_LINTER: Tool = Tool {
    name: "kube-linter",
    variable: "TOLLGATE_KUBE_LINTER",
    same: &[
        same("access-to-secrets", &["rbac-secrets"], &[]),
        same("cluster-admin-role-binding", &["rbac-cluster-admin"], &[]),
        same("default-service-account", &["service-account"], &[("default-service-account", 1, NO_CONTAINERS)]),
        same(
            "deprecated-service-account-field",
            &["deprecated-service-account-field"],
            &[("deprecated-service-account-field", 1, NO_CONTAINERS)],
        ),
        same("docker-sock", &["docker-socket"], &[]),
        same("duplicate-env-var", &["duplicate-env"], &[]),
        same("env-var-secret", &["secret-in-env"], &[]),
        same("exposed-services", &["service-external"], &[]),
        same("host-ipc", &["host-ipc"], &[("host-ipc", 1, NO_CONTAINERS)]),
        same("host-network", &["host-network"], &[("host-network", 1, NO_CONTAINERS)]),
        same("host-pid", &["host-pid"], &[("host-pid", 1, NO_CONTAINERS)]),
        Same { check: "hpa-minimum-three-replicas", rules: &["hpa-min-replicas"], settings: THREE, differing: &[] },
        Same {
            check: "minimum-three-replicas",
            rules: &["replicas"],
            settings: THREE,
            differing: &[("minimum-three-replicas", 1, OPENSHIFT)],
        },
        same("mismatching-selector", &["empty-selector", "selector-mismatch"], &[("mismatching-selector", 1, OPENSHIFT)]),
        same("no-anti-affinity", &["anti-affinity"], &[("no-anti-affinity", 2, OPENSHIFT)]),
        same("no-extensions-v1beta", &["deprecated-api"], &[]),
        same("no-liveness-probe", &["liveness-probe"], &[]),
        same("no-readiness-probe", &["readiness-probe"], &[]),
        same("no-read-only-root-fs", &["read-only-root"], &[]),
        same("no-rolling-update-strategy", &["rolling-update"], &[("no-rolling-update-strategy", 1, OPENSHIFT)]),
        same("pdb-max-unavailable", &["pdb-blocks-drain"], &[]),
        same("privileged-ports", &["privileged-port"], &[]),
        same("sensitive-host-mounts", &["sensitive-host-path"], &[]),
        same("ssh-port", &["ssh-port"], &[]),
        same("use-namespace", &["default-namespace"], &[]),
        same("wildcard-in-rules", &["rbac-wildcard"], &[]),
        same("writable-host-mount", &["writable-host-path"], &[]),
    ],
    elsewhere: &[
        ("access-to-create-pods", "who may make pods is not judged: that is what deployers are for"),
        ("dangling-horizontalpodautoscaler", "it takes several documents to see"),
        ("dangling-ingress", "it takes several documents to see"),
        ("dangling-networkpolicy", "it takes several documents to see"),
        ("dangling-networkpolicypeer-podselector", "it takes several documents to see"),
        ("dangling-service", "it takes several documents to see"),
        ("dangling-servicemonitor", "it takes several documents to see"),
        ("env-value-from", "it takes several documents to see"),
        ("non-existent-service-account", "it takes several documents to see"),
        ("non-isolated-pod", "it takes several documents to see"),
        ("pdb-min-available", "it takes several documents to see"),
        ("invalid-target-ports", "the API server refuses it by name"),
        ("liveness-port", "a port need not be listed to be open"),
        ("readiness-port", "a port need not be listed to be open"),
        ("startup-port", "a port need not be listed to be open"),
        ("dnsconfig-options", "how names are looked up is a matter of the organisation"),
        ("required-annotation-email", "annotations are a matter of the organisation"),
        ("required-label-owner", "labels are a matter of the organisation"),
        ("template-forbidden-annotation", "annotations are a matter of the organisation"),
        ("statefulset-volumeclaimtemplate-annotation", "annotations are a matter of the organisation"),
        ("drop-net-raw-capability", "pod-security judges it"),
        ("privilege-escalation-container", "pod-security judges it"),
        ("unsafe-proc-mount", "pod-security judges it"),
        ("unsafe-sysctls", "pod-security judges it"),
        ("privileged-container", "workload-limits judges it"),
        ("run-as-non-root", "workload-limits judges it"),
        ("unset-cpu-requirements", "workload-limits judges it"),
        ("unset-memory-requirements", "workload-limits judges it"),
        ("latest-tag", "image-pinned judges it"),
        ("job-ttl-seconds-after-finished", "whether ended Jobs are cleaned up is no fault of theirs"),
        ("no-node-affinity", "that pods may run on every node is what most want"),
        ("pdb-unhealthy-pod-eviction-policy", "the default is no fault"),
        ("priority-class-name", "which classes may be used is a matter of the organisation"),
        ("read-secret-from-env-var", "a reference is what secret-in-env advises"),
        ("restart-policy", "that a Job may end is what job-restart-policy asks for"),
        ("scc-deny-privileged-container", "it is a kind of OpenShift"),
        ("schema-validation", "whether a document fits its schema is judged by none of our rules"),
        ("sorted-keys", "the order of members means nothing"),
        ("flag-read-from-stdin", "it tests the command line"),
        ("flag-kustomize-support", "it tests the command line"),
        ("flag-multi-format-output", "it tests the command line"),
        ("template-cel", "it is an example of what operators may define"),
        ("template-kubeconform", "whether a document fits its schema is judged by none of our rules"),
    ],
};

#[test]
fn the_cases_of_kube_linter_come_out_as_they_do_there() {
    let Some(checkout) = KUBE_LINTER.checkout() else { return };
    let script = read(&checkout.join("e2etests/bats-tests.sh"));
    let cases: Vec<Case> = script.split("\n@test ").skip(1).filter_map(|test| case(test, &checkout)).collect();
    KUBE_LINTER.compare(&cases);
}

/// One test of the script. Where it names no count, one finding is enough.
fn case(test: &str, checkout: &Path) -> Option<Case> {
    let check = test.strip_prefix('"')?.split('"').next()?;
    let file = between(test, "tmp=\"", "\"")?;
    let count = between(test, "\"${count}\" == \"", "\"").map(|count| Expected::Count(count.parse().unwrap()));
    let file = Some(checkout.join(file)).filter(|file| file.is_file())?;
    let yaml = read(&file);
    Some(Case { check: check.to_owned(), name: check.to_owned(), yaml, expected: count.unwrap_or(Expected::Any(true)) })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(between, _)| between)
}
