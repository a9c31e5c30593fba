//! Fields that are taken from others, and objects that are made again: what the target or the object says, and nothing else.

use serde_json::json;
use tollgate_core::plan::{Taken, Verb};

use super::support::{World, mk, mk_deployment, mk_settings, rendered, told};

#[test]
fn a_field_that_the_target_names_is_taken_from_whoever_has_set_it() {
    let Some(world) = World::new("forcing-field") else { return };
    let cart = rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    world.promotes(&cart);
    world.patch("apps/v1:deployments/cart", "kubectl-scale", &json!({"spec": {"replicas": 5}}));
    let world = world.forcing("Deployment", &[".spec.replicas"]);
    let plan = world.plan(&cart);
    assert_eq!(told(&plan), [(Verb::Change, "Deployment cart".to_owned())]);
    assert_eq!(plan.actions[0].takes, [Taken { field: ".spec.replicas".to_owned(), from: "kubectl-scale".to_owned() }]);
    // Nothing in it says when.
    assert_eq!(world.plan(&cart).digest().unwrap(), plan.digest().unwrap());
    world.promotes(&cart);
    assert_eq!(world.get("apps/v1:deployments/cart").unwrap()["spec"]["replicas"], 2);
    assert_eq!(told(&world.plan(&cart)), []);
}

#[test]
fn one_field_that_is_not_named_keeps_all_of_them_where_they_are() {
    let Some(world) = World::new("forcing-one") else { return };
    let cart = rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    world.promotes(&cart);
    let image = json!([{"name": "main", "image": "example.com/cart:other"}]);
    let patch = json!({"spec": {"replicas": 5, "template": {"spec": {"containers": image}}}});
    world.patch("apps/v1:deployments/cart", "kubectl-edit", &patch);
    let world = world.forcing("Deployment", &[".spec.replicas"]).forcing("StatefulSet", &[".spec"]);
    let plan = world.plan(&cart);
    assert!(plan.conflicts.iter().any(|conflict| conflict.at.contains("image")), "{:?}", plan.conflicts);
    assert_eq!(told(&plan), []);
    let world = world.forcing("Deployment", &[".spec.template"]);
    assert_eq!(world.plan(&cart).conflicts, []);
}

#[test]
fn an_object_that_says_so_is_deleted_and_made_again_where_a_field_can_not_be_changed() {
    let Some(world) = World::new("forcing-again") else { return };
    let job = |image: &str, annotations: serde_json::Value| {
        let containers = json!([{"name": "main", "image": image}]);
        let spec = json!({"suspend": true, "template": {"spec": {"restartPolicy": "Never", "containers": containers}}});
        mk("batch/v1", "Job", "migrate", &json!({"metadata": {"annotations": annotations}, "spec": spec}))
    };
    let wish = json!({"tollgate.dev/recreate": "true"});
    let world = world.waiting(0);
    world.promotes(&rendered(&[job("example.com/a:1", json!({})), mk_settings("kept", "x")]));
    let first = world.get("batch/v1:jobs/migrate").unwrap();
    let refused = world.plan(&rendered(&[job("example.com/a:2", json!({})), mk_settings("kept", "x")]));
    assert!(refused.conflicts[0].message.contains("`tollgate.dev/recreate: \"true\"`"), "{:?}", refused.conflicts);
    let again = rendered(&[job("example.com/a:2", wish.clone()), mk_settings("kept", "x")]);
    let plan = world.plan(&again);
    assert_eq!(told(&plan), [(Verb::Delete, "Job migrate".to_owned()), (Verb::Create, "Job migrate".to_owned())]);
    assert_eq!(plan.actions[0].live_uid.as_deref(), first["metadata"]["uid"].as_str());
    world.promotes(&again);
    let second = world.get("batch/v1:jobs/migrate").unwrap();
    assert_ne!(second["metadata"]["uid"], first["metadata"]["uid"]);
    assert_eq!(second["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/a:2");
    assert_eq!(told(&world.plan(&again)), []);
    // What could not be made again is not deleted either.
    let mut broken = job("example.com/a:3", wish);
    broken.body["spec"]["template"]["spec"]["restartPolicy"] = "Always".into();
    let plan = world.plan(&rendered(&[broken, mk_settings("kept", "x")]));
    assert!(!plan.conflicts.is_empty());
    assert_eq!(told(&plan), []);
}
