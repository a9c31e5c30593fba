//! What a recipe no longer has.

use serde_json::json;
use tollgate_core::plan::Verb;
use tollgate_core::ports::ApplyError;

use super::support::{World, mk, mk_settings, rendered, told};

#[test]
fn what_a_recipe_no_longer_has_is_deleted() {
    let Some(world) = World::new("pruning-gone") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    world.create("configmaps", &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}}));
    let less = rendered(&[mk_settings("cart", "one")]);
    let plan = world.plan(&less);
    assert_eq!(told(&plan), [(Verb::Delete, "ConfigMap mail".to_owned())]);
    assert!(world.get("configmaps/mail").is_some(), "a plan changes nothing");
    world.promotes(&less);
    assert_eq!(world.get("configmaps/mail"), None);
    assert!(world.get("configmaps/theirs").is_some());
    assert_eq!(told(&world.plan(&less)), []);
}

#[test]
fn what_was_deleted_by_hand_is_not_deleted_again() {
    let Some(world) = World::new("pruning-by-hand") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    let path = format!("/api/v1/namespaces/{}/configmaps/mail", world.namespace);
    let uid = world.get("configmaps/mail").unwrap()["metadata"]["uid"].as_str().unwrap().to_owned();
    world.with_server(async |server| server.delete(&path, &uid).await.unwrap());
    assert_eq!(told(&world.plan(&rendered(&[mk_settings("cart", "one")]))), []);
}

#[test]
fn an_object_that_is_no_longer_marked_as_ours_is_not_deleted() {
    let Some(world) = World::new("pruning-marked") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    world.patch("configmaps/mail", "kubectl", &json!({"metadata": {"labels": {"applyset.kubernetes.io/part-of": null}}}));
    let plan = world.plan(&rendered(&[mk_settings("cart", "one")]));
    assert!(plan.conflicts[0].message.contains("its label"), "{:?}", plan.conflicts);
}

#[test]
fn a_namespace_that_is_still_lived_in_is_not_deleted() {
    let Some(world) = World::new("pruning-namespace") else { return };
    let namespace = || mk("v1", "Namespace", "pruning-namespace-2", &json!({}));
    let mut inside = mk_settings("cart", "one");
    inside.identity.namespace = Some("pruning-namespace-2".to_owned());
    world.promotes(&rendered(&[namespace(), inside.clone()]));
    let plan = world.plan(&rendered(&[inside]));
    assert!(plan.conflicts[0].message.contains("ConfigMap pruning-namespace-2/cart is in it"), "{:?}", plan.conflicts);
}

#[test]
fn what_a_finalizer_holds_stays_in_the_inventory_and_fails_the_run() {
    let Some(world) = World::new("pruning-held") else { return };
    let world = world.waiting(3);
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    world.patch("configmaps/mail", "holder", &json!({"metadata": {"finalizers": ["shop.example.com/holds"]}}));
    let less = rendered(&[mk_settings("cart", "one")]);
    let error = world.promote(&less).unwrap_err();
    let ApplyError::Unfinished { told: said, .. } = &error else { panic!("{error:?}") };
    assert!(said[0].contains("waits for `shop.example.com/holds`"), "{said:?}");
    assert_eq!(told(&world.plan(&less)), [(Verb::Delete, "ConfigMap mail".to_owned())]);
    world.patch("configmaps/mail", "holder", &json!({"metadata": {"finalizers": null}}));
    world.promotes(&less);
    assert_eq!(told(&world.plan(&less)), []);
}

#[test]
fn what_others_need_is_deleted_after_them_and_stays_as_long_as_they_do() {
    let Some(world) = World::new("pruning-order") else { return };
    let world = world.waiting(3);
    let kept = || mk_settings("kept", "one");
    // By their kinds the Service would go first.
    let service = mk("v1", "Service", "mail", &json!({"spec": {"ports": [{"port": 25}]}}));
    let mut settings = mk_settings("mail", "one");
    settings.body["metadata"]["annotations"] = json!({"config.kubernetes.io/depends-on": "/namespaces/pruning-order/Service/mail"});
    world.promotes(&rendered(&[kept(), service, settings, mk_settings("before", "one")]));
    world.patch("configmaps/mail", "holder", &json!({"metadata": {"finalizers": ["shop.example.com/holds"]}}));
    world.promote(&rendered(&[kept()])).unwrap_err();
    assert!(world.get("configmaps/mail").unwrap()["metadata"]["deletionTimestamp"].is_string());
    assert!(world.get("services/mail").unwrap()["metadata"]["deletionTimestamp"].is_null());
    world.patch("configmaps/mail", "holder", &json!({"metadata": {"finalizers": null}}));
    world.promotes(&rendered(&[kept()]));
    assert_eq!([world.get("services/mail"), world.get("configmaps/before")], [None, None]);
}

#[test]
fn an_object_that_was_made_anew_since_it_was_planned_is_not_deleted() {
    let Some(world) = World::new("pruning-anew") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    let mut anew = world.get("configmaps/mail").unwrap();
    let uid = anew["metadata"]["uid"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/namespaces/{}/configmaps/mail", world.namespace);
    world.with_server(async |server| server.delete(&path, &uid).await.unwrap());
    anew["metadata"] = json!({"name": "mail", "labels": anew["metadata"]["labels"]});
    let anew = world.create("configmaps", &anew);
    world.with_server(async |server| server.delete(&path, &uid).await.unwrap_err());
    assert_eq!(world.get("configmaps/mail").unwrap()["metadata"]["uid"], anew["metadata"]["uid"]);
}

#[test]
fn a_recipe_without_objects_does_not_empty_a_target() {
    let Some(world) = World::new("pruning-empty") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    let plan = world.plan(&rendered(&[]));
    assert!(plan.conflicts[0].message.contains("has 2 objects, and the recipe has none"), "{:?}", plan.conflicts);
}

#[test]
fn a_deletion_that_the_server_would_refuse_is_known_before_anything_is_written() {
    let Some(world) = World::new("pruning-refused") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one"), mk_settings("mail", "one")]));
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["configmaps"]}]);
    let validations = json!([{"expression": "oldObject.metadata.namespace != 'pruning-refused'", "message": "nothing goes here"}]);
    let api = "/apis/admissionregistration.k8s.io/v1";
    world.create_at(&format!("{api}/validatingadmissionpolicies"), &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "pruning-refused"},
        "spec": {"matchConstraints": {"resourceRules": rules}, "validations": validations},
    }));
    world.create_at(&format!("{api}/validatingadmissionpolicybindings"), &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "pruning-refused"},
        "spec": {"policyName": "pruning-refused", "validationActions": ["Deny"]},
    }));
    let less = rendered(&[mk_settings("cart", "two")]);
    let start = std::time::Instant::now();
    // The server takes a moment to know the policy.
    let conflicts = loop {
        let conflicts = world.plan(&less).conflicts;
        if !conflicts.is_empty() || start.elapsed().as_secs() > 60 {
            break conflicts;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    assert!(conflicts[0].message.contains("nothing goes here"), "{conflicts:?}");
    assert_eq!(world.get("configmaps/cart").unwrap()["data"]["value"], "one");
}

#[test]
fn what_says_that_it_stays_is_let_go_and_nothing_of_it_changes() {
    let Some(world) = World::new("pruning-kept") else { return };
    let mut kept = mk_settings("mail", "one");
    kept.body["metadata"]["annotations"] = json!({"cli-utils.sigs.k8s.io/on-remove": "keep"});
    world.promotes(&rendered(&[mk_settings("cart", "one"), kept.clone()]));
    let less = rendered(&[mk_settings("cart", "one")]);
    let plan = world.plan(&less);
    assert_eq!(told(&plan), [(Verb::Change, "ConfigMap mail".to_owned())]);
    assert!(plan.actions[0].changes.iter().all(|change| change.before.is_some() && change.after.is_none()), "{plan:?}");
    world.promotes(&less);
    let live = world.get("configmaps/mail").unwrap();
    assert_eq!((&live["data"], live["metadata"]["labels"].get("applyset.kubernetes.io/part-of")), (&kept.body["data"], None));
    assert_eq!(told(&world.plan(&less)), []);
    // It is nobody's now, so nobody takes it by accident.
    let again = world.plan(&rendered(&[mk_settings("cart", "one"), kept]));
    assert!(again.conflicts[0].message.contains("tollgate did not make it"), "{:?}", again.conflicts);
}

#[test]
fn what_is_to_be_made_once_is_left_to_others_after_that() {
    let Some(world) = World::new("pruning-once") else { return };
    let once = |value: &str| {
        let mut settings = mk_settings("cart", value);
        settings.body["metadata"]["annotations"] = json!({"client.lifecycle.config.k8s.io/mutation": "ignore"});
        rendered(&[settings])
    };
    world.promotes(&once("one"));
    assert_eq!(told(&world.plan(&once("two"))), []);
    world.promotes(&once("two"));
    assert!(world.get("configmaps/cart").unwrap()["data"].to_string().contains("one"));
}
