//! A PodDisruptionBudget selects pods that are there.

use tollgate_sdk::{Level, Rule, Severity};

use crate::budget;
use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-disruption-budget",
        title: "PodDisruptionBudget selects at least one pod",
        help: include_str!("../../rules/dangling-disruption-budget.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

const FIX: &str = "Make the selector equal to labels of the pod template that it should protect, in the same namespace";

fn judge(set: &Set<'_>, reader: &Reader) {
    for budget in budget::all(set) {
        judge_one(set, *budget, reader);
    }
}

fn judge_one<'a>(set: &Set<'a>, budget: Object<'a>, reader: &Reader) {
    let node = budget.spec().get("selector");
    if reader.find(&budget.root(), &["spec", "selector"]).is_none() {
        return reader.add(&node, format!("{} has no selector, and so selects no pod", budget.label()), FIX);
    }
    let Some(selector) = reader.selector(&node) else { return };
    if budget::selects_nothing(budget, &selector) {
        reader.add(&node, format!("{} has an empty selector, which selects no pod in `policy/v1beta1`", budget.label()), FIX);
    } else if !set.pods.any_in(budget.namespace, &selector) {
        reader.add(&node, format!("{} {}", budget.label(), set.pods.selects_nothing("pod", budget.namespace, &selector)), FIX);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-disruption-budget";
    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: cart}}}\n---\n";

    fn budget(version: &str, selector: &str) -> String {
        format!("{POD}{{apiVersion: policy/{version}, kind: PodDisruptionBudget, metadata: {{name: cart}}, spec: {{{selector}}}}}")
    }

    #[test]
    fn expressions_select_as_the_api_defines() {
        for (operator, values, selects) in
            [("In", "[cart, x]", true), ("NotIn", "[cart]", false), ("Exists", "[]", true), ("DoesNotExist", "[]", false)]
        {
            let selector = format!("selector: {{matchExpressions: [{{key: app, operator: {operator}, values: {values}}}]}}");
            assert_eq!(found(RULE, &budget("v1", &selector)).is_empty(), selects, "{operator}");
        }
    }

    #[test]
    fn an_empty_selector_selects_all_and_a_missing_one_nothing() {
        assert!(found(RULE, &budget("v1", "selector: {}")).is_empty());
        assert_eq!(found(RULE, &budget("v1beta1", "selector: {}")), ["1:/spec/selector"]);
        assert!(found(RULE, &budget("v1beta1", "selector: {matchLabels: {app: cart}}")).is_empty());
        assert_eq!(
            message(RULE, &budget("v1", "minAvailable: 1")),
            "PodDisruptionBudget `cart` has no selector, and so selects no pod"
        );
    }

    #[test]
    fn labels_in_place_of_a_selector_are_refused() {
        assert_eq!(found(RULE, &budget("v1", "selector: {app: cart}")), ["1:/spec/selector/app"]);
    }

    #[test]
    fn the_labels_of_the_workload_are_not_those_of_its_pods() {
        let workload = "\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: mail, labels: {app: mail}}, \
            spec: {template: {spec: {containers: []}}}}";
        let yaml = budget("v1", "selector: {matchLabels: {app: mail}}") + workload;
        assert_eq!(message(RULE, &yaml), "PodDisruptionBudget `cart` selects `app=mail`, which no pod has");
    }
}
