//! Seccomp profiles that are set.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

use super::profile::{judge_annotation, judge_profile};

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "seccomp-profile-baseline",
        title: "Seccomp is not switched off",
        help: include_str!("../../rules/seccomp-profile-baseline.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/seccomp", "CIS-5.7.2"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

/// From here on, fields are judged and no longer annotations.
const FIELDS: Version = Version::minor(19);

const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATIONS: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    if version >= FIELDS {
        for (owner, security) in pod.contexts() {
            judge_profile(owner, &security.get("seccompProfile"), "seccomp", report);
        }
        return;
    }
    for (_, annotation) in pod.annotations().members().filter(|(key, _)| sets_profile(pod, key)) {
        judge_annotation(&annotation, "seccomp", &["runtime/default", "docker/default"], report);
    }
}

/// Whether an annotation sets the profile of the pod or of a container that it has.
fn sets_profile(pod: &Pod<'_>, key: &str) -> bool {
    let container = key.strip_prefix(CONTAINER_ANNOTATIONS);
    key == POD_ANNOTATION || container.is_some_and(|name| pod.containers.iter().any(|container| container.name == name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, judge_template, pointers};

    fn annotated(version: Version, annotations: &Value) -> Vec<String> {
        let template = json!({"metadata": {"annotations": annotations}, "spec": {"containers": [{"name": "web"}]}});
        pointers(judge_template(&CHECK, version, &template))
    }

    #[test]
    fn an_unconfined_pod_and_container_are_named() {
        let context = json!({"seccompProfile": {"type": "Unconfined"}});
        let spec = json!({"securityContext": context, "containers": [{"name": "web", "securityContext": context}]});
        let findings = judge_spec(&CHECK, Version::LATEST, &spec);
        assert_eq!(findings[1].1, "container `web` sets the seccomp profile `Unconfined`");
        let expected = ["/spec/securityContext/seccompProfile/type", "/spec/containers/0/securityContext/seccompProfile/type"];
        assert_eq!(pointers(findings), expected);
    }

    #[test]
    fn no_profile_and_allowed_ones_are_fine() {
        for profile in [json!(null), json!({"type": "RuntimeDefault"}), json!({"type": "Localhost", "localhostProfile": "x.json"})]
        {
            assert!(judge_context(&CHECK, Version::LATEST, &json!({"seccompProfile": profile})).is_empty(), "{profile}");
        }
    }

    #[test]
    fn fields_are_judged_from_their_version_on() {
        let context = json!({"seccompProfile": {"type": "Unconfined"}});
        assert!(judge_context(&CHECK, Version::minor(18), &context).is_empty());
        assert_eq!(judge_context(&CHECK, Version::minor(19), &context).len(), 1);
    }

    #[test]
    fn annotations_are_judged_before_that() {
        let pod = json!({"seccomp.security.alpha.kubernetes.io/pod": "unconfined"});
        assert_eq!(annotated(Version::minor(18), &pod), ["/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod"]);
        assert!(annotated(Version::minor(19), &pod).is_empty());
        let container = json!({"container.seccomp.security.alpha.kubernetes.io/web": "unconfined"});
        assert_eq!(
            annotated(Version::FIRST, &container),
            ["/metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1web"]
        );
    }

    #[test]
    fn annotations_of_containers_that_the_pod_has_not_set_nothing() {
        assert!(
            annotated(Version::FIRST, &json!({"container.seccomp.security.alpha.kubernetes.io/gone": "unconfined"})).is_empty()
        );
    }

    #[test]
    fn allowed_annotations_are_fine_and_empty_ones_are_not() {
        for (profile, findings) in [
            (json!("runtime/default"), 0),
            (json!("docker/default"), 0),
            (json!("localhost/x"), 0),
            (json!(""), 1),
            (json!(null), 1),
            (json!(1), 1),
        ] {
            let annotations = json!({"seccomp.security.alpha.kubernetes.io/pod": profile});
            assert_eq!(annotated(Version::FIRST, &annotations).len(), findings, "{profile}");
        }
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for profile in [json!("RuntimeDefault"), json!({}), json!({"type": ["Localhost"]})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"seccompProfile": profile})).len(), 1, "{profile}");
        }
    }
}
