//! Whatever a document holds, it is judged without a panic, and what can't be understood is never let through.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::PodSecurity;

/// A pod that satisfies the restricted level and sets every value that any check reads.
fn full_pod() -> Value {
    let profile = json!({"type": "RuntimeDefault"});
    let handler = json!({"httpGet": {"host": "", "port": 8080}, "tcpSocket": {"host": "", "port": 8080}});
    let container = json!({
        "name": "web",
        "ports": [{"containerPort": 8080, "hostPort": 0}],
        "livenessProbe": handler, "readinessProbe": handler, "startupProbe": handler,
        "lifecycle": {"postStart": handler, "preStop": handler},
        "securityContext": {
            "privileged": false, "allowPrivilegeEscalation": false, "procMount": "Default", "runAsNonRoot": true, "runAsUser": 1000,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "seccompProfile": profile, "appArmorProfile": profile,
            "seLinuxOptions": {"type": "container_t", "user": "", "role": ""},
            "windowsOptions": {"hostProcess": false},
        },
    });
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/web": "runtime/default"}},
        "spec": {
            "hostNetwork": false, "hostPID": false, "hostIPC": false, "hostUsers": true, "os": {"name": "linux"},
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 1000, "sysctls": [{"name": "net.ipv4.tcp_syncookies"}],
                "seccompProfile": profile, "appArmorProfile": profile,
                "seLinuxOptions": {"type": "container_t", "user": "", "role": ""},
                "windowsOptions": {"hostProcess": false},
            },
            "volumes": [{"name": "tmp", "emptyDir": {}}],
            "containers": [container], "initContainers": [container], "ephemeralContainers": [container],
        },
    })
}

/// Values that no check reads, or whose type makes no difference: whichever kind of volume that pods may choose, and ports of
/// the container itself. The document's kind decides whether it is a pod at all.
const NOT_JUDGED: [&str; 6] = ["/apiVersion", "/kind", "/volumes/0/name", "/volumes/0/emptyDir", "/containerPort", "/port"];

fn judged_pointers() -> Vec<String> {
    let is_judged = |pointer: &String| !pointer.is_empty() && !NOT_JUDGED.iter().any(|end| pointer.ends_with(end));
    testing::pointers(&full_pod()).into_iter().filter(is_judged).collect()
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn findings(settings: &str, document: &Value) -> Vec<String> {
    let found = testing::check::<PodSecurity>(settings, &document.to_string());
    found.iter().map(|finding| format!("{}:{}", finding.rule(), finding.pointer())).collect()
}

const RESTRICTED: &str = r#"{"level": "restricted"}"#;

#[test]
fn the_full_pod_is_fine() {
    assert_eq!(findings(RESTRICTED, &full_pod()), Vec::<String>::new());
}

#[test]
fn a_value_of_any_other_type_is_refused_wherever_it_stands() {
    let all = judged_pointers();
    assert!(all.len() > 150, "{}", all.len());
    for pointer in &all {
        for other in [json!(true), json!(7), json!(0.5), json!("x"), json!([]), json!({})] {
            let mut pod = full_pod();
            let place = pod.pointer_mut(pointer).unwrap();
            let fits =
                kind(place) == kind(&other) && !matches!(other, Value::Number(_)) || *place == json!(1000) && other == json!(7);
            if !fits {
                *place = other.clone();
                assert!(!findings(RESTRICTED, &pod).is_empty(), "`{other}` at {pointer} is let through");
            }
        }
    }
}

/// The keys that checks look at.
const KEYS: [&str; 26] = [
    "spec",
    "template",
    "metadata",
    "annotations",
    "containers",
    "initContainers",
    "securityContext",
    "privileged",
    "capabilities",
    "add",
    "drop",
    "volumes",
    "hostPath",
    "ports",
    "hostPort",
    "sysctls",
    "name",
    "type",
    "os",
    "hostUsers",
    "livenessProbe",
    "httpGet",
    "host",
    "seccompProfile",
    "container.apparmor.security.beta.kubernetes.io/web",
    "seccomp.security.alpha.kubernetes.io/pod",
];

/// The words that checks look for.
const WORDS: [&str; 9] = ["windows", "ALL", "Unconfined", "RuntimeDefault", "Default", "", "é~/", "v1", "Pod"];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

fn settings() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["privileged", "baseline", "restricted"]), 0..=37)
        .prop_map(|(level, minor)| format!(r#"{{"level": "{level}", "version": "v1.{minor}"}}"#))
}

proptest! {
    #[test]
    fn judging_never_panics(settings in settings(), spec in anything(), metadata in anything(), kind in 0..4_usize) {
        let (api_version, kind) = [("v1", "Pod"), ("apps/v1", "Deployment"), ("batch/v1", "CronJob"), ("example.com/v1", "Other")][kind];
        let template = json!({"metadata": metadata, "spec": spec});
        let spec = match kind {
            "Pod" => spec,
            "CronJob" => json!({"jobTemplate": {"spec": {"template": template}}}),
            _ => json!({"template": template}),
        };
        let document = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec});
        for finding in testing::check::<PodSecurity>(&settings, &document.to_string()) {
            // It leads to something, or to where it should be in something that is there.
            let mut pointer = finding.pointer();
            while document.pointer(pointer).is_none() {
                pointer = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
            prop_assert!(!pointer.is_empty() || finding.pointer() == "/spec", "{}", finding.pointer());
            prop_assert!(finding.message().len() < 1_000);
        }
    }

    #[test]
    fn nothing_broken_in_a_place_is_mended_elsewhere(at in any::<prop::sample::Index>(), other in anything()) {
        let mut all = judged_pointers();
        all.retain(|pointer| pointer.starts_with("/spec/containers"));
        let mut pod = full_pod();
        *pod.pointer_mut("/spec/hostPID").unwrap() = json!("true");
        *pod.pointer_mut(at.get::<String>(&all)).unwrap() = other;
        prop_assert!(findings(RESTRICTED, &pod).contains(&"host-namespaces:/spec/hostPID".to_owned()));
    }
}
