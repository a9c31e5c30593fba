//! Whatever a document holds, it is judged without a panic, and what can't be understood is never let through.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::WorkloadLimits;

const WITH_CPU: &str = r#"{"cpuLimit": true}"#;

fn container(name: &str) -> Value {
    json!({
        "name": name,
        "resources": {"limits": {"memory": "1Gi", "cpu": 1}, "requests": {"memory": "1Gi", "cpu": "100m"}},
        "securityContext": {"privileged": false, "runAsNonRoot": true, "runAsUser": 1000},
    })
}

/// A pod that fulfils every rule, and sets every value that a rule reads, in all three lists.
fn good_spec() -> Value {
    let look = json!({"name": "look", "securityContext": {"privileged": false, "runAsNonRoot": true, "runAsUser": 1000}});
    json!({
        "securityContext": {"fsGroup": 1},
        "containers": [container("web")], "initContainers": [container("setup")], "ephemeralContainers": [look],
    })
}

/// Kinds that hold a pod, each with where its `spec` is: as the API defines it, and as somebody may have thought of it.
const PLACES: [(&str, &str, &str); 4] = [
    ("v1", "Pod", "/spec"),
    ("apps/v1", "Deployment", "/spec/template/spec"),
    ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template/spec"),
    ("example.com/v1", "Fleet", "/spec/groups/members/spec"),
];

/// An object of a kind whose pod has this `spec`.
fn holding((api_version, kind, pointer): (&str, &str, &str), spec: Value) -> Value {
    let mut body = pointer.rsplit('/').filter(|key| !key.is_empty()).fold(spec, |inner, key| json!({ key: inner }));
    body["apiVersion"] = json!(api_version);
    body["kind"] = json!(kind);
    body
}

fn found(settings: &str, body: &Value) -> Vec<String> {
    let findings = testing::check::<WorkloadLimits>(settings, &body.to_string());
    findings.iter().map(|finding| format!("{} {}", finding.rule(), finding.pointer())).collect()
}

#[test]
fn a_good_pod_passes_wherever_it_stands() {
    for place in PLACES {
        assert_eq!(found(WITH_CPU, &holding(place, good_spec())), Vec::<String>::new(), "{place:?}");
    }
}

/// What a broken value breaks, with what stands there then.
fn broken(place: (&str, &str, &str), pointer: &str, other: Value) -> Vec<String> {
    let mut body = holding(place, good_spec());
    let whole = format!("{}{pointer}", place.2);
    *body.pointer_mut(&whole).unwrap_or_else(|| panic!("{whole}")) = other;
    found(WITH_CPU, &body)
}

#[test]
fn a_value_of_any_other_type_is_refused_wherever_it_stands() {
    for pointer in [
        "/securityContext",
        "/containers/0",
        "/containers/0/securityContext",
        "/containers/0/securityContext/runAsNonRoot",
        "/containers/0/securityContext/runAsUser",
        "/containers/0/securityContext/privileged",
        "/containers/0/resources",
        "/containers/0/resources/limits",
        "/containers/0/resources/limits/memory",
        "/initContainers/0/resources/limits/cpu",
        "/initContainers/0/securityContext/privileged",
        "/ephemeralContainers/0/securityContext",
    ] {
        for other in [json!("x"), json!([]), json!(["x"]), json!(0.0)] {
            for place in PLACES {
                assert!(!broken(place, pointer, other.clone()).is_empty(), "`{other}` at {pointer} of {} is let through", place.1);
            }
        }
    }
}

#[test]
fn what_stands_where_containers_should_be_breaks_every_rule() {
    let [pod, ..] = PLACES;
    for (pointer, other) in [
        ("", json!("x")),
        ("", json!([good_spec()])),
        ("/containers", json!({"web": container("web")})),
        ("/initContainers", json!({"setup": {"securityContext": {"privileged": true}}})),
        ("/ephemeralContainers", json!(true)),
    ] {
        let expected = ["limits", "requests", "non-root", "privileged"].map(|rule| format!("{rule} /spec{pointer}"));
        assert_eq!(broken(pod, pointer, other), expected, "{pointer}");
    }
}

#[test]
fn a_template_that_is_no_object_is_refused() {
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": [{"spec": good_spec()}]}});
    // The one that the API would look for can't be read; the one in the list would run if somebody else read it.
    assert_eq!(
        found(WITH_CPU, &body),
        ["limits", "requests", "non-root", "privileged"].map(|rule| format!("{rule} /spec/template"))
    );
}

#[test]
fn a_list_that_is_left_out_or_null_holds_nothing() {
    let [pod, ..] = PLACES;
    for list in ["/initContainers", "/ephemeralContainers"] {
        assert_eq!(broken(pod, list, Value::Null), Vec::<String>::new());
        assert_eq!(broken(pod, list, json!([])), Vec::<String>::new());
    }
}

const KEYS: [&str; 20] = [
    "spec",
    "template",
    "jobTemplate",
    "metadata",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "name",
    "resources",
    "limits",
    "requests",
    "memory",
    "cpu",
    "securityContext",
    "privileged",
    "runAsNonRoot",
    "runAsUser",
    "apiVersion",
    "kind",
    "",
];
const WORDS: [&str; 10] = ["Pod", "v1", "apps/v1", "Deployment", "CronJob", "batch/v1", "1Gi", "0", "-1", "é~/"];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

/// The good pod with up to three of its values replaced by something else.
fn broken_spec() -> impl Strategy<Value = Value> {
    let other = prop_oneof![anything(), prop::sample::select(&WORDS[..]).prop_map(Value::from), (-1..2).prop_map(Value::from)];
    prop::collection::vec((any::<prop::sample::Index>(), other), 0..4).prop_map(|changes| {
        changes.into_iter().fold(good_spec(), |mut spec, (at, other)| {
            let all = testing::pointers(&spec);
            *spec.pointer_mut(at.get::<String>(&all)).unwrap() = other;
            spec
        })
    })
}

fn place() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    prop::sample::select(&PLACES[..])
}

proptest! {
    #[test]
    fn no_object_makes_it_panic(body in anything(), cpu_limit: bool) {
        let settings = format!(r#"{{"cpuLimit": {cpu_limit}}}"#);
        for finding in testing::check::<WorkloadLimits>(&settings, &json!([body]).to_string()) {
            prop_assert!(!finding.message().is_empty() && finding.remediation().is_some());
        }
        drop(testing::check::<WorkloadLimits>(&settings, &body.to_string()));
    }

    #[test]
    fn no_pod_passes_but_with_limits_and_without_root(place in place(), spec in broken_spec()) {
        if found(WITH_CPU, &holding(place, spec.clone())).is_empty() {
            for container in spec["containers"].as_array().into_iter().flatten() {
                let own = |pointer: &str| container.pointer(pointer).filter(|value| !value.is_null());
                let either = |pointer: &str| own(pointer).or_else(|| spec.pointer(pointer));
                prop_assert!(either("/resources/limits/memory").is_some() && either("/resources/limits/cpu").is_some());
                prop_assert_eq!(either("/securityContext/runAsNonRoot"), Some(&json!(true)));
                prop_assert!(either("/securityContext/runAsUser").is_none_or(|user| user.as_i64().is_some_and(|user| user > 0)));
                prop_assert!(own("/securityContext/privileged").is_none_or(|privileged| privileged == &json!(false)));
            }
        }
    }

    #[test]
    fn nothing_beside_it_hides_a_container(place in place(), list in prop::sample::select(vec!["containers", "initContainers"]), other in anything()) {
        let mut spec = good_spec();
        let containers = spec[list].as_array_mut().unwrap();
        containers.push(json!({"name": "bad", "securityContext": {"privileged": true}}));
        containers.push(other);
        let found = found("{}", &holding(place, spec));
        for (rule, key) in [("limits", "resources/limits/memory"), ("privileged", "securityContext/privileged"), ("non-root", "securityContext/runAsNonRoot")] {
            let expected = format!("{rule} {}/{list}/1/{key}", place.2);
            prop_assert!(found.contains(&expected), "{expected} in {found:?}");
        }
    }
}
