//! What is approved, and how an object is found in it.

use tollgate_core::admission::{ApprovedRecipe, InventoryName};
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::render::RenderedDocument;

use super::*;
use crate::admission::Approved;

fn mk_identity(api_version: &str, kind: &str, namespace: Option<&str>) -> ObjectIdentity {
    ObjectIdentity {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: "cart".to_owned(),
    }
}

fn mk_document(identity: &ObjectIdentity, body: Value) -> RenderedDocument {
    let path = "services/cart/deployment.yaml".to_owned();
    RenderedDocument { component: "cart".to_owned(), path, identity: identity.clone(), body }
}

fn mk_recipe(promotion: &str, state: &str) -> ApprovedRecipe {
    ApprovedRecipe { recipe: Digest::of(promotion.as_bytes()), promotion: promotion.to_owned(), state: state.to_owned() }
}

fn mk_approved(documents: &[RenderedDocument]) -> Approved {
    let inventory = InventoryName { namespace: "shop".to_owned(), name: "tollgate-prod-apps".to_owned() };
    let mut approved = Approved::at(Some("shop".to_owned()), Some(inventory));
    approved.add(mk_recipe("P-2", "running"), documents);
    approved
}

#[test]
fn an_object_is_found_in_any_version_of_its_group_and_where_its_manifest_leaves_the_namespace_out() {
    let unsaid = mk_identity("apps/v1", "Deployment", None);
    let approved = mk_approved(&[mk_document(&unsaid, json!({"spec": 1}))]);
    let found = |api_version, namespace| approved.context(&mk_identity(api_version, "Deployment", namespace), None).documents.len();
    assert_eq!((found("apps/v1", Some("shop")), found("apps/v1beta2", Some("shop"))), (1, 1));
    assert_eq!((found("apps/v1", Some("default")), found("extensions/v1", Some("shop"))), (0, 0));
    let origin = approved.origin(&mk_identity("apps/v1", "Deployment", Some("shop"))).unwrap();
    assert_eq!((origin.component.as_str(), &origin.identity), ("cart", &unsaid));
}

#[test]
fn every_recipe_has_its_document_newest_first_and_the_same_one_counts_once() {
    let identity = mk_identity("apps/v1", "Deployment", Some("shop"));
    let mut approved = mk_approved(&[mk_document(&identity, json!({"spec": 2}))]);
    approved.add(mk_recipe("P-1", "current"), &[mk_document(&identity, json!({"spec": 1}))]);
    approved.add(mk_recipe("P-0", "failed"), &[mk_document(&identity, json!({"spec": 1}))]);
    let promotions: Vec<_> =
        approved.context(&identity, None).documents.iter().map(|document| document.promotion.clone()).collect();
    assert_eq!(promotions, ["P-2", "P-1"]);
    assert_eq!(approved.recipes().len(), 3);
    assert_eq!((approved.kinds().len(), approved.namespaces()), (1, &["shop".to_owned()][..]));
}

/// What becomes of a bad ConfigMap that carries a waiver, where the recipes have it as it is here.
fn ruling_where_the_recipe_has(recipe: Option<&Value>, asked: &Value) -> Ruling {
    let pipeline =
        Pipeline { inline_waivers: true, ..mk_pipeline_of(vec![Gate { enforcement: Enforcement::Overridable, ..nothing_bad() }]) };
    let identity =
        ObjectIdentity { api_version: "v1".to_owned(), kind: "ConfigMap".to_owned(), namespace: None, name: "a".to_owned() };
    let approved = recipe.map(|body| mk_approved(&[mk_document(&identity, body.clone())]));
    let policies = mk_policies(&[("suspicious", suspicious())]);
    let asking = Asked { pipeline, policies, revision: "sha256:0".to_owned() };
    ask(&Known::new(asking, Some(mk_prod()), approved, Passes::new(), 7), asked).ruling
}

#[test]
fn a_waiver_in_an_annotation_counts_only_where_the_approved_document_has_it() {
    let bare = mk_map("bad");
    let mut waived = bare.clone();
    waived["metadata"]["annotations"] = json!({"waiver.tollgate.dev/suspicious.no": "2030-01-01 lead@example.com It is known."});
    assert_eq!(ruling_where_the_recipe_has(Some(&waived), &waived), Ruling::Allowed);
    assert_eq!(ruling_where_the_recipe_has(Some(&bare), &waived), Ruling::Denied, "nobody reviewed it");
    assert_eq!(ruling_where_the_recipe_has(None, &waived), Ruling::Denied, "nobody reviewed it");
}

#[test]
fn what_an_autoscaler_of_the_recipe_scales_is_known() {
    let deployment = mk_identity("apps/v1", "Deployment", None);
    let scaler = mk_identity("autoscaling/v2", "HorizontalPodAutoscaler", None);
    let body = json!({"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}}});
    let approved = mk_approved(&[mk_document(&deployment, json!({})), mk_document(&scaler, body)]);
    assert!(approved.context(&mk_identity("apps/v1", "Deployment", Some("shop")), None).autoscaled);
    assert!(!approved.context(&mk_identity("apps/v1", "StatefulSet", Some("shop")), None).autoscaled);
}

#[test]
fn values_of_secrets_are_not_among_what_is_told() {
    let secret = mk_identity("v1", "Secret", Some("shop"));
    let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cart"}, "data": {"password": "aHVudGVyMg=="}});
    let told = serde_json::to_string(&mk_approved(&[mk_document(&secret, body)]).context(&secret, None)).unwrap();
    assert!(!told.contains("aHVudGVyMg") && told.contains("password"), "{told}");
}

#[test]
fn images_are_told_once_and_sorted() {
    let mut approved = mk_approved(&[]);
    approved.add_images(["b@sha256:1".to_owned(), "a@sha256:1".to_owned()]);
    approved.add_images(["b@sha256:1".to_owned()]);
    let told = approved.context(&mk_identity("v1", "Pod", None), None);
    assert_eq!(told.all.images, ["a@sha256:1", "b@sha256:1"]);
}

#[test]
fn of_a_secret_it_is_marked_which_value_is_another_one() {
    let secret = mk_identity("v1", "Secret", Some("shop"));
    let body = |password: &str| json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"password": password}});
    let approved = mk_approved(&[mk_document(&secret, body("hunter2"))]);
    let told = |live: &Value| {
        let context = approved.context(&secret, Some(live.to_string().as_bytes()));
        context.documents[0].document["stringData"]["password"].clone()
    };
    assert_eq!(told(&json!({"apiVersion": "v1", "kind": "Secret", "data": {"password": "aHVudGVyMg=="}})), json!("withheld"));
    assert!(told(&body("hunter3")).as_str().unwrap().contains("another value"));
}

#[test]
fn two_recipes_whose_secrets_differ_in_a_value_are_two_documents() {
    let secret = mk_identity("v1", "Secret", Some("shop"));
    let body = |password: &str| json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"password": password}});
    let mut approved = mk_approved(&[mk_document(&secret, body("new"))]);
    approved.add(mk_recipe("P-1", "current"), &[mk_document(&secret, body("old"))]);
    assert_eq!(approved.context(&secret, Some(body("old").to_string().as_bytes())).documents.len(), 2);
}

#[test]
fn defaults_of_a_definition_that_the_recipe_brings_are_approved_with_its_objects() {
    let schema = json!({"properties": {"spec": {"properties": {"size": {"default": 3}}}}});
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {"group": "example.com",
        "names": {"kind": "Database"}, "versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}]}});
    let (of_kind, database) =
        (mk_identity("apiextensions.k8s.io/v1", "CustomResourceDefinition", None), mk_identity("example.com/v1", "Database", None));
    let body = json!({"apiVersion": "example.com/v1", "kind": "Database", "spec": {}});
    let approved = mk_approved(&[mk_document(&of_kind, definition), mk_document(&database, body)]);
    assert_eq!(approved.context(&database, None).documents[0].document["spec"], json!({"size": 3}));
}
