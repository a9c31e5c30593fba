//! A NetworkPolicy selects pods that are there.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::network_policy;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-network-policy",
        title: "NetworkPolicy selects at least one pod",
        help: include_str!("../../rules/dangling-network-policy.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judge,
};

const FIX: &str = "Make the selector equal to labels of the pod template that it should guard, in the same namespace";

fn judge(set: &Set<'_>, reader: &Reader) {
    for policy in network_policy::all(set) {
        let Some(selector) = network_policy::selector(policy, reader) else { continue };
        if !selector.is_empty() && !set.pods.any_in(policy.namespace, &selector) {
            let message = set.pods.selects_nothing("pod", policy.namespace, &selector);
            reader.add(&policy.spec().get("podSelector"), format!("{} {message}", policy.label()), FIX);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-network-policy";
    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: cart}}}\n---\n";

    fn policy(spec: &str) -> String {
        format!(
            "{POD}{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: cart, namespace: shop}}, \
                spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn an_empty_or_missing_selector_selects_all_and_is_fine_even_without_pods() {
        for spec in ["podSelector: {}", "", "podSelector: null", "podSelector: {matchLabels: {}}"] {
            assert!(found(RULE, &policy(spec)).is_empty(), "{spec}");
            assert!(found(RULE, &policy(spec).replace("namespace: shop}, spec", "namespace: other}, spec")).is_empty(), "{spec}");
        }
    }

    #[test]
    fn a_selector_that_matches_elsewhere_says_where() {
        assert!(found(RULE, &policy("podSelector: {matchLabels: {app: cart}}")).is_empty());
        let elsewhere =
            policy("podSelector: {matchLabels: {app: cart}}").replace("namespace: shop}, spec", "namespace: other}, spec");
        assert_eq!(
            message(RULE, &elsewhere),
            "NetworkPolicy `cart` selects `app=cart`, which no pod in namespace `other` has; namespace `shop` has one"
        );
    }
}
