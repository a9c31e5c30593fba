//! Every image of every object is judged, whatever the object is, and nothing makes the plugin panic.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_sdk::testing;

use crate::ImagePinned;

/// Rules and pointers, sorted.
fn found(settings: &str, body: &Value) -> Vec<(&'static str, String)> {
    let findings = testing::check::<ImagePinned>(settings, &body.to_string());
    let mut found: Vec<_> = findings.iter().map(|finding| (finding.rule(), finding.pointer().to_owned())).collect();
    found.sort();
    found
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The places of all images, found in another way than the plugin's: by looking back from each value to what holds it.
fn images(value: &Value, way: &[String], all: &mut BTreeSet<String>) {
    let key = |from_the_end: usize| way.len().checked_sub(from_the_end).map(|index| way[index].as_str());
    let is_index = |key: Option<&str>| key.is_some_and(|key| key.starts_with('['));
    let in_list = ["containers", "initContainers", "ephemeralContainers"].map(Some).contains(&key(3));
    let of_container = in_list && is_index(key(2)) && key(1) == Some("image");
    let of_volume = key(4) == Some("volumes") && is_index(key(3)) && key(2) == Some("image") && key(1) == Some("reference");
    if (of_container || of_volume) && !value.is_null() {
        all.insert(way.iter().map(|key| format!("/{}", escaped(key.trim_start_matches('[')))).collect());
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        images(member, &[way, std::slice::from_ref(key)].concat(), all);
    }
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        images(element, &[way, &[format!("[{index}")]].concat(), all);
    }
}

#[test]
fn what_stands_where_containers_should_be_is_invalid() {
    for (pointer, other) in [
        ("/spec", json!("x")),
        ("/spec/containers", json!({"web": {"image": "nginx:latest"}})),
        ("/spec/initContainers", json!("nginx:latest")),
        ("/spec/containers/0", json!("nginx:latest")),
        ("/spec/containers/0", json!(["nginx:latest"])),
    ] {
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{}], "initContainers": []}});
        *pod.pointer_mut(pointer).unwrap() = other;
        assert_eq!(found("{}", &pod), [("invalid", pointer.to_owned())]);
    }
}

#[test]
fn an_image_of_another_type_is_invalid_and_names_the_type() {
    for (image, kind) in
        [(json!(1), "number"), (json!(["redis"]), "list"), (json!({"name": "redis"}), "object"), (json!(true), "boolean")]
    {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": image}]}});
        let findings = testing::check::<ImagePinned>("{}", &pod.to_string());
        assert_eq!((findings.len(), findings[0].rule()), (1, "invalid"));
        assert!(findings[0].message().contains(kind), "{}", findings[0].message());
    }
}

#[test]
fn what_is_not_in_a_list_of_containers_or_volumes_is_no_image() {
    let words = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"image": "redis", "containers": "[{image: redis}]"}});
    assert_eq!(found("{}", &words), []);
    let volumes = json!({"kind": "Odd", "volumes": [{"image": "redis"}, {"reference": "redis"}, {"image": {"ref": "redis"}}]});
    assert_eq!(found("{}", &volumes), []);
}

#[test]
fn an_image_is_judged_once_however_many_pointers_lead_to_it() {
    let settings = r#"{"pointers": ["/spec/containers/0/image", "/spec/*/*/image", "/spec/tool", "/spec/tool"], "pointersByKind": {"Odd.example.com": ["/spec/tool"]}}"#;
    let body = json!({"apiVersion": "example.com/v1", "kind": "Odd", "spec": {"containers": [{"image": "a"}], "tool": "b"}});
    let expected = [("untagged", "/spec/containers/0/image".to_owned()), ("untagged", "/spec/tool".to_owned())];
    assert_eq!(found(settings, &body), expected);
}

#[test]
fn a_pointer_leads_to_names_with_slashes_and_tildes() {
    let settings = r#"{"pointers": ["/spec/a~1b/c~0d", "/spec//image"]}"#;
    let body = json!({"kind": "Odd", "spec": {"a/b": {"c~d": "redis"}, "": {"image": "redis"}}});
    let expected = [("untagged", "/spec//image".to_owned()), ("untagged", "/spec/a~1b/c~0d".to_owned())];
    assert_eq!(found(settings, &body), expected);
}

#[test]
fn nobody_owns_what_only_looks_like_theirs() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let settings = r#"{"own": ["registry.example.com/*", "shop/**", "ghcr.io/{cart,web}"]}"#;
    let rules = |repository: &str| -> Vec<&str> {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": format!("{repository}:{commit}")}]}});
        found(settings, &pod).into_iter().map(|(rule, _)| rule).collect()
    };
    for own in ["registry.example.com/cart", "shop/a/b/c", "ghcr.io/cart", "ghcr.io/web"] {
        assert_eq!(rules(own), Vec::<&str>::new(), "{own}");
    }
    for other in [
        "registry.example.com/a/b",
        "registry.example.com:5000/cart",
        "x.registry.example.com/cart",
        "workshop/a",
        "ghcr.io/cart2",
        "cart",
    ] {
        assert_eq!(rules(other), ["third-party"], "{other}");
    }
}

const KEYS: [&str; 13] = [
    "spec",
    "template",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "image",
    "reference",
    "name",
    "kind",
    "apiVersion",
    "a/b",
    "~",
];
const WORDS: [&str; 8] = [
    "redis",
    "redis:7",
    "redis:latest",
    "Redis",
    "",
    "Pod",
    "v1",
    "registry.example.com/cart:0123456789abcdef0123456789abcdef01234567",
];

fn anything() -> impl Strategy<Value = Value> {
    testing::anything(&KEYS, &WORDS)
}

proptest! {
    #[test]
    fn every_image_has_a_finding_unless_it_is_pinned(body in anything().prop_filter("an object", Value::is_object)) {
        let mut expected = BTreeSet::new();
        images(&body, &[], &mut expected);
        expected.retain(|pointer| body.pointer(pointer).unwrap().as_str().is_none_or(|image| image != WORDS[7]));
        let found: BTreeSet<String> = found("{}", &body).into_iter().map(|(_, pointer)| pointer).collect();
        prop_assert!(found.is_superset(&expected), "{:?} lacks some of {:?}", found, expected);
        // What else is found stands where containers should be.
        for pointer in found.difference(&expected) {
            prop_assert!(!body.pointer(pointer).unwrap().is_null() || pointer.contains("ontainers/"), "{}", pointer);
        }
    }

    #[test]
    fn no_pointer_makes_it_panic(body in anything(), pointer in "(/[a-z*~01/]{0,6}){0,4}") {
        let settings = json!({"pointers": [pointer], "pointersByKind": {"Pod": [pointer]}}).to_string();
        if testing::configure::<ImagePinned>(&settings).is_ok() {
            drop(testing::check::<ImagePinned>(&settings, &body.to_string()));
        }
    }

    #[test]
    fn whose_an_image_is_changes_what_is_said_and_never_lets_a_moving_tag_through(image in "(registry\\.example\\.com/|docker\\.io/)?[a-z]{1,5}(:[a-z0-9]{1,8})?") {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": image}]}});
        let rules = |settings: &str| found(settings, &pod);
        prop_assert_eq!(rules("{}").len(), 1);
        prop_assert_eq!(rules("{}"), rules(r#"{"own": ["registry.example.com/**"]}"#));
    }
}
