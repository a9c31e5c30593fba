//! Ports that only root may take.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::ports;
use crate::pod::Pod;
use crate::report::{Judged, Report, Unknown};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "privileged-port",
        title: "Container needs no right for its ports",
        help: include_str!("../../rules/privileged-port.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

/// The first port that everybody may take, unless the pod says otherwise.
const FIRST_FREE: i64 = 1024;

fn judge(pod: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let first_free = first_free(pod, report)?;
    let capabilities = report.texts(container.node(), &["securityContext", "capabilities", "add"])?;
    let may_take_all = capabilities.iter().any(|(capability, _)| matches!(*capability, "NET_BIND_SERVICE" | "ALL"));
    ports::each(container, report, |report, port| {
        if port.number < first_free && !may_take_all {
            let message = format!("{} takes port {}, which may need root or `NET_BIND_SERVICE`", container.label(), port.number);
            let remediation = "Listen on a port from 1024 on, and let the Service offer it as the lower one";
            report.find(&port.place, message, remediation);
        }
    })
}

/// The kernel parameter of the pod that says from where on ports are free.
fn first_free(pod: &Pod<'_>, report: &mut Report<'_>) -> Result<i64, Unknown> {
    let mut first = FIRST_FREE;
    report.each(&pod.spec, &["securityContext", "sysctls"], |report, sysctl| {
        let name = report.needed_text(sysctl, &["name"])?;
        let value = report.needed_text(sysctl, &["value"])?;
        if name == "net.ipv4.ip_unprivileged_port_start" {
            first = value.parse().map_err(|_| report.unknown(&sysctl.get("value")))?;
        }
        Ok(())
    })?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, pod, pointers};

    #[test]
    fn ports_below_1024_are_found_unless_the_container_may_take_them() {
        let ports = json!([{"containerPort": 80}, {"containerPort": 1023}, {"containerPort": 1024}]);
        let expected = ["/spec/containers/0/ports/0/containerPort", "/spec/containers/0/ports/1/containerPort"];
        assert_eq!(pointers("privileged-port", &container(&json!({"ports": ports}))), expected);
        let with = |capability: &str| json!({"ports": ports, "securityContext": {"capabilities": {"add": [capability]}}});
        assert!(pointers("privileged-port", &container(&with("NET_BIND_SERVICE"))).is_empty());
        assert_eq!(pointers("privileged-port", &container(&with("CHOWN"))).len(), 2);
    }

    #[test]
    fn the_pod_may_say_from_where_on_ports_are_free() {
        let found = |start: &str| {
            let sysctls = json!([{"name": "net.ipv4.ip_unprivileged_port_start", "value": start}]);
            pointers(
                "privileged-port",
                &pod(&json!({"securityContext": {"sysctls": sysctls}, "containers": [{"ports": [{"containerPort": 80}]}]})),
            )
        };
        assert!(found("0").is_empty());
        assert_eq!(found("81"), ["/spec/containers/0/ports/0/containerPort"]);
        assert_eq!(found("low"), ["/spec/securityContext/sysctls/0/value", "/spec/containers/0/ports/0/containerPort"]);
    }
}
