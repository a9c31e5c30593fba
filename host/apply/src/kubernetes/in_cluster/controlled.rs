//! Objects that a controller made for others: what is judged in a Deployment is not judged again in each of its pods.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

/// Kinds that make pods, so that what a policy says of them it says of these.
const OWNERS: [(&str, &str); 7] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("", "ReplicationController"),
];

/// How long a chain of owners may be: a CronJob's Job's pod is the longest that there is.
const CHAIN: u8 = 4;

/// Whether objects of a kind may have made others that need no judgement of their own.
pub(super) fn may_own(group: &str, kind: &str) -> bool {
    OWNERS.contains(&(group, kind))
}

/// An object that was listed.
pub(super) struct Listed {
    pub(super) object: Value,
    /// Whether it is to be judged.
    pub(super) is_wanted: bool,
}

/// What is to be judged for itself, and how many objects are not because their owner is.
///
/// An owner counts where it is there, by its uid, and where it says the same images: a pod with one more container, or one of an
/// older template, is judged for itself.
pub(super) fn without(listed: Vec<Listed>) -> (Vec<Value>, u64) {
    let by_uid: HashMap<&str, &Listed> =
        listed.iter().filter_map(|listed| Some((listed.object.pointer("/metadata/uid")?.as_str()?, listed))).collect();
    let is_left: Vec<bool> = listed.iter().map(|one| one.is_wanted && is_left_to_owner(one, &by_uid)).collect();
    let owned = is_left.iter().filter(|is_left| **is_left).count() as u64;
    let judged = listed.into_iter().zip(is_left).filter(|(one, is_left)| one.is_wanted && !is_left);
    (judged.map(|(one, _)| one.object).collect(), owned)
}

/// Whether somebody above it is judged. Of a circle nobody is above.
fn is_left_to_owner(one: &Listed, by_uid: &HashMap<&str, &Listed>) -> bool {
    let (mut one, mut is_judged) = (one, false);
    for _ in 0..CHAIN {
        let Some(owner) = owner(one, by_uid) else { return is_judged };
        is_judged |= owner.is_wanted;
        one = owner;
    }
    false
}

/// The owner that says the same.
fn owner<'a>(one: &Listed, by_uid: &HashMap<&str, &'a Listed>) -> Option<&'a Listed> {
    let owner = controller(&one.object).and_then(|uid| by_uid.get(uid))?;
    let says_the_same = is_idle(&one.object) || images(&one.object).is_subset(&images(&owner.object));
    (owns(&owner.object) && says_the_same).then_some(owner)
}

/// The uid of the controller that made an object.
fn controller(object: &Value) -> Option<&str> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)?.get("uid")?.as_str()
}

fn owns(object: &Value) -> bool {
    let text = |member: &str| object.get(member).and_then(Value::as_str).unwrap_or_default();
    let group = text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    may_own(group, text("kind"))
}

/// One that runs nothing any more: an older ReplicaSet of a Deployment.
fn is_idle(object: &Value) -> bool {
    object.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0)
}

fn images(object: &Value) -> BTreeSet<&str> {
    let spec = match object.get("kind").and_then(Value::as_str) {
        Some("Pod") => object.pointer("/spec"),
        Some("CronJob") => object.pointer("/spec/jobTemplate/spec/template/spec"),
        _ => object.pointer("/spec/template/spec"),
    };
    let of = |member: &str| spec.and_then(|spec| spec.get(member)).and_then(Value::as_array).into_iter().flatten();
    let containers = of("containers").chain(of("initContainers")).chain(of("ephemeralContainers"));
    containers.filter_map(|container| container.get("image").and_then(Value::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk(kind: &str, uid: &str, owner: Option<&str>, image: &str) -> Listed {
        let owners: Vec<Value> = owner.iter().map(|uid| json!({"uid": uid, "controller": true})).collect();
        let pod = json!({"containers": [{"image": image}]});
        let spec = if kind == "Pod" { pod } else { json!({"replicas": 1, "template": {"spec": pod}}) };
        let api_version = if kind == "Pod" { "v1" } else { "apps/v1" };
        let metadata = json!({"name": uid, "uid": uid, "ownerReferences": owners});
        Listed { object: json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}), is_wanted: true }
    }

    fn judged(listed: Vec<Listed>) -> (Vec<String>, u64) {
        let (judged, owned) = without(listed);
        (judged.iter().map(|object| object["metadata"]["name"].as_str().unwrap().to_owned()).collect(), owned)
    }

    #[test]
    fn what_a_judged_workload_made_is_left_to_it() {
        let chain =
            || vec![mk("Deployment", "d", None, "a"), mk("ReplicaSet", "r", Some("d"), "a"), mk("Pod", "p", Some("r"), "a")];
        assert_eq!(judged(chain()), (vec!["d".to_owned()], 2));
        // Also where nobody looks at what is between.
        let mut between = chain();
        between[1].is_wanted = false;
        assert_eq!(judged(between), (vec!["d".to_owned()], 1));
    }

    #[test]
    fn what_nobody_judges_in_its_owner_is_judged_for_itself() {
        let mut unjudged = vec![mk("Deployment", "d", None, "a"), mk("Pod", "p", Some("d"), "a")];
        unjudged[0].is_wanted = false;
        assert_eq!(judged(unjudged), (vec!["p".to_owned()], 0));
        assert_eq!(judged(vec![mk("Pod", "p", Some("gone"), "a")]), (vec!["p".to_owned()], 0));
        // Whoever is no workload says nothing of pods.
        assert_eq!(judged(vec![mk("Cart", "c", None, "a"), mk("Pod", "p", Some("c"), "a")]).1, 0);
        // One that names itself as its owner.
        assert_eq!(judged(vec![mk("ReplicaSet", "r", Some("r"), "a")]), (vec!["r".to_owned()], 0));
    }

    #[test]
    fn what_runs_another_image_than_its_owner_says_is_judged_for_itself() {
        let injected = vec![mk("ReplicaSet", "r", None, "a"), mk("Pod", "p", Some("r"), "b")];
        assert_eq!(judged(injected), (vec!["r".to_owned(), "p".to_owned()], 0));
        let mut older = mk("ReplicaSet", "r", Some("d"), "old");
        older.object["spec"]["replicas"] = json!(0);
        assert_eq!(judged(vec![mk("Deployment", "d", None, "a"), older]), (vec!["d".to_owned()], 1));
    }
}
