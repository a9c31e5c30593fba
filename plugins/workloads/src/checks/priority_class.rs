//! Who goes first when a node is full.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "priority-class",
        title: "Pod says how important it is",
        help: include_str!("../../rules/priority-class.md"),
        level: Level::Note,
        severity: Severity::Info,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

fn judge(pod: &Pod<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    if settings.require_priority_class && report.text(&pod.spec, &["priorityClassName"])?.unwrap_or_default().is_empty() {
        let message = "the pod has no priority class, so the cluster's default says whether it makes way for others";
        report.find(&pod.spec.get("priorityClassName"), message, "Set `priorityClassName`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, pod};

    #[test]
    fn a_pod_without_a_priority_class_is_found_only_on_request() {
        let required = r#"{"requirePriorityClass": true}"#;
        let found = |settings, spec: &serde_json::Value| found_with(settings, "priority-class", &pod(spec)).len();
        assert_eq!([found("{}", &json!({})), found(required, &json!({}))], [0, 1]);
        assert_eq!(
            [found(required, &json!({"priorityClassName": "high"})), found(required, &json!({"priorityClassName": 1}))],
            [0, 1]
        );
    }
}
