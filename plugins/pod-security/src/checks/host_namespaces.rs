//! The namespaces of the node.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "host-namespaces",
        title: "Pod does not share namespaces with its node",
        help: include_str!("../../rules/host-namespaces.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/host-namespaces", "CIS-5.2.3", "CIS-5.2.4", "CIS-5.2.5"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        let shared = pod.spec.get(key);
        match shared.flag() {
            Reading::Missing | Reading::Known(false) => {}
            Reading::Known(true) => {
                report.deny(&shared, format!("the pod sets `{key}` to `true`"), "Set the field to `false`, or remove it");
            }
            Reading::Unknown => report.unknown(&shared, Owner::Pod, "`true` or `false`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    #[test]
    fn each_shared_namespace_is_a_finding() {
        let findings = judge_spec(&CHECK, Version::FIRST, &json!({"hostNetwork": true, "hostPID": true, "hostIPC": true}));
        assert_eq!(findings[0].1, "the pod sets `hostNetwork` to `true`");
        assert_eq!(pointers(findings), ["/spec/hostNetwork", "/spec/hostPID", "/spec/hostIPC"]);
    }

    #[test]
    fn namespaces_of_its_own_are_fine() {
        assert!(judge_spec(&CHECK, Version::LATEST, &json!({"hostNetwork": false, "hostPID": null})).is_empty());
    }

    #[test]
    fn what_is_no_flag_is_not_let_through() {
        assert_eq!(pointers(judge_spec(&CHECK, Version::LATEST, &json!({"hostIPC": "no"}))), ["/spec/hostIPC"]);
    }
}
