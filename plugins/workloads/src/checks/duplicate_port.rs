//! Ports that are there twice.

use std::collections::BTreeSet;

use tollgate_sdk::workload::{Container, ContainerKind};
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::ports::{self, Port};
use crate::object::{Kind, Object};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "duplicate-port",
        title: "Port is there once",
        help: include_str!("../../rules/duplicate-port.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Pod(judge), Judge::Object(&[Kind::Service], judge_service)],
};

/// The ports of one container or Service.
#[derive(Debug, Default)]
struct Seen<'a> {
    ports: BTreeSet<(i64, &'a str)>,
    names: BTreeSet<&'a str>,
}

/// Between containers only one can listen on a port, but perhaps only one of them does. Init and ephemeral containers run one
/// after the other, or for somebody who looks, so their ports are in nobody's way.
fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let mut of_others = BTreeSet::new();
    for container in &pod.containers {
        let mut seen = Seen::default();
        let is_regular = container.kind() == ContainerKind::Regular;
        let _ = ports::each(container, report, |report, port| {
            if seen.add(port, &|| container.label(), report) && is_regular && of_others.contains(&(port.number, port.protocol)) {
                warn(port, container, report);
            }
        });
        if is_regular {
            of_others.append(&mut seen.ports);
        }
    }
    Ok(())
}

fn judge_service(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let mut seen = Seen::default();
    ports::each_of_service(object, report, |report, port| {
        seen.add(port, &|| object.label(), report);
    })
}

fn warn(port: &Port<'_>, container: &Container<'_>, report: &mut Report<'_>) {
    let message =
        format!("{} has port {} of {}, as another container of its pod has", container.label(), port.number, port.protocol);
    let remediation = "Let each container of the pod listen on a port of its own";
    report.add(report.rule().at(&port.place, message).fix(remediation).at_level(Level::Warn));
}

impl<'a> Seen<'a> {
    /// Whether the port is a new one. What is there already is reported.
    fn add(&mut self, port: &Port<'a>, owner: &dyn Fn() -> String, report: &mut Report<'_>) -> bool {
        if port.name.is_some_and(|name| !self.names.insert(name)) {
            let message = format!("{} has two ports of one name, and the API refuses it", owner());
            report.find(&port.node.get("name"), message, "Give each port a name of its own");
        }
        let is_new = self.ports.insert((port.number, port.protocol));
        if !is_new {
            let message = format!("{} has port {} of {} twice", owner(), port.number, port.protocol);
            report.find(&port.place, message, "Remove all but one of them");
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::{Level, testing};

    use crate::checks::testing::{container, object, pod, pointers};

    #[test]
    fn a_port_or_a_name_that_is_there_twice_is_found() {
        let ports = json!([
            {"containerPort": 80, "name": "web"}, {"containerPort": 80, "protocol": "UDP"},
            {"containerPort": 80, "protocol": "TCP"},
            {"containerPort": 81, "name": "web"}]);
        let expected = ["/spec/containers/0/ports/2/containerPort", "/spec/containers/0/ports/3/name"];
        assert_eq!(pointers("duplicate-port", &container(&json!({"ports": ports}))), expected);
        let ports = json!([{"port": 80, "name": "a"}, {"port": 80, "name": "b"}, {"port": 81, "name": "a"}]);
        let service = object("v1", "Service", &json!({"ports": ports}));
        assert_eq!(pointers("duplicate-port", &service), ["/spec/ports/1/port", "/spec/ports/2/name"]);
    }

    #[test]
    fn a_port_of_two_containers_is_only_warned_about() {
        let port = json!([{"containerPort": 80}]);
        let spec = json!({"containers": [{"ports": port}, {"ports": port}], "initContainers": [{"ports": port}]});
        let findings = testing::check::<crate::Workloads>("{}", &pod(&spec).to_string());
        let found: Vec<_> = findings.iter().filter(|finding| finding.rule() == "duplicate-port").collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].pointer(), found[0].level()), ("/spec/containers/1/ports/0/containerPort", Level::Warn));
    }
}
