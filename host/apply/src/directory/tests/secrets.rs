//! no-secret-leaves: a Secret's values are in the release, and nowhere else.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_core::plan::{NoDigest, PlannedValue};
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::render::Rendered;

use super::support::{Place, config, mk_document, mk_place, mk_rendered, noon, recipe};
use crate::directory::Directory;

const VALUE: &str = "hunter2-hunter2";

fn mk_secret(rest: &Value) -> Rendered {
    Rendered::new(vec![mk_document("services/cart/secret.yaml", "Secret", "db", rest)])
}

fn mk_password(value: &str) -> Rendered {
    mk_secret(&json!({"stringData": {"password": value}}))
}

fn deliver(place: &Place, target: &Directory, rendered: &Rendered) -> String {
    match place.promote_to(target, rendered) {
        Ok(Applied::Done { after, .. }) => after.written.unwrap().release,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_key_a_plan_is_shown_masked_and_has_no_digest() {
    let place = mk_place();
    let plan = place.target().plan(recipe(&mk_password(VALUE)), &mk_password(VALUE)).unwrap();
    assert!(plan.actions[0].changes.iter().any(|change| change.after == Some(PlannedValue::Withheld)));
    assert!(matches!(plan.digest(), Err(NoDigest::SecretWithoutKey { .. })));
}

#[test]
fn without_a_key_secrets_that_stay_as_they_are_stop_nothing() {
    let place = mk_place();
    let secret = mk_password(VALUE).documents().to_vec();
    let with = |value| Rendered::new([secret.clone(), mk_rendered(&[("shop", value)]).documents().to_vec()].concat());
    deliver(&place, &place.target_with_key(), &with(1));
    deliver(&place, &place.target(), &with(2));
    let gone = place.target().plan(recipe(&Rendered::default()), &Rendered::default()).unwrap();
    assert!(gone.digest().is_err(), "a delete tells the values that it removes");
}

#[test]
fn without_a_key_nothing_is_applied_that_changes_secret_values() {
    let place = mk_place();
    let with_key = place.target_with_key().plan(recipe(&mk_password(VALUE)), &mk_password(VALUE)).unwrap();
    let approved = place.ledger.approved(with_key.recipe, with_key.digest().unwrap());
    let applied = place.target().apply(approved, &mk_password(VALUE), &noon);
    assert!(matches!(applied, Err(ApplyError::NoDigest(_))), "{applied:?}");
    assert_eq!(place.current(), None);
}

#[test]
fn another_key_gives_another_digest_and_so_a_stale_plan() {
    let place = mk_place();
    let plan = place.target_with_key().plan(recipe(&mk_password(VALUE)), &mk_password(VALUE)).unwrap();
    fs::write(place.base().join("key"), "another key that has enough bytes").unwrap();
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let applied = place.target_with_key().apply(approved, &mk_password(VALUE), &noon);
    assert!(matches!(applied, Ok(Applied::Stale { .. })), "{applied:?}");
}

#[test]
fn a_key_that_can_t_be_used_is_an_error() {
    let place = mk_place();
    fs::write(place.base().join("key"), "short").unwrap();
    let plan = place.target_with_key().plan(recipe(&mk_password(VALUE)), &mk_password(VALUE));
    assert!(matches!(plan, Err(ApplyError::PlanKey { .. })), "{plan:?}");
}

#[test]
fn live_secrets_are_withheld() {
    let place = mk_place();
    deliver(&place, &place.target_with_key(), &mk_password(VALUE));
    let live = place.target().live().unwrap();
    assert_eq!(live[0].1["stringData"]["password"], "withheld");
}

#[test]
fn the_name_of_a_release_can_t_be_used_to_try_out_values() {
    let release = |rendered: &Rendered| {
        let place = mk_place();
        deliver(&place, &place.target_with_key(), rendered)
    };
    assert_ne!(release(&mk_password(VALUE)), release(&mk_password(VALUE)), "names of equal Secrets differ");
    let plain = mk_rendered(&[("cart", 1)]);
    assert_eq!(release(&plain), release(&plain), "names of anything else are equal");
}

#[test]
fn going_back_to_a_kept_secret_swaps_the_link_all_the_same() {
    let place = mk_place();
    let target = place.target_with_key();
    let first = deliver(&place, &target, &mk_password(VALUE));
    deliver(&place, &target, &mk_password("other"));
    assert_eq!(deliver(&place, &target, &mk_password(VALUE)), first);
}

fn any_place_for_a_value() -> impl Strategy<Value = Value> {
    let hidden = format!("{{\"stringData\":{{\"a\":\"{VALUE}\"}}}}");
    prop_oneof![
        Just(json!({"stringData": {"a": VALUE}})),
        Just(json!({"data": {"a": VALUE, "b": VALUE}})),
        Just(json!({"data": [VALUE]})),
        Just(json!({"data": VALUE})),
        Just(json!({"data": {"a": {"b": [VALUE]}}})),
        Just(json!({"strinData": {"a": VALUE}})),
        Just(json!({"metadata": {"name": "db", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": hidden}}})),
        Just(json!({"data": {"a": format!("{VALUE}\n\t ---\n{VALUE}")}})),
        Just(json!({"data": {}})),
        Just(json!({})),
    ]
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn no_secret_value_is_in_plans_states_conflicts_errors_or_live_objects(
        before in any_place_for_a_value(), after in any_place_for_a_value(), keyed: bool, damaged: bool, foreign: bool
    ) {
        let place = mk_place();
        deliver(&place, &place.target_with_key(), &mk_secret(&before));
        let target = if keyed { place.target_with_key() } else { place.target() };
        if foreign {
            fs::write(place.path("notes.txt"), VALUE).unwrap();
        }
        if damaged {
            let file = place.path("current/services/cart/secret.yaml");
            fs::write(&file, format!("{}: [{VALUE}", fs::read_to_string(&file).unwrap())).unwrap();
        }
        let rendered = mk_secret(&after);
        let plan = target.plan(recipe(&rendered), &rendered);
        let mut said = vec![format!("{plan:?}"), format!("{:?}", target.live()), format!("{:?}", target.state()), format!("{target:?}")];
        if let Ok(plan) = &plan {
            said.push(serde_json::to_string(plan).unwrap());
            said.push(format!("{:?}", plan.summary()));
            if let Ok(digest) = plan.digest() {
                let applied = target.apply(place.ledger.approved(plan.recipe, digest), &rendered, &noon);
                said.push(format!("{applied:?}"));
            }
        }
        for result in [plan.map(drop), target.live().map(drop)] {
            if let Err(error) = result {
                said.push(error.to_string());
            }
        }
        said.push(fs::read_to_string(place.path("state.json")).unwrap());
        for text in said {
            prop_assert!(!text.contains("hunter2"), "{}", text);
        }
    }
}
