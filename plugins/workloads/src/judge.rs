//! Which checks are made of a document.

use tollgate_sdk::{Document, Findings};

use crate::check::{Check, Judge};
use crate::checks::CHECKS;
use crate::object::Object;
use crate::pod::Pod;
use crate::report::Report;
use crate::settings::Settings;

/// Judges a document: the checks of its kind, and those of the pods that it makes. Each pod is read once.
pub(crate) fn judge(document: &Document<'_>, settings: &Settings, findings: &mut Findings) {
    let object = Object::new(document);
    let pods: Vec<Pod<'_>> = Pod::all(document, object.kind).collect();
    for check in CHECKS {
        check.judge_object(&object, settings, findings);
        for pod in &pods {
            check.judge_pod(pod, settings, findings);
        }
    }
}

impl Check {
    /// Where a judge stops because it can't go on, it has said so.
    fn judge_object(&'static self, object: &Object<'_>, settings: &Settings, findings: &mut Findings) {
        for judge in self.judges {
            if let Judge::Object(kinds, judge) = judge
                && (kinds.is_empty() || kinds.contains(&object.kind))
            {
                let _ = judge(object, settings, &mut Report::new(&self.rule, findings));
            }
        }
    }

    fn judge_pod(&'static self, pod: &Pod<'_>, settings: &Settings, findings: &mut Findings) {
        let report = &mut Report::new(&self.rule, findings);
        for judge in self.judges {
            match judge {
                Judge::Object(..) => {}
                Judge::Pod(judge) => {
                    let _ = judge(pod, settings, report);
                }
                Judge::Container(judge) => {
                    for container in &pod.containers {
                        let _ = judge(pod, container, settings, report);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::testing;

    use crate::Workloads;

    #[test]
    fn every_pod_of_a_document_is_judged() {
        let pod = json!({"spec": {"hostPID": true, "containers": [{"name": "web"}]}});
        let body = json!({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": {"a": pod, "b": [pod]}}).to_string();
        let findings = testing::check::<Workloads>("{}", &body);
        let of = |rule: &str| {
            findings.iter().filter(|found| found.rule() == rule).map(|found| found.pointer().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("host-pid"), ["/spec/a/spec/hostPID", "/spec/b/0/spec/hostPID"]);
        let probes = ["/spec/a/spec/containers/0/livenessProbe", "/spec/b/0/spec/containers/0/livenessProbe"];
        assert_eq!(of("liveness-probe"), probes);
    }

    #[test]
    fn a_document_that_nobody_expects_anything_of_has_no_findings() {
        for body in [json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": "hostPID: true"}}), json!({"a": [1]})] {
            assert!(testing::check::<Workloads>("{}", &body.to_string()).is_empty(), "{body}");
        }
    }
}
