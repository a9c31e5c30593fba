//! Which pods a workload takes for its own.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::selector;
use crate::settings::Settings;

pub(crate) static EMPTY: Check = Check {
    rule: Rule {
        id: "empty-selector",
        title: "Workload selects its pods",
        help: include_str!("../../rules/empty-selector.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judges: &[Judge::Object(&KINDS, empty)],
};

pub(crate) static MISMATCH: Check = Check {
    rule: Rule {
        id: "selector-mismatch",
        title: "Selector of the workload selects its own pods",
        help: include_str!("../../rules/selector-mismatch.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judges: &[Judge::Object(&KINDS, mismatch)],
};

const KINDS: [Kind; 4] = [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet];

fn empty(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let selector = report.walk(&object.root, &["spec", "selector"])?;
    if selector::is_empty(&selector, report)? {
        let message = format!("{} says not which pods are its own, and the API refuses it", object.label());
        report.find(&selector, message, "Set `spec.selector.matchLabels` to labels of the pod template");
    }
    Ok(())
}

fn mismatch(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let selector = report.walk(&object.root, &["spec", "selector"])?;
    let labels = report.walk(&object.root, &["spec", "template", "metadata", "labels"])?;
    if selector::is_empty(&selector, report)? || selector::selects(&selector, &labels, report)? {
        return Ok(());
    }
    let message =
        format!("the selector of {} does not select the labels of its own pod template, and the API refuses it", object.label());
    report.find(&selector, message, "Make the labels of the pod template fulfil the selector");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pointers};

    fn found(rule: &str, selector: &serde_json::Value) -> Vec<String> {
        let template = json!({"metadata": {"labels": {"app": "cart", "tier": "web"}}});
        pointers(rule, &object("apps/v1", "DaemonSet", &json!({"selector": selector, "template": template})))
    }

    #[test]
    fn a_selector_without_requirements_is_empty_and_no_mismatch() {
        for selector in [json!(null), json!({}), json!({"matchLabels": {}, "matchExpressions": []})] {
            assert_eq!(found("empty-selector", &selector), ["/spec/selector"], "{selector}");
            assert!(found("selector-mismatch", &selector).is_empty(), "{selector}");
        }
    }

    #[test]
    fn a_selector_selects_the_pods_of_its_own_template() {
        for selector in
            [json!({"matchLabels": {"app": "cart"}}), json!({"matchExpressions": [{"key": "tier", "operator": "Exists"}]})]
        {
            assert!(found("selector-mismatch", &selector).is_empty(), "{selector}");
            assert!(found("empty-selector", &selector).is_empty(), "{selector}");
        }
        let other = json!({"matchLabels": {"app": "cart", "tier": "db"}});
        assert_eq!(found("selector-mismatch", &other), ["/spec/selector"]);
        assert!(found("empty-selector", &other).is_empty());
    }
}
