//! Not asking to be root.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "run-as-user",
        title: "Containers do not ask for the user id of root",
        help: include_str!("../../rules/run-as-user.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/running-as-non-root-user", "CIS-5.2.7"],
    },
    level: SecurityLevel::Restricted,
    since: Version::minor(23),
    judge,
};

/// From here on, pods with a user namespace of their own are exempt.
const USER_NAMESPACES_EXEMPT: Version = Version::minor(35);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= USER_NAMESPACES_EXEMPT && pod.has_user_namespace() {
        return;
    }
    for (owner, security) in pod.contexts() {
        let user = security.get("runAsUser");
        match user.integer() {
            Reading::Known(0) => report.deny(
                &user,
                format!("{owner} sets `runAsUser` to `0`, which is root"),
                "Set `securityContext.runAsUser` to the id of another user, or remove it",
            ),
            Reading::Missing | Reading::Known(_) => {}
            Reading::Unknown => report.unknown(&user, owner, "a whole number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn root_is_found_for_pod_and_container() {
        let context = json!({"runAsUser": 0});
        let findings =
            judge_spec(&CHECK, Version::LATEST, &json!({"securityContext": context, "containers": [{"securityContext": context}]}));
        assert_eq!(findings[0].1, "the pod sets `runAsUser` to `0`, which is root");
        assert_eq!(pointers(findings), ["/spec/securityContext/runAsUser", "/spec/containers/0/securityContext/runAsUser"]);
    }

    #[test]
    fn other_users_are_fine() {
        for context in [json!({}), json!({"runAsUser": 1000}), json!({"runAsUser": null})] {
            assert!(judge_context(&CHECK, Version::LATEST, &context).is_empty(), "{context}");
        }
    }

    #[test]
    fn user_namespaces_are_exempt_from_their_version_on() {
        let spec = json!({"hostUsers": false, "securityContext": {"runAsUser": 0}});
        assert_eq!(judge_spec(&CHECK, Version::minor(34), &spec).len(), 1);
        assert!(judge_spec(&CHECK, Version::minor(35), &spec).is_empty());
    }

    #[test]
    fn what_is_no_whole_number_is_not_let_through() {
        for user in [json!("0"), json!(0.0), json!(-0.0), json!([]), json!(u64::MAX)] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"runAsUser": user})).len(), 1, "{user}");
        }
    }
}
