//! Objects that say of themselves that they stay as they are, or stay behind when a recipe no longer has them.
//!
//! The annotations are those of cli-utils and of Helm, so that manifests that say so already need not say it twice.

use serde_json::{Value, json};

use super::inventory::{OWNER, PART_OF};

/// Annotations by which an object is left behind instead of deleted, each with its value.
const KEPT: [(&str, &str); 3] = [
    ("cli-utils.sigs.k8s.io/on-remove", "keep"),
    ("client.lifecycle.config.k8s.io/deletion", "detach"),
    ("helm.sh/resource-policy", "keep"),
];

/// The annotation by which an object is made once and not changed after that.
const LEFT_ALONE: (&str, &str) = ("client.lifecycle.config.k8s.io/mutation", "ignore");

/// Whether a live object stays when no recipe has it any more.
pub(super) fn is_kept(live: &Value) -> bool {
    KEPT.iter().any(|annotation| has(live, *annotation))
}

/// Whether an object is only made, and left to others from then on.
pub(super) fn is_left_alone(body: &Value) -> bool {
    has(body, LEFT_ALONE)
}

fn has(object: &Value, (name, value): (&str, &str)) -> bool {
    object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(name)?.as_str()) == Some(value)
}

/// Whether an object is of this set still. What another one has is its business.
pub(super) fn is_of(live: &Value, set: &str) -> bool {
    live.pointer("/metadata/labels").and_then(|labels| labels.get(PART_OF)?.as_str()) == Some(set)
}

/// What makes an object this target's, and what is left of it when it is let go.
pub(super) fn release(live: &Value) -> (Value, Value) {
    let text = |map: &str, key: &str| live.pointer(map).and_then(|map| map.get(key)).cloned();
    let mut before = json!({"metadata": {"labels": {}, "annotations": {}}});
    for (map, key) in [("labels", PART_OF), ("annotations", OWNER)] {
        if let Some(value) = text(&format!("/metadata/{map}"), key) {
            before["metadata"][map][key] = value;
        }
    }
    (before, json!({"metadata": {"labels": {}, "annotations": {}}}))
}

/// The same as a merge patch (RFC 7396) of the object with this uid.
pub(super) fn patch(uid: &str) -> Value {
    json!({"metadata": {"uid": uid, "labels": {PART_OF: null}, "annotations": {OWNER: null}}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_stays_by_the_annotation_of_whichever_tool_it_is_known_to() {
        let object = |name: &str, value: &str| json!({"metadata": {"annotations": {name: value}}});
        assert!(KEPT.iter().all(|(name, value)| is_kept(&object(name, value))));
        assert!(!is_kept(&object("helm.sh/resource-policy", "delete")) && !is_kept(&json!({"metadata": {}})));
        assert!(is_left_alone(&object("client.lifecycle.config.k8s.io/mutation", "ignore")));
        assert!(!is_left_alone(&object("client.lifecycle.config.k8s.io/deletion", "detach")));
    }

    #[test]
    fn what_is_let_go_loses_what_marks_it_and_nothing_else() {
        let live = json!({"metadata": {"labels": {PART_OF: "set", "app": "cart"}, "annotations": {OWNER: "set", "note": "x"}}});
        assert!(is_of(&live, "set") && !is_of(&live, "other") && !is_of(&json!({"metadata": {}}), "set"));
        let (before, after) = release(&live);
        assert_eq!(before, json!({"metadata": {"labels": {PART_OF: "set"}, "annotations": {OWNER: "set"}}}));
        assert_eq!(after, json!({"metadata": {"labels": {}, "annotations": {}}}));
    }
}
