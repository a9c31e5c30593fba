//! The number of pods has one owner.

use tollgate_sdk::{Level, Rule, Severity};

use crate::autoscaler;
use crate::check::Check;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "replicas-with-autoscaler",
        title: "Workload leaves its number of pods to its autoscaler",
        help: include_str!("../../rules/replicas-with-autoscaler.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for target in autoscaler::by_workload(set, reader).values() {
        let Some(workload) = target.object(set) else { continue };
        let replicas = workload.spec().get("replicas");
        if replicas.exists() {
            let message =
                format!("{} sets `replicas`, which {} changes: each apply undoes it", workload.label(), target.scaler.label());
            reader.add(&replicas, message, "Remove `replicas`, and set the lowest number in the autoscaler");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "replicas-with-autoscaler";

    fn scaled(spec: &str, kind: &str, target: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{{spec}}}}}\n---\n{{{kind}, \
                metadata: {{name: s}}, spec: {{{target}: {{apiVersion: apps/v1, kind: Deployment, name: a}}}}}}"
        )
    }

    const HORIZONTAL: &str = "apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler";

    #[test]
    fn a_number_that_an_autoscaler_changes_is_found() {
        let yaml = scaled("replicas: 2", HORIZONTAL, "scaleTargetRef");
        assert_eq!(
            message(RULE, &yaml),
            "Deployment `a` sets `replicas`, which HorizontalPodAutoscaler `s` changes: each apply undoes it"
        );
        assert!(found(RULE, &scaled("", HORIZONTAL, "scaleTargetRef")).is_empty());
        assert!(found(RULE, &scaled("replicas: null", HORIZONTAL, "scaleTargetRef")).is_empty());
    }

    #[test]
    fn what_sizes_pods_leaves_their_number_alone() {
        assert!(
            found(RULE, &scaled("replicas: 2", "apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscaler", "targetRef"))
                .is_empty()
        );
        assert_eq!(
            found(RULE, &scaled("replicas: 2", "apiVersion: keda.sh/v1alpha1, kind: ScaledObject", "scaleTargetRef")),
            ["0:/spec/replicas"]
        );
    }
}
