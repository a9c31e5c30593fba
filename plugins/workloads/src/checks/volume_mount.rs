//! Mounts of volumes that are not there.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::Kind;
use crate::pod::Pod;
use crate::report::{Judged, Report, Unknown};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "volume-mount",
        title: "Mounted volume is there",
        help: include_str!("../../rules/volume-mount.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

/// Where a container names volumes.
const MOUNTS: [&str; 2] = ["volumeMounts", "volumeDevices"];

/// Other kinds may get volumes that nobody sees here.
fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    if pod.owner == Kind::Other {
        return Ok(());
    }
    let volumes = volumes(pod, report)?;
    for container in &pod.containers {
        for list in MOUNTS {
            let _ = judge_list(container, list, &volumes, report);
        }
    }
    Ok(())
}

fn judge_list(container: &Container<'_>, list: &'static str, volumes: &[&str], report: &mut Report<'_>) -> Judged {
    report.each(container.node(), &[list], |report, mount| {
        let name = report.needed_text(mount, &["name"])?;
        if !volumes.contains(&name) {
            let message = format!("{} mounts the volume `{name}`, which its pod does not have", container.label());
            report.find(&mount.get("name"), message, "Add the volume to `volumes`, or remove the mount");
        }
        Ok(())
    })
}

/// The names of the pod's volumes; a StatefulSet adds those of its claims.
fn volumes<'a>(pod: &Pod<'a>, report: &mut Report<'_>) -> Result<Vec<&'a str>, Unknown> {
    let mut names = Vec::new();
    report.each(&pod.spec, &["volumes"], |report, volume| {
        names.push(report.needed_text(volume, &["name"])?);
        Ok(())
    })?;
    if pod.owner == Kind::StatefulSet {
        report.each(&pod.document, &["spec", "volumeClaimTemplates"], |report, claim| {
            names.push(report.needed_text(claim, &["metadata", "name"])?);
            Ok(())
        })?;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pod, pointers};

    #[test]
    fn a_mount_without_its_volume_is_found() {
        let container = json!({"volumeMounts": [{"name": "data"}, {"name": "dta"}], "volumeDevices": [{"name": "disk"}]});
        let spec = json!({"containers": [container], "volumes": [{"name": "data", "emptyDir": {}}]});
        let expected = ["/spec/containers/0/volumeMounts/1/name", "/spec/containers/0/volumeDevices/0/name"];
        assert_eq!(pointers("volume-mount", &pod(&spec)), expected);
    }

    #[test]
    fn the_claims_of_a_stateful_set_are_volumes_and_other_kinds_may_have_their_own() {
        let template = json!({"spec": {"containers": [{"volumeMounts": [{"name": "data"}]}]}});
        let spec = json!({"template": template, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]});
        assert!(pointers("volume-mount", &object("apps/v1", "StatefulSet", &spec)).is_empty());
        assert_eq!(pointers("volume-mount", &object("apps/v1", "Deployment", &spec)).len(), 1);
        assert!(pointers("volume-mount", &object("example.com/v1", "Database", &spec)).is_empty());
    }
}
