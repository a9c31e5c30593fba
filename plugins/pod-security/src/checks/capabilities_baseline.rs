//! Capabilities beyond those that container runtimes give anyway.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::Shortened;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "capabilities-baseline",
        title: "Containers add no capability beyond the usual ones",
        help: include_str!("../../rules/capabilities-baseline.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/capabilities", "CIS-5.2.8", "CIS-5.2.9"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

/// The set that the standards take for what runtimes give by default. It is sorted.
const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for container in &pod.containers {
        let Some(capabilities) = report.object(container.security.get("capabilities"), container.owner) else { continue };
        for added in report.list(&capabilities.get("add"), container.owner) {
            match added.text() {
                Reading::Known(name) if ALLOWED.contains(&name) => {}
                Reading::Known(name) => report.deny(
                    &added,
                    format!("{} adds the capability `{}`", container.owner, Shortened(name)),
                    "Remove the capability from `securityContext.capabilities.add`",
                ),
                Reading::Missing | Reading::Unknown => report.unknown(&added, container.owner, "the name of a capability"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, pointers};

    #[test]
    fn each_capability_beyond_the_usual_ones_is_a_finding() {
        let context = json!({"capabilities": {"add": ["CHOWN", "NET_RAW", "SYS_ADMIN"]}});
        let findings = judge_context(&CHECK, Version::LATEST, &context);
        assert_eq!(findings[0].1, "container `web` adds the capability `NET_RAW`");
        let add = "/spec/containers/0/securityContext/capabilities/add";
        assert_eq!(pointers(findings), [format!("{add}/1"), format!("{add}/2")]);
    }

    #[test]
    fn the_usual_ones_are_fine() {
        assert!(judge_context(&CHECK, Version::FIRST, &json!({"capabilities": {"add": ALLOWED}})).is_empty());
        assert!(judge_context(&CHECK, Version::FIRST, &json!({"capabilities": {"add": null, "drop": ["NET_RAW"]}})).is_empty());
    }

    #[test]
    fn a_name_written_otherwise_is_not_the_same_capability() {
        for name in ["chown", "CAP_CHOWN", "ALL", "", " CHOWN"] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"capabilities": {"add": [name]}})).len(), 1, "{name}");
        }
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for capabilities in [json!(["NET_RAW"]), json!({"add": "NET_RAW"}), json!({"add": [null]}), json!({"add": [12]})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"capabilities": capabilities})).len(), 1, "{capabilities}");
        }
    }
}
