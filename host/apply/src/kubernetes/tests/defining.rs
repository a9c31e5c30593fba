//! Definitions that would take something from the objects that are there.

use serde_json::{Value, json};
use tollgate_core::render::RenderedDocument;

use super::support::{World, mk, rendered, told};

fn mk_definition(fields: &Value, annotations: &Value) -> RenderedDocument {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}});
    let version = json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
    let names = json!({"kind": "Drawer", "plural": "drawers", "singular": "drawer", "listKind": "DrawerList"});
    mk(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "drawers.defining.example.com",
        &json!({
            "metadata": {"annotations": annotations},
            "spec": {"group": "defining.example.com", "scope": "Namespaced", "names": names, "versions": [version]},
        }),
    )
}

#[test]
fn a_definition_that_loses_a_field_is_in_the_way_unless_it_says_that_it_is_meant() {
    let Some(world) = World::new("defining") else { return };
    let (both, one) = (json!({"size": {"type": "integer"}, "label": {"type": "string"}}), json!({"size": {"type": "integer"}}));
    world.promotes(&rendered(&[mk_definition(&both, &json!({}))]));
    let plan = world.plan(&rendered(&[mk_definition(&one, &json!({}))]));
    assert_eq!(told(&plan), []);
    assert!(plan.conflicts[0].message.contains("v1: .spec.label is no longer there"), "{:?}", plan.conflicts);
    let meant = rendered(&[mk_definition(&one, &json!({"tollgate.dev/schema-change": "accepted"}))]);
    assert_eq!(world.plan(&meant).conflicts, []);
    world.promotes(&meant);
    // To allow more takes nothing from anybody.
    let more = rendered(&[mk_definition(&both, &json!({"tollgate.dev/schema-change": ""}))]);
    assert_eq!(world.plan(&more).conflicts, []);
}
