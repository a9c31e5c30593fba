//! What is deleted.

use serde_json::{Value, json};
use tollgate_sdk::Level;

use super::{REPLICA_SETS, by, creation, creation_of, found, judge, nothing, samples, update, with};

fn deletion(request: Value) -> Value {
    with(request, &[("operation", json!("DELETE"))])
}

#[test]
fn deleting_what_runs_is_a_warning() {
    let deployment = samples::deployment();
    let findings = judge("{}", &deletion(creation_of(&[&deployment])), &deployment);
    assert_eq!((findings.len(), findings[0].rule(), findings[0].level()), (1, "deleted", Level::Warn));
    assert_eq!(findings[0].message(), "`Deployment shop/cart` is deleted although `P-12`, which runs on `prod-apps`, has it");
}

#[test]
fn what_no_recipe_has_any_more_may_go() {
    assert_eq!(found(&deletion(creation()), &samples::deployment()), nothing());
}

#[test]
fn controllers_may_delete() {
    let deployment = samples::deployment();
    assert_eq!(found(&by(REPLICA_SETS, deletion(creation_of(&[&deployment]))), &deployment), nothing());
}

#[test]
fn what_only_a_recipe_to_come_has_may_go() {
    let deployment = samples::deployment();
    let mut request = deletion(creation_of(&[&deployment]));
    request["admission"]["approved"]["documents"][0]["promotion"] = json!("P-13");
    assert_eq!(found(&request, &deployment), nothing());
}

#[test]
fn while_nothing_is_known_deleting_is_told_and_not_forbidden() {
    let unknown = deletion(with(creation(), &[("approved", Value::Null)]));
    assert_eq!(judge("{}", &unknown, &samples::pod())[0].level(), Level::Warn);
    assert_eq!(found(&by(REPLICA_SETS, unknown), &samples::pod()), nothing());
}

#[test]
fn an_object_that_no_recipe_has_can_be_let_go_by_those_who_keep_it() {
    let mut old = samples::deployment();
    old["metadata"]["deletionTimestamp"] = json!("2027-01-15T08:00:00Z");
    old["metadata"]["finalizers"] = json!(["example.com/mine"]);
    let mut new = old.clone();
    new["metadata"]["finalizers"] = Value::Null;
    assert_eq!(found(&update(creation(), &old), &new), nothing());
    new["spec"]["replicas"] = json!(4);
    assert_eq!(found(&update(creation(), &old), &new), ["not-approved /metadata/name"]);
}
