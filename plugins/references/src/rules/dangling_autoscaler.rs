//! An autoscaler scales a workload that is there.

use tollgate_sdk::{Level, Rule, Severity};

use crate::autoscaler::{self, Target};
use crate::check::Check;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-autoscaler",
        title: "Autoscaler scales a workload that is there",
        help: include_str!("../../rules/dangling-autoscaler.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

fn judge(set: &Set<'_>, reader: &Reader) {
    for target in autoscaler::targets(set, reader) {
        if target.object(set).is_none() {
            reader.add(
                &target.node.get("name"),
                message(&target, set),
                "Name a workload that is delivered with it, with its `apiVersion` and `kind`",
            );
        }
    }
}

fn message<'a>(target: &Target<'a>, set: &Set<'a>) -> String {
    let Target { scaler, group, kind, name, .. } = target;
    let absence = set.absence(group, kind, scaler.namespace, name);
    let of_group = if group.is_empty() { "the core group".to_owned() } else { format!("group `{group}`") };
    format!("{} scales {kind} `{name}` of {of_group}, {absence}", scaler.label())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-autoscaler";
    const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart, namespace: shop}}\n---\n";

    fn scaler(target: &str) -> String {
        format!(
            "{DEPLOYMENT}{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: cart, \
                namespace: shop}}, spec: {{scaleTargetRef: {{{target}}}}}}}"
        )
    }

    #[test]
    fn group_kind_and_name_must_all_be_right_and_the_version_may_differ() {
        assert!(found(RULE, &scaler("apiVersion: apps/v1, kind: Deployment, name: cart")).is_empty());
        assert!(found(RULE, &scaler("apiVersion: apps/v1beta2, kind: Deployment, name: cart")).is_empty());
        for target in [
            "kind: Deployment, name: cart",
            "apiVersion: apps/v1, kind: StatefulSet, name: cart",
            "apiVersion: apps/v1, kind: Deployment, name: mail",
        ] {
            assert_eq!(found(RULE, &scaler(target)), ["1:/spec/scaleTargetRef/name"], "{target}");
        }
    }

    #[test]
    fn the_namespace_is_that_of_the_autoscaler() {
        let elsewhere = scaler("apiVersion: apps/v1, kind: Deployment, name: cart").replace("shop}, spec", "other}, spec");
        assert_eq!(
            message(RULE, &elsewhere),
            "HorizontalPodAutoscaler `cart` scales Deployment `cart` of group `apps`, \
                which is not delivered with it in namespace `other`; namespace `shop` has one"
        );
    }

    #[test]
    fn an_object_of_any_kind_can_be_scaled() {
        let rollout = "\n---\n{apiVersion: example.com/v1, kind: Fleet, metadata: {name: cart, namespace: shop}}";
        assert!(found(RULE, &(scaler("apiVersion: example.com/v1, kind: Fleet, name: cart") + rollout)).is_empty());
    }

    #[test]
    fn what_sizes_pods_and_what_scales_by_events_is_judged_too() {
        let vertical = "{apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscaler, metadata: {name: a}, \
            spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}}}";
        assert_eq!(found(RULE, vertical), ["0:/spec/targetRef/name"]);
        let events = "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a, namespace: shop}, \
            spec: {scaleTargetRef: {name: NAME}}}";
        assert!(found(RULE, &format!("{DEPLOYMENT}{}", events.replace("NAME", "cart"))).is_empty());
        assert_eq!(found(RULE, &format!("{DEPLOYMENT}{}", events.replace("NAME", "gone"))), ["1:/spec/scaleTargetRef/name"]);
    }

    #[test]
    fn one_that_scales_nothing_says_so() {
        assert_eq!(found(RULE, &scaler("")), ["1:/spec/scaleTargetRef/kind", "1:/spec/scaleTargetRef/name"]);
    }
}
