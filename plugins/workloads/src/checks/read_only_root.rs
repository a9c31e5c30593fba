//! What a container can write to.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "read-only-root",
        title: "Root file system of the container is read-only",
        help: include_str!("../../rules/read-only-root.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

/// Windows has no such thing, and the API refuses it there.
fn judge(pod: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["securityContext", "readOnlyRootFilesystem"];
    if report.flag(container.node(), &PATH)? != Some(true) && !pod.is_windows() {
        let message = format!("{} can write to its root file system", container.label());
        let remediation = "Set `securityContext.readOnlyRootFilesystem: true`, and mount a volume where it has to write";
        report.find(&container.node().walk(&PATH), message, remediation);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, pod, pointers};

    #[test]
    fn only_a_plain_true_is_read_only() {
        let place = "/spec/containers/0/securityContext/readOnlyRootFilesystem";
        for context in [json!(null), json!({}), json!({"readOnlyRootFilesystem": false}), json!({"readOnlyRootFilesystem": "true"})]
        {
            assert_eq!(pointers("read-only-root", &container(&json!({"securityContext": context}))), [place], "{context}");
        }
        assert!(pointers("read-only-root", &container(&json!({"securityContext": {"readOnlyRootFilesystem": true}}))).is_empty());
    }

    #[test]
    fn containers_of_all_lists_count_and_those_on_windows_do_not() {
        let spec = json!({"containers": [{}], "initContainers": [{}], "ephemeralContainers": [{}]});
        assert_eq!(pointers("read-only-root", &pod(&spec)).len(), 3);
        assert!(pointers("read-only-root", &pod(&json!({"os": {"name": "windows"}, "containers": [{}]}))).is_empty());
    }
}
