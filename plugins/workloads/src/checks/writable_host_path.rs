//! Paths of the node that can be written.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::host_path::{self, HostPath};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "writable-host-path",
        title: "Container does not write to its node",
        help: include_str!("../../rules/writable-host-path.md"),
        level: Level::Warn,
        severity: Severity::High,
        controls: &["CIS-5.2.12"],
    },
    judges: &[Judge::Pod(judge)],
};

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let mut paths = Vec::new();
    host_path::each(pod, report, |_, path| paths.push(path))?;
    if !paths.is_empty() {
        for container in &pod.containers {
            let _ = judge_container(container, &paths, report);
        }
    }
    Ok(())
}

fn judge_container(container: &Container<'_>, paths: &[HostPath<'_>], report: &mut Report<'_>) -> Judged {
    report.each(container.node(), &["volumeMounts"], |report, mount| {
        let name = report.needed_text(mount, &["name"])?;
        let is_read_only = report.flag(mount, &["readOnly"])? == Some(true);
        if let Some(path) = paths.iter().find(|path| path.volume == name && !is_read_only) {
            let message = format!("{} can write to `{}` of its node", container.label(), path.path);
            report.find(&mount.get("readOnly"), message, "Set `readOnly: true` for the mount");
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    #[test]
    fn each_mount_of_a_host_path_that_is_not_read_only_is_found() {
        let mounts =
            json!([{"name": "node"}, {"name": "node", "readOnly": true}, {"name": "tmp"}, {"name": "node", "readOnly": false}]);
        let volumes = json!([{"name": "node", "hostPath": {"path": "/data"}}, {"name": "tmp", "emptyDir": {}}]);
        let spec =
            json!({"containers": [{"volumeMounts": mounts}], "initContainers": [{"volumeMounts": mounts}], "volumes": volumes});
        let expected = [
            "/spec/containers/0/volumeMounts/0/readOnly",
            "/spec/containers/0/volumeMounts/3/readOnly",
            "/spec/initContainers/0/volumeMounts/0/readOnly",
            "/spec/initContainers/0/volumeMounts/3/readOnly",
        ];
        assert_eq!(pointers("writable-host-path", &pod(&spec)), expected);
    }
}
