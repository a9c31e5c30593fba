//! Probes that tell whether a container is alive and ready.

use tollgate_sdk::workload::{Container, ContainerKind};
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static LIVENESS: Check = Check {
    rule: Rule {
        id: "liveness-probe",
        title: "Container tells whether it is alive",
        help: include_str!("../../rules/liveness-probe.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Container(liveness)],
};

pub(crate) static READINESS: Check = Check {
    rule: Rule {
        id: "readiness-probe",
        title: "Container tells whether it can serve",
        help: include_str!("../../rules/readiness-probe.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Container(readiness)],
};

/// How a probe asks. One of these must be there.
pub(crate) const HANDLERS: [&str; 4] = ["httpGet", "tcpSocket", "exec", "grpc"];

fn liveness(pod: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    judge(pod, container, "livenessProbe", "a container that hangs is not restarted", report)
}

fn readiness(pod: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    judge(pod, container, "readinessProbe", "it gets requests before it can serve them", report)
}

/// Ephemeral containers can't have probes, and init containers end before the pod is ready.
fn judge(pod: &Pod<'_>, container: &Container<'_>, probe: &'static str, harm: &str, report: &mut Report<'_>) -> Judged {
    if container.kind() != ContainerKind::Regular || !pod.is_long_running() {
        return Ok(());
    }
    let mut asks = false;
    for handler in HANDLERS {
        asks |= report.has_object(container.node(), &[probe, handler])?;
    }
    if asks {
        return Ok(());
    }
    let message = format!("{} has no `{probe}` that asks anything, so {harm}", container.label());
    report.find(&container.get(probe), message, format!("Set `{probe}` to what shows the state of the container"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, found_with, object, pod, pointers};

    #[test]
    fn a_container_without_a_probe_is_found_where_the_probe_should_be() {
        let bare = container(&json!({}));
        assert_eq!(pointers("liveness-probe", &bare), ["/spec/containers/0/livenessProbe"]);
        assert_eq!(pointers("readiness-probe", &bare), ["/spec/containers/0/readinessProbe"]);
        let message = &found_with("{}", "liveness-probe", &bare)[0].1;
        assert_eq!(
            message,
            "container `web` has no `livenessProbe` that asks anything, so a container that hangs is not restarted"
        );
    }

    #[test]
    fn a_probe_that_asks_nothing_is_none() {
        for probe in [json!({}), json!({"periodSeconds": 5}), json!({"httpGet": null}), json!(null)] {
            assert_eq!(pointers("liveness-probe", &container(&json!({"livenessProbe": probe}))).len(), 1, "{probe}");
        }
        for handler in super::HANDLERS {
            assert!(pointers("liveness-probe", &container(&json!({"livenessProbe": {handler: {}}}))).is_empty(), "{handler}");
        }
    }

    #[test]
    fn only_regular_containers_of_what_runs_on_are_judged() {
        let spec = json!({"containers": [{}], "initContainers": [{}], "ephemeralContainers": [{}]});
        assert_eq!(pointers("readiness-probe", &pod(&spec)), ["/spec/containers/0/readinessProbe"]);
        for (api_version, kind) in [("batch/v1", "Job"), ("example.com/v1", "Task")] {
            let template = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [{}]}}});
            assert!(pointers("readiness-probe", &object(api_version, kind, &template)).is_empty(), "{kind}");
        }
    }
}
