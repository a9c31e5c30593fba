//! Break-glass beside a look through all entries: whatever people write in whatever order, an override passes nothing that it
//! may not.

mod naive;
mod story;

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_core::act::Scope;
use tollgate_core::digest::Digest;
use tollgate_core::history::History;
use tollgate_core::overrides::{OverrideTerms, Passes};
use tollgate_core::people::People;

use crate::support::{at, mk_target};
use naive::Naive;
use story::{AUDITOR, ENVIRONMENTS, GATES, LEAD, MACHINE, OPERATOR, RECIPES, Signature, Step, Story, any_step};

fn mk_people() -> People {
    let list = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
    People {
        teams: [("platform".to_owned(), list(&[LEAD, OPERATOR, MACHINE]))].into(),
        automation: list(&[MACHINE]),
        ..People::default()
    }
}

fn any_terms() -> impl Strategy<Value = OverrideTerms> {
    let longest = prop_oneof![Just(40u64), Just(120), Just(10_000)];
    (0u32..4, longest, any::<bool>()).prop_map(|(approvals, max_duration, recovers)| {
        let recover_by: &[&str] = if recovers { &[AUDITOR, "platform"] } else { &[] };
        OverrideTerms {
            by: vec!["platform".to_owned()],
            approvals,
            max_duration,
            review_within: 1_000,
            needs_ticket: false,
            recover_by: recover_by.iter().map(|name| (*name).to_owned()).collect(),
        }
    })
}

/// Runs a property over stories, always the same ones.
fn run(seed: u8, property: impl Fn(&OverrideTerms, &[Step])) {
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let stories = (any_terms(), prop::collection::vec(any_step(), 4..40));
    let outcome = runner.run(&stories, |(terms, steps)| {
        property(&terms, &steps);
        Ok(())
    });
    outcome.unwrap();
}

fn passes(history: &History, terms: &OverrideTerms, recipe: &str, environment: &str, now: i64) -> Passes {
    history.passes(&mk_people(), terms, Digest::of(recipe.as_bytes()), &mk_target(environment), at(now))
}

/// Every move that an override may be about, at some times from now on.
fn moves(now: i64) -> impl Iterator<Item = (&'static str, &'static str, i64)> {
    let places = RECIPES.iter().flat_map(|recipe| ENVIRONMENTS.iter().map(|environment| (*recipe, *environment)));
    places.flat_map(move |(recipe, environment)| [0, 30, 60, 500].map(|later| (recipe, environment, now + later)))
}

#[test]
fn after_every_entry_an_override_passes_what_a_look_through_all_entries_says() {
    let (passed, stopped) = (Cell::new(0u32), Cell::new(0u32));
    run(3, |terms, steps| {
        let mut story = Story::default();
        for step in steps {
            story.step(step);
            let history = story.history();
            let people = mk_people();
            let naive = Naive { entries: history.entries(), people: &people, terms };
            for (recipe, environment, now) in moves(story.now) {
                let found = passes(&history, terms, recipe, environment, now);
                let told: BTreeSet<(&str, u64, bool)> = found
                    .iter()
                    .flat_map(|(gate, passes)| passes.iter().map(|pass| (gate.as_str(), pass.entry, pass.recover)))
                    .collect();
                let (expected, held_back) = naive.passes(recipe, &mk_target(environment), at(now));
                assert_eq!(told, expected, "{recipe} to {environment} at {now} after {step:?}");
                passed.set(passed.get() + u32::from(!told.is_empty()));
                stopped.set(stopped.get() + u32::from(held_back));
            }
        }
    });
    assert!(passed.get() > 50 && stopped.get() > 50, "{} passed, {} stopped", passed.get(), stopped.get());
}

#[test]
fn what_is_owed_for_used_overrides_is_what_a_look_through_all_entries_says() {
    let (owed, reviewed) = (Cell::new(0u32), Cell::new(0u32));
    run(5, |terms, steps| {
        let mut story = Story::default();
        steps.iter().for_each(|step| story.step(step));
        let (history, people) = (story.history(), mk_people());
        let naive = Naive { entries: history.entries(), people: &people, terms };
        let used = history.used_overrides(&people, terms);
        let told: Vec<_> = used
            .iter()
            .map(|one| {
                let signers: BTreeSet<String> = one.by.iter().map(|person| person.principal.clone()).collect();
                assert_eq!(signers.len(), one.by.len(), "somebody is told twice: {:?}", one.by);
                (one.entry, signers, one.reviewed.as_ref().map(|(person, accepted)| (person.principal.clone(), *accepted)))
            })
            .collect();
        assert_eq!(told, naive.used());
        owed.set(owed.get() + u32::try_from(told.len()).unwrap());
        reviewed.set(reviewed.get() + u32::try_from(told.iter().filter(|one| one.2.is_some()).count()).unwrap());
    });
    assert!(owed.get() > reviewed.get() && reviewed.get() > 3, "{} owed, {} reviewed", owed.get(), reviewed.get());
}

/// Whether everything in `less` is in `more`.
fn is_within(less: &Passes, more: &Passes) -> bool {
    let is_there = |gate: &String, pass| more.get(gate).is_some_and(|passes| passes.contains(pass));
    less.iter().all(|(gate, passes)| passes.iter().all(|pass| is_there(gate, pass)))
}

#[test]
fn stricter_terms_let_nothing_more_pass() {
    let fewer = Cell::new(0u32);
    run(7, |terms, steps| {
        let mut story = Story::default();
        steps.iter().for_each(|step| story.step(step));
        let history = story.history();
        let stricter = [
            OverrideTerms { approvals: terms.approvals + 1, ..terms.clone() },
            OverrideTerms { max_duration: terms.max_duration / 2, ..terms.clone() },
            OverrideTerms { by: vec![LEAD.to_owned()], recover_by: Vec::new(), ..terms.clone() },
        ];
        for (recipe, environment, now) in moves(story.now) {
            let before = passes(&history, terms, recipe, environment, now);
            for terms in &stricter {
                let after = passes(&history, terms, recipe, environment, now);
                assert!(is_within(&after, &before), "{terms:?} let {after:?} pass, before {before:?}");
                fewer.set(fewer.get() + u32::from(after != before));
            }
        }
    });
    assert!(fewer.get() > 10, "stricter terms never made a difference");
}

#[test]
fn a_stop_of_the_place_ends_all_passes_there_until_it_is_lifted_and_one_elsewhere_none() {
    let ended = Cell::new(0u32);
    run(11, |terms, steps| {
        for environment in ENVIRONMENTS {
            for (scope, reaches) in [
                (Scope::All, true),
                (Scope::Environment(environment.to_owned()), true),
                (Scope::Target(format!("{environment}-apps")), true),
                (Scope::Component("anything".to_owned()), true),
                (Scope::Environment("elsewhere".to_owned()), false),
                (Scope::Target(environment.to_owned()), false),
            ] {
                let mut story = Story::default();
                steps.iter().for_each(|step| story.step(step));
                let here = |story: &Story| RECIPES.map(|recipe| passes(&story.history(), terms, recipe, environment, story.now));
                let before = here(&story);
                story.step(&Step::Freeze { scope: scope.clone(), lasts: None });
                let during = here(&story);
                assert!(!reaches || during.iter().all(Passes::is_empty), "{scope} let pass {during:?}");
                assert!(reaches || during == before, "{scope} is elsewhere");
                story.step(&Step::Thaw(0));
                assert_eq!(here(&story), before, "{scope} was lifted");
                ended.set(ended.get() + u32::from(during != before));
            }
        }
    });
    assert!(ended.get() > 20, "no stop ever ended a pass");
}

#[test]
fn who_may_not_sign_adds_nothing_however_often_and_in_whatever_writing() {
    let enough = OverrideTerms {
        by: vec!["platform".to_owned()],
        approvals: 2,
        max_duration: 1_000,
        review_within: 1_000,
        needs_ticket: false,
        recover_by: Vec::new(),
    };
    let open = |who: &'static str| {
        let mut story = Story::default();
        let gates = BTreeSet::from([GATES[0]]);
        story.step(&Step::Open { by: Signature::Key(who), recipe: 0, place: 0, gates, lasts: 500, recover: false });
        story
    };
    let is_passed = |story: &Story| !passes(&story.history(), &enough, RECIPES[0], ENVIRONMENTS[0], story.now).is_empty();
    let mut story = open(LEAD);
    for by in [
        Signature::Key(LEAD),
        Signature::Key("Lead@Example.com"),
        Signature::Key(AUDITOR),
        Signature::Key(MACHINE),
        Signature::None(OPERATOR),
        Signature::Machine(OPERATOR),
    ] {
        story.step(&Step::Confirm { by, which: 0 });
        assert!(!is_passed(&story), "{by:?}");
    }
    story.step(&Step::Confirm { by: Signature::Key("OPERATOR@example.com"), which: 0 });
    assert!(is_passed(&story));
}

#[test]
fn nobody_reviews_an_own_override_by_writing_the_own_address_another_way() {
    let terms = OverrideTerms {
        by: vec!["platform".to_owned()],
        approvals: 1,
        max_duration: 1_000,
        review_within: 1_000,
        needs_ticket: false,
        recover_by: Vec::new(),
    };
    let mut story = Story::default();
    let gates = BTreeSet::from([GATES[0]]);
    story.step(&Step::Open { by: Signature::Key(LEAD), recipe: 0, place: 0, gates, lasts: 500, recover: false });
    story.step(&Step::Use(0));
    for (who, counts) in [(LEAD, false), ("Lead@Example.com", false), (" lead@EXAMPLE.com", false), (AUDITOR, true)] {
        story.step(&Step::Review { by: Signature::Key(who), which: 0, accepted: true });
        let used = story.history().used_overrides(&mk_people(), &terms);
        assert_eq!(used[0].reviewed.is_some(), counts, "{who}");
    }
}
