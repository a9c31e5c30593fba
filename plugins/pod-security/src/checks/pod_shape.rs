//! The parts of a pod that all other checks read.

use tollgate_sdk::workload::ContainerKind;
use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "pod-shape",
        title: "Pod has the shape that Kubernetes defines",
        help: include_str!("../../rules/pod-shape.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    let Some(template) = required(&pod.template, "pod template", report) else { return };
    if let Some(metadata) = report.object(template.get("metadata"), Owner::Pod) {
        report.object(metadata.get("annotations"), Owner::Pod);
    }
    let Some(spec) = required(&pod.spec, "`spec`", report) else { return };
    judge_exemptions(&spec, report);
    judge_lists(&spec, report);
    for (owner, security) in pod.contexts() {
        report.object(security.clone(), owner);
    }
}

/// An object without which there is no pod.
fn required<'a>(node: &Node<'a>, name: &str, report: &mut Report<'_>) -> Option<Node<'a>> {
    if !node.exists() {
        report.deny(node, format!("there is no {name}, so there is no pod to judge"), "Add the pod that is to run");
    }
    report.object(node.clone(), Owner::Pod)
}

/// What other checks make exemptions by.
fn judge_exemptions(spec: &Node<'_>, report: &mut Report<'_>) {
    let host_users = spec.get("hostUsers");
    if host_users.flag() == Reading::Unknown {
        report.unknown(&host_users, Owner::Pod, "`true` or `false`");
    }
    if let Some(system) = report.object(spec.get("os"), Owner::Pod) {
        judge_name(&system, report);
    }
}

/// The lists of containers. That of the regular ones must be there; Kubernetes itself refuses an empty one.
fn judge_lists(spec: &Node<'_>, report: &mut Report<'_>) {
    for kind in ContainerKind::ALL {
        let list = spec.get(kind.list());
        if kind == ContainerKind::Regular && !list.exists() {
            report.deny(&list, "there are no containers, so there is no pod to judge".to_owned(), "Add the pod's containers");
        }
        for container in report.objects(&list, Owner::Pod) {
            judge_name(&container, report);
        }
    }
}

/// A name by which other checks make a difference.
fn judge_name(named: &Node<'_>, report: &mut Report<'_>) {
    let name = named.get("name");
    if name.text() == Reading::Unknown {
        report.unknown(&name, Owner::Pod, "a text");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_document, judge_template, pointers};

    fn judged(template: &Value) -> Vec<String> {
        pointers(judge_template(&CHECK, Version::LATEST, template))
    }

    fn judged_workload(body: &Value) -> Vec<String> {
        let mut body = body.clone();
        body["apiVersion"] = json!("v1");
        body["kind"] = json!("PodTemplate");
        pointers(judge_document(&CHECK, Version::LATEST, &body))
    }

    #[test]
    fn a_plain_pod_is_fine() {
        let context = json!({"privileged": "not for this rule"});
        let spec =
            json!({"containers": [{"name": "web", "securityContext": context}], "initContainers": null, "os": {"name": "linux"}});
        assert!(judged(&json!({"metadata": {"annotations": {"a": "b"}}, "spec": spec})).is_empty());
        assert!(judged(&json!({"spec": {"containers": [{}], "securityContext": {}, "hostUsers": false}})).is_empty());
    }

    #[test]
    fn a_workload_without_a_pod_is_refused() {
        assert_eq!(judged_workload(&json!({})), ["/template"]);
        assert_eq!(judged_workload(&json!({"template": ["x"]})), ["/template"]);
        assert_eq!(judged_workload(&json!({"template": {}})), ["/template/spec"]);
        assert_eq!(judged(&json!({"metadata": {}})), ["/spec"]);
        assert_eq!(judged(&json!({"spec": {}})), ["/spec/containers"]);
        assert_eq!(judged(&json!({"spec": {"containers": null, "initContainers": []}})), ["/spec/containers"]);
    }

    #[test]
    fn every_part_of_another_type_is_refused() {
        for (pointer, value) in [
            ("/metadata", json!([])),
            ("/metadata/annotations", json!("x")),
            ("/spec", json!("x")),
            ("/spec/containers", json!({"name": "web"})),
            ("/spec/initContainers", json!("x")),
            ("/spec/ephemeralContainers", json!(true)),
            ("/spec/containers/0", json!(null)),
            ("/spec/containers/0/name", json!(1)),
            ("/spec/containers/0/securityContext", json!([])),
            ("/spec/securityContext", json!("none")),
            ("/spec/hostUsers", json!("false")),
            ("/spec/os", json!("windows")),
            ("/spec/os/name", json!(["windows"])),
        ] {
            let spec = json!({
                "containers": [{"name": "web", "securityContext": {}}], "initContainers": [], "ephemeralContainers": [],
                "securityContext": {}, "hostUsers": false, "os": {"name": "linux"},
            });
            let mut template = json!({"metadata": {"annotations": {}}, "spec": spec});
            *template.pointer_mut(pointer).unwrap() = value;
            assert_eq!(judged(&template), [pointer]);
        }
    }
}
