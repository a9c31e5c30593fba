//! A workload with several pods is protected when nodes are drained.

use tollgate_sdk::{Level, Rule, Severity};

use crate::budget;
use crate::check::Check;
use crate::covered::covered;
use crate::reader::Reader;
use crate::replicas::Replicas;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "no-disruption-budget",
        title: "Workload with several pods has a PodDisruptionBudget",
        help: include_str!("../../rules/no-disruption-budget.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judge,
};

const FIX: &str = "Deliver a PodDisruptionBudget that selects its pods, such as one with `maxUnavailable: 1`";

fn judge(set: &Set<'_>, reader: &Reader) {
    let budgets = budget::all(set).iter();
    let selectors = budgets.filter_map(|budget| Some((budget.namespace, budget::selector(*budget, reader)?)));
    let covered = covered(set, selectors.collect::<Vec<_>>().into_iter());
    let replicas = Replicas::of(set, reader);
    for workload in ["Deployment", "StatefulSet"].iter().flat_map(|kind| set.of_kind("apps", kind)) {
        let is_covered = set.own_pod(*workload).is_some_and(|(position, _)| covered.contains(&position));
        let least = replicas.least(*workload, reader).filter(|least| *least >= 2);
        if let Some(least) = least.filter(|_| !is_covered) {
            let message = format!("{} has {least} pods, and no PodDisruptionBudget selects them", workload.label());
            reader.add(&workload.spec(), message, FIX);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "no-disruption-budget";

    fn workload(kind: &str, replicas: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: a, namespace: shop}}, \
                spec: {{{replicas} template: {{metadata: {{labels: {{app: a}}}}, spec: {{containers: []}}}}}}}}\n---\n"
        )
    }

    const BUDGET: &str = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: shop}, \
        spec: {selector: {matchLabels: {app: a}}}}\n---\n";
    const SCALER: &str = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: shop}, \
        spec: {minReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}}";

    #[test]
    fn several_pods_are_two_or_more_and_one_where_nothing_is_said() {
        for (replicas, is_well) in [("replicas: 2,", false), ("replicas: 1,", true), ("replicas: 0,", true), ("", true)] {
            assert_eq!(found(RULE, &workload("Deployment", replicas)).is_empty(), is_well, "{replicas}");
            assert_eq!(found(RULE, &workload("StatefulSet", replicas)).is_empty(), is_well, "{replicas}");
        }
        assert!(found(RULE, &workload("DaemonSet", "replicas: 2,")).is_empty());
    }

    #[test]
    fn a_budget_of_the_namespace_that_selects_its_pods_is_enough() {
        let several = workload("Deployment", "replicas: 2,");
        assert!(found(RULE, &(several.clone() + BUDGET)).is_empty());
        assert!(found(RULE, &(several.clone() + &BUDGET.replace("policy/v1", "policy/v1beta1"))).is_empty());
        for other in [BUDGET.replace("shop", "other"), BUDGET.replace("{app: a}", "{app: b}")] {
            assert_eq!(found(RULE, &(several.clone() + &other)), ["0:/spec"]);
        }
    }

    #[test]
    fn the_autoscaler_says_how_many_there_are() {
        let yaml = workload("Deployment", "replicas: 1,") + SCALER;
        assert_eq!(message(RULE, &yaml), "Deployment `a` has 3 pods, and no PodDisruptionBudget selects them");
        assert!(found(RULE, &(workload("Deployment", "replicas: 5,") + &SCALER.replace("minReplicas: 3, ", ""))).is_empty());
    }
}
