//! One attempt after the other, as people do it.

use serde_json::json;
use tollgate_core::plan::{NoDigest, Verb};
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _, TargetState};
use tollgate_core::render::Rendered;

use super::support::{TARGET, files, mk_document, mk_place, mk_rendered, noon, recipe};

#[test]
fn a_branch_that_does_not_exist_is_an_empty_target_and_planning_makes_nothing() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1), ("shop", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    assert_eq!((plan.count(Verb::Create), plan.actions.len(), plan.unchanged), (2, 2, 0));
    assert_eq!(place.target().state().unwrap(), TargetState::default());
    assert_eq!(place.target().live().unwrap(), []);
    assert!(place.remote.commits().is_empty());
}

#[test]
fn creates_changes_and_deletes_are_told_and_done_in_one_commit() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1), ("gone", 1), ("same", 1)]));
    let next = mk_rendered(&[("cart", 2), ("new", 1), ("same", 1)]);
    let plan = place.target().plan(recipe(&next), &next).unwrap();
    let told: Vec<_> = plan.actions.iter().map(|action| (action.object.component.as_str(), action.verb)).collect();
    assert_eq!(told, [("cart", Verb::Change), ("gone", Verb::Delete), ("new", Verb::Create)]);
    place.deliver(&next);
    assert_eq!(place.remote.commits().len(), 2);
}

#[test]
fn an_empty_plan_writes_the_attempt_and_no_manifest() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    place.deliver(&rendered);
    let before = place.target().state().unwrap();
    place.deliver(&rendered);
    let after = place.target().state().unwrap();
    assert_eq!((before.attempt, after.attempt), (1, 2));
    assert_eq!(after.written.unwrap().release, before.written.unwrap().release);
    let [first, second] = &place.remote.commits()[..] else { panic!("not two commits") };
    let differing: Vec<_> = second.files.iter().filter(|(path, file)| first.files.get(*path) != Some(file)).collect();
    assert_eq!(differing.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), [".tollgate/state"]);
}

#[test]
fn the_state_and_the_commit_say_what_was_written_last() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let promotion = approved.promotion().to_string();
    let Ok(Applied::Done { before, after }) = place.target().apply(approved, &rendered, &noon) else { panic!("not done") };
    assert_eq!((before, &place.target().state().unwrap()), (TargetState::default(), &after));
    let written = after.written.unwrap();
    assert_eq!((written.attempt, &written.promotion, written.recipe), (1, &promotion, plan.recipe));
    let message = place.remote.commits().pop().unwrap().message;
    assert!(message.starts_with(&format!("tollgate: recipe {} to {TARGET}\n\n", plan.recipe.short())), "{message}");
    for trailer in [
        format!("Tollgate-Promotion: {promotion}\n"),
        format!("Tollgate-Plan: {}\n", written.plan),
        format!("Tollgate-Release: {}\n", written.release),
    ] {
        assert!(message.contains(&trailer), "{message}");
    }
}

#[test]
fn going_back_is_a_commit_like_any_other_and_gives_the_release_the_same_name() {
    let place = mk_place();
    let (one, two) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    place.deliver(&one);
    let first = place.target().state().unwrap().written.unwrap().release;
    place.deliver(&two);
    place.deliver(&one);
    assert_eq!(place.target().state().unwrap().written.unwrap().release, first);
    assert_eq!(place.remote.commits().len(), 3);
}

#[test]
fn a_target_that_changed_since_the_decision_is_stale_and_only_the_attempt_is_written() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    let wanted = mk_rendered(&[("cart", 2)]);
    let plan = place.target().plan(recipe(&wanted), &wanted).unwrap();
    place.deliver(&mk_rendered(&[("cart", 3)]));
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let Ok(Applied::Stale { before, plan: now }) = place.target().apply(approved, &wanted, &noon) else { panic!("not stale") };
    assert_ne!(now.digest().unwrap(), plan.digest().unwrap());
    assert_eq!(place.manifests(), files(&mk_rendered(&[("cart", 3)])));
    let state = place.target().state().unwrap();
    assert_eq!((state.attempt, &state.written), (3, &before.written));
    assert!(place.remote.commits().pop().unwrap().message.starts_with("tollgate: attempt 3 at prod-apps changed nothing\n"));
}

#[test]
fn a_later_attempt_overtakes_an_earlier_one() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let slow = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    place.deliver(&mk_rendered(&[("cart", 2)]));
    let count = place.remote.commits().len();
    let Ok(Applied::Overtaken { before }) = place.target().apply(slow, &rendered, &noon) else { panic!("not overtaken") };
    assert_eq!((before.attempt, place.remote.commits().len()), (2, count));
}

#[test]
fn an_attempt_that_found_its_plan_stale_overtakes_earlier_ones_too() {
    let place = mk_place();
    let (wanted, other) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    let plan = place.target().plan(recipe(&wanted), &wanted).unwrap();
    let paused = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let later = place.ledger.approved(recipe(&other), plan.digest().unwrap());
    assert!(matches!(place.target().apply(later, &other, &noon), Ok(Applied::Stale { .. })));
    assert!(matches!(place.target().apply(paused, &wanted, &noon), Ok(Applied::Overtaken { .. })));
    assert!(place.manifests().is_empty());
}

#[test]
fn an_approval_that_ran_out_changes_nothing_but_the_attempt() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let until = "2026-11-24T12:00:01Z".parse().unwrap();
    let promotion = place.ledger.approve(TARGET, plan.recipe, plan.digest().unwrap(), Some(until));
    let approved = place.ledger.obtain(&promotion).unwrap();
    assert!(matches!(place.target().apply(approved, &rendered, &|| until), Ok(Applied::Expired { .. })));
    assert_eq!((place.manifests().len(), place.target().state().unwrap().attempt), (0, 1));
    let again = place.ledger.obtain(&promotion).unwrap();
    assert!(matches!(place.target().apply(again, &rendered, &noon), Ok(Applied::Done { .. })));
}

#[test]
fn an_approval_for_another_target_is_refused() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let promotion = place.ledger.approve("staging-apps", plan.recipe, plan.digest().unwrap(), None);
    let refused = place.target().apply(place.ledger.obtain(&promotion).unwrap(), &rendered, &noon);
    assert!(matches!(refused, Err(ApplyError::WrongTarget { .. })), "{refused:?}");
    assert!(place.remote.commits().is_empty());
}

#[test]
fn a_moved_file_is_delivered_although_no_object_changes() {
    let place = mk_place();
    let at = |path: &str| Rendered::new(vec![mk_document(path, "ConfigMap", "cart", &json!({}))]);
    place.deliver(&at("services/cart/old.yaml"));
    place.deliver(&at("services/cart/old.yaml/new.yaml"));
}

#[test]
fn a_recipe_of_nothing_empties_the_target() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    place.deliver(&Rendered::default());
    assert_eq!(place.target().live().unwrap(), []);
}

#[test]
fn secret_values_need_the_key_and_salt_the_release() {
    let place = mk_place();
    let secret = |value: &str| {
        Rendered::new(vec![mk_document("services/cart/secret.yaml", "Secret", "db", &json!({"stringData": {"password": value}}))])
    };
    let plan = place.target().plan(recipe(&secret("hunter2")), &secret("hunter2")).unwrap();
    assert!(matches!(plan.digest(), Err(NoDigest::SecretWithoutKey { .. })));
    let deliver = |value: &str| match place.promote_to(&place.target_with_key(), &secret(value)) {
        Ok(Applied::Done { after, .. }) => after.written.unwrap().release,
        other => panic!("{other:?}"),
    };
    let (first, other) = (deliver("hunter2"), deliver("other"));
    assert_eq!(deliver("other"), other, "the same again keeps its salt");
    assert_ne!(deliver("hunter2"), first, "the name of a release with Secrets can't be guessed");
    assert!(place.remote.commits().iter().all(|commit| !commit.message.contains("hunter2")));
    assert!(!format!("{:?}", place.target_with_key().live().unwrap()).contains("hunter2"));
    assert!(!format!("{:?}", place.remote.commits()).contains("hunter2"));
}
