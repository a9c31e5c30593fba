//! Whether replicas are kept apart.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report, Unknown};
use crate::selector;
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "anti-affinity",
        title: "Replicas do not share a node",
        help: include_str!("../../rules/anti-affinity.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Deployment, Kind::StatefulSet, Kind::ReplicaSet, Kind::ReplicationController], judge)],
};

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let replicas = report.count(&object.root, &["spec", "replicas"])?.unwrap_or(1);
    if replicas < 2 || are_kept_apart(object, report)? {
        return Ok(());
    }
    let message = format!("nothing keeps the {replicas} replicas of {} from running on one node", object.label());
    let remediation = "Add `topologySpreadConstraints` or a `podAntiAffinity` whose `labelSelector` selects the pod's own labels";
    report.find(&object.root.walk(&["spec", "template", "spec", "affinity", "podAntiAffinity"]), message, remediation);
    Ok(())
}

fn are_kept_apart(object: &Object<'_>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    let template = report.walk(&object.root, &["spec", "template"])?;
    let labels = report.walk(&template, &["metadata", "labels"])?;
    let namespace = report.text(&object.root, &["metadata", "namespace"])?;
    let affinity = report.walk(&template, &["spec", "affinity", "podAntiAffinity"])?;
    let mut apart = false;
    report.each(&template, &["spec", "topologySpreadConstraints"], |report, constraint| {
        apart |= selector::selects(&constraint.get("labelSelector"), &labels, report)?;
        Ok(())
    })?;
    report.each(&affinity, &["requiredDuringSchedulingIgnoredDuringExecution"], |report, term| {
        apart |= repels(term, &labels, namespace, report)?;
        Ok(())
    })?;
    report.each(&affinity, &["preferredDuringSchedulingIgnoredDuringExecution"], |report, preferred| {
        let term = report.walk(preferred, &["podAffinityTerm"])?;
        apart |= repels(&term, &labels, namespace, report)?;
        Ok(())
    })?;
    Ok(apart)
}

/// Whether a term keeps the pod from others of its own kind: it has to select them, in their own namespace.
fn repels<'a>(term: &Node<'a>, labels: &Node<'a>, namespace: Option<&str>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    let selector = report.walk(term, &["labelSelector"])?;
    let namespaces = report.texts(term, &["namespaces"])?;
    let selects_namespaces = report.has_object(term, &["namespaceSelector"])?;
    let mismatched = report.texts(term, &["mismatchLabelKeys"])?;
    let is_elsewhere = namespace.is_some_and(|own| !namespaces.is_empty() && namespaces.iter().all(|(name, _)| *name != own));
    let differs = mismatched.iter().any(|(key, _)| labels.get(key).exists());
    Ok(selector::selects(&selector, labels, report)? && !differs && (selects_namespaces || !is_elsewhere))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::checks::testing::{object, pointers};

    fn found(replicas: u32, spec: &Value) -> Vec<String> {
        let template = json!({"metadata": {"labels": {"app": "cart"}}, "spec": spec});
        let mut body = object("apps/v1", "Deployment", &json!({"replicas": replicas, "template": template}));
        body["metadata"]["namespace"] = json!("shop");
        pointers("anti-affinity", &body)
    }

    fn required(term: &Value) -> Value {
        json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}})
    }

    const PLACE: &str = "/spec/template/spec/affinity/podAntiAffinity";

    #[test]
    fn replicas_that_may_share_a_node_are_found_and_a_single_one_is_not() {
        assert_eq!(found(2, &json!({})), [PLACE]);
        assert!(found(1, &json!({})).is_empty());
    }

    #[test]
    fn anti_affinity_and_spread_keep_replicas_apart_if_they_select_the_pod_itself() {
        let (own, other) = (json!({"matchLabels": {"app": "cart"}}), json!({"matchLabels": {"app": "other"}}));
        for (selector, count) in [(own, 0), (other, 1), (json!(null), 1)] {
            let term = json!({"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"});
            assert_eq!(found(2, &required(&term)).len(), count, "{selector}");
            let preferred = json!([{"weight": 1, "podAffinityTerm": term}]);
            let preferred =
                json!({"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}});
            assert_eq!(found(2, &preferred).len(), count, "{selector}");
            assert_eq!(found(2, &json!({"topologySpreadConstraints": [term]})).len(), count, "{selector}");
        }
    }

    #[test]
    fn a_term_for_other_namespaces_or_other_values_keeps_nothing_apart() {
        let term = |more: Value| {
            let mut term = json!({"labelSelector": {"matchLabels": {"app": "cart"}}});
            term.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            found(2, &required(&term)).len()
        };
        assert_eq!(term(json!({"namespaces": ["other"]})), 1);
        assert_eq!(term(json!({"namespaces": ["other", "shop"]})), 0);
        assert_eq!(term(json!({"namespaces": ["other"], "namespaceSelector": {}})), 0);
        assert_eq!(term(json!({"mismatchLabelKeys": ["app"]})), 1);
        assert_eq!(term(json!({"mismatchLabelKeys": ["gone"]})), 0);
    }
}
