//! What a container sees of `/proc`.

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
        id: "proc-mount",
        title: "The usual parts of /proc stay hidden",
        help: include_str!("../../rules/proc-mount.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/proc-mount-type"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

/// From here on, pods with a user namespace of their own are exempt.
const USER_NAMESPACES_EXEMPT: Version = Version::minor(35);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version < USER_NAMESPACES_EXEMPT || !pod.has_user_namespace() {
        judge_all(pod, version, report);
    }
}

/// Judges all containers, whatever user namespace they have.
pub(super) fn judge_all(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for container in &pod.containers {
        let proc_mount = container.security.get("procMount");
        match proc_mount.text() {
            Reading::Missing | Reading::Known("Default") => {}
            Reading::Known(name) => report.deny(
                &proc_mount,
                format!("{} sets `procMount` to `{}`", container.owner, Shortened(name)),
                "Set `securityContext.procMount` to `Default`, or remove it",
            ),
            Reading::Unknown => report.unknown(&proc_mount, container.owner, "a text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn an_unmasked_proc_is_a_finding() {
        let findings = judge_context(&CHECK, Version::LATEST, &json!({"procMount": "Unmasked"}));
        assert_eq!(findings[0].1, "container `web` sets `procMount` to `Unmasked`");
        assert_eq!(pointers(findings), ["/spec/containers/0/securityContext/procMount"]);
    }

    #[test]
    fn the_usual_masks_are_fine() {
        assert!(judge_context(&CHECK, Version::FIRST, &json!({"procMount": "Default"})).is_empty());
        assert!(judge_context(&CHECK, Version::FIRST, &json!({"procMount": null})).is_empty());
    }

    #[test]
    fn user_namespaces_are_exempt_from_their_version_on() {
        let containers = json!([{"name": "web", "securityContext": {"procMount": "Unmasked"}}]);
        for (host_users, version, findings) in
            [(json!(false), 34, 1), (json!(false), 35, 0), (json!(true), 35, 1), (json!(null), 35, 1), (json!("false"), 35, 1)]
        {
            let spec = json!({"hostUsers": host_users, "containers": containers});
            assert_eq!(judge_spec(&CHECK, Version::minor(version), &spec).len(), findings, "{host_users} in {version}");
        }
    }

    #[test]
    fn other_words_and_types_are_not_let_through() {
        for value in [json!("default"), json!(""), json!(1), json!({})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"procMount": value})).len(), 1, "{value}");
        }
    }
}
