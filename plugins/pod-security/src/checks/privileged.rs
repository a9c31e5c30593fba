//! Privileged containers.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "privileged",
        title: "Containers are not privileged",
        help: include_str!("../../rules/privileged.md"),
        level: Level::Deny,
        severity: Severity::Critical,
        controls: &["PSS-baseline/privileged-containers", "CIS-5.2.2"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for container in &pod.containers {
        let privileged = container.security.get("privileged");
        match privileged.flag() {
            Reading::Missing | Reading::Known(false) => {}
            Reading::Known(true) => report.deny(
                &privileged,
                format!("{} sets `privileged` to `true`", container.owner),
                "Set `securityContext.privileged` to `false`, or remove it",
            ),
            Reading::Unknown => report.unknown(&privileged, container.owner, "`true` or `false`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn a_privileged_container_is_named() {
        let findings = judge_context(&CHECK, Version::LATEST, &json!({"privileged": true}));
        let (pointer, message) = &findings[0];
        assert_eq!(pointer, "/spec/containers/0/securityContext/privileged");
        assert_eq!(message, "container `web` sets `privileged` to `true`");
    }

    #[test]
    fn init_and_ephemeral_containers_count() {
        let privileged = json!([{"name": "x"}, {"name": "y", "securityContext": {"privileged": true}}]);
        let spec = json!({"initContainers": privileged, "ephemeralContainers": privileged});
        let expected =
            ["/spec/initContainers/1/securityContext/privileged", "/spec/ephemeralContainers/1/securityContext/privileged"];
        assert_eq!(pointers(judge_spec(&CHECK, Version::FIRST, &spec)), expected);
    }

    #[test]
    fn unprivileged_containers_are_fine() {
        for context in [json!(null), json!({}), json!({"privileged": false}), json!({"privileged": null})] {
            assert!(judge_context(&CHECK, Version::LATEST, &context).is_empty(), "{context}");
        }
    }

    #[test]
    fn a_flag_that_is_a_text_is_not_let_through() {
        for flag in [json!("true"), json!("false"), json!(1), json!({})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"privileged": flag})).len(), 1, "{flag}");
        }
    }
}
