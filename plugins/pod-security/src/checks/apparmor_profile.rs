//! AppArmor profiles.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

use super::profile::{judge_annotation, judge_profile};

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "apparmor-profile",
        title: "AppArmor is not switched off",
        help: include_str!("../../rules/apparmor-profile.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/apparmor"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

const ANNOTATIONS: &str = "container.apparmor.security.beta.kubernetes.io/";

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for (owner, security) in pod.contexts() {
        judge_profile(owner, &security.get("appArmorProfile"), "AppArmor", report);
    }
    for (key, annotation) in pod.annotations().members() {
        // Null is an empty text to Kubernetes, which sets no profile.
        if key.starts_with(ANNOTATIONS) && annotation.exists() {
            judge_annotation(&annotation, "AppArmor", &["", "runtime/default"], report);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, judge_template, pointers};

    #[test]
    fn an_unconfined_pod_and_container_are_named() {
        let context = json!({"appArmorProfile": {"type": "Unconfined"}});
        let findings =
            judge_spec(&CHECK, Version::FIRST, &json!({"securityContext": context, "containers": [{"securityContext": context}]}));
        assert_eq!(findings[0].1, "the pod sets the AppArmor profile `Unconfined`");
        let expected = ["/spec/securityContext/appArmorProfile/type", "/spec/containers/0/securityContext/appArmorProfile/type"];
        assert_eq!(pointers(findings), expected);
    }

    #[test]
    fn annotations_are_judged_in_every_version() {
        let annotations = json!({
            "container.apparmor.security.beta.kubernetes.io/web": "unconfined",
            "container.apparmor.security.beta.kubernetes.io/a": "runtime/default",
            "container.apparmor.security.beta.kubernetes.io/b": "localhost/mine",
            "container.apparmor.security.beta.kubernetes.io/c": "",
            "container.apparmor.security.beta.kubernetes.io/d": null,
            "example.com/web": "unconfined",
        });
        let template = json!({"metadata": {"annotations": annotations}, "spec": {}});
        for version in [Version::FIRST, Version::LATEST] {
            let found = pointers(judge_template(&CHECK, version, &template));
            assert_eq!(found, ["/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1web"]);
        }
    }

    #[test]
    fn confined_containers_are_fine() {
        for profile in [json!(null), json!({"type": "RuntimeDefault"}), json!({"type": "Localhost", "localhostProfile": "mine"})] {
            assert!(judge_context(&CHECK, Version::LATEST, &json!({"appArmorProfile": profile})).is_empty(), "{profile}");
        }
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for profile in [json!("RuntimeDefault"), json!({}), json!({"type": 1}), json!({"type": "runtimedefault"})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"appArmorProfile": profile})).len(), 1, "{profile}");
        }
        let template = json!({"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/web": true}}});
        assert_eq!(judge_template(&CHECK, Version::LATEST, &template).len(), 1);
    }
}
