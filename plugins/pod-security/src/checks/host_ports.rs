//! Ports of the node.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "host-ports",
        title: "Containers take no ports of their node",
        help: include_str!("../../rules/host-ports.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-baseline/host-ports", "CIS-5.2.13"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for container in &pod.containers {
        for port in report.objects(&container.node.get("ports"), container.owner) {
            judge_port(container.owner, &port.get("hostPort"), report);
        }
    }
}

fn judge_port(owner: Owner<'_>, host_port: &Node<'_>, report: &mut Report<'_>) {
    match host_port.integer() {
        Reading::Missing | Reading::Known(0) => {}
        Reading::Known(number) => report.deny(
            host_port,
            format!("{owner} takes port {number} of its node"),
            "Remove `hostPort` and offer the container's port through a Service",
        ),
        Reading::Unknown => report.unknown(host_port, owner, "a whole number"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    fn judged(ports: &serde_json::Value) -> Vec<(String, String)> {
        judge_spec(&CHECK, Version::LATEST, &json!({"initContainers": [{"name": "setup", "ports": ports}]}))
    }

    #[test]
    fn each_port_of_the_node_is_a_finding() {
        let findings = judged(&json!([{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081}, {"hostPort": 9}]));
        assert_eq!(findings[0].1, "init container `setup` takes port 8081 of its node");
        assert_eq!(pointers(findings), ["/spec/initContainers/0/ports/1/hostPort", "/spec/initContainers/0/ports/2/hostPort"]);
    }

    #[test]
    fn zero_is_no_port() {
        assert!(judged(&json!([{"hostPort": 0}, {"hostPort": null}])).is_empty());
    }

    #[test]
    fn what_is_no_number_is_not_let_through() {
        for ports in [json!({"hostPort": 1}), json!([null]), json!([{"hostPort": "0"}]), json!([{"hostPort": 0.0}])] {
            assert_eq!(judged(&ports).len(), 1, "{ports}");
        }
    }
}
