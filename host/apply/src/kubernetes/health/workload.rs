//! What runs containers.

use serde_json::Value;

use super::Health;
use super::condition::{Conditions, Truth};

fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// How many are wanted. Left out, it is one.
fn wanted(object: &Value) -> i64 {
    object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

/// Whether counts have been reached, each with what is said until then.
fn reached(counts: &[(bool, String)]) -> Option<Health> {
    counts.iter().find(|(is_reached, _)| !is_reached).map(|(_, reason)| Health::Progressing(reason.clone()))
}

/// All pods are of the new template, no old one is left, and all are available.
pub(super) fn deployment(object: &Value, conditions: &Conditions<'_>) -> Health {
    if conditions.reason("Progressing") == Some("ProgressDeadlineExceeded") {
        return Health::Failed(conditions.told("Progressing"));
    }
    if conditions.is("ReplicaFailure", Truth::True) {
        return Health::Progressing(conditions.told("ReplicaFailure"));
    }
    if object.pointer("/status/observedGeneration").is_none() {
        return Health::progressing("its controller has not seen it yet");
    }
    let wanted = wanted(object);
    let [all, updated, ready, available] =
        ["/status/replicas", "/status/updatedReplicas", "/status/readyReplicas", "/status/availableReplicas"]
            .map(|pointer| number(object, pointer));
    let counts = [
        (updated >= wanted, format!("{updated} of {wanted} replicas are updated")),
        (all <= updated, format!("{} old replicas are still there", all - updated)),
        (available >= updated, format!("{available} of {updated} updated replicas are available")),
        (ready >= wanted, format!("{ready} of {wanted} replicas are ready")),
    ];
    if let Some(waiting) = reached(&counts) {
        return waiting;
    }
    let has_deadline = conditions.has("Progressing");
    if has_deadline && conditions.reason("Progressing") != Some("NewReplicaSetAvailable") && wanted > 0 {
        return Health::Progressing(conditions.told("Progressing"));
    }
    // A paused Deployment, or one of none, has nothing to be available.
    if conditions.is("Available", Truth::False) { Health::Progressing(conditions.told("Available")) } else { Health::Current }
}

/// All pods are of the new revision, beyond the partition if it has one.
pub(super) fn stateful_set(object: &Value) -> Health {
    if object.pointer("/status/observedGeneration").is_none() {
        return Health::progressing("its controller has not seen it yet");
    }
    let wanted = wanted(object);
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let [all, updated, ready, available] =
        ["/status/replicas", "/status/updatedReplicas", "/status/readyReplicas", "/status/availableReplicas"]
            .map(|pointer| number(object, pointer));
    let is_updated = text("/status/currentRevision") == text("/status/updateRevision");
    if text("/spec/updateStrategy/type") == Some("OnDelete") && !is_updated && updated < wanted {
        return Health::progressing(format!(
            "{updated} of {wanted} pods are updated; the rest wait to be deleted by hand (`OnDelete`)"
        ));
    }
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition");
    let due = (wanted - partition).max(0);
    let counts = [
        (all >= wanted, format!("{all} of {wanted} pods are there")),
        (all <= wanted, format!("{} pods too many are still there", all - wanted)),
        (ready >= wanted, format!("{ready} of {wanted} pods are ready")),
        (
            available >= wanted || object.pointer("/status/availableReplicas").is_none(),
            format!("{available} of {wanted} pods are available"),
        ),
        (partition == 0 || updated >= due, format!("{updated} of {due} pods beyond the partition are updated")),
        (partition > 0 || is_updated, format!("{updated} of {wanted} pods are updated")),
    ];
    reached(&counts).unwrap_or(Health::Current)
}

/// On every node that it is meant for there is a pod of the new template, and it is available.
pub(super) fn daemon_set(object: &Value) -> Health {
    if object.pointer("/status/observedGeneration").is_none() {
        return Health::progressing("its controller has not seen it yet");
    }
    let [wanted, current, updated, available, ready] = [
        "/status/desiredNumberScheduled",
        "/status/currentNumberScheduled",
        "/status/updatedNumberScheduled",
        "/status/numberAvailable",
        "/status/numberReady",
    ]
    .map(|pointer| number(object, pointer));
    let counts = [
        (current >= wanted, format!("{current} of {wanted} nodes have a pod")),
        (updated >= wanted, format!("{updated} of {wanted} pods are updated")),
        (available >= wanted, format!("{available} of {wanted} pods are available")),
        (ready >= wanted, format!("{ready} of {wanted} pods are ready")),
    ];
    reached(&counts).unwrap_or(Health::Current)
}

pub(super) fn replica_set(object: &Value, conditions: &Conditions<'_>) -> Health {
    if conditions.is("ReplicaFailure", Truth::True) {
        return Health::Progressing(conditions.told("ReplicaFailure"));
    }
    let wanted = wanted(object);
    let [all, ready, available] =
        ["/status/replicas", "/status/readyReplicas", "/status/availableReplicas"].map(|pointer| number(object, pointer));
    let counts = [
        (all == wanted, format!("{all} of {wanted} replicas are there")),
        (ready >= wanted, format!("{ready} of {wanted} replicas are ready")),
        (available >= wanted, format!("{available} of {wanted} replicas are available")),
    ];
    reached(&counts).unwrap_or(Health::Current)
}

/// It has done its work. That it has begun is not enough: what depends on it needs the result.
pub(super) fn job(object: &Value, conditions: &Conditions<'_>) -> Health {
    if conditions.is("Complete", Truth::True) {
        return Health::Current;
    }
    if conditions.is("Failed", Truth::True) {
        return Health::Failed(conditions.told("Failed"));
    }
    if object.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true) {
        return Health::Current;
    }
    let [succeeded, failed, active] =
        ["/status/succeeded", "/status/failed", "/status/active"].map(|pointer| number(object, pointer));
    let wanted = object.pointer("/spec/completions").and_then(Value::as_i64).unwrap_or(1);
    Health::progressing(format!("{succeeded} of {wanted} runs have succeeded, {active} are active, {failed} have failed"))
}

/// A pod of its own, without a controller: it runs and is ready, or has done its work.
pub(super) fn pod(object: &Value, conditions: &Conditions<'_>) -> Health {
    match object.pointer("/status/phase").and_then(Value::as_str) {
        Some("Succeeded") => Health::Current,
        Some("Failed") => Health::Failed(trouble(object).unwrap_or_else(|| "it has failed".to_owned())),
        Some("Running") if conditions.is("Ready", Truth::True) => Health::Current,
        _ => Health::Progressing(trouble(object).unwrap_or_else(|| conditions.told("Ready"))),
    }
}

/// What keeps a pod from running, in its own words: why it has no node, or what its containers wait for or ended with.
pub(in super::super) fn trouble(pod: &Value) -> Option<String> {
    let conditions = Conditions::of(pod);
    if conditions.is("PodScheduled", Truth::False) {
        return Some(conditions.told("PodScheduled"));
    }
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"].map(|pointer| pod.pointer(pointer));
    let containers = statuses.into_iter().flatten().filter_map(Value::as_array).flatten();
    containers.filter_map(container_trouble).next()
}

fn container_trouble(container: &Value) -> Option<String> {
    let name = container["name"].as_str().unwrap_or_default();
    let of = |state: &Value| {
        let reason = state["reason"].as_str()?;
        let message = state["message"].as_str().map(|message| format!(": {message}")).unwrap_or_default();
        Some(format!("container `{name}`: {reason}{message}"))
    };
    let (state, last) = (&container["state"], &container["lastState"]);
    let waits = &state["waiting"];
    let harmless = matches!(waits["reason"].as_str(), None | Some("ContainerCreating" | "PodInitializing"));
    let ended = |state: &Value| state["terminated"]["exitCode"].as_i64().is_some_and(|code| code != 0);
    match () {
        () if !harmless => of(waits),
        () if ended(state) => of(&state["terminated"]),
        () if ended(last) => of(&last["terminated"]),
        () => None,
    }
}
