//! What the tests of all checks share: one check on one pod.

use serde_json::{Value, json};
use tollgate_sdk::workload::pods;
use tollgate_sdk::{Document, Findings};

use crate::check::Check;
use crate::pod::Pod;
use crate::report::Report;
use crate::version::Version;

/// Findings of one check on all pods of an object: pointers and messages, in order.
pub(crate) fn judge_document(check: &'static Check, version: Version, body: &Value) -> Vec<(String, String)> {
    let bytes = body.to_string();
    let document = Document::read(0, "", bytes.as_bytes()).unwrap();
    let mut findings = Findings::default();
    for pod in pods(&document) {
        (check.judge)(&Pod::new(&pod), version, &mut Report::new(&check.rule, &mut findings));
    }
    findings.into_vec().into_iter().map(|finding| (finding.pointer().to_owned(), finding.message().to_owned())).collect()
}

/// Findings on a Pod with these `metadata` and `spec`.
pub(crate) fn judge_template(check: &'static Check, version: Version, template: &Value) -> Vec<(String, String)> {
    let mut pod = template.clone();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    judge_document(check, version, &pod)
}

/// Findings on a Pod with this `spec`.
pub(crate) fn judge_spec(check: &'static Check, version: Version, spec: &Value) -> Vec<(String, String)> {
    judge_template(check, version, &json!({"spec": spec}))
}

/// Findings on a Pod whose only container `web` has this security context.
pub(crate) fn judge_context(check: &'static Check, version: Version, context: &Value) -> Vec<(String, String)> {
    judge_spec(check, version, &json!({"containers": [{"name": "web", "securityContext": context}]}))
}

/// The pointers of findings.
pub(crate) fn pointers(findings: Vec<(String, String)>) -> Vec<String> {
    findings.into_iter().map(|(pointer, _)| pointer).collect()
}
