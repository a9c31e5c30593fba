//! How many pods a workload has.

use std::collections::BTreeMap;

use crate::autoscaler::{self, Target};
use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

/// The kinds that have as many pods as their `spec.replicas` says: group and kind.
const SCALED: [(&str, &str); 6] = [
    ("", "ReplicationController"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps.openshift.io", "DeploymentConfig"),
    ("argoproj.io", "Rollout"),
];

/// How many pods workloads have.
#[derive(Debug)]
pub(crate) struct Replicas<'a>(BTreeMap<u32, Target<'a>>);

impl<'a> Replicas<'a> {
    pub(crate) fn of(set: &Set<'a>, reader: &Reader) -> Self {
        Self(autoscaler::by_workload(set, reader))
    }

    /// The lowest number of pods that a workload has when all is well: that of its autoscaler, which changes `spec.replicas`, or
    /// `spec.replicas`, which is 1 where it is missing. Nothing where nobody can tell, as for a DaemonSet.
    pub(crate) fn least(&self, object: Object<'a>, reader: &Reader) -> Option<i64> {
        if (object.group(), object.kind()) == ("", "Pod") {
            return Some(1);
        }
        if let Some(target) = self.0.get(&object.id()) {
            return target.least;
        }
        let replicas = object.spec().get("replicas");
        let is_scaled = SCALED.contains(&(object.group(), object.kind()));
        let number = is_scaled.then(|| reader.number(&replicas)).flatten();
        number.or((is_scaled && !replicas.exists()).then_some(1))
    }
}
