//! Every question has one answer: from all entries, or from what was kept of some and what came since.

mod naive;
mod story;

use std::fmt::Debug;

use proptest::prelude::*;
use tollgate_core::approved::check_turn;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Entry, PromotionId};
use tollgate_core::gist::{Gist, NotTaken};
use tollgate_core::history::{History, PromotionState};
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::people::People;

use crate::support::at;
use naive::Naive;
use story::{RECIPES, Step, TARGETS, any_step, any_tidy_step, entries, references};

/// A question and its answer.
type Answers = Vec<(String, String)>;

fn answer(answers: &mut Answers, question: impl Into<String>, answer: impl Debug) {
    answers.push((question.into(), format!("{answer:?}")));
}

fn indices<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<u64> {
    entries.into_iter().map(|entry| entry.index).collect()
}

/// What looking through all entries says.
fn naive(all: &[Entry]) -> Answers {
    let naive = Naive(all);
    let mut answers = Answers::new();
    for target in TARGETS {
        let all = naive.to(target);
        answer(&mut answers, format!("newest to {target}"), all.last());
        answer(&mut answers, format!("current of {target}"), naive.current(target));
        let open = all.iter().filter(|promotion| promotion.running.is_some() && promotion.outcome.is_none());
        answer(&mut answers, format!("open at {target}"), open.collect::<Vec<_>>());
        answer(&mut answers, format!("next attempt at {target}"), naive.next_attempt(target));
        answer(&mut answers, format!("about {target}"), naive.entries_about(target).len());
        for now in [0, 90, 1_000] {
            answer(&mut answers, format!("queue of {target} at {now}"), naive.queue(target, at(now)));
        }
        for from in std::iter::once(None).chain(RECIPES.map(|recipe| Some(Digest::of(recipe.as_bytes())))) {
            answer(&mut answers, format!("way back of {target} from {from:?}"), naive.way_back(target, from));
        }
    }
    for now in [0, 90, 1_000] {
        answer(&mut answers, format!("stops at {now}"), naive.stops(at(now)));
    }
    answer(&mut answers, "proven", naive.proven());
    answer(&mut answers, "unended", indices(naive.unended()));
    answer(&mut answers, "policy", naive.policy());
    answer(&mut answers, "approvals", naive.of_types(&["approval"]));
    answer(&mut answers, "evidence", naive.of_types(&["evidence"]));
    answer(&mut answers, "built", naive.of_types(&["service-built"]));
    answer(&mut answers, "used overrides", naive.used());
    for reference in references() {
        answer(&mut answers, format!("decided of {reference}"), naive.decided_of(&reference));
    }
    answer(&mut answers, "decided commits", naive.decided_commits());
    answers
}

/// What a gist says.
fn asked(gist: &Gist) -> Answers {
    let mut answers = Answers::new();
    for target in TARGETS {
        answer(&mut answers, format!("newest to {target}"), gist.newest_to(target));
        answer(&mut answers, format!("current of {target}"), gist.current(target));
        answer(&mut answers, format!("open at {target}"), gist.open_attempts(target));
        answer(&mut answers, format!("next attempt at {target}"), gist.next_attempt(target));
        answer(&mut answers, format!("about {target}"), gist.entries_about(target).0);
        for now in [0, 90, 1_000] {
            let queue: Vec<PromotionId> = gist.queue(target, at(now)).into_iter().map(|promotion| promotion.id).collect();
            answer(&mut answers, format!("queue of {target} at {now}"), queue);
        }
        for from in std::iter::once(None).chain(RECIPES.map(|recipe| Some(Digest::of(recipe.as_bytes())))) {
            answer(&mut answers, format!("way back of {target} from {from:?}"), gist.way_back(target, from));
        }
    }
    for now in [0, 90, 1_000] {
        let stops: Vec<u64> = gist.stops(at(now)).into_iter().map(|(_, stop)| stop.entry).collect();
        answer(&mut answers, format!("stops at {now}"), stops);
    }
    answer(&mut answers, "proven", gist.proven());
    answer(&mut answers, "unended", indices(gist.unended()));
    answer(&mut answers, "policy", gist.policy_in_force().map(|policy| policy.digest));
    answer(&mut answers, "approvals", indices(gist.approvals().map(|(entry, _)| entry)));
    answer(&mut answers, "evidence", indices(gist.evidence().map(|(entry, _)| entry)));
    answer(&mut answers, "built", gist.built().map(|built| built.entry).collect::<Vec<_>>());
    let (people, terms) = (People::default(), mk_terms());
    let used: std::collections::BTreeSet<u64> = gist.used_overrides(&people, &terms).iter().map(|used| used.entry).collect();
    answer(&mut answers, "used overrides", used);
    for reference in references() {
        let decided: Vec<_> = gist.decided_of(&reference).map(|of| (of.promotion, of.decision, of.commit.to_owned())).collect();
        answer(&mut answers, format!("decided of {reference}"), decided);
    }
    let commits: std::collections::BTreeMap<_, _> = gist.decided_commits().collect();
    answer(&mut answers, "decided commits", commits);
    answers
}

fn mk_terms() -> OverrideTerms {
    OverrideTerms {
        by: Vec::new(),
        approvals: 1,
        max_duration: 3_600,
        review_within: 3_600,
        needs_ticket: false,
        recover_by: Vec::new(),
    }
}

fn assert_same(one: &Answers, other: &Answers) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
}

/// What a process knows that reads on from where others stopped and wrote down what they knew. Beside it, how often all
/// entries had to be read.
fn kept(all: &[Entry], cuts: &[usize]) -> (Gist, u32) {
    let mut gist = Gist::default();
    let mut rebuilt = 0;
    for (number, entry) in all.iter().enumerate() {
        if cuts.contains(&number) {
            let written = postcard::to_allocvec(&gist.forget()).unwrap();
            gist = postcard::from_bytes(&written).unwrap();
        }
        match gist.follow(entry) {
            Ok(()) => {}
            Err(NotTaken::Forgotten(_)) => {
                rebuilt += 1;
                gist = Gist::clone(History::new(all[..=number].to_vec()).unwrap().gist());
            }
            Err(NotTaken::Broken(error)) => panic!("{error}"),
        }
    }
    (gist, rebuilt)
}

/// Of every promotion either everything is known, or that it was over.
fn assert_knows_promotions(gist: &Gist, all: &[Entry]) {
    let history = History::new(all.to_vec()).unwrap();
    for promotion in history.promotions() {
        if gist.remembers(&promotion.id) {
            assert_eq!(gist.promotion(&promotion.id), Some(promotion.clone()));
            assert_eq!(gist.stopped_since(&promotion, at(1)).map(|stop| stop.entry), Naive(all).stopped_since(&promotion, at(1)));
            let turn = |history: &Gist| format!("{:?}", check_turn(&promotion.id, at(1), history));
            assert_eq!(turn(gist), turn(history.gist()));
        } else {
            assert_eq!(gist.promotion(&promotion.id), None);
            assert!(!matches!(promotion.state(), PromotionState::Approved | PromotionState::Running), "{promotion:?}");
            assert!(check_turn(&promotion.id, at(1), &history).is_err(), "{promotion:?} could go on");
        }
    }
    assert!(gist.remembers(&PromotionId::of_decision(history.len())));
}

fn any_cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..120, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_gist_of_all_entries_says_what_looking_through_them_says(steps in prop::collection::vec(any_step(), 0..60)) {
        let all = entries(&steps);
        assert_same(&asked(History::new(all.clone()).unwrap().gist()), &naive(&all));
    }

    #[test]
    fn what_was_kept_and_what_came_since_say_what_all_entries_say(
        steps in prop::collection::vec(any_step(), 0..60),
        cuts in any_cuts(),
    ) {
        let all = entries(&steps);
        let (gist, _) = kept(&all, &cuts);
        assert_same(&asked(&gist), &naive(&all));
        assert_knows_promotions(&gist, &all);
    }

    #[test]
    fn what_tollgate_writes_goes_on_with_nothing_that_was_forgotten(
        steps in prop::collection::vec(any_tidy_step(), 0..60),
        cuts in any_cuts(),
    ) {
        let all = entries(&steps);
        let (gist, rebuilt) = kept(&all, &cuts);
        // A recipe that fails again and again may use up the ways back that were kept, and nothing else may.
        let failures = steps.iter().filter(|step| matches!(step, Step::Move { state, is_rollback, .. } if *state == 1 || *is_rollback));
        prop_assert!(rebuilt == 0 || failures.count() > 2, "{} of {}", rebuilt, all.len());
        assert_same(&asked(&gist), &naive(&all));
    }
}

#[test]
fn what_is_kept_does_not_grow_with_what_is_over() {
    let step = |number: usize| Step::Move { target: 0, recipe: number % 6, commit: 1, is_rollback: false, state: 0 };
    let size = |moves: usize| {
        let all = entries(&(0..moves).map(step).collect::<Vec<_>>());
        serde_json::to_vec(&kept(&all, &[all.len() - 1]).0.forget()).unwrap().len()
    };
    let (few, many) = (size(20), size(100));
    assert!(many < few + 80 * 100, "{few} bytes for 20 promotions, {many} for 100");
}

#[test]
fn an_entry_about_what_was_forgotten_is_not_taken() {
    let step = |number: usize| Step::Move { target: 0, recipe: number % 6, commit: 1, is_rollback: false, state: 0 };
    let all = entries(&(0..20).map(step).collect::<Vec<_>>());
    let mut gist = Gist::clone(History::new(all.clone()).unwrap().gist()).forget();
    assert!(!gist.remembers(&PromotionId::of_decision(1)));
    let again = Entry { index: all.len() as u64, ..all[2].clone() };
    assert!(matches!(gist.follow(&again), Err(NotTaken::Forgotten(_))));
}
