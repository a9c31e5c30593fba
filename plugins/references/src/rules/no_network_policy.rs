//! A pod does not talk to everybody.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::covered::covered;
use crate::network_policy;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "no-network-policy",
        title: "Pod is selected by a NetworkPolicy",
        help: include_str!("../../rules/no-network-policy.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judge,
};

const FIX: &str = "Deliver a NetworkPolicy that selects the pods and allows what they need";

fn judge(set: &Set<'_>, reader: &Reader) {
    let selectors =
        network_policy::all(set).filter_map(|policy| Some((policy.namespace, network_policy::selector(policy, reader)?)));
    let covered = covered(set, selectors.collect::<Vec<_>>().into_iter());
    for (position, member) in set.pods.iter().enumerate() {
        if !covered.contains(&position) {
            let message = format!("no NetworkPolicy selects the pods of {}, so everybody may talk to them", member.object.label());
            reader.add(&member.pod.metadata().get("labels"), message, FIX);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "no-network-policy";
    const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop}, \
        spec: {template: {metadata: {labels: {app: a}}, spec: {containers: []}}}}\n---\n";

    fn policy(selector: &str) -> String {
        format!(
            "{DEPLOYMENT}{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, \
                spec: {{{selector}}}}}"
        )
    }

    #[test]
    fn a_policy_of_the_namespace_that_selects_the_pods_is_enough() {
        for (selector, is_well) in [
            ("podSelector: {}", true),
            ("", true),
            ("podSelector: {matchLabels: {app: a}}", true),
            ("podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [b]}]}", true),
            ("podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}", false),
            ("podSelector: {matchLabels: {app: b}}", false),
            ("podSelector: [a]", false),
        ] {
            assert_eq!(found(RULE, &policy(selector)).is_empty(), is_well, "{selector}");
        }
        assert_eq!(found(RULE, &policy("").replace("name: p, namespace: shop", "name: p")), ["0:/spec/template/metadata/labels"]);
    }

    #[test]
    fn every_pod_of_a_kind_that_nobody_knows_is_asked_for() {
        let fleet = "{apiVersion: example.com/v1, kind: Fleet, metadata: {name: f}, \
            spec: {members: [{spec: {containers: []}}, {spec: {containers: []}}]}}";
        assert_eq!(found(RULE, fleet), ["0:/spec/members/0/metadata/labels", "0:/spec/members/1/metadata/labels"]);
    }

    #[test]
    fn a_message_says_what_follows() {
        assert_eq!(message(RULE, DEPLOYMENT), "no NetworkPolicy selects the pods of Deployment `a`, so everybody may talk to them");
    }
}
