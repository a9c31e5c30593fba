//! Kinds of volumes.

use std::borrow::Cow;

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::Shortened;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "restricted-volumes",
        title: "Volumes are of a kind that pods may choose themselves",
        help: include_str!("../../rules/restricted-volumes.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/volume-types"],
    },
    level: SecurityLevel::Restricted,
    since: Version::FIRST,
    judge,
};

/// The kinds that are allowed. It is sorted.
const ALLOWED: [&str; 9] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for volume in report.objects(&pod.spec.get("volumes"), Owner::Pod) {
        for (kind, source) in volume.members() {
            if kind != "name" && !ALLOWED.contains(&kind) && source.exists() {
                let message =
                    format!("volume {} is of the kind `{}`, which pods may not choose", volume_name(&volume), Shortened(kind));
                report.deny(&source, message, "Use a `persistentVolumeClaim`, or another kind of volume that is allowed");
            }
        }
    }
}

/// What messages call a volume.
pub(super) fn volume_name(volume: &Node<'_>) -> Cow<'static, str> {
    match volume.get("name").text() {
        Reading::Known(name) => format!("`{}`", Shortened(name)).into(),
        Reading::Missing | Reading::Unknown => "without a name".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    #[test]
    fn the_kind_that_is_not_allowed_is_what_the_finding_shows() {
        let volumes = json!([{"name": "data", "nfs": {"server": "files.example.com"}}, {"hostPath": {"path": "/"}}]);
        let findings = judge_spec(&CHECK, Version::LATEST, &json!({"volumes": volumes}));
        assert_eq!(findings[0].1, "volume `data` is of the kind `nfs`, which pods may not choose");
        assert_eq!(findings[1].1, "volume without a name is of the kind `hostPath`, which pods may not choose");
        assert_eq!(pointers(findings), ["/spec/volumes/0/nfs", "/spec/volumes/1/hostPath"]);
    }

    #[test]
    fn allowed_kinds_are_fine() {
        for kind in ALLOWED {
            assert!(judge_spec(&CHECK, Version::FIRST, &json!({"volumes": [{"name": "x", kind: {}}]})).is_empty(), "{kind}");
        }
    }

    #[test]
    fn a_volume_without_a_kind_is_an_empty_directory() {
        assert!(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": [{"name": "tmp"}]})).is_empty());
        assert!(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": [{"name": "tmp", "nfs": null}]})).is_empty());
    }

    #[test]
    fn an_allowed_kind_does_not_hide_another_one() {
        let volumes = json!([{"name": "tmp", "emptyDir": {}, "hostPath": {"path": "/"}}]);
        assert_eq!(pointers(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": volumes}))), ["/spec/volumes/0/hostPath"]);
    }

    #[test]
    fn what_is_unknown_is_not_let_through() {
        for (volumes, pointer) in [
            (json!([{"name": "x", "brandNew": {}}]), "/spec/volumes/0/brandNew"),
            (json!(["x"]), "/spec/volumes/0"),
            (json!("x"), "/spec/volumes"),
        ] {
            assert_eq!(pointers(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": volumes}))), [pointer]);
        }
    }
}
