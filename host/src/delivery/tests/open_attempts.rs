//! Attempts whose worker died: the next one writes down what the target says of them.

use tollgate_core::approved::Approved;
use tollgate_core::entry::{Body, EntrySubject, OutcomeState, Running};
use tollgate_core::history::{History, PromotionState};
use tollgate_core::pipeline::GitReference;
use tollgate_core::recipe::Provenance;

use super::world::{Decided, World, at, branch, mk_world};
use crate::delivery::attempt::Ended;

fn mk_master(world: &World, version: &str) -> Provenance {
    let image = world.build("cart", version);
    branch("master", &world.push_services(&[("cart", &image)], &[]))
}

/// State and message of a promotion.
fn told(history: &History, decided: &Decided) -> (PromotionState, String) {
    let promotion = history.promotion(&decided.promotion).unwrap();
    let message = promotion.outcome.map(|(_, outcome)| outcome.message.clone()).unwrap_or_default();
    (promotion.state(), message)
}

/// A worker that dies right after its attempt was acknowledged.
fn die_before_the_apply(world: &World, decided: &Decided) {
    Approved::obtain(&decided.promotion, &world.worker("host:dead"), &world.ledger).unwrap();
}

/// A worker that dies right after the apply.
fn die_after_the_apply(world: &World, decided: &Decided) {
    world.ledger.set_appends_left(Some(1));
    world.attempt(decided).unwrap_err();
    world.ledger.set_appends_left(None);
}

#[test]
fn what_the_target_says_was_written_succeeded() {
    let world = mk_world();
    let first = world.decide("preprod-apps", &mk_master(&world, "1")).unwrap();
    die_after_the_apply(&world, &first);
    world.deliver("preprod-apps", &mk_master(&world, "2"));
    let history = world.ledger.seen();
    let (state, message) = told(&history, &first);
    assert_eq!((state, message.contains("its worker never reported")), (PromotionState::Succeeded, true), "{message}");
    assert!(history.open_attempts("preprod-apps").is_empty());
}

#[test]
fn what_the_target_never_heard_of_was_aborted() {
    let world = mk_world();
    let first = world.decide("preprod-apps", &mk_master(&world, "1")).unwrap();
    die_before_the_apply(&world, &first);
    world.deliver("preprod-apps", &mk_master(&world, "2"));
    assert_eq!(told(&world.ledger.seen(), &first).0, PromotionState::Aborted);
}

#[test]
fn outcomes_of_the_dead_stand_before_the_own_one_and_are_written_with_it() {
    let world = mk_world();
    let first = world.decide("preprod-apps", &mk_master(&world, "1")).unwrap();
    die_after_the_apply(&world, &first);
    let second = world.deliver("preprod-apps", &mk_master(&world, "2"));
    let history = world.ledger.seen();
    let last: Vec<_> = history.entries().iter().rev().take(2).map(|entry| entry.subject.promotion.clone().unwrap()).collect();
    assert_eq!(last, [second.promotion.clone(), first.promotion]);
    assert_eq!(history.current("preprod-apps").unwrap().id, second.promotion);
}

#[test]
fn a_dead_attempt_proves_its_recipe_once_the_target_says_that_it_was_applied() {
    let world = mk_world();
    let master = mk_master(&world, "1");
    let first = world.decide("preprod-apps", &master).unwrap();
    die_after_the_apply(&world, &first);
    let history = world.ledger.seen();
    assert!(history.proven().is_empty());
    world.deliver("preprod-apps", &mk_master(&world, "2"));
    let recipe = first.judged.prepared.unwrap().id;
    assert!(world.ledger.seen().proven().iter().any(|proof| proof.recipe == recipe && proof.standing));
}

#[test]
fn a_promotion_whose_worker_died_can_be_applied_again() {
    let world = mk_world();
    let first = world.decide("preprod-apps", &mk_master(&world, "1")).unwrap();
    die_before_the_apply(&world, &first);
    let (attempt, ended) = world.attempt(&first).unwrap();
    assert_eq!(attempt, 2);
    assert!(matches!(ended, Ended::Succeeded { .. }), "{ended:?}");
    assert_eq!(told(&world.ledger.seen(), &first).0, PromotionState::Succeeded);
}

#[test]
fn attempts_at_other_targets_are_left_alone() {
    let world = mk_world();
    let master = mk_master(&world, "1");
    world.deliver("preprod-apps", &master);
    let prod = world.decide("prod-apps", &super::world::tag("v1", &master.commit)).unwrap();
    die_before_the_apply(&world, &prod);
    world.deliver("preprod-apps", &master);
    assert_eq!(told(&world.ledger.seen(), &prod).0, PromotionState::Running);
}

#[test]
fn a_running_entry_without_a_decision_is_no_promotion() {
    let world = mk_world();
    let running =
        Running { reference: GitReference::Branch("master".to_owned()), worker: "host:1".to_owned(), valid_until: Some(at(1)) };
    world.ledger.write(EntrySubject::default(), Body::Running(running));
    assert!(world.ledger.seen().promotions().is_empty());
    let decided = world.deliver("preprod-apps", &mk_master(&world, "1"));
    let history = world.ledger.seen();
    let outcome = history.promotion(&decided.promotion).unwrap().outcome.unwrap().1;
    assert_eq!(outcome.state, OutcomeState::Succeeded);
}
