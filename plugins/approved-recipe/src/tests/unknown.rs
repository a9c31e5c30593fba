//! Whatever an object or what was approved for it holds, it is judged without a panic, and what can't be understood does not pass.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use super::{REPLICA_SETS, by, creation, creation_of, judge, samples, update};

const KEYS: [&str; 18] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "ownerReferences",
    "controller",
    "uid",
    "spec",
    "template",
    "containers",
    "image",
    "volumes",
    "data",
    "labels",
    "resources",
    "limits",
    "",
];
const WORDS: [&str; 9] = ["v1", "apps/v1", "Deployment", "Pod", "Secret", "shop", "cart", "1Gi", "é~/"];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

/// A Deployment with up to three of its values replaced.
fn broken() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<prop::sample::Index>(), anything()), 0..4).prop_map(|changes| {
        changes.into_iter().fold(samples::deployment(), |mut object, (at, other)| {
            let all = testing::pointers(&object);
            *object.pointer_mut(at.get::<String>(&all)).unwrap() = other;
            object
        })
    })
}

/// Whether it has the same name and is judged at all.
fn is_the_same_object(object: &Value) -> bool {
    let same = |pointer: &str| object.pointer(pointer) == samples::deployment().pointer(pointer);
    ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"].into_iter().all(same)
}

proptest! {
    #[test]
    fn no_object_makes_it_panic(object in anything(), approved in anything(), old in anything()) {
        let request = if approved.is_object() { creation_of(&[&approved]) } else { creation() };
        for request in [request.clone(), update(request.clone(), &old), by(REPLICA_SETS, request)] {
            for finding in judge("{}", &request, &json!([object])) {
                prop_assert!(!finding.message().is_empty() && finding.remediation().is_some());
            }
            drop(judge("{}", &request, &object));
        }
    }

    #[test]
    fn a_broken_object_passes_only_as_it_was_approved(object in broken()) {
        prop_assume!(is_the_same_object(&object));
        let approved = samples::deployment();
        let findings = judge("{}", &update(creation_of(&[&approved]), &approved), &object);
        if findings.is_empty() {
            let serious = |pointer: &str| object.pointer(pointer) == approved.pointer(pointer);
            let containers = "/spec/template/spec/containers";
            prop_assert!(serious("/spec/replicas") && serious("/spec/selector") && serious(containers), "{}", object);
        }
    }

    #[test]
    fn a_broken_approval_approves_nothing_else(approved in broken()) {
        prop_assume!(approved.is_object());
        let object = samples::deployment();
        let passes = judge("{}", &creation_of(&[&approved]), &object).is_empty();
        let image = "/spec/template/spec/containers/0/image";
        prop_assert!(!passes || approved.pointer(image) == object.pointer(image));
    }
}
