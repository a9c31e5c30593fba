//! Probes and hooks that the kubelet sends elsewhere.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Container, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::{self, Shortened};
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "host-probes-and-host-lifecycle",
        title: "Probes and lifecycle hooks ask the pod itself",
        help: include_str!("../../rules/host-probes-and-host-lifecycle.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-baseline/host-probes-lifecycle-hooks"],
    },
    level: SecurityLevel::Baseline,
    since: Version::minor(34),
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for container in &pod.containers {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            judge_handler(container, &container.node.get(probe), report);
        }
        let Some(lifecycle) = report.object(container.node.get("lifecycle"), container.owner) else { continue };
        for hook in ["postStart", "preStop"] {
            judge_handler(container, &lifecycle.get(hook), report);
        }
    }
}

fn judge_handler<'a>(container: &Container<'a>, handler: &Node<'a>, report: &mut Report<'_>) {
    let Some(handler) = report.object(handler.clone(), container.owner) else { return };
    for action in ["httpGet", "tcpSocket"] {
        let Some(request) = report.object(handler.get(action), container.owner) else { continue };
        let host = request.get("host");
        match host.text() {
            Reading::Missing | Reading::Known("") => {}
            Reading::Known(name) => report.deny(
                &host,
                format!("{} has `{}` sent to the host `{}`", container.owner, text::name(&handler), Shortened(name)),
                "Remove `host`, so that the pod itself is asked",
            ),
            Reading::Unknown => report.unknown(&host, container.owner, "a text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    fn judged(container: &Value) -> Vec<(String, String)> {
        judge_spec(&CHECK, Version::LATEST, &json!({"ephemeralContainers": [container]}))
    }

    #[test]
    fn each_probe_and_hook_is_judged() {
        let handler = json!({"httpGet": {"host": "db.example.com", "port": 80}, "tcpSocket": {"host": "10.0.0.1"}});
        for place in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let findings = judged(&json!({"name": "web", place: handler}));
            assert_eq!(findings[0].1, format!("ephemeral container `web` has `{place}` sent to the host `db.example.com`"));
            let handler = format!("/spec/ephemeralContainers/0/{place}");
            assert_eq!(pointers(findings), [format!("{handler}/httpGet/host"), format!("{handler}/tcpSocket/host")]);
        }
        for hook in ["postStart", "preStop"] {
            let found = pointers(judged(&json!({"lifecycle": {hook: handler}})));
            let hook = format!("/spec/ephemeralContainers/0/lifecycle/{hook}");
            assert_eq!(found, [format!("{hook}/httpGet/host"), format!("{hook}/tcpSocket/host")]);
        }
    }

    #[test]
    fn no_host_and_an_empty_one_are_the_pod() {
        let probe =
            json!({"httpGet": {"port": 80, "host": ""}, "tcpSocket": null, "exec": {"command": ["true"]}, "grpc": {"port": 1}});
        assert!(judged(&json!({"livenessProbe": probe, "lifecycle": {"preStop": {"httpGet": {"path": "/"}}}})).is_empty());
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for container in [
            json!({"startupProbe": []}),
            json!({"livenessProbe": {"httpGet": "db.example.com"}}),
            json!({"readinessProbe": {"tcpSocket": {"host": ["x"]}}}),
            json!({"lifecycle": "preStop"}),
        ] {
            assert_eq!(judged(&container).len(), 1, "{container}");
        }
    }
}
