//! Whether objects in a cluster are what they are meant to be: the rules of kstatus, with the stricter reading where a gate needs it.
//!
//! A function of an object's JSON alone. What can only be known by asking for more (the pods behind a Deployment) is asked for
//! by whoever waits.

mod condition;
mod rules;
mod workload;

use serde_json::Value;
use tollgate_core::document::ObjectIdentity;

use condition::{Conditions, Truth};
pub(super) use rules::{BadRule, Rules};
pub(super) use workload::trouble;

/// How it is with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// As it is meant to be.
    Current,
    /// On its way, for the reason given.
    Progressing(String),
    /// It will not get there by itself.
    Failed(String),
    /// It is being deleted.
    Terminating,
}

impl Health {
    pub(super) fn progressing(reason: impl Into<String>) -> Self {
        Self::Progressing(reason.into())
    }
}

/// How it is with a live object. What the target says of its kind counts before what is known of it.
pub(super) fn of(identity: &ObjectIdentity, object: &Value, rules: &Rules) -> Health {
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return Health::Terminating;
    }
    let conditions = Conditions::of(object);
    let told = unobserved(object).or_else(|| rules.of(identity, object)).or_else(|| stalled(&conditions));
    told.unwrap_or_else(|| of_kind(identity, object, &conditions))
}

/// A status that is of an older specification says nothing of this one.
fn unobserved(object: &Value) -> Option<Health> {
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64)?;
    let observed = object.pointer("/status/observedGeneration").and_then(Value::as_i64)?;
    (observed != generation).then(|| Health::progressing("its controller has not seen the change yet"))
}

/// The conditions that controllers of custom kinds may set, whatever the kind.
fn stalled(conditions: &Conditions<'_>) -> Option<Health> {
    if conditions.is("Reconciling", Truth::True) {
        return Some(Health::Progressing(conditions.told("Reconciling")));
    }
    conditions.is("Stalled", Truth::True).then(|| Health::Failed(conditions.told("Stalled")))
}

fn of_kind(identity: &ObjectIdentity, object: &Value, conditions: &Conditions<'_>) -> Health {
    match (identity.group(), identity.kind.as_str()) {
        ("apps", "Deployment") => workload::deployment(object, conditions),
        ("apps", "StatefulSet") => workload::stateful_set(object),
        ("apps", "DaemonSet") => workload::daemon_set(object),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => workload::replica_set(object, conditions),
        ("batch", "Job") => workload::job(object, conditions),
        ("", "Pod") => workload::pod(object, conditions),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "Service") => service(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(conditions),
        ("apiregistration.k8s.io", "APIService") => required(conditions, "Available"),
        ("policy", "PodDisruptionBudget") => budget(object, conditions),
        _ if is_plain(identity) => Health::Current,
        _ => custom(object, conditions),
    }
}

/// Kinds that have no state of their own.
fn is_plain(identity: &ObjectIdentity) -> bool {
    let group = identity.group();
    let is_built_in = group.is_empty() || !group.contains('.') || group.ends_with(".k8s.io");
    is_built_in && !matches!(identity.kind.as_str(), "Gateway" | "HTTPRoute" | "GRPCRoute" | "GatewayClass")
}

/// Whether nobody can say yet how it is with a new object: its controller has not written a status, and may be about to. Controllers
/// of some kinds never do, so this is asked no longer than a moment after the object was made.
pub(super) fn is_unseen(identity: &ObjectIdentity, object: &Value) -> bool {
    !is_plain(identity) && object.get("status").is_none()
}

/// A claim that waits for its first pod is as far as it can be; who mounts it says the rest.
fn claim(object: &Value) -> Health {
    match object.pointer("/status/phase").and_then(Value::as_str) {
        Some("Bound") => Health::Current,
        Some("Lost") => Health::Failed("its volume is lost".to_owned()),
        _ => Health::progressing("it is not bound to a volume"),
    }
}

/// One that is to have an address outside has none before that is given.
fn service(object: &Value) -> Health {
    if object.pointer("/spec/type").and_then(Value::as_str) != Some("LoadBalancer") {
        return Health::Current;
    }
    let ingress = object.pointer("/status/loadBalancer/ingress").and_then(Value::as_array);
    if ingress.is_some_and(|ingress| !ingress.is_empty()) { Health::Current } else { Health::progressing("it has no address yet") }
}

fn definition(conditions: &Conditions<'_>) -> Health {
    if conditions.is("NamesAccepted", Truth::False) {
        return Health::Failed(conditions.told("NamesAccepted"));
    }
    required(conditions, "Established")
}

fn budget(object: &Value, conditions: &Conditions<'_>) -> Health {
    if object.pointer("/status/observedGeneration").is_none() {
        return Health::progressing("its controller has not seen it yet");
    }
    // That nobody may be evicted now is a state, and none that a change waits for.
    if conditions.is("DisruptionAllowed", Truth::Unknown) {
        return Health::Progressing(conditions.told("DisruptionAllowed"));
    }
    Health::Current
}

fn required(conditions: &Conditions<'_>, name: &str) -> Health {
    if conditions.is(name, Truth::True) { Health::Current } else { Health::Progressing(conditions.told(name)) }
}

/// What a custom kind says by the condition that most of them have. One whose status is still empty has not been looked at.
fn custom(object: &Value, conditions: &Conditions<'_>) -> Health {
    if conditions.has("Ready") {
        return required(conditions, "Ready");
    }
    if conditions.is("Failed", Truth::True) {
        return Health::Failed(conditions.told("Failed"));
    }
    match object.get("status").and_then(Value::as_object) {
        Some(status) if status.is_empty() => Health::progressing("its controller has not seen it yet"),
        _ => Health::Current,
    }
}

#[cfg(test)]
mod tests;
