//! One attempt after the other, as people do it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tollgate_core::digest::Digest;
use tollgate_core::plan::Verb;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _, TargetState};
use tollgate_core::render::Rendered;

use super::support::{TARGET, files, mk_document, mk_place, mk_rendered, noon, recipe};

#[test]
fn a_directory_that_does_not_exist_is_an_empty_target_and_planning_makes_nothing() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1), ("shop", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    assert_eq!((plan.count(Verb::Create), plan.actions.len(), plan.unchanged), (2, 2, 0));
    assert_eq!(place.target().state().unwrap(), TargetState::default());
    assert_eq!(place.target().live().unwrap(), []);
    assert!(!place.path("").exists());
}

#[test]
fn what_was_applied_is_unchanged_in_the_next_plan() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1), ("shop", 1)]);
    place.deliver(&rendered);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    assert_eq!((plan.actions.len(), plan.unchanged, plan.conflicts.len()), (0, 2, 0));
}

#[test]
fn an_empty_plan_is_applied_like_any_other() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    place.deliver(&rendered);
    let before = place.target().state().unwrap();
    place.deliver(&rendered);
    let after = place.target().state().unwrap();
    assert_eq!((before.attempt, after.attempt), (1, 2));
    assert_eq!(after.written.unwrap().release, before.written.unwrap().release);
}

#[test]
fn creates_changes_and_deletes_are_told_and_done() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1), ("gone", 1), ("same", 1)]));
    let next = mk_rendered(&[("cart", 2), ("new", 1), ("same", 1)]);
    let plan = place.target().plan(recipe(&next), &next).unwrap();
    let told: Vec<_> = plan.actions.iter().map(|action| (action.object.component.as_str(), action.verb)).collect();
    assert_eq!(told, [("cart", Verb::Change), ("gone", Verb::Delete), ("new", Verb::Create)]);
    assert_eq!(plan.actions[0].changes[0].path.as_str(), "/data/value");
    place.deliver(&next);
}

#[test]
fn the_state_says_what_was_written_last_and_what_stood_before() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let promotion = approved.promotion().to_string();
    let Ok(Applied::Done { before, after }) = place.target().apply(approved, &rendered, &noon) else { panic!("not done") };
    assert_eq!(before, TargetState::default());
    let written = after.written.clone().unwrap();
    assert_eq!((written.attempt, written.promotion, written.recipe), (1, promotion, plan.recipe));
    assert_eq!(written.plan, plan.digest().unwrap());
    assert_eq!(fs::read_link(place.path("current")).unwrap().to_str().unwrap(), format!("releases/{}", written.release));
    assert_eq!(place.target().state().unwrap(), after);
}

#[test]
fn a_target_that_changed_since_the_decision_is_stale() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    let wanted = mk_rendered(&[("cart", 2)]);
    let plan = place.target().plan(recipe(&wanted), &wanted).unwrap();
    place.deliver(&mk_rendered(&[("cart", 3)]));
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let Ok(Applied::Stale { before, plan: now }) = place.target().apply(approved, &wanted, &noon) else { panic!("not stale") };
    assert_ne!(now.digest().unwrap(), plan.digest().unwrap());
    assert_eq!(place.current().unwrap(), files(&mk_rendered(&[("cart", 3)])));
    let state = place.target().state().unwrap();
    assert_eq!((state.attempt, &state.written), (3, &before.written));
    assert_eq!(fs::read_dir(place.path("releases")).unwrap().count(), 2, "the unused release is removed");
}

#[test]
fn another_recipe_than_the_approved_one_is_stale() {
    let place = mk_place();
    let (approved, other) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    let plan = place.target().plan(recipe(&approved), &approved).unwrap();
    let token = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    assert!(matches!(place.target().apply(token, &other, &noon), Ok(Applied::Stale { .. })));
    assert_eq!(place.current(), None);
}

#[test]
fn a_later_attempt_overtakes_an_earlier_one() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    let slow = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    place.deliver(&mk_rendered(&[("cart", 2)]));
    let Ok(Applied::Overtaken { before }) = place.target().apply(slow, &rendered, &noon) else { panic!("not overtaken") };
    assert_eq!(before.attempt, 2);
    assert_eq!(place.target().state().unwrap(), before);
    assert_eq!(place.current().unwrap(), files(&mk_rendered(&[("cart", 2)])));
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
    assert_eq!((place.current(), place.target().state().unwrap().attempt), (None, 1));
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
    assert!(!place.path("").exists());
}

#[test]
fn going_back_to_a_kept_release_swaps_the_link() {
    let place = mk_place();
    let (one, two) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    place.deliver(&one);
    let first = fs::read_link(place.path("current")).unwrap();
    place.deliver(&two);
    place.deliver(&one);
    assert_eq!(fs::read_link(place.path("current")).unwrap(), first);
    assert_eq!(fs::read_dir(place.path("releases")).unwrap().count(), 2);
}

#[test]
fn the_ten_releases_that_were_current_last_are_kept() {
    let place = mk_place();
    let nth = |value| mk_rendered(&[("cart", value)]);
    (0..10).for_each(|value| place.deliver(&nth(value)));
    let first = fs::read_link(place.path("current")).unwrap();
    place.deliver(&nth(0));
    (20..29).for_each(|value| place.deliver(&nth(value)));
    assert_eq!(fs::read_dir(place.path("releases")).unwrap().count(), 10);
    assert!(!place.path(first.to_str().unwrap()).exists());
    let plan = place.target().plan(Digest::of(b""), &nth(0)).unwrap();
    assert_eq!(plan.conflicts, []);
}

#[test]
fn everything_is_private_to_the_user() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    let release = place.path("current").canonicalize_utf8().unwrap();
    let mode = |path: camino::Utf8PathBuf| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    for directory in [place.path(""), place.path("releases"), release.clone(), release.join("services/cart")] {
        assert_eq!(mode(directory.clone()), 0o700, "{directory}");
    }
    for file in
        [place.path(".lock"), place.path("state.json"), release.join("services/cart/all.yaml"), release.join(".tollgate-release")]
    {
        assert_eq!(mode(file.clone()), 0o600, "{file}");
    }
}

#[test]
fn the_documents_of_a_file_stay_together_in_their_order() {
    let place = mk_place();
    let document = |name: &str| mk_document("services/cart/all.yaml", "ConfigMap", name, &json!({"data": {"text": "a\nb\n"}}));
    place.deliver(&Rendered::new(vec![document("z"), document("a"), document("m")]));
}

#[test]
fn a_source_in_json_becomes_a_file_that_says_that_it_is_yaml() {
    let place = mk_place();
    let rendered = Rendered::new(vec![mk_document("services/cart/all.json", "ConfigMap", "cart", &json!({}))]);
    assert!(matches!(place.promote(&rendered), Ok(Applied::Done { .. })));
    assert_eq!(place.current().unwrap().into_keys().collect::<Vec<_>>(), ["services/cart/all.json.yaml"]);
    assert_eq!(place.target().plan(recipe(&rendered), &rendered).unwrap().unchanged, 1);
}

#[test]
fn a_moved_file_is_delivered_although_no_object_changes() {
    let place = mk_place();
    let at = |path: &str| Rendered::new(vec![mk_document(path, "ConfigMap", "cart", &json!({}))]);
    place.deliver(&at("services/cart/old.yaml"));
    let moved = at("services/cart/new.yaml");
    assert_eq!(place.target().plan(recipe(&moved), &moved).unwrap().actions, []);
    place.deliver(&moved);
}

#[test]
fn a_recipe_of_nothing_empties_the_target() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    place.deliver(&Rendered::default());
    assert_eq!(place.target().live().unwrap(), []);
}
