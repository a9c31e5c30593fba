//! What controllers make.

use serde_json::{Value, json};

use super::{ALICE, REPLICA_SETS, by, creation, creation_of, found, found_with, judge, nothing, samples, update};

const KINDS: [&str; 4] = ["replicaset-controller", "daemon-set-controller", "statefulset-controller", "job-controller"];

/// An object that says that a controller made it.
fn owned(mut object: Value) -> Value {
    let owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-6d4", "uid": "u-1", "controller": true});
    object["metadata"]["ownerReferences"] = json!([owner]);
    object
}

#[test]
fn what_a_controller_makes_is_left_to_it() {
    let pod = owned(samples::pod());
    for controller in KINDS {
        let user = format!("system:serviceaccount:kube-system:{controller}");
        assert_eq!(found(&by(&user, creation()), &pod), nothing(), "{user}");
    }
    assert_eq!(found(&by("system:node:worker-1", creation()), &pod), nothing());
    assert_eq!(found(&by("system:kube-controller-manager", creation()), &pod), nothing());
}

#[test]
fn an_owner_that_anybody_can_write_is_not_believed() {
    let pod = owned(samples::pod());
    for user in
        [ALICE, "system:serviceaccount:shop:replicaset-controller", "kubernetes-admin", "system:serviceaccount:kube-system:default"]
    {
        assert_eq!(found(&by(user, creation()), &pod), ["forged-owner /metadata/ownerReferences/0"], "{user}");
    }
    let finding = &judge("{}", &creation(), &pod)[0];
    assert_eq!(finding.message(), "`Pod shop/cart` says that `ReplicaSet cart-6d4` made it, but `alice@example.com` did");
}

#[test]
fn an_operator_is_believed_as_soon_as_it_is_named() {
    let operator = by("system:serviceaccount:db:operator", creation());
    let settings = r#"{"operators": ["system:serviceaccount:db:*"]}"#;
    assert_eq!(found_with(settings, &operator, &owned(samples::pod())), nothing());
    assert_eq!(found_with(r#"{"controllers": []}"#, &by(REPLICA_SETS, creation()), &owned(samples::pod())).len(), 1);
}

#[test]
fn a_reference_that_is_not_the_controllers_gives_nothing() {
    for (reference, rule) in [
        (json!({"kind": "ReplicaSet", "name": "a", "uid": "u"}), "not-approved /metadata/name"),
        (json!({"kind": "ReplicaSet", "name": "a", "uid": "u", "controller": false}), "not-approved /metadata/name"),
        (json!({"kind": "ReplicaSet", "controller": "true"}), "forged-owner /metadata/ownerReferences/0"),
        (json!("ReplicaSet"), "forged-owner /metadata/ownerReferences/0"),
        (Value::Null, "forged-owner /metadata/ownerReferences/0"),
    ] {
        let mut pod = samples::pod();
        pod["metadata"]["ownerReferences"] = json!([reference]);
        assert_eq!(found(&creation(), &pod), [rule], "{reference}");
    }
}

#[test]
fn references_that_can_not_be_read_are_not_passed_over() {
    for references in [json!({"controller": true}), json!("x"), json!(1)] {
        let mut pod = samples::pod();
        pod["metadata"]["ownerReferences"] = references;
        assert_eq!(found(&by(REPLICA_SETS, creation()), &pod), ["forged-owner /metadata/ownerReferences"]);
    }
    let two = json!([{"controller": true, "uid": "a"}, {"controller": true, "uid": "b"}]);
    let mut pod = samples::pod();
    pod["metadata"]["ownerReferences"] = two;
    assert_eq!(found(&by(REPLICA_SETS, creation()), &pod), ["forged-owner /metadata/ownerReferences/1"]);
}

#[test]
fn labels_may_be_put_on_what_a_controller_made() {
    let old = owned(samples::pod());
    let mut new = old.clone();
    new["metadata"]["labels"]["debug"] = json!("yes");
    new["status"] = json!({"phase": "Running"});
    assert_eq!(found(&update(creation(), &old), &new), nothing());
}

#[test]
fn what_a_controller_made_is_changed_by_it_alone() {
    let old = owned(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "cart-6d4", "namespace": "shop"},
        "spec": {"replicas": 3, "template": {"spec": samples::pod_spec()}},
    }));
    let mut new = old.clone();
    new["spec"]["template"]["spec"]["hostNetwork"] = json!(true);
    assert_eq!(found(&update(creation(), &old), &new), ["bypassed-owner /spec"]);
    assert_eq!(found(&by("system:serviceaccount:kube-system:deployment-controller", update(creation(), &old)), &new), nothing());
    let finding = &judge("{}", &update(creation(), &old), &new)[0];
    assert_eq!(
        finding.message(),
        "`ReplicaSet shop/cart-6d4` is made by `ReplicaSet cart-6d4`, but `alice@example.com` changes its `spec`"
    );
}

#[test]
fn an_owner_is_the_same_only_if_its_uid_is() {
    let (old, mut new) = (owned(samples::pod()), owned(samples::pod()));
    new["metadata"]["ownerReferences"][0]["uid"] = json!("u-2");
    assert_eq!(found(&update(creation(), &old), &new), ["forged-owner /metadata/ownerReferences/0"]);
    assert_eq!(found(&update(creation(), &samples::pod()), &old), ["forged-owner /metadata/ownerReferences/0"]);
    for uid in [Value::Null, json!("")] {
        let mut nameless = old.clone();
        nameless["metadata"]["ownerReferences"][0]["uid"] = uid;
        assert_eq!(found(&update(creation(), &nameless.clone()), &nameless), ["forged-owner /metadata/ownerReferences/0"]);
    }
}

#[test]
fn what_loses_its_owner_is_judged_by_itself() {
    assert_eq!(found(&update(creation(), &owned(samples::pod())), &samples::pod()), ["not-approved /metadata/name"]);
}

#[test]
fn an_approved_object_with_a_forged_owner_is_compared_all_the_same() {
    let approved = samples::deployment();
    let mut forged = owned(approved.clone());
    assert_eq!(found(&creation_of(&[&approved]), &forged), ["forged-owner /metadata/ownerReferences/0"]);
    forged["spec"]["replicas"] = json!(9);
    assert_eq!(found(&creation_of(&[&approved]), &forged), ["forged-owner /metadata/ownerReferences/0", "differs /spec/replicas"]);
}

#[test]
fn what_a_recipe_says_of_an_object_with_an_owner_counts_for_everybody_but_controllers() {
    let approved = samples::deployment();
    let old = owned(approved.clone());
    let request = update(creation_of(&[&approved]), &old);
    assert_eq!(found(&request, &old), nothing());
    let mut new = old.clone();
    new["metadata"]["labels"]["app"] = json!("other");
    assert_eq!(found(&request, &new), ["differs /metadata/labels/app"]);
    assert_eq!(found(&by(REPLICA_SETS, request), &new), nothing());
}

#[test]
fn an_owner_that_gives_nothing_is_not_asked_about() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tls", "namespace": "shop"}});
    assert_eq!(found(&creation(), &owned(secret)), nothing());
}
