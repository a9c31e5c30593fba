//! What is there already.

use serde_json::{Value, json};
use tollgate_core::plan::Verb;

use super::support::{World, mk_deployment, mk_settings, rendered, told};

/// A Deployment as somebody else has made it, and the same as a recipe has it.
fn mk_found(world: &World) -> tollgate_core::render::RenderedDocument {
    let cart = mk_deployment("cart", "example.com/cart:1", &json!({}));
    world.create_at("/api/v1/namespaces", &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": world.namespace}}));
    world.create("apps/v1:deployments", &cart.body);
    cart
}

/// The ReplicaSets there are: a restart would make another one.
fn generations(world: &World) -> Vec<Value> {
    let path = format!("/apis/apps/v1/namespaces/{}/replicasets", world.namespace);
    world
        .with_server(async |server| server.list(&path, "app=cart").await.unwrap())
        .into_iter()
        .map(|set| set["metadata"]["uid"].clone())
        .collect()
}

#[test]
fn what_is_there_already_is_taken_over_without_a_restart() {
    let Some(world) = World::new("adopting-same") else { return };
    let found = mk_found(&world);
    let world = world.adopting();
    let before = loop {
        let found = generations(&world);
        if !found.is_empty() {
            break found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let recipe = rendered(&[found]);
    let plan = world.plan(&recipe);
    assert_eq!(told(&plan), [(Verb::Change, "Deployment cart".to_owned())]);
    // It says what would be owned: nothing of the specification changes.
    assert!(plan.actions[0].changes.iter().all(|change| change.path.as_str().starts_with("/metadata/")), "{plan:?}");
    world.promotes(&recipe);
    assert_eq!(generations(&world), before);
    assert_eq!(told(&world.plan(&recipe)), []);
    // It is ours now, with all that follows.
    let plan = world.plan(&rendered(&[mk_settings("else", "x")]));
    assert_eq!(told(&plan), [(Verb::Delete, "Deployment cart".to_owned()), (Verb::Create, "ConfigMap else".to_owned())]);
}

#[test]
fn what_is_there_otherwise_is_a_conflict_that_names_the_field() {
    let Some(world) = World::new("adopting-other") else { return };
    mk_found(&world);
    let world = world.adopting();
    let plan = world.plan(&rendered(&[mk_deployment("cart", "example.com/cart:2", &json!({}))]));
    assert!(plan.conflicts[0].at.contains("image"), "{:?}", plan.conflicts);
}

#[test]
fn what_another_inventory_has_is_not_taken_over() {
    let Some(world) = World::new("adopting-owned") else { return };
    let world = world.adopting();
    let settings = rendered(&[mk_settings("cart", "one")]);
    world.promotes(&settings);
    let plan =
        tollgate_core::ports::ApplyPlan::plan(&world.other_target("other"), crate::testing::recipe(&settings), &settings).unwrap();
    assert!(plan.conflicts[0].message.contains("belongs to the inventory"), "{:?}", plan.conflicts);
}
