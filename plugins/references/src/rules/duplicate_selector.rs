//! No two workloads select each other's pods.

use std::collections::BTreeMap;

use tollgate_sdk::selector::LabelSelector;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

pub(super) static CHECK: Check = Check {
    rule: Rule {
        id: "duplicate-selector",
        title: "Workload selects its own pods only",
        help: include_str!("../../rules/duplicate-selector.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judge,
};

/// The kinds that select pods of their own: group, kind, and whether they select by labels alone.
const KINDS: [(&str, &str, bool); 7] = [
    ("apps", "Deployment", false),
    ("apps", "StatefulSet", false),
    ("apps", "DaemonSet", false),
    ("apps", "ReplicaSet", false),
    ("argoproj.io", "Rollout", false),
    ("", "ReplicationController", true),
    ("apps.openshift.io", "DeploymentConfig", true),
];

fn judge(set: &Set<'_>, reader: &Reader) {
    let workloads: BTreeMap<usize, Workload<'_>> = workloads(set, reader);
    for (position, workload) in &workloads {
        if let Some(other) = workload.twin(*position, &workloads, set) {
            let message = format!(
                "{} and {} select each other's pods by {}",
                workload.object.label(),
                other.object.label(),
                workload.selector
            );
            reader.add(
                &workload.object.spec().get("selector"),
                message,
                "Give each workload a label of its own, in its selector and in its template",
            );
        }
    }
}

/// Something that selects its pods.
struct Workload<'a> {
    object: Object<'a>,
    selector: LabelSelector<'a>,
}

/// All of them, by the position of their pod.
fn workloads<'a>(set: &Set<'a>, reader: &Reader) -> BTreeMap<usize, Workload<'a>> {
    let mut workloads = BTreeMap::new();
    for (group, kind, by_labels) in KINDS {
        for object in set.of_kind(group, kind) {
            let selector = selector(*object, by_labels, reader);
            let place = set.own_pod(*object).map(|(position, _)| position);
            workloads.extend(place.zip(selector).map(|(position, selector)| (position, Workload { object: *object, selector })));
        }
    }
    workloads
}

/// What a workload selects by; nothing where it says nothing, and so selects by what the API server fills in.
fn selector<'a>(object: Object<'a>, by_labels: bool, reader: &Reader) -> Option<LabelSelector<'a>> {
    let node = reader.find(&object.root(), &["spec", "selector"])?;
    if !by_labels {
        return reader.selector(&node);
    }
    let labels = reader.labels(&node);
    (!labels.is_empty()).then(|| LabelSelector::having(labels))
}

impl<'a> Workload<'a> {
    /// The first workload before this one that selects its pods, and whose pods it selects.
    fn twin<'w>(&self, own: usize, workloads: &'w BTreeMap<usize, Self>, set: &Set<'a>) -> Option<&'w Self> {
        let labels = set.pods.labels(own)?;
        let before = set.pods.selected(self.object.namespace, &self.selector).map(|(at, _)| at).take_while(|at| *at < own);
        before.filter_map(|at| workloads.get(&at)).find(|other| other.selector.selects(labels) && !self.is_same(other))
    }

    /// One object that is there twice selects its own pods, and `duplicate-object` has said so.
    fn is_same(&self, other: &Self) -> bool {
        (self.object.kind(), self.object.name) == (other.object.kind(), other.object.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{found, message};

    const RULE: &str = "duplicate-selector";

    fn workload(kind: &str, name: &str, selector: &str, labels: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}, namespace: shop}}, \
                spec: {{selector: {{matchLabels: {{{selector}}}}}, template: {{metadata: {{labels: {{{labels}}}}}, \
                spec: {{containers: []}}}}}}}}\n---\n"
        )
    }

    #[test]
    fn two_that_select_each_other_are_told_once_whatever_their_kinds() {
        let yaml = workload("Deployment", "a", "app: x", "app: x") + &workload("StatefulSet", "b", "app: x", "app: x, more: y");
        assert_eq!(found(RULE, &yaml), ["1:/spec/selector"]);
        assert_eq!(message(RULE, &yaml), "StatefulSet `b` and Deployment `a` select each other's pods by `app=x`");
    }

    #[test]
    fn one_that_selects_the_others_pods_alone_is_not_found() {
        let yaml = workload("Deployment", "a", "app: x", "app: x")
            + &workload("Deployment", "b", "app: x, tier: web", "app: x, tier: web");
        assert!(found(RULE, &yaml).is_empty());
    }

    #[test]
    fn one_object_that_is_there_twice_is_another_rules_matter() {
        let one = workload("Deployment", "a", "app: x", "app: x");
        assert!(found(RULE, &(one.clone() + &one)).is_empty());
    }

    #[test]
    fn namespaces_keep_workloads_apart() {
        let one = workload("Deployment", "a", "app: x", "app: x");
        assert!(found(RULE, &(one.clone() + &one.replace("shop", "other"))).is_empty());
    }

    #[test]
    fn older_kinds_select_by_labels_alone() {
        let controller = "{apiVersion: v1, kind: ReplicationController, metadata: {name: c, namespace: shop}, \
            spec: {selector: {app: x}, template: {metadata: {labels: {app: x}}, spec: {containers: []}}}}";
        let yaml = workload("Deployment", "a", "app: x", "app: x") + controller;
        assert_eq!(found(RULE, &yaml), ["1:/spec/selector"]);
        assert!(found(RULE, &yaml.replace("selector: {app: x}, ", "")).is_empty());
    }
}
