//! The peers of a NetworkPolicy are there.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::network_policy;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "dangling-network-policy-peer",
        title: "NetworkPolicy allows traffic of pods that are there",
        help: include_str!("../../rules/dangling-network-policy-peer.md"),
        level: Level::Warn,
        severity: Severity::Low,
        controls: &[],
    },
    judge,
};

const PEERS: [&[&str]; 2] = [&["spec", "ingress", "*", "from", "*"], &["spec", "egress", "*", "to", "*"]];
const FIX: &str = "Make the selector equal to labels of the pods that are meant, or name their namespace in `namespaceSelector`";

fn judge(set: &Set<'_>, reader: &Reader) {
    for policy in network_policy::all(set) {
        for peer in PEERS.iter().flat_map(|way| reader.each(&policy.root(), way)) {
            judge_peer(set, policy, &peer, reader);
        }
    }
}

fn judge_peer<'a>(set: &Set<'a>, policy: Object<'a>, peer: &Node<'a>, reader: &Reader) {
    reader.object(peer);
    let (pods, namespaces) = (peer.get("podSelector"), peer.get("namespaceSelector"));
    let read = (reader.selector(&pods), reader.selector(&namespaces));
    // Which labels namespaces have is mostly not written where pods are.
    let (Some(selector), Some(_), false) = (read.0, read.1, namespaces.exists()) else { return };
    if !selector.is_empty() && !set.pods.any_in(policy.namespace, &selector) {
        let message = set.pods.selects_nothing("pod", policy.namespace, &selector);
        reader.add(&pods, format!("{} allows a peer that {message}", policy.label()), FIX);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "dangling-network-policy-peer";

    fn policy(rules: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, labels: {{app: cart}}}}}}\n---\n\
                {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: cart}}, spec: {{{rules}}}}}"
        )
    }

    #[test]
    fn both_directions_are_judged() {
        let rules = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}], egress: [{}, \
            {to: [{podSelector: {matchLabels: {app: cart}}}, {podSelector: {matchLabels: {app: db}}}]}]";
        assert_eq!(found(RULE, &policy(rules)), ["1:/spec/ingress/0/from/0/podSelector", "1:/spec/egress/1/to/1/podSelector"]);
    }

    #[test]
    fn peers_that_are_not_only_pods_of_this_namespace_are_not_judged() {
        for peer in [
            "podSelector: {matchLabels: {app: web}}, namespaceSelector: {}",
            "ipBlock: {cidr: 10.0.0.0/8}",
            "podSelector: {}",
            "namespaceSelector: {}",
        ] {
            assert!(found(RULE, &policy(&format!("ingress: [{{from: [{{{peer}}}]}}]"))).is_empty(), "{peer}");
        }
    }

    #[test]
    fn a_peer_says_what_it_selects() {
        let rules = "ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}]}]";
        assert_eq!(
            message(RULE, &policy(rules)),
            "NetworkPolicy `cart` allows a peer that selects `app in (web)`, which no pod has"
        );
    }
}
