//! A PodDisruptionBudget lets nodes be drained.

use std::collections::BTreeMap;

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::budget;
use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::replicas::Replicas;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "disruption-budget-blocks",
        title: "PodDisruptionBudget leaves a pod that may be evicted",
        help: include_str!("../../rules/disruption-budget-blocks.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    let replicas = Replicas::of(set, reader);
    for budget in budget::all(set) {
        judge_one(set, *budget, &replicas, reader);
    }
}

fn judge_one<'a>(set: &Set<'a>, budget: Object<'a>, replicas: &Replicas<'a>, reader: &Reader) {
    let Some(place) = reader.find(&budget.root(), &["spec", "minAvailable"]) else { return };
    let Some(least) = Least::read(&place, reader) else { return };
    let Some(selector) = budget::selector(budget, reader) else { return };
    let selected = set.pods.selected(budget.namespace, &selector).map(|(_, member)| member.object);
    let workloads: BTreeMap<u32, Object<'_>> = selected.map(|object| (object.id(), object)).collect();
    let Some(expected) = workloads.values().map(|object| replicas.least(*object, reader)).sum::<Option<i64>>() else { return };
    let needed = least.of(expected);
    if expected > 0 && needed >= expected {
        let names: Vec<_> = workloads.values().map(Object::label).collect();
        let message = format!(
            "{} keeps {needed} pods of {}, and there are {expected}: none may be evicted",
            budget.label(),
            names.join(" and ")
        );
        reader.add(&place, message, "Set `maxUnavailable: 1` instead of `minAvailable`, or run more pods");
    }
}

/// How many pods must stay (Kubernetes API, `intstr.IntOrString`).
enum Least {
    Number(i64),
    Percent(i64),
}

impl Least {
    fn read(node: &Node<'_>, reader: &Reader) -> Option<Self> {
        let Some(text) = node.as_str() else { return reader.number(node).map(Self::Number) };
        let percent = text.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let percent = percent.and_then(|digits| digits.parse::<u32>().ok());
        if percent.is_none() {
            reader.unreadable(node);
        }
        percent.map(|percent| Self::Percent(i64::from(percent)))
    }

    /// A part of a pod counts as one, as it does for the controller.
    fn of(&self, expected: i64) -> i64 {
        match self {
            Self::Number(number) => *number,
            Self::Percent(percent) => expected.saturating_mul(*percent).saturating_add(99) / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "disruption-budget-blocks";
    const PLACE: &str = "0:/spec/minAvailable";

    fn budget(least: &str, others: &str) -> String {
        format!(
            "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: b}}, spec: {{minAvailable: {least}, \
                selector: {{matchLabels: {{app: a}}}}}}}}\n---\n{others}"
        )
    }

    fn workload(kind: &str, name: &str, replicas: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, \
                spec: {{{replicas} template: {{metadata: {{labels: {{app: a}}}}, spec: {{containers: []}}}}}}}}\n---\n"
        )
    }

    fn scaler(spec: &str) -> String {
        format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: s}}, \
                spec: {{{spec} scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}}}}}"
        )
    }

    #[test]
    fn as_many_as_there_are_or_more_block() {
        let two = workload("Deployment", "a", "replicas: 2,");
        for (least, blocks) in [
            ("1", false),
            ("2", true),
            ("3", true),
            ("'50%'", false),
            ("'51%'", true),
            ("'100%'", true),
            ("0", false),
            ("'0%'", false),
        ] {
            assert_eq!(found(RULE, &budget(least, &two)), if blocks { vec![PLACE] } else { vec![] }, "{least}");
        }
        assert_eq!(
            message(RULE, &budget("2", &two)),
            "PodDisruptionBudget `b` keeps 2 pods of Deployment `a`, and there are 2: none may be evicted"
        );
    }

    #[test]
    fn what_is_no_number_and_no_percentage_is_refused() {
        for least in ["'2'", "'%'", "'-1%'", "'+1%'", "'1.5%'", "1.5", "[1]", "'99999999999%'"] {
            assert_eq!(found(RULE, &budget(least, "{}")), [PLACE], "{least}");
        }
    }

    #[test]
    fn the_autoscaler_says_how_many_there_are_at_least() {
        let workload = workload("Deployment", "a", "replicas: 10,");
        assert_eq!(found(RULE, &budget("2", &(workload.clone() + &scaler("minReplicas: 2,")))), [PLACE]);
        assert_eq!(found(RULE, &budget("2", &(workload.clone() + &scaler("")))), [PLACE], "the default is 1");
        assert!(found(RULE, &budget("2", &(workload.clone() + &scaler("minReplicas: 3,")))).is_empty());
        assert!(found(RULE, &budget("2", &workload)).is_empty());
    }

    #[test]
    fn several_workloads_of_one_budget_are_added_up() {
        let both = workload("Deployment", "a", "") + &workload("StatefulSet", "b", "replicas: 2,");
        assert!(found(RULE, &budget("2", &both)).is_empty());
        assert!(message(RULE, &budget("3", &both)).contains("keeps 3 pods of Deployment `a` and StatefulSet `b`, and there are 3"));
    }

    #[test]
    fn where_nobody_can_tell_how_many_there_are_nothing_is_said() {
        assert!(found(RULE, &budget("5", &workload("DaemonSet", "d", ""))).is_empty());
        assert!(found(RULE, &budget("5", &workload("Deployment", "a", "replicas: 0,"))).is_empty());
        assert!(found(RULE, &budget("5", "{}")).is_empty());
    }
}
