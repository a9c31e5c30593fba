//! What the tests of all checks share: what one rule finds.

use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::Workloads;

/// What one rule finds in a document: pointers and messages, in order.
#[track_caller]
pub(crate) fn found_with(settings: &str, rule: &str, body: &Value) -> Vec<(String, String)> {
    let findings = testing::check::<Workloads>(settings, &body.to_string());
    assert!(crate::checks::RULES.iter().any(|known| known.id == rule), "no rule is called `{rule}`");
    let of_rule = findings.iter().filter(|finding| finding.rule() == rule);
    of_rule.map(|finding| (finding.pointer().to_owned(), finding.message().to_owned())).collect()
}

/// Where one rule finds something in a document, without settings.
#[track_caller]
pub(crate) fn pointers(rule: &str, body: &Value) -> Vec<String> {
    found_with("{}", rule, body).into_iter().map(|(pointer, _)| pointer).collect()
}

/// A Pod with this `spec`.
pub(crate) fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart"}, "spec": spec})
}

/// A Pod whose only container `web` is this.
pub(crate) fn container(container: &Value) -> Value {
    let mut container = container.clone();
    container["name"] = json!("web");
    pod(&json!({"containers": [container]}))
}

/// An object of a kind with this `spec`.
pub(crate) fn object(api_version: &str, kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "cart"}, "spec": spec})
}
