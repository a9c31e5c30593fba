//! Directories of the node.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

use super::restricted_volumes::volume_name;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "host-path-volumes",
        title: "Volumes are not directories of the node",
        help: include_str!("../../rules/host-path-volumes.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/hostpath-volumes", "CIS-5.2.12"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for volume in report.objects(&pod.spec.get("volumes"), Owner::Pod) {
        let host_path = volume.get("hostPath");
        if host_path.exists() {
            let message = format!("volume {} is a directory of the node (`hostPath`)", volume_name(&volume));
            report.deny(&host_path, message, "Use a volume that does not come from the node");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    #[test]
    fn a_directory_of_the_node_is_found_whatever_it_says() {
        let volumes = json!([{"name": "tmp", "emptyDir": {}}, {"name": "logs", "hostPath": {"path": "/var/log"}}, {"name": "x", "hostPath": {}}]);
        let findings = judge_spec(&CHECK, Version::FIRST, &json!({"volumes": volumes}));
        assert_eq!(findings[0].1, "volume `logs` is a directory of the node (`hostPath`)");
        assert_eq!(pointers(findings), ["/spec/volumes/1/hostPath", "/spec/volumes/2/hostPath"]);
    }

    #[test]
    fn other_volumes_are_fine() {
        let volumes =
            json!([{"name": "tmp", "emptyDir": {}, "hostPath": null}, {"name": "data", "nfs": {"server": "files.example.com"}}]);
        assert!(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": volumes})).is_empty());
        assert!(judge_spec(&CHECK, Version::LATEST, &json!({})).is_empty());
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        assert_eq!(pointers(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": {"hostPath": {}}}))), ["/spec/volumes"]);
        assert_eq!(
            pointers(judge_spec(&CHECK, Version::LATEST, &json!({"volumes": [null, "x"]}))),
            ["/spec/volumes/0", "/spec/volumes/1"]
        );
    }
}
