//! How few replicas an autoscaler leaves.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "hpa-min-replicas",
        title: "Autoscaler leaves more than one replica",
        help: include_str!("../../rules/hpa-min-replicas.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::HorizontalPodAutoscaler], judge)],
};

fn judge(object: &Object<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["spec", "minReplicas"];
    let replicas = report.count(&object.root, &PATH)?.unwrap_or(1);
    if replicas < i64::from(settings.min_replicas) {
        let message = format!("{} leaves {replicas} of at least {} replicas", object.label(), settings.min_replicas);
        report.find(&object.root.walk(&PATH), message, format!("Set `spec.minReplicas` to {} or more", settings.min_replicas));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, object, pointers};

    #[test]
    fn too_few_replicas_are_found_and_none_written_are_one() {
        let body = |spec: &serde_json::Value| object("autoscaling/v2", "HorizontalPodAutoscaler", spec);
        for spec in [json!({"minReplicas": 1}), json!({"minReplicas": 0}), json!({})] {
            assert_eq!(pointers("hpa-min-replicas", &body(&spec)), ["/spec/minReplicas"], "{spec}");
        }
        let two = body(&json!({"minReplicas": 2}));
        assert!(pointers("hpa-min-replicas", &two).is_empty());
        assert_eq!(found_with(r#"{"minReplicas": 3}"#, "hpa-min-replicas", &two).len(), 1);
    }
}
