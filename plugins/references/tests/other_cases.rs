//! The cases of kube-linter, Polaris and kube-score, where a check of theirs means what a rule of ours means.
//!
//! They are not part of this repository. `TOLLGATE_KUBE_LINTER`, `TOLLGATE_POLARIS` and `TOLLGATE_KUBE_SCORE` name checkouts.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::References;

/// One case of theirs.
struct Case {
    check: String,
    file: PathBuf,
    expected: Expected,
}

#[derive(Clone, Copy)]
enum Expected {
    /// So many findings.
    Count(usize),
    /// Whether there are any.
    Any(bool),
}

/// Where we differ on purpose: their check, the file, and why.
type Difference = (&'static str, &'static str, &'static str);

fn run(tool: &str, rules: &[(&str, &str)], differences: &[Difference], cases: &[Case]) {
    let (mut agreeing, mut differing, mut failures, mut used) = (0, BTreeSet::new(), Vec::new(), BTreeSet::new());
    for case in cases {
        let Some((check, rule)) = rules.iter().find(|(check, _)| *check == case.check) else { continue };
        used.insert(*check);
        let name = case.file.file_name().unwrap().to_string_lossy().into_owned();
        let found = count(case, rule);
        let agrees = match case.expected {
            Expected::Count(count) => found == count,
            Expected::Any(any) => (found > 0) == any,
        };
        let difference = differences.iter().find(|(check, file, _)| *check == case.check && *file == name);
        match (agrees, difference) {
            (true, None) => agreeing += 1,
            (false, Some(difference)) => drop(differing.insert(*difference)),
            (true, Some(_)) => failures.push(format!("{check} {name}: agrees, and is said to differ")),
            (false, None) => failures.push(format!("{check} {name}: `{rule}` finds {found}")),
        }
    }
    let run = agreeing + differing.len() + failures.len();
    say(tool, &format!("{run} cases run, {agreeing} agree, {} differ on purpose", differing.len()));
    differing.iter().for_each(|(check, file, reason)| say(tool, &format!("differs: {check} {file}: {reason}")));
    assert!(failures.is_empty(), "{} cases come out otherwise:\n{}", failures.len(), failures.join("\n"));
    let unused: Vec<_> = rules.iter().filter(|(check, _)| !used.contains(check)).collect();
    assert!(unused.is_empty(), "no case for {unused:?}");
    assert_eq!(differing.len(), differences.len(), "some difference is of a case that is no longer there");
}

fn count(case: &Case, rule: &str) -> usize {
    let text = std::fs::read_to_string(&case.file).unwrap_or_else(|error| panic!("`{}`: {error}", case.file.display()));
    let objects = serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
    let several = rule == "no-disruption-budget";
    let objects = objects.map(|object| if several { with_several_pods(object) } else { object });
    let yaml = objects.map(|object| object.to_string()).collect::<Vec<_>>().join("\n---\n");
    testing::check::<References>("{}", &yaml).iter().filter(|finding| finding.rule() == rule).count()
}

/// Both others want a budget for a workload that does not say how many pods it has; for us that is one pod. So that selectors
/// are compared all the same, it gets two.
fn with_several_pods(mut object: Value) -> Value {
    let is_workload = ["Deployment", "StatefulSet"].contains(&object["kind"].as_str().unwrap_or_default());
    if is_workload && object["spec"].get("replicas").is_none() {
        object["spec"]["replicas"] = json!(2);
    }
    object
}

/// The checkout that a variable names. Without one the test says so.
fn checkout(tool: &str, variable: &str) -> Option<PathBuf> {
    let directory = std::env::var_os(variable).map(PathBuf::from);
    match &directory {
        Some(directory) => assert!(directory.is_dir(), "`{variable}` names `{}`, which is no directory", directory.display()),
        None => say(tool, &format!("SKIPPED: `{variable}` names no checkout; nothing was compared")),
    }
    directory
}

/// Past the capture of the test harness, which shows nothing of a test that passes.
fn say(tool: &str, text: &str) {
    writeln!(std::io::stderr(), "cases of {tool}: {text}").unwrap();
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

const KUBE_LINTER: [(&str, &str); 8] = [
    ("dangling-horizontalpodautoscaler", "dangling-autoscaler"),
    ("dangling-ingress", "dangling-ingress"),
    ("dangling-networkpolicy", "dangling-network-policy"),
    ("dangling-networkpolicypeer-podselector", "dangling-network-policy-peer"),
    ("dangling-servicemonitor", "dangling-monitor"),
    ("non-existent-service-account", "missing-service-account"),
    ("non-isolated-pod", "no-network-policy"),
    ("pdb-min-available", "disruption-budget-blocks"),
];

const KUBE_LINTER_DIFFERENCES: [Difference; 3] = [
    (
        "dangling-servicemonitor",
        "dangling-servicemonitor.yml",
        "we look into the monitor's own namespace, as Prometheus does, where it names none",
    ),
    (
        "non-existent-service-account",
        "non-existent-service-account.yml",
        "a kind that Kubernetes doesn't have makes pods for us if it lists containers",
    ),
    (
        "pdb-min-available",
        "pdb-min-available.yaml",
        "we ask for labels of the pods, not of the workload's selector; a Deployment without a template has none",
    ),
];

/// Its end-to-end tests say which file has how many findings of a check.
#[test]
fn kube_linter_finds_as_many() {
    let Some(root) = checkout("kube-linter", "TOLLGATE_KUBE_LINTER") else { return };
    let tests = read(&root.join("e2etests/bats-tests.sh"));
    let cases = tests.split("@test ").filter_map(|test| {
        let check = between(test, "\"", "\"")?.to_owned();
        let file = root.join(between(test, "tmp=\"", "\"")?);
        let count = between(test, "\"${count}\" == \"", "\"")?.parse().ok()?;
        Some(Case { check, file, expected: Expected::Count(count) })
    });
    run("kube-linter", &KUBE_LINTER, &KUBE_LINTER_DIFFERENCES, &cases.collect::<Vec<_>>());
}

const POLARIS: [(&str, &str); 3] = [
    ("missingNetworkPolicy", "no-network-policy"),
    ("missingPodDisruptionBudget", "no-disruption-budget"),
    ("pdbMinAvailableGreaterThanHPAMinReplicas", "disruption-budget-blocks"),
];

const ONE_DIRECTION: &str = "we ask for any policy that selects the pods, not for one in each direction";
const EQUAL: &str = "as many as the autoscaler's lowest number lets no pod go, too";
const BY_REPLICAS: &str = "without an autoscaler, we compare with the workload's own number of pods";

const POLARIS_DIFFERENCES: [Difference; 8] = [
    ("missingNetworkPolicy", "failure.netpol_missing_egress_in_policytypes.yaml", ONE_DIRECTION),
    ("missingNetworkPolicy", "failure.netpol_missing_egress_rules.yaml", ONE_DIRECTION),
    ("missingNetworkPolicy", "failure.netpol_missing_ingress_in_policytypes.yaml", ONE_DIRECTION),
    ("missingNetworkPolicy", "failure.netpol_missing_ingress_rules.yaml", ONE_DIRECTION),
    ("pdbMinAvailableGreaterThanHPAMinReplicas", "success.equals.yaml", EQUAL),
    ("pdbMinAvailableGreaterThanHPAMinReplicas", "success.hpa-no-match.yaml", BY_REPLICAS),
    ("pdbMinAvailableGreaterThanHPAMinReplicas", "success.no-hpa.yaml", BY_REPLICAS),
    ("pdbMinAvailableGreaterThanHPAMinReplicas", "success.no-min-replicas.yaml", "an autoscaler that says no lowest number has 1"),
];

/// Its cases say by their names whether a check fails.
#[test]
fn polaris_fails_the_same_cases() {
    let Some(root) = checkout("Polaris", "TOLLGATE_POLARIS") else { return };
    let cases = POLARIS.iter().flat_map(|(check, _)| {
        let directory = root.join("test/checks").join(check);
        let entries = std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("`{}`: {error}", directory.display()));
        entries.map(|entry| {
            let file = entry.unwrap().path();
            let fails = file.file_name().unwrap().to_string_lossy().starts_with("failure");
            Case { check: (*check).to_owned(), file, expected: Expected::Any(fails) }
        })
    });
    run("Polaris", &POLARIS, &POLARIS_DIFFERENCES, &cases.collect::<Vec<_>>());
}

const KUBE_SCORE: [(&str, &str); 8] = [
    ("HorizontalPodAutoscaler has target", "dangling-autoscaler"),
    ("Ingress targets Service", "dangling-ingress"),
    ("NetworkPolicy targets Pod", "dangling-network-policy"),
    ("Pod NetworkPolicy", "no-network-policy"),
    ("Deployment has PodDisruptionBudget", "no-disruption-budget"),
    ("StatefulSet has PodDisruptionBudget", "no-disruption-budget"),
    ("Deployment targeted by HPA does not have replicas configured", "replicas-with-autoscaler"),
    ("StatefulSet has ServiceName", "statefulset-service"),
];

const KUBE_SCORE_DIFFERENCES: [Difference; 2] = [
    ("Pod NetworkPolicy", "networkpolicy-matching-only-egress.yaml", ONE_DIRECTION),
    ("Pod NetworkPolicy", "networkpolicy-matching-only-ingress.yaml", ONE_DIRECTION),
];

/// Its tests say which file gets which grade of a check: `testExpectedScore(t, "FILE", "CHECK", scorecard.GRADE)`.
#[test]
fn kube_score_grades_the_same_cases_as_bad() {
    let Some(root) = checkout("kube-score", "TOLLGATE_KUBE_SCORE") else { return };
    let files = ["apps", "hpa", "ingress", "networkpolicy", "poddisruptionbudget"];
    let tests: String = files.iter().map(|file| read(&root.join(format!("score/{file}_test.go")))).collect();
    let cases = tests.split("testExpectedScore(t, ").skip(1).filter_map(|test| {
        let (arguments, _) = test.split_once(')')?;
        let mut words = arguments.split('"').skip(1).step_by(2);
        let file = root.join("score/testdata").join(words.next()?);
        let check = words.next()?.to_owned();
        Some(Case { check, file, expected: Expected::Any(!arguments.ends_with("GradeAllOK")) })
    });
    run("kube-score", &KUBE_SCORE, &KUBE_SCORE_DIFFERENCES, &cases.collect::<Vec<_>>());
}
