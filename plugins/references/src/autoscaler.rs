//! What scales workloads, and which.

use std::collections::BTreeMap;

use tollgate_sdk::Node;

use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

/// A kind that refers to what it scales, or sizes.
struct Kind {
    group: &'static str,
    kind: &'static str,
    target: &'static str,
    /// Where the lowest number of pods stands, with what the API takes where nothing does; nothing for what changes no numbers.
    least: Option<(&'static str, i64)>,
}

const KINDS: [Kind; 3] = [
    Kind { group: "autoscaling", kind: "HorizontalPodAutoscaler", target: "scaleTargetRef", least: Some(("minReplicas", 1)) },
    Kind { group: "keda.sh", kind: "ScaledObject", target: "scaleTargetRef", least: Some(("minReplicaCount", 0)) },
    Kind { group: "autoscaling.k8s.io", kind: "VerticalPodAutoscaler", target: "targetRef", least: None },
];

/// What an autoscaler says it scales.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) scaler: Object<'a>,
    pub(crate) node: Node<'a>,
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    /// The lowest number of pods; nothing for what changes no numbers, and where it can't be read.
    pub(crate) least: Option<i64>,
    pub(crate) changes_replicas: bool,
}

/// What all autoscalers of a set refer to.
pub(crate) fn targets<'a>(set: &Set<'a>, reader: &Reader) -> Vec<Target<'a>> {
    let mut targets = Vec::new();
    for kind in &KINDS {
        let scalers = set.of_kind(kind.group, kind.kind);
        targets.extend(scalers.iter().filter_map(|scaler| kind.target(*scaler, reader)));
    }
    targets
}

impl Kind {
    fn target<'a>(&self, scaler: Object<'a>, reader: &Reader) -> Option<Target<'a>> {
        reader.find(&scaler.root(), &["spec", self.target]).iter().for_each(|target| reader.object(target));
        let node = scaler.spec().get(self.target);
        let who = format!("{} scales", scaler.label());
        // KEDA's own default; everybody else needs the kind.
        let is_deployment = self.group == "keda.sh" && !node.get("kind").exists();
        let kind = if is_deployment { Some("Deployment") } else { reader.required(&node.get("kind"), &who, "a kind") };
        let name = reader.required(&node.get("name"), &who, "a workload")?;
        let api_version = reader.text(&node.get("apiVersion")).unwrap_or(if self.group == "keda.sh" { "apps/v1" } else { "" });
        let least = self.least.and_then(|(key, default)| {
            let least = scaler.spec().get(key);
            reader.number(&least).or((!least.exists()).then_some(default))
        });
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        Some(Target { scaler, node, group, kind: kind?, name, least, changes_replicas: self.least.is_some() })
    }
}

impl<'a> Target<'a> {
    /// The object of the set that it refers to.
    pub(crate) fn object(&self, set: &Set<'a>) -> Option<Object<'a>> {
        set.find(self.group, self.kind, self.scaler.namespace, self.name)
    }
}

/// What changes the number of pods of each workload, by the id of its document.
pub(crate) fn by_workload<'a>(set: &Set<'a>, reader: &Reader) -> BTreeMap<u32, Target<'a>> {
    let scaling = targets(set, reader).into_iter().filter(|target| target.changes_replicas);
    scaling.filter_map(|target| Some((target.object(set)?.id(), target))).collect()
}
