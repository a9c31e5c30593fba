//! Documents of tests, and what is found in them.

use serde_json::{Value, json};
use tollgate_sdk::{Finding, testing};

use crate::TerraformPlan;

/// A block of a configuration.
pub(crate) fn block(kind: &str, labels: &[&str], body: &Value) -> Value {
    json!({"apiVersion": "terraform.tollgate/v1", "kind": kind, "metadata": {"name": labels.join(".")}, "labels": labels,
        "body": body})
}

/// A resource of a configuration.
pub(crate) fn written(kind: &str, body: &Value) -> Value {
    block("resource", &[kind, "a"], body)
}

/// A change of a plan.
pub(crate) fn changed(change: &Value) -> Value {
    let mut document = json!({"apiVersion": "terraform.tollgate/v1", "kind": "ResourceChange", "metadata": {"name": "a"}});
    let members = change.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone()));
    document.as_object_mut().unwrap().extend(members);
    document
}

/// A resource that a plan creates.
pub(crate) fn planned(kind: &str, after: &Value, unknown: &Value) -> Value {
    changed(&json!({"address": format!("{kind}.a"), "mode": "managed", "type": kind,
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}}))
}

/// What is found, as rule and pointer.
pub(crate) fn found(settings: &str, document: &Value) -> Vec<String> {
    all(settings, document).iter().map(|finding| format!("{} {}", finding.rule(), finding.pointer())).collect()
}

/// What is said.
pub(crate) fn messages(settings: &str, document: &Value) -> Vec<String> {
    all(settings, document).iter().map(|finding| finding.message().to_owned()).collect()
}

/// All findings.
pub(crate) fn all(settings: &str, document: &Value) -> Vec<Finding> {
    testing::check::<TerraformPlan>(settings, &document.to_string())
}

/// Where something is found in a resource, the same in a configuration and in a plan.
pub(crate) fn in_both(settings: &str, kind: &str, values: &Value) -> Vec<String> {
    let said = found(settings, &written(kind, values));
    let is_planned = found(settings, &planned(kind, values, &json!({})));
    assert_eq!(said, is_planned.iter().map(|at| at.replace("/change/after", "/body")).collect::<Vec<_>>(), "{kind} {values}");
    said
}
