//! Probes that ask the same.

use tollgate_sdk::workload::{Container, ContainerKind};
use tollgate_sdk::{Level, Node, Rule, Severity, Value};

use crate::check::{Check, Judge};
use crate::checks::probes::HANDLERS;
use crate::pod::Pod;
use crate::report::{Judged, Report, Unknown};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "same-probes",
        title: "Liveness and readiness ask different things",
        help: include_str!("../../rules/same-probes.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

/// A liveness probe that waits longer than the readiness probe is no twin of it: that a container leaves its Service before it
/// is restarted is what Kubernetes' own documentation advises.
fn judge(_: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    if container.kind() != ContainerKind::Regular {
        return Ok(());
    }
    let liveness = report.walk(container.node(), &["livenessProbe"])?;
    let readiness = report.walk(container.node(), &["readinessProbe"])?;
    if !asks_the_same(&liveness, &readiness, report)? || patience(&liveness, report)? > patience(&readiness, report)? {
        return Ok(());
    }
    let message =
        format!("{} is restarted as soon as it is not ready: its probes ask the same and wait equally long", container.label());
    report.find(&liveness, message, "Let `livenessProbe` ask only what a restart can mend, or wait longer by `failureThreshold`");
    Ok(())
}

fn asks_the_same<'a>(liveness: &Node<'a>, readiness: &Node<'a>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    for handler in HANDLERS {
        if report.has_object(liveness, &[handler])? && report.has_object(readiness, &[handler])? {
            return Ok(are_same(liveness.get(handler).value(), readiness.get(handler).value()));
        }
    }
    Ok(false)
}

/// For how many seconds a probe may fail.
fn patience(probe: &Node<'_>, report: &mut Report<'_>) -> Result<i64, Unknown> {
    let failures = report.count(probe, &["failureThreshold"])?.unwrap_or(3);
    let period = report.count(probe, &["periodSeconds"])?.unwrap_or(10);
    Ok(failures.saturating_mul(period))
}

/// Whether two values are equal, whatever the order of members.
fn are_same(one: Option<&Value<'_>>, other: Option<&Value<'_>>) -> bool {
    match (one, other) {
        (Some(Value::Object(members)), Some(Value::Object(others))) => {
            members.len() == others.len()
                && members.iter().all(|(name, value)| are_same(Some(value), other.and_then(|other| other.get(name))))
        }
        (Some(Value::Array(elements)), Some(Value::Array(others))) => {
            elements.len() == others.len() && elements.iter().zip(others).all(|(one, other)| are_same(Some(one), Some(other)))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, pointers};

    fn found(liveness: &serde_json::Value, readiness: &serde_json::Value) -> Vec<String> {
        pointers("same-probes", &container(&json!({"livenessProbe": liveness, "readinessProbe": readiness})))
    }

    #[test]
    fn probes_that_ask_the_same_are_found_whatever_the_order_of_members() {
        let probe = json!({"httpGet": {"path": "/", "port": 80, "httpHeaders": [{"name": "a", "value": "b"}]}});
        assert_eq!(found(&probe, &probe), ["/spec/containers/0/livenessProbe"]);
        let one = r#"{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web",
            "livenessProbe": {"httpGet": {"path": "/", "port": 80}}, "readinessProbe": {"httpGet": {"port": 80, "path": "/"}}}]}}"#;
        let findings = tollgate_sdk::testing::check::<crate::Workloads>("{}", one);
        assert!(findings.iter().any(|finding| finding.rule() == "same-probes"));
    }

    #[test]
    fn probes_that_ask_otherwise_are_fine() {
        let get = |path: &str| json!({"httpGet": {"path": path, "port": 80}});
        assert!(found(&get("/live"), &get("/ready")).is_empty());
        assert!(found(&get("/"), &json!({"tcpSocket": {"port": 80}})).is_empty());
        assert!(found(&json!({"exec": {"command": ["a"]}}), &json!({"exec": {"command": ["a", "b"]}})).is_empty());
        assert!(found(&json!(null), &json!(null)).is_empty());
    }

    #[test]
    fn a_liveness_probe_may_ask_the_same_if_it_waits_longer() {
        let patient = json!({"grpc": {"port": 80}, "failureThreshold": 6});
        let quick = json!({"grpc": {"port": 80}});
        assert!(found(&patient, &quick).is_empty());
        assert_eq!(found(&quick, &patient).len(), 1);
    }
}
