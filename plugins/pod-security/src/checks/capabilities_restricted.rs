//! Capabilities that must be given up.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Container, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::Shortened;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "capabilities-restricted",
        title: "Containers drop all capabilities",
        help: include_str!("../../rules/capabilities-restricted.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/capabilities", "CIS-5.2.8", "CIS-5.2.9", "CIS-5.2.10"],
    },
    level: SecurityLevel::Restricted,
    since: Version::minor(22),
    judge,
};

/// From here on, Windows pods are exempt.
const WINDOWS_EXEMPT: Version = Version::minor(25);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= WINDOWS_EXEMPT && pod.is_windows() {
        return;
    }
    for container in &pod.containers {
        let capabilities = container.security.get("capabilities");
        if capabilities.object() == Reading::Unknown {
            report.unknown(&capabilities, container.owner, "an object");
        } else {
            judge_dropped(container, &capabilities.get("drop"), report);
            judge_added(container, &capabilities.get("add"), report);
        }
    }
}

fn judge_dropped(container: &Container<'_>, drop: &Node<'_>, report: &mut Report<'_>) {
    if drop.list() == Reading::Unknown {
        report.unknown(drop, container.owner, "a list");
    } else if !drop.elements().any(|name| name.text() == Reading::Known("ALL")) {
        let message = format!("{} does not drop `ALL` capabilities", container.owner);
        report.deny(drop, message, "Set `securityContext.capabilities.drop` to `[\"ALL\"]`");
    }
}

fn judge_added(container: &Container<'_>, add: &Node<'_>, report: &mut Report<'_>) {
    for added in report.list(add, container.owner) {
        match added.text() {
            Reading::Known("NET_BIND_SERVICE") => {}
            Reading::Known(name) => report.deny(
                &added,
                format!("{} adds the capability `{}`: only `NET_BIND_SERVICE` may be added", container.owner, Shortened(name)),
                "Remove the capability from `securityContext.capabilities.add`",
            ),
            Reading::Missing | Reading::Unknown => report.unknown(&added, container.owner, "the name of a capability"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    fn judged(capabilities: &Value) -> Vec<String> {
        let context = json!({"capabilities": capabilities});
        pointers(judge_context(&CHECK, Version::LATEST, &context))
            .into_iter()
            .map(|pointer| pointer.replace("/spec/containers/0/securityContext/capabilities", ""))
            .collect()
    }

    #[test]
    fn a_container_that_drops_nothing_is_named_where_it_should() {
        let findings = judge_spec(&CHECK, Version::LATEST, &json!({"containers": [{"name": "web"}]}));
        assert_eq!(findings[0].1, "container `web` does not drop `ALL` capabilities");
        assert_eq!(pointers(findings), ["/spec/containers/0/securityContext/capabilities/drop"]);
    }

    #[test]
    fn only_the_exact_word_drops_all() {
        assert!(judged(&json!({"drop": ["NET_RAW", "ALL"]})).is_empty());
        for drop in [json!(["all"]), json!(["NET_RAW"]), json!([]), json!(null)] {
            assert_eq!(judged(&json!({"drop": drop})), ["/drop"]);
        }
    }

    #[test]
    fn only_binding_low_ports_may_be_added() {
        assert!(judged(&json!({"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]})).is_empty());
        assert_eq!(judged(&json!({"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "CHOWN"]})), ["/add/1"]);
    }

    #[test]
    fn windows_pods_are_exempt_from_their_version_on() {
        let spec = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
        assert_eq!(judge_spec(&CHECK, Version::minor(24), &spec).len(), 1);
        assert!(judge_spec(&CHECK, Version::minor(25), &spec).is_empty());
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        assert_eq!(judged(&json!("ALL")), [""]);
        assert_eq!(judged(&json!({"drop": "ALL"})), ["/drop"]);
        assert_eq!(judged(&json!({"drop": ["ALL"], "add": {}})), ["/add"]);
        assert_eq!(judged(&json!({"drop": ["ALL"], "add": [null]})), ["/add/0"]);
    }
}
