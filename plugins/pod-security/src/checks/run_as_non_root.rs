//! Not being root.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "run-as-non-root",
        title: "Containers do not run as root",
        help: include_str!("../../rules/run-as-non-root.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/running-as-non-root", "CIS-5.2.7"],
    },
    level: SecurityLevel::Restricted,
    since: Version::FIRST,
    judge,
};

/// From here on, pods with a user namespace of their own are exempt.
const USER_NAMESPACES_EXEMPT: Version = Version::minor(35);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= USER_NAMESPACES_EXEMPT && pod.has_user_namespace() {
        return;
    }
    let of_pod = pod.security.get("runAsNonRoot");
    judge_set(Owner::Pod, &of_pod, report);
    for container in &pod.containers {
        let of_container = container.security.get("runAsNonRoot");
        judge_set(container.owner, &of_container, report);
        if !of_container.exists() && !of_pod.exists() {
            report.deny(
                &of_container,
                format!("neither {} nor the pod sets `runAsNonRoot` to `true`", container.owner),
                "Set `securityContext.runAsNonRoot` of the pod to `true`",
            );
        }
    }
}

/// Judges a value that is there; a missing one is judged with the pod and the container together.
fn judge_set(owner: Owner<'_>, non_root: &Node<'_>, report: &mut Report<'_>) {
    match non_root.flag() {
        Reading::Missing | Reading::Known(true) => {}
        Reading::Known(false) => {
            report.deny(
                non_root,
                format!("{owner} sets `runAsNonRoot` to `false`"),
                "Set `securityContext.runAsNonRoot` to `true`",
            );
        }
        Reading::Unknown => report.unknown(non_root, owner, "`true`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    const POD: &str = "/spec/securityContext/runAsNonRoot";
    const CONTAINER: &str = "/spec/containers/0/securityContext/runAsNonRoot";

    fn judged(pod: &Value, container: &Value) -> Vec<String> {
        let containers = json!([{"name": "web", "securityContext": {"runAsNonRoot": container}}]);
        let spec = json!({"securityContext": {"runAsNonRoot": pod}, "containers": containers});
        pointers(judge_spec(&CHECK, Version::LATEST, &spec))
    }

    #[test]
    fn true_for_the_pod_or_for_each_container_is_enough() {
        assert!(judged(&json!(true), &json!(null)).is_empty());
        assert!(judged(&json!(null), &json!(true)).is_empty());
    }

    #[test]
    fn a_missing_one_is_shown_where_it_should_be() {
        let findings = judge_spec(&CHECK, Version::LATEST, &json!({"containers": [{"name": "web"}]}));
        assert_eq!(findings[0].1, "neither container `web` nor the pod sets `runAsNonRoot` to `true`");
        assert_eq!(pointers(findings), [CONTAINER]);
    }

    #[test]
    fn each_false_is_a_finding_of_its_own() {
        assert_eq!(judged(&json!(false), &json!(null)), [POD]);
        assert_eq!(judged(&json!(false), &json!(true)), [POD]);
        assert_eq!(judged(&json!(true), &json!(false)), [CONTAINER]);
        assert_eq!(judged(&json!(false), &json!(false)), [POD, CONTAINER]);
    }

    #[test]
    fn user_namespaces_are_exempt_from_their_version_on() {
        let spec = json!({"hostUsers": false, "containers": [{"name": "web"}]});
        assert_eq!(judge_spec(&CHECK, Version::minor(34), &spec).len(), 1);
        assert!(judge_spec(&CHECK, Version::minor(35), &spec).is_empty());
    }

    #[test]
    fn windows_pods_are_not_exempt() {
        let spec = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
        assert_eq!(judge_spec(&CHECK, Version::LATEST, &spec).len(), 1);
    }

    #[test]
    fn what_is_no_flag_is_not_let_through() {
        assert_eq!(judged(&json!("true"), &json!(null)), [POD]);
        assert_eq!(judged(&json!(true), &json!(1)), [CONTAINER]);
    }
}
