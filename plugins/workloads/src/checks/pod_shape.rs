//! What all rules of pods read.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "pod-shape",
        title: "Pod can be read",
        help: include_str!("../../rules/pod-shape.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    for node in &pod.unreadable {
        report.unknown(node);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    #[test]
    fn what_stands_where_containers_should_be_is_not_passed_over() {
        assert_eq!(pointers("pod-shape", &pod(&json!([]))), ["/spec"]);
        let spec = json!({"containers": [{}, "x"], "initContainers": {"a": {}}});
        assert_eq!(pointers("pod-shape", &pod(&spec)), ["/spec/initContainers", "/spec/containers/1"]);
        assert!(pointers("pod-shape", &pod(&json!({"containers": [{}], "initContainers": null}))).is_empty());
    }
}
