//! Which pods are found, and what is seen of them.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn pod_pointers(body: &serde_json::Value) -> Vec<String> {
    let bytes = serde_json::to_vec(body).unwrap();
    let document = Document::read(0, "", &bytes).unwrap();
    pods(&document).iter().map(|pod| pod.spec().pointer()).collect()
}

#[test]
fn every_workload_of_kubernetes_has_its_pod_where_the_api_keeps_it() {
    for (group, kind, path) in WORKLOADS {
        let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        let mut expected: String = path.iter().map(|step| format!("/{step}")).collect();
        expected.push_str("/spec");
        assert_eq!(pod_pointers(&json!({"apiVersion": api_version, "kind": kind})), [expected], "{kind}");
    }
}

#[test]
fn the_same_kind_of_another_group_goes_by_its_shape() {
    let pod = json!({"spec": {"containers": []}});
    let body = json!({"apiVersion": "example.com/v1", "kind": "Deployment", "spec": {"anyName": pod}});
    assert_eq!(pod_pointers(&body), ["/spec/anyName/spec"]);
    assert_eq!(pod_pointers(&json!({"apiVersion": "example.com/v1", "kind": "Pod", "spec": {"x": 1}})), Vec::<String>::new());
}

#[test]
fn templates_of_unknown_kinds_are_found_at_any_depth_and_in_lists() {
    let pod = json!({"metadata": {"labels": {}}, "spec": {"containers": [{"name": "a"}]}});
    let body = json!({"apiVersion": "example.com/v1", "kind": "Cluster", "spec": {
        "groups": [{"template": pod}, {"template": {"spec": {}}}], "jobTemplate": {"spec": {"template": pod}}, "templates": [pod]}});
    assert_eq!(
        pod_pointers(&body),
        ["/spec/groups/0/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec/templates/0/spec"]
    );
}

#[test]
fn a_pod_in_an_odd_place_of_a_known_kind_counts_after_the_one_that_the_api_defines() {
    let pod = json!({"spec": {"containers": [{"name": "a"}]}});
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"shadow": pod, "template": pod}});
    assert_eq!(pod_pointers(&body), ["/spec/template/spec", "/spec/shadow/spec"]);
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"shadow": pod}});
    assert_eq!(pod_pointers(&body), ["/spec/template/spec", "/spec/shadow/spec"]);
}

#[test]
fn an_object_that_is_itself_like_a_pod_counts_whatever_it_calls_itself() {
    let spec = json!({"containers": [{"name": "a"}]});
    assert_eq!(pod_pointers(&json!({"apiVersion": "example.com/v1", "kind": "Sidecars", "spec": spec})), ["/spec"]);
    assert_eq!(pod_pointers(&json!({"kind": ["Pod"], "spec": spec})), ["/spec"]);
    assert_eq!(pod_pointers(&json!({"spec": spec})), ["/spec"]);
}

#[test]
fn an_empty_list_of_containers_hides_no_real_one() {
    let real = json!({"spec": {"containers": [{"name": "a"}]}});
    let within = json!({"kind": "Odd", "spec": {"template": {"spec": {"containers": [], "template": real}}}});
    assert_eq!(pod_pointers(&within), ["/spec/template/spec", "/spec/template/spec/template/spec"]);
    let beside = json!({"kind": "Odd", "spec": {"containers": [], "template": real}});
    assert_eq!(pod_pointers(&beside), ["/spec", "/spec/template/spec"]);
}

#[test]
fn what_only_describes_containers_or_holds_none_is_no_pod() {
    let schema = json!({"properties": {"spec": {"properties": {"containers": {"type": "array"}}}}});
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": schema});
    let words = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": "containers: []"}});
    let mapping = json!({"kind": "Odd", "spec": {"containers": {"a": {"image": "b"}}}});
    for body in [definition, words, mapping, json!([1]), json!("x"), json!(null)] {
        assert_eq!(pod_pointers(&body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn members_with_slashes_and_tildes_in_their_names_are_pointed_to() {
    let pod = json!({"spec": {"containers": []}});
    assert_eq!(pod_pointers(&json!({"kind": "Odd", "spec": {"a/b": pod, "c~d": [pod]}})), ["/spec/a~1b/spec", "/spec/c~0d/0/spec"]);
}

#[test]
fn lists_that_are_no_lists_hold_no_containers() {
    let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": {"name": "a"}, "initContainers": null}});
    let bytes = serde_json::to_vec(&body).unwrap();
    let document = Document::read(0, "", &bytes).unwrap();
    assert!(pods(&document)[0].containers().is_empty());
}

#[test]
fn containers_of_all_three_lists_know_their_kind_and_place() {
    let body = json!({"apiVersion": "v1", "kind": "Pod", "spec": {
        "initContainers": [{"name": "wait"}], "containers": [{"name": "main"}, {}], "ephemeralContainers": [{"name": "look"}]}});
    let bytes = serde_json::to_vec(&body).unwrap();
    let document = Document::read(0, "", &bytes).unwrap();
    let containers = pods(&document)[0].containers();
    let summary: Vec<_> = containers.iter().map(|container| (container.label(), container.node().pointer())).collect();
    let expected = [
        ("container `main`", "/spec/containers/0"),
        ("container ``", "/spec/containers/1"),
        ("init container `wait`", "/spec/initContainers/0"),
        ("ephemeral container `look`", "/spec/ephemeralContainers/0"),
    ];
    assert_eq!(summary, expected.map(|(label, pointer)| (label.to_owned(), pointer.to_owned())));
}

fn unreadable(body: &serde_json::Value) -> Vec<String> {
    let bytes = serde_json::to_vec(body).unwrap();
    let document = Document::read(0, "", &bytes).unwrap();
    pods(&document).iter().flat_map(Pod::unreadable).map(|node| node.pointer()).collect()
}

#[test]
fn what_stands_where_containers_should_be_is_not_passed_over() {
    let pod = |spec: serde_json::Value| json!({"apiVersion": "v1", "kind": "Pod", "spec": spec});
    assert_eq!(unreadable(&pod(json!([{"containers": []}]))), ["/spec"]);
    assert_eq!(
        unreadable(&pod(json!({"containers": {"a": {}}, "initContainers": "x"}))),
        ["/spec/containers", "/spec/initContainers"]
    );
    assert_eq!(
        unreadable(&pod(json!({"containers": [{}, "x", null], "ephemeralContainers": [[]]}))),
        ["/spec/containers/1", "/spec/containers/2", "/spec/ephemeralContainers/0"]
    );
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": "x"}});
    assert_eq!(unreadable(&deployment), ["/spec/template"]);
}

#[test]
fn what_is_not_there_hides_nothing() {
    for spec in [json!(null), json!({}), json!({"containers": null, "initContainers": []}), json!({"containers": [{}]})] {
        assert_eq!(unreadable(&json!({"apiVersion": "v1", "kind": "Pod", "spec": spec})), Vec::<String>::new(), "{spec}");
    }
}

/// The places of all values with a list `spec.containers`, found without the SDK.
fn pod_like(value: &serde_json::Value, pointer: &str, found: &mut Vec<String>) {
    if value.is_object() && value["spec"]["containers"].is_array() {
        found.push(format!("{pointer}/spec"));
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        pod_like(member, &format!("{pointer}/{key}"), found);
    }
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        pod_like(element, &format!("{pointer}/{index}"), found);
    }
}

proptest! {
    #[test]
    fn no_pod_is_missed_and_none_is_made_up(
        body in crate::testing::anything(&["spec", "template", "containers", "jobTemplate", "metadata"], &["x"]),
        kind in prop::sample::select(vec!["Pod", "Deployment", "CronJob", "Fleet"]),
    ) {
        let api_version = match kind { "Pod" => "v1", "Deployment" => "apps/v1", "CronJob" => "batch/v1", _ => "example.com/v1" };
        let body = json!({"apiVersion": api_version, "kind": kind, "spec": body});
        let (mut found, mut expected) = (pod_pointers(&body), Vec::new());
        let defined = WORKLOADS.iter().find(|workload| workload.1 == kind).map(|(_, _, path)| {
            path.iter().chain(&["spec"]).map(|step| format!("/{step}")).collect::<String>()
        });
        prop_assert_eq!(defined.as_ref(), found.first().filter(|_| defined.is_some()), "the API's own comes first");
        pod_like(&body, "", &mut expected);
        expected.extend(defined.filter(|place| !expected.contains(place)));
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
