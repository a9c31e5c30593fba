//! How a workload is changed, and changed back.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static ROLLING_UPDATE: Check = Check {
    rule: Rule {
        id: "rolling-update",
        title: "Deployment serves while it is changed",
        help: include_str!("../../rules/rolling-update.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Deployment], rolling_update)],
};

pub(crate) static REVISION_HISTORY: Check = Check {
    rule: Rule {
        id: "revision-history",
        title: "Workload can be rolled back",
        help: include_str!("../../rules/revision-history.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet], revision_history)],
};

/// A single replica is down for a while either way, and may have to be, if two of it don't get along.
fn rolling_update(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let replicas = report.count(&object.root, &["spec", "replicas"])?.unwrap_or(1);
    let strategy = report.text(&object.root, &["spec", "strategy", "type"])?.unwrap_or("RollingUpdate");
    let place = object.root.walk(&["spec", "strategy", "type"]);
    match strategy {
        "Recreate" if replicas > 1 => {
            let message = format!("{} stops all {replicas} replicas before it starts new ones", object.label());
            report.find(&place, message, "Set `spec.strategy.type` to `RollingUpdate`");
        }
        "Recreate" | "RollingUpdate" => {}
        _ => return Err(report.unknown(&place)),
    }
    Ok(())
}

fn revision_history(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["spec", "revisionHistoryLimit"];
    if report.count(&object.root, &PATH)? == Some(0) {
        let message = format!("{} keeps no earlier revision, so `kubectl rollout undo` has nothing to go back to", object.label());
        report.find(&object.root.walk(&PATH), message, "Remove `spec.revisionHistoryLimit`, or set it to 1 or more");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pointers};

    fn found(rule: &str, spec: &serde_json::Value) -> Vec<String> {
        pointers(rule, &object("apps/v1", "Deployment", spec))
    }

    #[test]
    fn only_several_replicas_that_stop_together_are_found() {
        let recreate = json!({"type": "Recreate"});
        assert_eq!(found("rolling-update", &json!({"replicas": 2, "strategy": recreate})), ["/spec/strategy/type"]);
        assert!(found("rolling-update", &json!({"strategy": recreate})).is_empty());
        assert!(found("rolling-update", &json!({"replicas": 2})).is_empty());
        assert_eq!(found("rolling-update", &json!({"strategy": {"type": "rolling"}})), ["/spec/strategy/type"]);
    }

    #[test]
    fn a_history_of_nothing_is_found() {
        assert_eq!(found("revision-history", &json!({"revisionHistoryLimit": 0})), ["/spec/revisionHistoryLimit"]);
        assert!(found("revision-history", &json!({"revisionHistoryLimit": 1})).is_empty());
        assert!(found("revision-history", &json!({})).is_empty());
    }
}
