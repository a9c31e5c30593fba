//! The Service that names the pods of a StatefulSet.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "statefulset-service-name",
        title: "StatefulSet names its Service",
        help: include_str!("../../rules/statefulset-service-name.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::StatefulSet], judge)],
};

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["spec", "serviceName"];
    if report.text(&object.root, &PATH)?.unwrap_or_default().is_empty() {
        let message = format!("{} names no Service, so its pods have no names in DNS", object.label());
        report.find(&object.root.walk(&PATH), message, "Set `spec.serviceName` to the name of a headless Service for its pods");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pointers};

    #[test]
    fn a_stateful_set_without_a_service_is_found() {
        for name in [json!(null), json!(""), json!(1)] {
            let set = object("apps/v1", "StatefulSet", &json!({"serviceName": name}));
            assert_eq!(pointers("statefulset-service-name", &set), ["/spec/serviceName"], "{name}");
        }
        let set = object("apps/v1", "StatefulSet", &json!({"serviceName": "cart"}));
        assert!(pointers("statefulset-service-name", &set).is_empty());
    }
}
