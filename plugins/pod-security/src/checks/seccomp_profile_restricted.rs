//! Seccomp profiles that must be set.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

use super::profile::{Profile, judge_profile};

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "seccomp-profile-restricted",
        title: "Every container has a seccomp profile",
        help: include_str!("../../rules/seccomp-profile-restricted.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/seccomp", "CIS-5.7.2"],
    },
    level: SecurityLevel::Restricted,
    since: Version::minor(19),
    judge,
};

/// From here on, Windows pods are exempt.
const WINDOWS_EXEMPT: Version = Version::minor(25);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= WINDOWS_EXEMPT && pod.is_windows() {
        return;
    }
    let of_pod = judge_profile(Owner::Pod, &pod.security.get("seccompProfile"), "seccomp", report);
    for container in &pod.containers {
        let profile = container.security.get("seccompProfile");
        let of_container = judge_profile(container.owner, &profile, "seccomp", report);
        if of_container == Profile::Unset && of_pod == Profile::Unset {
            report.deny(
                &profile.get("type"),
                format!("neither {} nor the pod sets a seccomp profile", container.owner),
                "Set `securityContext.seccompProfile.type` of the pod to `RuntimeDefault`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    fn judged(pod: &Value, container: &Value) -> Vec<(String, String)> {
        let containers = json!([{"name": "web", "securityContext": {"seccompProfile": container}}]);
        judge_spec(&CHECK, Version::LATEST, &json!({"securityContext": {"seccompProfile": pod}, "containers": containers}))
    }

    #[test]
    fn a_missing_profile_is_shown_where_it_should_be() {
        let findings = judged(&json!(null), &json!(null));
        assert_eq!(findings[0].1, "neither container `web` nor the pod sets a seccomp profile");
        assert_eq!(pointers(findings), ["/spec/containers/0/securityContext/seccompProfile/type"]);
    }

    #[test]
    fn one_profile_for_the_pod_or_one_for_each_container_is_enough() {
        let profile = json!({"type": "RuntimeDefault"});
        assert!(judged(&profile, &json!(null)).is_empty());
        assert!(judged(&json!(null), &profile).is_empty());
    }

    #[test]
    fn an_unconfined_pod_is_found_whatever_its_containers_say() {
        let unconfined = json!({"type": "Unconfined"});
        let expected = ["/spec/securityContext/seccompProfile/type"];
        assert_eq!(pointers(judged(&unconfined, &json!({"type": "Localhost"}))), expected);
        assert_eq!(pointers(judged(&unconfined, &json!(null))), expected);
    }

    #[test]
    fn an_unconfined_container_is_found_whatever_its_pod_says() {
        let found = pointers(judged(&json!({"type": "RuntimeDefault"}), &json!({"type": "Unconfined"})));
        assert_eq!(found, ["/spec/containers/0/securityContext/seccompProfile/type"]);
    }

    #[test]
    fn windows_pods_are_exempt_from_their_version_on() {
        let spec = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
        assert_eq!(judge_spec(&CHECK, Version::minor(24), &spec).len(), 1);
        assert!(judge_spec(&CHECK, Version::minor(25), &spec).is_empty());
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        assert_eq!(judged(&json!({"type": "RuntimeDefault"}), &json!("RuntimeDefault")).len(), 1);
        assert_eq!(judged(&json!({"type": true}), &json!(null)).len(), 1);
    }
}
