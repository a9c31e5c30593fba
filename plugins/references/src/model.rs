//! Sets as they come, against a judge that looks at everything for everything.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::References;

type Labels = BTreeMap<&'static str, &'static str>;

/// What a set is made of.
#[derive(Clone, Debug)]
enum Role {
    /// A Deployment that selects by labels, which its pods have, and more of them, and which has this many pods.
    Workload {
        more: Labels,
        replicas: i64,
    },
    Budget {
        least: i64,
    },
    Policy,
    /// A Service that selects by labels.
    Service,
    /// An Ingress that sends to the Service of its own name.
    Ingress,
}

/// One object: its role, where it is, its name, and the labels that it selects by.
#[derive(Clone, Debug)]
struct Thing {
    role: Role,
    namespace: Option<&'static str>,
    name: &'static str,
    labels: Labels,
}

impl Thing {
    fn object(&self) -> Value {
        let selector = json!({"matchLabels": self.labels});
        let (api_version, kind, spec) = match &self.role {
            Role::Workload { more, replicas } => {
                let pod = json!({"metadata": {"labels": self.pod_labels(more)}, "spec": {"containers": []}});
                ("apps/v1", "Deployment", json!({"selector": selector, "replicas": replicas, "template": pod}))
            }
            Role::Budget { least } => ("policy/v1", "PodDisruptionBudget", json!({"selector": selector, "minAvailable": least})),
            Role::Policy => ("networking.k8s.io/v1", "NetworkPolicy", json!({"podSelector": selector})),
            Role::Service => ("v1", "Service", json!({"selector": self.labels, "ports": [{"port": 80}]})),
            Role::Ingress => {
                let backend = json!({"service": {"name": self.name, "port": {"number": 80}}});
                ("networking.k8s.io/v1", "Ingress", json!({"defaultBackend": backend}))
            }
        };
        let metadata = json!({"name": self.name, "namespace": self.namespace});
        json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
    }

    fn pod_labels(&self, more: &Labels) -> Labels {
        more.iter().chain(&self.labels).map(|(name, value)| (*name, *value)).collect()
    }

    /// The labels of its pods, if it makes some.
    fn pods(&self) -> Option<Labels> {
        match &self.role {
            Role::Workload { more, .. } => Some(self.pod_labels(more)),
            _ => None,
        }
    }

    fn selects(&self, other: &Self) -> bool {
        let fits = |labels: &Labels| self.labels.iter().all(|(name, value)| labels.get(name) == Some(value));
        self.namespace == other.namespace && other.pods().is_some_and(|labels| fits(&labels))
    }

    fn is(&self, other: &Self) -> bool {
        std::mem::discriminant(&self.role) == std::mem::discriminant(&other.role)
            && (self.namespace, self.name) == (other.namespace, other.name)
    }
}

/// The rules that a thing breaks, by looking at all others.
fn broken(index: usize, things: &[Thing]) -> Vec<&'static str> {
    let thing = &things[index];
    let before = &things[..index];
    let selected: Vec<&Thing> = things.iter().filter(|other| thing.selects(other)).collect();
    let is_selected = |by: fn(&Role) -> bool| things.iter().any(|other| by(&other.role) && other.selects(thing));
    let mut rules = Vec::new();
    let mut add = |rule, breaks: bool| rules.extend(breaks.then_some(rule));
    add("duplicate-object", before.iter().any(|other| other.is(thing)));
    match &thing.role {
        Role::Workload { replicas, .. } => {
            let twin = |other: &&Thing| !other.is(thing) && other.pods().is_some() && other.selects(thing) && thing.selects(other);
            add("duplicate-selector", before.iter().filter(twin).count() > 0);
            add("no-disruption-budget", *replicas >= 2 && !is_selected(|role| matches!(role, Role::Budget { .. })));
            add("no-network-policy", !is_selected(|role| matches!(role, Role::Policy)));
        }
        Role::Budget { least } => {
            let replicas = |other: &&Thing| if let Role::Workload { replicas, .. } = other.role { replicas } else { 0 };
            let all: i64 = selected.iter().map(replicas).sum();
            add("dangling-disruption-budget", selected.is_empty());
            add("disruption-budget-blocks", all > 0 && *least >= all);
        }
        Role::Policy => add("dangling-network-policy", !thing.labels.is_empty() && selected.is_empty()),
        Role::Service => add("service-port", !thing.labels.is_empty() && !selected.is_empty()),
        Role::Ingress => {
            let is_target = |other: &Thing| {
                matches!(other.role, Role::Service) && (other.namespace, other.name) == (thing.namespace, thing.name)
            };
            add("dangling-ingress", !things.iter().any(is_target));
        }
    }
    rules
}

fn found(things: &[Thing]) -> BTreeSet<(usize, &'static str)> {
    let yaml = things.iter().map(|thing| thing.object().to_string()).collect::<Vec<_>>().join("\n---\n");
    let findings = testing::check::<References>("{}", &yaml);
    findings.iter().map(|finding| (finding.document() as usize, finding.rule())).collect()
}

fn labels() -> impl Strategy<Value = Labels> {
    let label = (prop::sample::select(vec!["app", "tier"]), prop::sample::select(vec!["x", "y"]));
    prop::collection::btree_map(label.clone().prop_map(|(name, _)| name), label.prop_map(|(_, value)| value), 0..3)
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        (labels(), 0..4_i64).prop_map(|(more, replicas)| Role::Workload { more, replicas }),
        (0..4_i64).prop_map(|least| Role::Budget { least }),
        Just(Role::Policy),
        Just(Role::Service),
        Just(Role::Ingress),
    ]
}

fn thing() -> impl Strategy<Value = Thing> {
    let namespace = prop::option::of(prop::sample::select(vec!["shop", "other"]));
    (role(), namespace, prop::sample::select(vec!["a", "b", "c"]), labels()).prop_map(|(role, namespace, name, labels)| Thing {
        role,
        namespace,
        name,
        labels,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_rule_is_broken_if_and_only_if_looking_at_everything_says_so(things in prop::collection::vec(thing(), 0..10)) {
        let expected: BTreeSet<_> =
            (0..things.len()).flat_map(|index| broken(index, &things).into_iter().map(move |rule| (index, rule))).collect();
        prop_assert_eq!(found(&things), expected);
    }
}
