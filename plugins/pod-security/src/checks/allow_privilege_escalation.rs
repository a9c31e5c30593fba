//! Gaining more power than the process that started one.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "allow-privilege-escalation",
        title: "Processes can't gain privileges",
        help: include_str!("../../rules/allow-privilege-escalation.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/privilege-escalation", "CIS-5.2.6"],
    },
    level: SecurityLevel::Restricted,
    since: Version::minor(8),
    judge,
};

/// From here on, Windows pods are exempt.
const WINDOWS_EXEMPT: Version = Version::minor(25);

const REMEDIATION: &str = "Set `securityContext.allowPrivilegeEscalation` to `false`";

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= WINDOWS_EXEMPT && pod.is_windows() {
        return;
    }
    for container in &pod.containers {
        let escalation = container.security.get("allowPrivilegeEscalation");
        let owner = container.owner;
        match escalation.flag() {
            Reading::Known(false) => {}
            Reading::Known(true) => {
                report.deny(&escalation, format!("{owner} sets `allowPrivilegeEscalation` to `true`"), REMEDIATION);
            }
            Reading::Missing => {
                report.deny(&escalation, format!("{owner} does not set `allowPrivilegeEscalation` to `false`"), REMEDIATION);
            }
            Reading::Unknown => report.unknown(&escalation, owner, "`false`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn only_a_plain_false_is_enough() {
        assert!(judge_context(&CHECK, Version::LATEST, &json!({"allowPrivilegeEscalation": false})).is_empty());
        for flag in [json!(true), json!(null), json!("false"), json!(0)] {
            let found = pointers(judge_context(&CHECK, Version::LATEST, &json!({"allowPrivilegeEscalation": flag})));
            assert_eq!(found, ["/spec/containers/0/securityContext/allowPrivilegeEscalation"], "{flag}");
        }
    }

    #[test]
    fn a_context_that_is_none_is_named_itself() {
        let found = pointers(judge_context(&CHECK, Version::LATEST, &json!("root")));
        assert_eq!(found, ["/spec/containers/0/securityContext"]);
    }

    #[test]
    fn a_container_without_a_context_is_named_where_it_should_set_it() {
        let findings = judge_spec(&CHECK, Version::LATEST, &json!({"initContainers": [{"name": "setup"}]}));
        assert_eq!(findings[0].1, "init container `setup` does not set `allowPrivilegeEscalation` to `false`");
        assert_eq!(pointers(findings), ["/spec/initContainers/0/securityContext/allowPrivilegeEscalation"]);
    }

    #[test]
    fn windows_pods_are_exempt_from_their_version_on() {
        let spec = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
        assert_eq!(judge_spec(&CHECK, Version::minor(24), &spec).len(), 1);
        assert!(judge_spec(&CHECK, Version::minor(25), &spec).is_empty());
    }
}
