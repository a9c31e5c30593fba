//! Images.

use serde_json::{Value, json};

use super::{REPLICA_SETS, approved_image, by, creation, creation_of, found, found_with, image, nothing, samples, update, with};

/// A pod that a controller makes.
fn pod(containers: &Value) -> Value {
    let owner = json!({"kind": "ReplicaSet", "name": "cart-6d4", "uid": "u-1", "controller": true});
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "cart-6d4-x", "namespace": "shop", "ownerReferences": [owner]},
        "spec": {"containers": containers},
    })
}

fn made(object: &Value) -> Vec<String> {
    found(&by(REPLICA_SETS, creation()), object)
}

#[test]
fn whoever_makes_a_pod_its_images_were_approved() {
    assert_eq!(made(&pod(&json!([{"name": "a", "image": approved_image()}]))), nothing());
    let other_name = format!("elsewhere.example.com/b@sha256:{}", "a".repeat(64));
    assert_eq!(made(&pod(&json!([{"name": "a", "image": other_name}]))), nothing());
    for (bad, rule) in [
        (image("cart", 'b'), "image-not-approved"),
        ("registry.example.com/cart:1".to_owned(), "image-without-digest"),
        ("redis".to_owned(), "image-without-digest"),
        ("Not An Image".to_owned(), "image-without-digest"),
        (String::new(), "image-without-digest"),
    ] {
        assert_eq!(made(&pod(&json!([{"name": "a", "image": bad}]))), [format!("{rule} /spec/containers/0/image")]);
    }
}

#[test]
fn every_list_of_containers_and_image_volumes_count() {
    let bad = image("evil", 'e');
    let mut object = pod(&json!([{"name": "a", "image": approved_image()}]));
    for list in ["initContainers", "ephemeralContainers"] {
        object["spec"][list] = json!([{"name": "b", "image": bad}]);
    }
    object["spec"]["volumes"] = json!([{"name": "c", "image": {"reference": bad}}]);
    let pointers = ["initContainers/0/image", "ephemeralContainers/0/image", "volumes/0/image/reference"];
    assert_eq!(made(&object), pointers.map(|pointer| format!("image-not-approved /spec/{pointer}")));
}

#[test]
fn what_can_not_be_read_is_not_passed_over() {
    for image in [json!(1), json!(["a"]), json!({"a": 1}), json!(true)] {
        assert_eq!(made(&pod(&json!([{"name": "a", "image": image}]))), ["image-not-approved /spec/containers/0/image"]);
    }
    for containers in [json!({"a": {"image": "b"}}), json!("a"), json!([1]), json!([null])] {
        assert_eq!(made(&pod(&containers)).len(), 1, "{containers}");
    }
}

#[test]
fn kinds_that_nobody_has_heard_of_run_images_as_well() {
    let fleet = |image: &str| {
        json!({"apiVersion": "example.com/v1", "kind": "Fleet", "metadata": {"name": "a", "namespace": "shop"},
               "spec": {"members": [{"containers": [{"name": "a", "image": image}]}]}})
    };
    assert_eq!(found(&creation(), &fleet("redis")), ["image-without-digest /spec/members/0/containers/0/image"]);
    assert_eq!(found(&creation(), &fleet(&approved_image())), nothing());
}

const INJECTORS: &str = r#"{"injectors": [{"container": "istio-proxy", "image": "registry.example.com/istio/proxyv2@*"}]}"#;

#[test]
fn an_injected_container_needs_both_its_name_and_its_image() {
    let proxy = format!("registry.example.com/istio/proxyv2@sha256:{}", "d".repeat(64));
    let judge = |name: &str, image: &str| {
        let object = pod(&json!([{"name": "cart", "image": approved_image()}, {"name": name, "image": image}]));
        found_with(INJECTORS, &by(REPLICA_SETS, creation()), &object)
    };
    assert_eq!(judge("istio-proxy", &proxy), nothing());
    assert_eq!(judge("proxy", &proxy).len(), 1);
    assert_eq!(judge("istio-proxy", &image("evil", 'd')).len(), 1);
    assert_eq!(judge("istio-proxy", "registry.example.com/istio/proxyv2:1").len(), 1);
}

/// A pod that runs, and into which a container is put.
fn debugged(image: &str) -> (Value, Value) {
    let old = pod(&json!([{"name": "cart", "image": "an-image-from-before:1"}]));
    let mut new = old.clone();
    new["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": image, "targetContainerName": "cart"}]);
    (with(update(creation(), &old), &[("subResource", json!("ephemeralcontainers"))]), new)
}

#[test]
fn a_container_that_is_put_into_a_pod_is_judged_by_its_image_alone() {
    let (request, pod) = debugged(&approved_image());
    assert_eq!(found(&request, &pod), nothing());
    let (request, pod) = debugged("busybox:1");
    assert_eq!(found(&request, &pod), ["image-without-digest /spec/ephemeralContainers/0/image"]);
}

#[test]
fn an_image_that_was_there_before_starts_nothing() {
    let old = pod(&json!([{"name": "a", "image": image("of-last-year", 'f')}]));
    let mut new = old.clone();
    new["metadata"]["finalizers"] = json!([]);
    assert_eq!(found(&by("system:serviceaccount:kube-system:job-controller", update(creation(), &old)), &new), nothing());
    assert_eq!(made(&new), ["image-not-approved /spec/containers/0/image"]);
    let created = with(by(REPLICA_SETS, creation()), &[("oldObject", old)]);
    assert_eq!(found(&created, &new).len(), 1, "only an update has a before");
}

#[test]
fn another_image_in_an_approved_object_is_found_twice() {
    let approved = samples::deployment();
    let mut other = approved.clone();
    other["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image("cart", 'b'));
    let pointer = "/spec/template/spec/containers/0/image";
    let expected = [format!("image-not-approved {pointer}"), format!("differs {pointer}")];
    assert_eq!(found(&update(creation_of(&[&approved]), &approved), &other), expected);
}
