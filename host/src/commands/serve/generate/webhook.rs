//! Which questions the cluster asks: only those that a policy would look at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tollgate_core::broken_glass::TEMPLATED;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::policy::KindFilter;

use super::place::Place;
use crate::admission::{Approved, Known, NOISE};

pub(super) fn configuration(known: &Known, place: &Place) -> Value {
    let webhook = json!({
        "name": "admission.tollgate.dev",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {"namespace": place.namespace, "name": place.service, "path": "/validate", "port": 443}},
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "sideEffects": if place.breaks_glass { "NoneOnDryRun" } else { "None" },
        "timeoutSeconds": 10,
        "rules": rules(known, place),
        "namespaceSelector": {"matchExpressions": namespaces(known, place)},
        "matchConditions": conditions(),
    });
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": place.metadata_of_cluster(&place.webhook), "webhooks": [webhook],
    })
}

/// Namespaces that the target's recipes write to, where that is known; in any case none that must never lock up.
fn namespaces(known: &Known, place: &Place) -> Value {
    const NAME: &str = "kubernetes.io/metadata.name";
    let mut exempt: BTreeSet<&str> = known.spec().exempt.iter().map(String::as_str).collect();
    exempt.insert(&place.own_namespace);
    let mut all = vec![json!({"key": NAME, "operator": "NotIn", "values": exempt})];
    if let Some(approved) = known.approved() {
        let own: Vec<&String> = approved.namespaces().iter().filter(|name| !exempt.contains(name.as_str())).collect();
        all.push(json!({"key": NAME, "operator": "In", "values": own}));
    }
    Value::Array(all)
}

fn rules(known: &Known, place: &Place) -> Value {
    let mut operations = vec!["CREATE", "UPDATE"];
    if known.judges_deletes() {
        operations.push("DELETE");
    }
    let rule = |groups: Value, resources: Value, scope: &str| json!({"apiGroups": groups, "apiVersions": ["*"], "operations": operations, "resources": resources, "scope": scope});
    let mut looked_at = looked_at(known);
    if place.breaks_glass && !looked_at.is_everything {
        looked_at.add_templates();
    }
    if looked_at.is_everything {
        let mut rules = vec![rule(json!(["*"]), json!(["*", "pods/ephemeralcontainers"]), "Namespaced")];
        rules.extend(looked_at.by_group.iter().map(|(group, resources)| rule(json!([group]), json!(resources), "Cluster")));
        return Value::Array(rules);
    }
    looked_at.by_group.iter().map(|(group, resources)| rule(json!([group]), json!(resources), "*")).collect()
}

/// What policies look at.
#[derive(Default)]
struct LookedAt {
    /// Some policy looks at every kind there is. What stands beside it is what the recipes hold.
    is_everything: bool,
    by_group: BTreeMap<String, BTreeSet<String>>,
}

impl LookedAt {
    fn add(&mut self, kind: &KindFilter) {
        let resources = self.by_group.entry(kind.group.clone()).or_default();
        if kind.kind == "Pod" || kind.kind == "*" && kind.group.is_empty() {
            resources.insert("pods/ephemeralcontainers".to_owned());
        }
        resources.insert(resource(&kind.kind));
    }
}

impl LookedAt {
    /// Annotations that break glass are passed on by templates, so all of them are looked at.
    fn add_templates(&mut self) {
        let kinds = TEMPLATED.map(|(group, kind)| KindFilter { group: group.to_owned(), kind: kind.to_owned() });
        kinds.iter().for_each(|kind| self.add(kind));
    }
}

fn looked_at(known: &Known) -> LookedAt {
    let mut all = LookedAt::default();
    for policy in known.policies().iter() {
        let LoadedPolicy::Validator(plugin) = &policy.loaded else { continue };
        let kinds = &plugin.needs().kinds;
        all.is_everything |= kinds.is_empty() || kinds.iter().any(|kind| kind.group == "*");
        kinds.iter().filter(|kind| kind.group != "*" && is_of_kubernetes(kind)).for_each(|kind| all.add(kind));
    }
    if all.is_everything {
        all.by_group.clear();
        known.approved().into_iter().flat_map(Approved::kinds).for_each(|kind| all.add(kind));
    }
    all
}

fn is_of_kubernetes(kind: &KindFilter) -> bool {
    let api_version = if kind.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", kind.group) };
    ObjectIdentity { api_version, kind: kind.kind.clone(), namespace: None, name: String::new() }.is_kubernetes()
}

/// The plural by which the API names a kind: by the rules that its own kinds follow, and that generators of definitions follow.
fn resource(kind: &str) -> String {
    let lower = kind.to_lowercase();
    let before_last = lower.chars().rev().nth(1);
    match lower.chars().last() {
        None | Some('*') => lower,
        _ if lower == "endpoints" => lower,
        Some('s' | 'x') => format!("{lower}es"),
        Some('h') if matches!(before_last, Some('c' | 's')) => format!("{lower}es"),
        Some('y') if !matches!(before_last, Some('a' | 'e' | 'i' | 'o' | 'u')) => format!("{}ies", &lower[..lower.len() - 1]),
        Some(_) => format!("{lower}s"),
    }
}

fn conditions() -> Value {
    let is = |(group, resource): &(&str, &str)| {
        format!("request.resource.group == '{group}' && request.resource.resource == '{resource}'")
    };
    let noise: Vec<String> = NOISE.iter().map(is).map(|one| format!("({one})")).collect();
    json!([
        {"name": "runs-something", "expression": format!("!({})", noise.join(" || "))},
        {"name": "not-a-node", "expression": "!('system:nodes' in request.userInfo.groups)"},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_holds_a_template_is_asked_about_where_glass_may_be_broken() {
        let mut all = LookedAt::default();
        all.add_templates();
        let told: Vec<String> =
            all.by_group.iter().flat_map(|(group, all)| all.iter().map(move |one| format!("{group}/{one}"))).collect();
        assert_eq!(told.len(), TEMPLATED.len() + 1);
        for one in ["/pods", "/pods/ephemeralcontainers", "/podtemplates", "apps/deployments", "apps/replicasets", "batch/cronjobs"]
        {
            assert!(told.iter().any(|told| told == one), "{one} is not in {told:?}");
        }
    }

    #[test]
    fn kinds_have_the_plurals_of_the_api() {
        for (kind, plural) in [
            ("Deployment", "deployments"),
            ("Ingress", "ingresses"),
            ("NetworkPolicy", "networkpolicies"),
            ("Endpoints", "endpoints"),
            ("StorageClass", "storageclasses"),
            ("Gateway", "gateways"),
            ("APIService", "apiservices"),
            ("HTTPRoute", "httproutes"),
            ("ServiceMesh", "servicemeshes"),
            ("*", "*"),
        ] {
            assert_eq!(resource(kind), plural);
        }
    }
}
