//! What is proven without a question.

use serde_json::json;
use tollgate_core::plan::Verb;
use tollgate_core::ports::{Applied, ApplyPlan as _};

use super::support::{World, mk, mk_deployment, mk_settings, rendered, told};
use crate::kubernetes::mark::Mark;
use crate::kubernetes::server::{Answer, Mode};
use crate::testing::{TARGET, noon};

/// Whatever the server is asked about ConfigMaps of this namespace, it has to say no; but the inventory is one, too.
fn refuse_all(world: &World) {
    let rules =
        json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}]);
    let expression = format!("object.metadata.namespace != '{}' || object.metadata.name.startsWith('tollgate-')", world.namespace);
    let validations = json!([{"expression": expression, "message": "nothing changes here"}]);
    let api = "/apis/admissionregistration.k8s.io/v1";
    world.create_at(&format!("{api}/validatingadmissionpolicies"), &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": world.namespace},
        "spec": {"matchConstraints": {"resourceRules": rules}, "validations": validations},
    }));
    world.create_at(&format!("{api}/validatingadmissionpolicybindings"), &json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": world.namespace},
        "spec": {"policyName": world.namespace, "validationActions": ["Deny"]},
    }));
}

#[test]
fn what_is_as_it_was_applied_is_not_asked_about_again() {
    let Some(world) = World::new("unasked-same") else { return };
    let settings = |value: &str| rendered(&[mk_settings("a", "one"), mk_settings("b", value)]);
    world.promotes(&settings("one"));
    refuse_all(&world);
    let refused = || world.plan(&settings("two")).conflicts.len();
    let start = std::time::Instant::now();
    while refused() == 0 && start.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    // Only the one that changes is asked about.
    assert_eq!(refused(), 1);
    let plan = world.plan(&settings("one"));
    assert_eq!((plan.unchanged, plan.conflicts.len(), told(&plan)), (2, 0, Vec::new()));
}

#[test]
fn what_somebody_changed_is_asked_about_and_shows() {
    let Some(world) = World::new("unasked-changed") else { return };
    let both = rendered(&[mk_settings("a", "one"), mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    world.promotes(&both);
    world.patch("configmaps/a", "kubectl-edit", &json!({"data": {"value": "other"}}));
    let plan = world.plan(&both);
    assert_eq!((plan.unchanged, told(&plan)), (1, Vec::new()));
    assert!(plan.conflicts[0].message.contains("kubectl-edit"), "{:?}", plan.conflicts);
    // What tollgate does not set is others' to set.
    world.patch("apps/v1:deployments/cart", "kubectl-edit", &json!({"spec": {"minReadySeconds": 1}}));
    assert_eq!(world.plan(&both).unchanged, 1);
}

#[test]
fn many_of_a_kind_are_found_as_surely_as_few() {
    let Some(world) = World::new("unasked-many") else { return };
    let settings = |count: usize| {
        let all: Vec<_> = (0..count).map(|number| mk_settings(&format!("c{number}"), "x")).collect();
        rendered(&all)
    };
    world.promotes(&settings(12));
    world.create("configmaps", &mk("v1", "ConfigMap", "c13", &json!({})).body);
    let plan = world.plan(&settings(14));
    assert_eq!((plan.unchanged, told(&plan)), (12, vec![(Verb::Create, "ConfigMap c12".to_owned())]));
    assert!(plan.conflicts[0].message.contains("tollgate did not make it"), "{:?}", plan.conflicts);
    let fewer = told(&world.plan(&settings(3)));
    assert_eq!(fewer.iter().filter(|(verb, _)| *verb == Verb::Delete).count(), 9);
}

#[test]
fn a_mark_that_somebody_forged_hides_nothing_from_whoever_compares() {
    let Some(world) = World::new("unasked-forged") else { return };
    let settings = mk_settings("a", "one");
    let recipe = rendered(std::slice::from_ref(&settings));
    world.promotes(&recipe);
    let live = world.get("configmaps/a").unwrap();
    let metadata = |member: &str| live["metadata"][member].clone();
    let sent = |value: &str| {
        let (labels, annotations) = (metadata("labels"), metadata("annotations"));
        let metadata = json!({"name": "a", "namespace": world.namespace, "labels": labels, "annotations": annotations});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": value}})
    };
    // Under tollgate's own name, and with a mark that says that all is well.
    let path = format!("/api/v1/namespaces/{}/configmaps/a", world.namespace);
    let Answer::Object(changed) = world.with_server(async |server| server.apply(&path, &sent("two"), Mode::Write).await.unwrap())
    else {
        panic!("nobody else has set it")
    };
    let mark = Mark::of(&settings.identity, &sent("one"), &changed).unwrap();
    let line = json!({"component": "cart", "version": "v1", "mark": mark}).to_string();
    let key = format!("{}_a__ConfigMap", world.namespace);
    world.patch(&format!("configmaps/tollgate-{TARGET}"), "kubectl-edit", &json!({"data": {key: line}}));
    assert_eq!(told(&world.plan(&recipe)), []);
    let compared = world.target().compare(crate::testing::recipe(&recipe), &recipe).unwrap();
    assert_eq!(told(&compared), [(Verb::Change, "ConfigMap a".to_owned())]);
}

#[test]
fn what_could_not_be_asked_before_its_namespace_was_there_is_asked_before_anything_is_written() {
    let Some(world) = World::new("unasked-yet") else { return };
    let invalid = mk("v1", "ConfigMap", "bad", &json!({"data": {"no key": "b"}}));
    let both = rendered(&[mk_settings("good", "x"), invalid]);
    // One and the same target plans and applies, as in one command.
    let target = world.target();
    let plan = target.plan(crate::testing::recipe(&both), &both).unwrap();
    assert_eq!((plan.conflicts.len(), told(&plan).len()), (0, 2), "nobody can know yet: {plan:?}");
    let approved = world.ledger.approved(crate::testing::recipe(&both), plan.digest().unwrap());
    let applied = target.apply(approved, &both, &noon).unwrap();
    let Applied::Stale { plan, .. } = applied else { panic!("{applied:?}") };
    assert!(plan.conflicts.iter().any(|conflict| conflict.message.contains("no key")), "{:?}", plan.conflicts);
    assert_eq!(world.get("configmaps/good"), None);
}
