//! Which checks are made of a document.

use tollgate_sdk::workload::pods;
use tollgate_sdk::{Document, Findings};

use crate::checks::CHECKS;
use crate::pod::Pod;
use crate::report::Report;
use crate::settings::{SecurityLevel, Settings};

/// Judges a document: every check that holds, on every pod that the document makes.
///
/// A document without a pod has no findings. Their order is that of the pods, then of the table of checks.
pub(crate) fn judge(settings: Settings, document: &Document<'_>, findings: &mut Findings) {
    if settings.level == SecurityLevel::Privileged {
        return;
    }
    for pod in pods(document) {
        let pod = Pod::new(&pod);
        for check in CHECKS.iter().filter(|check| check.holds(settings)) {
            (check.judge)(&pod, settings.version, &mut Report::new(&check.rule, findings));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::version::Version;

    fn bad_pod() -> Value {
        json!({"spec": {"hostPID": true, "containers": [{"name": "web", "securityContext": {"privileged": true}}]}})
    }

    fn found(settings: Settings, body: &Value) -> Vec<(&'static str, String)> {
        let bytes = body.to_string();
        let document = Document::read(0, "", bytes.as_bytes()).unwrap();
        let mut findings = Findings::default();
        judge(settings, &document, &mut findings);
        findings.into_vec().into_iter().map(|finding| (finding.rule(), finding.pointer().to_owned())).collect()
    }

    fn rules(level: SecurityLevel, version: Version) -> Vec<&'static str> {
        let mut pod = bad_pod();
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        found(Settings { level, version }, &pod).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn privileged_judges_nothing() {
        assert!(rules(SecurityLevel::Privileged, Version::LATEST).is_empty());
    }

    #[test]
    fn baseline_judges_by_baseline_alone() {
        assert_eq!(rules(SecurityLevel::Baseline, Version::LATEST), ["host-namespaces", "privileged"]);
    }

    #[test]
    fn restricted_includes_baseline() {
        let found = rules(SecurityLevel::Restricted, Version::LATEST);
        for rule in ["host-namespaces", "privileged", "run-as-non-root", "capabilities-restricted"] {
            assert!(found.contains(&rule), "{rule} in {found:?}");
        }
    }

    #[test]
    fn a_check_holds_from_its_version_on() {
        assert!(!rules(SecurityLevel::Restricted, Version::minor(7)).contains(&"allow-privilege-escalation"));
        assert!(rules(SecurityLevel::Restricted, Version::minor(8)).contains(&"allow-privilege-escalation"));
    }

    #[test]
    fn every_pod_of_a_document_is_judged() {
        let document =
            json!({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": {"aTemplate": bad_pod(), "bTemplate": bad_pod()}});
        let expected = [
            ("host-namespaces", "/spec/aTemplate/spec/hostPID"),
            ("privileged", "/spec/aTemplate/spec/containers/0/securityContext/privileged"),
            ("host-namespaces", "/spec/bTemplate/spec/hostPID"),
            ("privileged", "/spec/bTemplate/spec/containers/0/securityContext/privileged"),
        ];
        assert_eq!(found(Settings::default(), &document), expected.map(|(rule, pointer)| (rule, pointer.to_owned())));
    }

    #[test]
    fn a_document_without_a_pod_has_no_findings() {
        let document = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": "privileged: true"}});
        assert!(found(Settings::default(), &document).is_empty());
    }
}
