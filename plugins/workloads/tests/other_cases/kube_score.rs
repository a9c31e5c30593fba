//! kube-score: its Go tests name a file of `score/testdata`, a check and the grade that it gives.

use std::path::Path;

use super::{Case, Difference, Expected, Same, Tool, entries, file_name, read};

/// Their tests judge by this release.
const RELEASE: &str = r#"{"kubernetes": "v1.18"}"#;

const fn same(check: &'static str, rules: &'static [&'static str], differing: &'static [Difference]) -> Same {
    Same { check, rules, settings: RELEASE, differing }
}

const KUBE_SCORE: Tool = Tool {
    name: "kube-score",
    variable: "TOLLGATE_KUBE_SCORE",
    same: &[
        same("Deployment has host PodAntiAffinity", &["anti-affinity"], &[]),
        same(
            "StatefulSet has host PodAntiAffinity",
            &["anti-affinity"],
            &[("statefulset-host-antiaffinity-undefined-replicas.yaml", 0, "no number of replicas is one replica")],
        ),
        same("StatefulSet Pod Selector labels match template metadata labels", &["selector-mismatch"], &[]),
        same("CronJob has deadline", &["cron-job-deadline"], &[]),
        same("CronJob RestartPolicy", &["job-restart-policy"], &[]),
        same(
            "Deployment Strategy",
            &["rolling-update"],
            &[("service-target-deployment-not-rolling.yaml", 0, "a single replica is down for a while either way")],
        ),
        same("Deployment Replicas", &["replicas"], &[]),
        same("HorizontalPodAutoscaler Replicas", &["hpa-min-replicas"], &[]),
        same("Pod Probes Identical", &["same-probes"], &[]),
        same("Container Image Pull Policy", &["image-pull-policy"], &[]),
        same("Service Type", &["service-external"], &[]),
        same("Stable version", &["deprecated-api"], &[]),
    ],
    elsewhere: &[
        ("Container Ephemeral Storage Request and Limit", "workload-limits judges it"),
        ("Container Image Tag", "image-pinned judges it"),
        ("Container Resources", "workload-limits judges it"),
        ("Deployment has PodDisruptionBudget", "it takes several documents to see"),
        ("Deployment targeted by HPA does not have replicas configured", "it takes several documents to see"),
        ("HorizontalPodAutoscaler has target", "it takes several documents to see"),
        ("Ingress targets Service", "it takes several documents to see"),
        ("NetworkPolicy targets Pod", "it takes several documents to see"),
        ("Pod NetworkPolicy", "it takes several documents to see"),
        ("Pod Probes", "whether a Service leads to the pod takes several documents to see"),
        ("Pod Topology Spread Constraints", "whether a document fits its schema is judged by none of our rules"),
        ("PodDisruptionBudget has policy", "a budget that says nothing allows one pod to be missing"),
        ("Service Targets Pod", "service-selects judges it"),
        ("StatefulSet has PodDisruptionBudget", "it takes several documents to see"),
        ("StatefulSet has ServiceName", "whether the Service is there takes several documents to see"),
    ],
};

#[test]
fn the_cases_of_kube_score_come_out_as_they_do_there() {
    let Some(checkout) = KUBE_SCORE.checkout() else { return };
    let tests = entries(&checkout.join("score")).into_iter().filter(|path| file_name(path).ends_with("_test.go"));
    let cases: Vec<Case> = tests.flat_map(|path| cases(&read(&path), &checkout.join("score/testdata"))).collect();
    KUBE_SCORE.compare(&cases);
}

/// What a file of tests says. A `"+v+"` in a name stands for the versions that the test goes through.
fn cases(go: &str, data: &Path) -> Vec<Case> {
    let calls = go.split("testExpectedScore(t, \"").skip(1).filter_map(|call| call.split_once(")\n")).map(|(call, _)| call);
    calls.filter_map(|call| call.split_once("\", \"")).flat_map(|(file, rest)| cases_of(file, rest, data)).collect()
}

fn cases_of(file: &str, rest: &str, data: &Path) -> Vec<Case> {
    let (check, grade) = rest.split_once("\", ").unwrap_or_else(|| panic!("a call with other arguments: {rest}"));
    let versions: &[&str] = if file.contains("\"+v+\"") { &["batchv1", "batchv1beta1"] } else { &[""] };
    let expected = Expected::Any(!matches!(grade, "0" | "scorecard.GradeAllOK"));
    let names = versions.iter().map(|version| file.replace("\"+v+\"", version));
    names.map(|name| Case { check: check.to_owned(), yaml: read(&data.join(&name)), name, expected }).collect()
}
