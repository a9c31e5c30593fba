//! How many replicas run.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "replicas",
        title: "Workload has more than one replica",
        help: include_str!("../../rules/replicas.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Deployment, Kind::StatefulSet], judge)],
};

/// None at all is a workload that somebody has scaled down.
fn judge(object: &Object<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    let replicas = report.count(&object.root, &["spec", "replicas"])?.unwrap_or(1);
    if replicas == 0 || replicas >= i64::from(settings.min_replicas) {
        return Ok(());
    }
    let message = format!("{} runs {replicas} of at least {} replicas", object.label(), settings.min_replicas);
    let remediation = format!("Set `spec.replicas` to {} or more", settings.min_replicas);
    report.find(&object.root.walk(&["spec", "replicas"]), message, remediation);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, object, pointers};

    #[test]
    fn too_few_replicas_are_found_and_none_written_are_one() {
        for spec in [json!({"replicas": 1}), json!({}), json!(null)] {
            let found = found_with("{}", "replicas", &object("apps/v1", "Deployment", &spec));
            let expected = ("/spec/replicas".to_owned(), "Deployment `cart` runs 1 of at least 2 replicas".to_owned());
            assert_eq!(found, [expected], "{spec}");
        }
        let three = object("apps/v1", "StatefulSet", &json!({"replicas": 3}));
        assert!(pointers("replicas", &three).is_empty());
        assert_eq!(found_with(r#"{"minReplicas": 4}"#, "replicas", &three).len(), 1);
    }

    #[test]
    fn a_workload_that_is_scaled_down_is_fine() {
        assert!(pointers("replicas", &object("apps/v1", "Deployment", &json!({"replicas": 0}))).is_empty());
    }

    #[test]
    fn what_runs_on_every_node_has_no_replicas() {
        assert!(pointers("replicas", &object("apps/v1", "DaemonSet", &json!({}))).is_empty());
    }
}
