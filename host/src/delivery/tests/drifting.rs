//! Targets beside their record: what they name, and what they hold.

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, OutcomeState, PromotionId};
use tollgate_core::history::History;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use super::world::{Decided, MemoryTarget, World, branch, mk_world};
use crate::delivery::drift::{Drift, DriftError, drift};

const TARGET: &str = "preprod-apps";
const SERVICES: [&str; 4] = ["cart", "checkout", "mail", "shop"];

/// Decides on a commit in which every service has this version.
fn decide(world: &World, services: &[&str], version: u8) -> Decided {
    let images: Vec<String> = services.iter().map(|name| world.build(name, &version.to_string())).collect();
    let services: Vec<(&str, &str)> = services.iter().copied().zip(images.iter().map(String::as_str)).collect();
    let commit = world.push_services(&services, &[]);
    world.decide(TARGET, &branch("master", &commit)).unwrap()
}

fn deliver(world: &World, services: &[&str], version: u8) -> Decided {
    let decided = decide(world, services, version);
    world.attempt(&decided).unwrap();
    decided
}

fn rendered(decided: &Decided) -> Rendered {
    decided.judged.prepared.as_ref().unwrap().rendered.clone()
}

/// Compares where the ledger's recipe can be made again.
fn look(adapter: &dyn ApplyPlan, history: &History, decided: &Decided) -> Drift {
    drift(adapter, history, TARGET, || Ok::<_, Infallible>(rendered(decided))).unwrap()
}

/// Compares where nobody may need the recipe.
fn look_only(adapter: &dyn ApplyPlan, history: &History) -> Vec<String> {
    let asked = || -> Result<Rendered, Infallible> { panic!("the recipe was asked for") };
    drift(adapter, history, TARGET, asked).unwrap().differences
}

#[test]
fn a_target_that_nobody_ever_moved_agrees_with_a_ledger_that_says_nothing_of_it() {
    let world = mk_world();
    decide(&world, &["cart"], 1);
    assert!(look_only(world.target(TARGET), &world.ledger.seen()).is_empty());
}

#[test]
fn what_runs_as_it_was_recorded_is_named_with_its_recipe() {
    let world = mk_world();
    deliver(&world, &["cart"], 1);
    let decided = deliver(&world, &["cart", "shop"], 2);
    let (id, recipe) = (decided.promotion.clone(), decided.judged.prepared.as_ref().unwrap().id);
    let expected = Drift { says: Some(id.to_string()), recorded: Some(id), recipe: Some(recipe), differences: Vec::new() };
    assert_eq!(look(world.target(TARGET), &world.ledger.seen(), &decided), expected);
}

#[test]
fn something_foreign_in_its_place_is_named_even_where_all_else_is_right() {
    let world = mk_world();
    let decided = deliver(&world, &["cart"], 1);
    world.target(TARGET).set_conflict("releases/by-hand");
    let found = look(world.target(TARGET), &world.ledger.seen(), &decided).differences;
    assert_eq!(found, ["`releases/by-hand` is not ours: it is in the way"]);
}

#[test]
fn another_place_under_the_same_name_is_empty() {
    let world = mk_world();
    let decided = deliver(&world, &["cart"], 1);
    let other = MemoryTarget::new(&world.target(TARGET).target);
    let found = look_only(&other, &world.ledger.seen());
    assert_eq!(found, [format!("it is empty, and the ledger names `{}`", decided.promotion)]);
}

#[test]
fn a_promotion_that_the_ledger_does_not_know_of_is_named_with_what_it_does_know() {
    let world = mk_world();
    let first = deliver(&world, &["cart"], 1);
    let then = world.ledger.seen();
    let second = deliver(&world, &["cart"], 2);
    let (adapter, second) = (world.target(TARGET), second.promotion);
    assert_eq!(look_only(adapter, &then), [format!("it names `{second}`, and the ledger `{}`", first.promotion)]);
    let before = then.prefix(1);
    assert_eq!(look_only(adapter, &before), [format!("it names `{second}`, of which the ledger knows no success")]);
}

#[test]
fn an_attempt_whose_end_was_lost_says_how_to_go_on() {
    let world = mk_world();
    let decided = decide(&world, &["cart"], 1);
    world.ledger.set_appends_left(Some(1));
    world.attempt(&decided).unwrap_err();
    world.ledger.set_appends_left(None);
    let found = look_only(world.target(TARGET), &world.ledger.seen());
    let id = &decided.promotion;
    assert_eq!(found, [format!("it names `{id}`, whose attempt began and has no outcome; `tollgate apply {id}` goes on")]);
}

#[test]
fn a_recipe_that_can_not_be_made_again_is_an_error_and_no_agreement() {
    let world = mk_world();
    deliver(&world, &["cart"], 1);
    let outcome = drift(world.target(TARGET), &world.ledger.seen(), TARGET, || Err("its commit is lost"));
    assert!(matches!(outcome, Err(DriftError::Recipe("its commit is lost"))), "{outcome:?}");
}

/// What can't be read of a target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    State,
    Plan,
}

/// A target of which one thing can't be read.
struct Sick<'a> {
    inner: &'a MemoryTarget,
    what: Unreadable,
    error: fn() -> ApplyError,
}

impl Sick<'_> {
    fn check(&self, what: Unreadable) -> Result<(), ApplyError> {
        if what == self.what { Err((self.error)()) } else { Ok(()) }
    }
}

impl ApplyPlan for Sick<'_> {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.check(Unreadable::Plan)?;
        self.inner.plan(recipe, rendered)
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        self.check(Unreadable::State)?;
        self.inner.state()
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        self.inner.apply(approved, rendered, now)
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        self.inner.live()
    }
}

fn broken() -> ApplyError {
    ApplyError::Broken { target: TARGET.to_owned(), reason: "the link leads nowhere".to_owned() }
}

fn unreadable() -> ApplyError {
    ApplyError::PlanKey { target: TARGET.to_owned(), reason: "no such file".to_owned() }
}

#[test]
fn what_was_broken_is_a_difference_and_what_can_not_be_read_is_an_error() {
    let world = mk_world();
    let decided = deliver(&world, &["cart"], 1);
    let (inner, history) = (world.target(TARGET), world.ledger.seen());
    for what in [Unreadable::State, Unreadable::Plan] {
        let found = look(&Sick { inner, what, error: broken }, &history, &decided);
        assert_eq!(found.differences, ["it is not as tollgate left it: the link leads nowhere"]);
        assert_eq!(found.recorded, Some(decided.promotion.clone()), "the record is told all the same");
        let sick = Sick { inner, what, error: unreadable };
        let outcome = drift(&sick, &history, TARGET, || Ok::<_, Infallible>(rendered(&decided)));
        assert!(matches!(outcome, Err(DriftError::Target(ApplyError::PlanKey { .. }))), "{outcome:?}");
    }
}

fn run<T: std::fmt::Debug>(seed: u8, strategy: &impl Strategy<Value = T>, property: impl Fn(T)) {
    let config = Config { cases: 50, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let outcome = runner.run(strategy, |value| {
        property(value);
        Ok(())
    });
    outcome.unwrap();
}

/// What somebody does to an object by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    Leaves,
    Changes,
    Removes,
    /// Removes it and makes one of another name.
    Renames,
}

#[test]
fn every_object_that_somebody_touched_is_named_once_and_no_other() {
    let hand = prop::sample::select(vec![Hand::Leaves, Hand::Changes, Hand::Removes, Hand::Renames]);
    run(19, &(1..=SERVICES.len(), prop::collection::vec(hand, 4)), |(count, hands)| {
        let world = mk_world();
        let decided = deliver(&world, &SERVICES[..count], 1);
        let target = world.target(TARGET);
        let keys: Vec<ObjectKey> = target.live().unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), count);
        let mut expected = BTreeMap::new();
        for (key, hand) in keys.iter().zip(hands) {
            let mut renamed = key.clone();
            renamed.identity.name.push_str("-by-hand");
            match hand {
                Hand::Leaves => {}
                Hand::Changes => {
                    target.edit(|objects| objects.get_mut(key).unwrap()["spec"]["replicas"] = json!(7));
                    expected.insert(key.clone(), "was changed");
                }
                Hand::Removes => {
                    target.edit(|objects| drop(objects.remove(key)));
                    expected.insert(key.clone(), "is gone");
                }
                Hand::Renames => {
                    target.edit(|objects| {
                        let body = objects.remove(key).unwrap();
                        objects.insert(renamed.clone(), body);
                    });
                    expected.extend([(key.clone(), "is gone"), (renamed, "was added")]);
                }
            }
        }
        let expected: Vec<String> = expected.iter().map(|(key, wrong)| format!("`{key}` {wrong}")).collect();
        assert_eq!(look(target, &world.ledger.seen(), &decided).differences, expected);
        // Another promotion of the same puts it right.
        let again = world.decide(TARGET, &branch("master", &master(&world))).unwrap();
        world.attempt(&again).unwrap();
        assert_eq!(look(target, &world.ledger.seen(), &again).differences, Vec::<String>::new());
    });
}

fn master(world: &World) -> String {
    tollgate_core::ports::ReadRepository::resolve_at_remote(&world.repository, "refs/heads/master").unwrap().commit
}

/// How an attempt goes.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    Succeeds,
    /// The ledger can't be reached when it is over.
    IsNeverEnded,
    /// The target can't be written to.
    Fails,
}

/// What all entries say of the target: what succeeded last, and whether this promotion began and never ended.
fn recorded(history: &History) -> Option<PromotionId> {
    let succeeded = history.entries().iter().rev().find(|entry| match &entry.body {
        Body::Outcome(outcome) => outcome.state == OutcomeState::Succeeded,
        _ => false,
    });
    succeeded.and_then(|entry| entry.subject.promotion.clone())
}

fn is_open(history: &History, id: &PromotionId) -> bool {
    let of_it = history.entries().iter().rev().filter(|entry| entry.subject.promotion.as_ref() == Some(id));
    let last = of_it.into_iter().find(|entry| matches!(entry.body, Body::Running(_) | Body::Outcome(_)));
    last.is_some_and(|entry| matches!(entry.body, Body::Running(_)))
}

#[test]
fn whatever_attempts_came_to_a_target_and_its_record_agree_or_the_sentence_says_why_not() {
    let seen = std::cell::Cell::new([0u32; 3]);
    let attempt = prop::sample::select(vec![Attempt::Succeeds, Attempt::Succeeds, Attempt::IsNeverEnded, Attempt::Fails]);
    run(23, &prop::collection::vec((1u8..4, attempt), 1..6), |attempts| {
        let world = mk_world();
        let target = world.target(TARGET);
        for (version, attempt) in attempts {
            let decided = decide(&world, &["cart"], version);
            match attempt {
                Attempt::Succeeds => {}
                Attempt::IsNeverEnded => world.ledger.set_appends_left(Some(1)),
                Attempt::Fails => target.set_broken(true),
            }
            let _ = world.attempt(&decided);
            world.ledger.set_appends_left(None);
            target.set_broken(false);
            let history = world.ledger.seen();
            let says = target.writes().last().map(|write| PromotionId::parse(&write.written.promotion).unwrap());
            let found = drift(target, &history, TARGET, || Err("only those that agree are made again"));
            let expected = match (recorded(&history), says) {
                (recorded, says) if recorded == says => None,
                (_, Some(says)) if is_open(&history, &says) => Some(format!("`tollgate apply {says}` goes on")),
                (recorded, says) => panic!("{recorded:?} and {says:?} after {attempt:?}"),
            };
            let index = match (&found, expected) {
                (Ok(Drift { differences, recorded: None, .. }), None) => {
                    assert!(differences.is_empty());
                    0
                }
                (Err(DriftError::Recipe(_)), None) => 1,
                (Ok(Drift { differences, .. }), Some(part)) => {
                    assert!(differences.len() == 1 && differences[0].contains(&part), "{differences:?}");
                    2
                }
                (found, expected) => panic!("{found:?} where {expected:?} is expected"),
            };
            let mut counts = seen.get();
            counts[index] += 1;
            seen.set(counts);
        }
    });
    assert!(seen.get().iter().all(|count| *count > 0), "some ends never came: {:?}", seen.get());
}
