//! From nothing to something else.

use serde_json::json;
use tollgate_core::digest::Digest;
use tollgate_core::plan::{PlannedValue, Verb};
use tollgate_core::ports::{Applied, ApplyPlan as _};

use super::support::{World, mk, mk_deployment, mk_settings, rendered, told};
use crate::testing::recipe;

#[test]
fn what_is_planned_is_applied_and_then_unchanged() {
    let Some(world) = World::new("steps-apply") else { return };
    let first = rendered(&[mk_settings("cart", "one"), mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    let plan = world.plan(&first);
    assert_eq!(told(&plan), [(Verb::Create, "Deployment cart".to_owned()), (Verb::Create, "ConfigMap cart".to_owned())]);
    let state = world.promotes(&first);
    assert_eq!(state.written.map(|written| (written.attempt, written.recipe)), Some((1, recipe(&first))));
    assert_eq!(world.get("configmaps/cart").unwrap()["data"]["value"], "one");
    let again = world.plan(&first);
    assert_eq!((told(&again), again.unchanged), (Vec::new(), 2));
    // An empty plan is applied and recorded like any other.
    assert_eq!(world.promotes(&first).attempt, 2);
}

#[test]
fn a_change_names_the_fields_that_change_and_nothing_that_the_server_set() {
    let Some(world) = World::new("steps-change") else { return };
    world.promotes(&rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]));
    let plan = world.plan(&rendered(&[mk_deployment("cart", "example.com/cart:2", &json!({}))]));
    let changes: Vec<_> =
        plan.actions[0].changes.iter().map(|change| (change.path.as_str(), change.before.clone(), change.after.clone())).collect();
    let plain = |value: &str| Some(PlannedValue::Plain(json!(value)));
    let path = r#"/spec/template/spec/containers/{"name":"main"}/image"#;
    assert_eq!(changes, [(path, plain("example.com/cart:1"), plain("example.com/cart:2"))]);
    assert!(plan.actions[0].live_uid.is_some());
}

#[test]
fn the_plan_stays_the_same_while_others_do_what_they_do() {
    let Some(world) = World::new("steps-stable") else { return };
    world.promotes(&rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]));
    let next = rendered(&[mk_deployment("cart", "example.com/cart:2", &json!({}))]);
    let digest = world.plan(&next).digest().unwrap();
    world.patch(
        "apps/v1:deployments/cart",
        "somebody",
        &json!({"metadata": {"annotations": {"seen": "yes"}}, "spec": {"minReadySeconds": 1}}),
    );
    world.patch("apps/v1:deployments/cart/status", "controller", &json!({"status": {"observedGeneration": 1}}));
    assert_eq!(world.plan(&next).digest().unwrap(), digest);
    // What we would change is not.
    let other = rendered(&[mk_deployment("cart", "example.com/cart:3", &json!({}))]);
    assert_ne!(world.plan(&other).digest().unwrap(), digest);
}

#[test]
fn a_field_that_the_recipe_no_longer_has_is_removed() {
    let Some(world) = World::new("steps-remove") else { return };
    let with = mk("v1", "ConfigMap", "cart", &json!({"data": {"a": "1", "b": "2"}}));
    world.promotes(&rendered(&[with]));
    let without = rendered(&[mk("v1", "ConfigMap", "cart", &json!({"data": {"a": "1"}}))]);
    let plan = world.plan(&without);
    assert_eq!(plan.actions[0].changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["/data/b"]);
    world.promotes(&without);
    assert_eq!(world.get("configmaps/cart").unwrap()["data"], json!({"a": "1"}));
}

#[test]
fn a_plan_that_is_no_longer_the_approved_one_is_not_applied() {
    let Some(world) = World::new("steps-stale") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one")]));
    let next = rendered(&[mk_settings("cart", "two")]);
    let approved = world.approved(&next);
    // It says the same as it did, but somebody made it anew.
    let old = world.get("configmaps/cart").unwrap();
    let path = format!("/api/v1/namespaces/{}/configmaps/cart", world.namespace);
    world.with_server(async |server| server.delete(&path, old["metadata"]["uid"].as_str().unwrap()).await.unwrap());
    match world.apply(approved, &next).unwrap() {
        Applied::Stale { plan, .. } => assert_eq!(told(&plan), [(Verb::Create, "ConfigMap cart".to_owned())]),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.get("configmaps/cart"), None);
}

#[test]
fn a_lower_attempt_than_one_that_has_begun_writes_nothing() {
    let Some(world) = World::new("steps-overtaken") else { return };
    let first = rendered(&[mk_settings("cart", "one")]);
    let early = world.approved(&first);
    let late = world.approved(&first);
    assert!(matches!(world.apply(late, &first).unwrap(), Applied::Done { .. }));
    match world.apply(early, &first).unwrap() {
        Applied::Overtaken { before } => assert_eq!(before.attempt, 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recipe_brings_the_namespace_that_it_lives_in() {
    let Some(world) = World::new("steps-namespace") else { return };
    let namespace = mk("v1", "Namespace", "steps-namespace", &json!({"metadata": {"labels": {"team": "shop"}}}));
    let first = rendered(&[namespace, mk_settings("cart", "one")]);
    assert_eq!(told(&world.plan(&first)).len(), 2);
    world.promotes(&first);
    assert_eq!(world.get("configmaps/cart").unwrap()["data"]["value"], "one");
    assert_eq!(told(&world.plan(&first)), []);
}

#[test]
fn a_definition_and_its_objects_come_in_one_plan() {
    let Some(world) = World::new("steps-custom") else { return };
    let schema =
        json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"drawers": {"type": "integer"}}}}});
    let definition = mk(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "tills.shop.example.com",
        &json!({"spec": {
            "group": "shop.example.com", "scope": "Namespaced", "names": {"kind": "Till", "plural": "tills"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        }}),
    );
    let till = |drawers: u32| mk("shop.example.com/v1", "Till", "front", &json!({"spec": {"drawers": drawers}}));
    let first = rendered(&[definition.clone(), till(2)]);
    world.promotes(&first);
    assert_eq!(world.get("shop.example.com/v1:tills/front").unwrap()["spec"]["drawers"], 2);
    assert_eq!(told(&world.plan(&first)), []);
    let plan = world.plan(&rendered(&[definition, till(3)]));
    assert_eq!(told(&plan), [(Verb::Change, "Till front".to_owned())]);
}

#[test]
fn secret_values_enter_under_the_plan_key_and_are_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, crate::testing::KEY).unwrap();
    let Some(world) = World::new("steps-secret") else { return };
    let world = world.with_key(key.to_str().unwrap());
    let secret = |password: &str| mk("v1", "Secret", "db", &json!({"stringData": {"password": password}}));
    world.promotes(&rendered(&[secret("hunter2")]));
    assert_eq!(told(&world.plan(&rendered(&[secret("hunter2")]))), []);
    let plan = world.plan(&rendered(&[secret("correct horse")]));
    assert!(!format!("{plan:?}").contains("horse") && !format!("{plan:?}").contains("hunter2"), "{plan:?}");
    let other = world.plan(&rendered(&[secret("battery staple")]));
    assert_ne!(plan.digest().unwrap(), other.digest().unwrap());
    assert!(!format!("{:?}", world.target().live().unwrap()).contains("hunter2"));
}

#[test]
fn kubectl_sees_the_members_of_the_set() {
    let Some(world) = World::new("steps-set") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "two")]));
    let parent = world.get("configmaps/tollgate-prod-apps").unwrap();
    let id = parent["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/namespaces/{}/configmaps", world.namespace);
    let members =
        world.with_server(async |server| server.list(&path, &format!("applyset.kubernetes.io/part-of={id}")).await.unwrap());
    assert_eq!(members.len(), 2);
}

#[test]
fn nothing_is_known_of_a_target_that_was_never_written() {
    let Some(world) = World::new("steps-none") else { return };
    assert_eq!(world.target().state().unwrap(), tollgate_core::ports::TargetState::default());
    assert_eq!(world.target().live().unwrap(), []);
    let nowhere = world.target().plan(Digest::of(b"none"), &rendered(&[])).unwrap();
    assert_eq!((nowhere.actions.len(), nowhere.conflicts.len()), (0, 0));
}

#[test]
fn the_number_of_replicas_is_the_autoscaler_s_where_there_is_one() {
    let Some(world) = World::new("steps-scaled") else { return };
    let cart = mk_deployment("cart", "example.com/cart:1", &json!({}));
    world.promotes(&rendered(std::slice::from_ref(&cart)));
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"});
    let autoscaler = mk(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "cart",
        &json!({"spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 9}}),
    );
    let scaled = rendered(&[cart, autoscaler]);
    // It comes, and what was there stays as it is.
    world.promotes(&scaled);
    assert_eq!(world.get("apps/v1:deployments/cart").unwrap()["spec"]["replicas"], 2);
    let digest = world.plan(&scaled).digest().unwrap();
    world.patch("apps/v1:deployments/cart/scale", "autoscaler", &json!({"spec": {"replicas": 4}}));
    let plan = world.plan(&scaled);
    assert_eq!((plan.conflicts.len(), plan.digest().unwrap()), (0, digest));
    world.promotes(&scaled);
    assert_eq!(world.get("apps/v1:deployments/cart").unwrap()["spec"]["replicas"], 4);
}
