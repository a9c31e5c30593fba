//! Plan digests, and what is rendered: equal exactly where the very same would be done.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::pipeline::KINDS_WITH_DATA;
use tollgate_core::plan::{Action, Conflict, FieldChange, NoDigest, Plan, PlannedValue, Taken, Verb};
use tollgate_core::pointer::Pointer;
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_core::structure::{check_deletes, check_objects, check_plan};

fn mk_identity(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectIdentity {
    ObjectIdentity {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: name.to_owned(),
    }
}

fn mk_document(component: &str, path: &str, identity: ObjectIdentity) -> RenderedDocument {
    RenderedDocument { component: component.to_owned(), path: path.to_owned(), identity, body: json!({}) }
}

fn mk_action(verb: Verb, before: Option<PlannedValue>, after: Option<PlannedValue>) -> Action {
    Action {
        verb,
        object: mk_document("cart", "a.yaml", mk_identity("v1", "ConfigMap", None, "c")).key(),
        live_uid: None,
        sends: None,
        changes: vec![FieldChange { path: Pointer::root().member("data"), before, after }],
        takes: Vec::new(),
        by_server: Vec::new(),
    }
}

fn plain(value: Value) -> Option<PlannedValue> {
    Some(PlannedValue::Plain(value))
}

fn mk_plan(actions: Vec<Action>) -> Plan {
    Plan { actions, ..Plan::empty("prod-apps", Digest::of(b"r")) }
}

#[test]
fn only_what_would_be_done_is_in_the_digest() {
    let plan = mk_plan(vec![mk_action(Verb::Change, plain(json!(1)), plain(json!(2)))]);
    let same = Plan { unchanged: 7, recipe: Digest::of(b"other"), target: "elsewhere".to_owned(), ..plan.clone() };
    assert_eq!(plan.digest().unwrap(), same.digest().unwrap());
}

#[test]
fn each_part_of_an_action_changes_the_digest() {
    let action = mk_action(Verb::Change, plain(json!(1)), plain(json!(2)));
    let mut others = vec![action.clone(); 7];
    others[0].verb = Verb::Delete;
    others[1].live_uid = Some("uid".to_owned());
    others[2].sends = Some(Digest::of(b"body"));
    others[3].changes[0].before = plain(json!(0));
    others[4].changes[0].after = None;
    others[5].object.component = "shop".to_owned();
    others[6].takes = vec![Taken { field: ".data".to_owned(), from: "kubectl".to_owned() }];
    let digest = |action: &Action| mk_plan(vec![action.clone()]).digest().unwrap();
    for (position, other) in others.iter().enumerate() {
        assert_ne!(digest(other), digest(&action), "{position}");
    }
}

#[test]
fn a_secret_value_without_a_key_leaves_no_digest_and_names_the_object() {
    for (before, after) in [(Some(PlannedValue::Withheld), None), (None, Some(PlannedValue::Withheld))] {
        let error = mk_plan(vec![mk_action(Verb::Change, before, after)]).summary().unwrap_err();
        assert!(matches!(&error, NoDigest::SecretWithoutKey { object, .. } if object.component == "cart"), "{error}");
    }
    let keyed = mk_action(Verb::Create, None, Some(PlannedValue::Secret(Digest::of(b"hmac"))));
    mk_plan(vec![keyed]).digest().unwrap();
}

#[test]
fn a_summary_counts_each_verb() {
    let verbs = [Verb::Create, Verb::Create, Verb::Change, Verb::Delete, Verb::Delete, Verb::Delete];
    let plan = Plan { unchanged: 4, ..mk_plan(verbs.map(|verb| mk_action(verb, None, plain(json!(1)))).to_vec()) };
    let summary = plan.summary().unwrap();
    assert_eq!((summary.creates, summary.changes, summary.deletes, summary.unchanged), (2, 1, 3, 4));
}

#[test]
fn each_conflict_is_a_denial_that_says_where() {
    let conflict = |at: &str| Conflict { at: at.to_owned(), message: "it is foreign".to_owned() };
    let plan = Plan { conflicts: vec![conflict("a"), conflict("b")], ..mk_plan(Vec::new()) };
    let messages: Vec<String> = check_plan(&plan).into_iter().map(|finding| finding.message).collect();
    assert_eq!(messages, ["`a` is in the way: it is foreign", "`b` is in the way: it is foreign"]);
}

#[test]
fn what_holds_data_is_deleted_by_the_very_plan_that_was_confirmed() {
    let kinds = KINDS_WITH_DATA.map(str::to_owned);
    let of_kind = |verb, kind: &str| {
        let object = mk_document("cart", "a.yaml", mk_identity("v1", kind, Some("shop"), "orders")).key();
        Action { object, ..mk_action(verb, plain(json!(1)), None) }
    };
    let told = |plan: &Plan, confirmed| -> Vec<String> {
        check_deletes(&kinds, plan, confirmed).unwrap().into_iter().map(|finding| finding.message).collect()
    };
    let harmless = mk_plan(vec![of_kind(Verb::Delete, "ConfigMap"), of_kind(Verb::Change, "StatefulSet")]);
    assert!(told(&harmless, None).is_empty());
    let plan = mk_plan(vec![of_kind(Verb::Delete, "PersistentVolumeClaim"), of_kind(Verb::Delete, "ConfigMap")]);
    let digest = plan.digest().unwrap();
    assert!(told(&plan, Some(digest)).is_empty());
    assert_eq!(told(&plan, None), ["`PersistentVolumeClaim shop/orders` would be deleted, and what it holds with it"]);
    let other = told(&plan, Some(harmless.digest().unwrap()));
    assert!(other[0].contains("another plan"), "{other:?}");
    let finding = &check_deletes(&kinds, &plan, None).unwrap()[0];
    assert!(finding.remediation.as_ref().is_some_and(|text| text.contains(&digest.to_string())), "{finding:?}");
    assert!(check_deletes(&[], &plan, None).unwrap().is_empty());
}

#[test]
fn objects_are_the_same_by_group_kind_namespace_and_name_whatever_the_version() {
    let first = mk_identity("apps/v1", "Deployment", Some("shop"), "cart");
    let cases = [
        (mk_identity("apps/v1beta1", "Deployment", Some("shop"), "cart"), true),
        (mk_identity("extensions/v1", "Deployment", Some("shop"), "cart"), false),
        (mk_identity("apps/v1", "StatefulSet", Some("shop"), "cart"), false),
        (mk_identity("apps/v1", "Deployment", None, "cart"), false),
        (mk_identity("apps/v1", "Deployment", Some("shop"), "mail"), false),
    ];
    for (second, is_same) in cases {
        let rendered = Rendered::new(vec![mk_document("a", "a.yaml", first.clone()), mk_document("b", "b.yaml", second.clone())]);
        assert_eq!(check_objects(&rendered).len(), usize::from(is_same), "{second:?}");
    }
}

#[test]
fn objects_without_a_name_are_never_the_same() {
    let nameless = || mk_document("a", "a.yaml", mk_identity("batch/v1", "Job", None, ""));
    assert!(Rendered::new(vec![nameless(), nameless()]).duplicates().is_empty());
}

#[test]
fn each_further_document_of_an_object_is_told() {
    let identity = mk_identity("v1", "ConfigMap", None, "c");
    let documents = ["a.yaml", "b.yaml", "c.yaml"].map(|path| mk_document("cart", path, identity.clone()));
    let messages: Vec<String> =
        check_objects(&Rendered::new(documents.to_vec())).into_iter().map(|finding| finding.message).collect();
    assert_eq!(messages, ["`ConfigMap c` stands in `a.yaml` and in `b.yaml`", "`ConfigMap c` stands in `b.yaml` and in `c.yaml`"]);
}

proptest! {
    #[test]
    fn two_plans_have_one_digest_exactly_when_their_actions_are_equal(
        one in prop::collection::vec((0u8..3, 0u8..3), 0..4), other in prop::collection::vec((0u8..3, 0u8..3), 0..4)
    ) {
        let action = |(verb, value): &(u8, u8)| {
            let verb = [Verb::Create, Verb::Change, Verb::Delete][usize::from(*verb)];
            mk_action(verb, None, plain(json!(value)))
        };
        let digest = |list: &[(u8, u8)]| mk_plan(list.iter().map(action).collect()).digest().unwrap();
        prop_assert_eq!(digest(&one) == digest(&other), one == other);
    }

    #[test]
    fn rendered_documents_stand_in_one_order_whatever_order_they_come_in(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let document = |index: &usize| {
            let name = index.to_string();
            mk_document(["a", "b"][index % 2], &format!("{index}.yaml"), mk_identity("v1", "ConfigMap", None, &name))
        };
        let sorted = Rendered::new((0..6).collect::<Vec<_>>().iter().map(document).collect());
        prop_assert_eq!(Rendered::new(order.iter().map(document).collect()), sorted);
    }
}
