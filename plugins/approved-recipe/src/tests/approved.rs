//! Objects that recipes have.

use serde_json::{Value, json};

use super::{ALICE, by, creation, creation_of, found, found_with, image, judge, nothing, samples, update, with};

/// What is found in an approved Deployment with another value at a pointer.
fn changed(pointer: &str, value: Value) -> Vec<String> {
    let approved = samples::deployment();
    let mut other = approved.clone();
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    match other.pointer_mut(holder).unwrap() {
        Value::Array(elements) => elements.push(value),
        holder => holder[name] = value,
    }
    found(&update(creation_of(&[&approved]), &approved), &other)
}

#[test]
fn what_was_approved_passes_and_what_was_not_does_not() {
    let deployment = samples::deployment();
    assert_eq!(found(&creation_of(&[&deployment]), &deployment), nothing());
    assert_eq!(found(&creation(), &deployment), ["not-approved /metadata/name"]);
}

#[test]
fn what_runs_and_is_made_by_nobody_must_be_in_a_recipe_whatever_its_kind() {
    assert_eq!(found(&creation(), &samples::pod()), ["not-approved /metadata/name"]);
    let mut named = samples::pod();
    named["metadata"] = json!({"generateName": "cart-", "namespace": "shop"});
    assert_eq!(found(&creation(), &named), ["not-approved /metadata/name"]);
}

#[test]
fn what_is_edited_by_hand_is_found_where_it_is() {
    let spec = "/spec/template/spec";
    for (pointer, value, rule) in [
        ("/spec/replicas", json!(5), "differs"),
        ("/spec/template/spec/hostNetwork", json!(true), "extra"),
        ("/spec/template/spec/containers/0/env/0/value", json!("debug"), "differs"),
        ("/spec/template/spec/containers/0/resources/limits/cpu", json!("2"), "differs"),
        ("/spec/template/spec/containers/0/resources/limits/gpu", json!("1"), "extra"),
        ("/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt", json!("now"), "extra"),
        ("/metadata/labels/app", json!("other"), "differs"),
        ("/spec/template/spec/nodeSelector/zone", json!(""), "extra"),
    ] {
        let key = pointer.rsplit_once('/').unwrap().1.replace("~1", "/");
        let holder = pointer.rsplit_once('/').unwrap().0;
        let pointer_of_key = format!("{holder}/{key}");
        let found = changed(&pointer_of_key.replace("kubectl.kubernetes.io/", "kubectl.kubernetes.io~1"), value);
        assert_eq!(found.len(), 1, "{pointer} {spec}");
        assert!(found[0].starts_with(rule), "{found:?}");
    }
}

#[test]
fn a_second_container_is_found_whole() {
    let container = json!({"name": "evil", "image": super::approved_image(), "securityContext": {"privileged": true}});
    assert_eq!(changed("/spec/template/spec/containers/1", container), ["extra /spec/template/spec/containers/1"]);
}

#[test]
fn a_variable_that_is_there_twice_is_not_hidden_by_the_approved_one() {
    let found = changed("/spec/template/spec/containers/0/env/2", json!({"name": "LEVEL", "value": "debug"}));
    assert_eq!(found, ["extra /spec/template/spec/containers/0/env/2"]);
}

#[test]
fn protection_that_is_taken_away_is_found() {
    for (pointer, value) in [
        ("/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation", Value::Null),
        ("/spec/template/spec/containers/0/securityContext", json!({})),
        ("/spec/template/spec/securityContext/runAsNonRoot", json!(false)),
        ("/spec/template/spec/containers/0/resources/limits", json!({})),
        ("/spec/template/spec/automountServiceAccountToken", json!(false)),
        ("/spec/template/spec/securityContext/runAsUser", json!(0)),
    ] {
        assert!(!changed(pointer, value).is_empty(), "{pointer}");
    }
}

#[test]
fn one_of_several_recipes_is_enough_and_the_nearest_is_told() {
    let (new, mut old, mut live) = (samples::deployment(), samples::deployment(), samples::deployment());
    old["spec"]["replicas"] = json!(2);
    old["spec"]["minReadySeconds"] = json!(9);
    assert_eq!(found(&creation_of(&[&new, &old]), &old), nothing());
    live["spec"]["replicas"] = json!(7);
    let findings = judge("{}", &creation_of(&[&new, &old]), &live);
    assert_eq!((findings.len(), findings[0].message()), (1, "`replicas` is `7`, and `3` was approved with `P-13`"));
    live["spec"]["minReadySeconds"] = json!(9);
    assert!(judge("{}", &creation_of(&[&new, &old]), &live)[0].message().contains("`P-12`"));
}

#[test]
fn an_autoscaler_of_the_recipes_sets_the_replicas() {
    let approved = samples::deployment();
    let mut scaled = approved.clone();
    scaled["spec"]["replicas"] = json!(9);
    let request = update(creation_of(&[&approved]), &approved);
    assert_eq!(found(&with(request.clone(), &[("approved/autoscaled", json!(true))]), &scaled), nothing());
    assert_eq!(found(&request, &scaled), ["differs /spec/replicas"]);
    scaled["spec"]["template"]["spec"]["hostPID"] = json!(true);
    assert_eq!(found(&with(request, &[("approved/autoscaled", json!(true))]), &scaled), ["extra /spec/template/spec/hostPID"]);
}

#[test]
fn an_extra_field_that_was_there_before_is_no_excuse() {
    let approved = samples::deployment();
    let mut edited = approved.clone();
    edited["spec"]["paused"] = json!(true);
    assert_eq!(found(&update(creation_of(&[&approved]), &edited), &edited), ["extra /spec/paused"]);
}

#[test]
fn a_pull_policy_that_followed_from_the_tag_before_stays_and_nobody_brings_one() {
    let mut approved = samples::deployment();
    let container = &mut approved["spec"]["template"]["spec"]["containers"][0];
    container.as_object_mut().unwrap().remove("imagePullPolicy");
    let with_policy = |policy: &str| {
        let mut live = approved.clone();
        live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = policy.into();
        live
    };
    let judge = |old: &Value, new: &Value| found(&update(creation_of(&[&approved]), old), new);
    let extra = ["extra /spec/template/spec/containers/0/imagePullPolicy"];
    assert_eq!(judge(&with_policy("Always"), &with_policy("Always")), nothing());
    assert_eq!(judge(&approved, &with_policy("Always")), extra);
    assert_eq!(judge(&with_policy("Never"), &with_policy("Never")), extra);
    assert_eq!(found(&creation_of(&[&approved]), &with_policy("Always")), extra);
}

#[test]
fn what_broke_glass_stays_behind_and_is_no_field_of_the_object() {
    let approved = samples::deployment();
    let mut live = approved.clone();
    for metadata in ["/metadata", "/spec/template/metadata"] {
        let annotations = &mut live.pointer_mut(metadata).unwrap()["annotations"];
        annotations["tollgate.dev/break-glass"] = json!("payments fail");
        annotations["tollgate.dev/break-glass-until"] = json!("2027-01-15T00:00:00Z");
    }
    assert_eq!(found(&creation_of(&[&approved]), &live), nothing());
    live["spec"]["template"]["metadata"]["annotations"]["tollgate.dev/other"] = json!("x");
    assert_eq!(found(&creation_of(&[&approved]), &live), ["extra /spec/template/metadata/annotations/tollgate.dev~1other"]);
}

#[test]
fn extra_fields_are_let_be_where_the_operator_says_so() {
    let approved = samples::deployment();
    let mut restarted = approved.clone();
    restarted["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = json!("2027-01-15");
    let request = update(creation_of(&[&approved]), &approved);
    let judge = |settings: &str| found_with(settings, &request, &restarted).len();
    assert_eq!(
        judge(r#"{"extraFields": [{"path": "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt"}]}"#),
        0
    );
    assert_eq!(judge(r#"{"extraFields": [{"kinds": ["Deployment.apps"], "path": "/**/annotations/*"}]}"#), 0);
    assert_eq!(judge(r#"{"extraFields": [{"kinds": ["Deployment"], "path": "/**"}]}"#), 1);
    assert_eq!(judge(r#"{"extraFields": [{"path": "/spec/template/metadata/annotations"}]}"#), 1);
    let mut edited = restarted.clone();
    edited["spec"]["template"]["metadata"]["annotations"]["team"] = json!("other");
    assert_eq!(found_with(r#"{"extraFields": [{"path": "/**"}]}"#, &request, &edited).len(), 1, "what was approved must be so");
}

#[test]
fn what_an_injector_brings_is_let_be_and_nothing_else() {
    let settings = r#"{"injectors": [{"container": "proxy", "image": "r.example.com/proxy@*", "volumes": ["proxy-*"], "metadata": ["proxy.example.com/*"]}]}"#;
    let approved = samples::deployment();
    let mut injected = approved.clone();
    let template = &mut injected["spec"]["template"];
    template["metadata"]["annotations"]["proxy.example.com/status"] = json!("in");
    template["metadata"]["labels"]["proxy.example.com/rev"] = json!("1");
    template["spec"]["volumes"].as_array_mut().unwrap().push(json!({"name": "proxy-certs", "emptyDir": {}}));
    let container = json!({"name": "proxy", "image": format!("r.example.com/proxy@sha256:{}", "d".repeat(64))});
    template["spec"]["containers"].as_array_mut().unwrap().push(container);
    let request = creation_of(&[&approved]);
    assert_eq!(found_with(settings, &request, &injected), nothing());
    let mut without = injected.clone();
    without["spec"]["template"]["spec"]["containers"][1]["image"] = json!(super::approved_image());
    assert_eq!(found_with(settings, &request, &without).len(), 4, "only what is there brings something");
    injected["spec"]["template"]["spec"]["volumes"][3]["name"] = json!("other");
    assert_eq!(found_with(settings, &request, &injected), ["extra /spec/template/spec/volumes/3"]);
}

#[test]
fn an_object_that_controllers_make_without_an_owner_is_theirs() {
    let publisher = "system:serviceaccount:kube-system:root-ca-cert-publisher";
    let bundle = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt", "namespace": "shop"}});
    assert_eq!(found(&by(publisher, creation()), &bundle), nothing());
    assert_eq!(found(&by(ALICE, creation()), &bundle), ["not-approved /metadata/name"]);
}

#[test]
fn a_controller_may_not_change_what_was_approved() {
    let approved = samples::deployment();
    let mut other = approved.clone();
    other["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": "3"});
    let request = by("system:serviceaccount:kube-system:deployment-controller", update(creation_of(&[&approved]), &approved));
    assert_eq!(found(&request, &other), nothing());
    other["spec"]["replicas"] = json!(0);
    assert_eq!(found(&request, &other), ["differs /spec/replicas"]);
}

#[test]
fn an_object_of_the_cluster_is_judged_if_a_recipe_has_it() {
    let approved = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}});
    let mut live = approved.clone();
    live["metadata"]["labels"]["kubernetes.io/metadata.name"] = json!("shop");
    live["spec"] = json!({"finalizers": ["kubernetes"]});
    assert_eq!(found(&creation_of(&[&approved]), &live), nothing());
    live["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = json!("privileged");
    live["metadata"]["labels"]["kubernetes.io/metadata.name"] = json!("other");
    assert_eq!(found(&creation_of(&[&approved]), &live).len(), 2);
}

#[test]
fn a_namespace_that_the_recipe_leaves_out_is_where_it_is_applied() {
    let (mut approved, live) = (samples::deployment(), samples::deployment());
    approved["metadata"].as_object_mut().unwrap().remove("namespace");
    assert_eq!(found(&creation_of(&[&approved]), &live), nothing());
}

#[test]
fn an_object_of_another_type_is_found() {
    for value in [json!("x"), json!([]), json!(7), json!(true)] {
        assert!(!changed("/spec/template", value.clone()).is_empty(), "{value}");
        assert!(!changed("/spec/template/spec/containers", value.clone()).is_empty(), "{value}");
    }
    let mut other = samples::deployment();
    other["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image("cart", 'b'));
    assert_eq!(found(&creation_of(&[&json!({})]), &other).len(), 12, "an approved document without anything approves nothing");
}

#[test]
fn a_dry_run_is_told_what_would_be_said_and_nothing_is_denied() {
    let object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}, "spec": {}});
    let levels = |request: &Value| -> Vec<_> { judge("{}", request, &object).iter().map(tollgate_sdk::Finding::level).collect() };
    let asked = levels(&creation());
    assert!(!asked.is_empty() && asked.iter().all(|level| *level == tollgate_sdk::Level::Deny));
    let tried = levels(&with(creation(), &[("dryRun", json!(true))]));
    assert_eq!(tried, vec![tollgate_sdk::Level::Warn; asked.len()]);
    assert_eq!(levels(&with(creation(), &[("dryRun", json!("true"))])), asked, "what is no `true` is none");
}
