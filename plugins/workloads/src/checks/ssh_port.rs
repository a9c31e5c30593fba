//! Ports for logging in.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::ports::{self, Port};
use crate::object::{Kind, Object};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "ssh-port",
        title: "Nobody logs in to the container",
        help: include_str!("../../rules/ssh-port.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Container(judge), Judge::Object(&[Kind::Service], judge_service)],
};

/// The port of the Secure Shell (RFC 4253, section 4.1).
const SSH: i64 = 22;

fn judge(_: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    ports::each(container, report, |report, port| judge_port(port, &|| container.label(), report))
}

fn judge_service(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    ports::each_of_service(object, report, |report, port| judge_port(port, &|| object.label(), report))
}

fn judge_port(port: &Port<'_>, owner: &dyn Fn() -> String, report: &mut Report<'_>) {
    if port.number == SSH && port.protocol == "TCP" {
        let message = format!("{} takes port 22, as a server for logging in does", owner());
        let remediation = "Remove the server, and use `kubectl exec` or `kubectl debug`; let another service take another port";
        report.find(&port.place, message, remediation);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, object, pointers};

    #[test]
    fn port_22_of_tcp_is_found() {
        let ports = json!([{"containerPort": 22}, {"containerPort": 22, "protocol": "UDP"}, {"containerPort": 2222}]);
        assert_eq!(pointers("ssh-port", &container(&json!({"ports": ports}))), ["/spec/containers/0/ports/0/containerPort"]);
        let service = object("v1", "Service", &json!({"ports": [{"port": 80}, {"port": 22, "targetPort": 2222}]}));
        assert_eq!(pointers("ssh-port", &service), ["/spec/ports/1/port"]);
    }
}
