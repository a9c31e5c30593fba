//! Decisions made again: the same from the same, and what is not the same is named (same-in-same-out).

mod stories;
mod tampering;

use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::{Body, Decided, Entry, PromotionId};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;

use super::world::{Lines, World, branch, mk_world};
use crate::delivery::recorded::{DOCUMENTS_BLOB, question_of};
use crate::delivery::replay::{Replay, ReplayError, Replayed};

fn mk_master(world: &World) -> Provenance {
    let image = world.build("cart", "1");
    branch("master", &world.push_services(&[("cart", &image)], &[]))
}

/// Replays a decision after a change to its entry.
fn replay(world: &World, id: &PromotionId, change: impl FnOnce(&mut Entry)) -> Replayed {
    try_replay(world, id, change).unwrap()
}

fn try_replay(world: &World, id: &PromotionId, change: impl FnOnce(&mut Entry)) -> Result<Replayed, ReplayError> {
    let history = world.ledger.seen();
    let mut entry = history.promotion(id).unwrap().decision.clone();
    // The world's clock goes on between question and entry; the command's does not.
    let question = question_of(&entry, &world.ledger).unwrap();
    entry.at = question.map_or(entry.at, |question| seconds_after_epoch(question.request.evaluation_time));
    change(&mut entry);
    let (ledger, repository, locate) = (&world.ledger, &world.repository, &Lines);
    let replay = Replay { ledger, repository, locate, pipeline: &world.pipeline, policies: &world.policies };
    let before = history.prefix(entry.index);
    let Body::Decided(decided) = &entry.body else { panic!("{entry:?}") };
    replay.run(&entry, decided, &before)
}

fn seconds_after_epoch(seconds: u64) -> Timestamp {
    Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
}

fn decided(entry: &mut Entry) -> &mut Decided {
    if let Body::Decided(decided) = &mut entry.body { decided } else { panic!("no decision") }
}

fn differing(replayed: &Replayed) -> Vec<&str> {
    replayed.differences.iter().map(|difference| difference.what.as_str()).collect()
}

#[test]
fn an_approval_a_denial_and_a_candidate_without_a_recipe_come_out_the_same() {
    let world = mk_world();
    let master = mk_master(&world);
    let approved = world.deliver("preprod-apps", &master);
    let unbuilt = world.registry.push("registry.example.com/cart:other", "other");
    let denied = world.push_services(&[("cart", &format!("registry.example.com/cart@{unbuilt}"))], &[]);
    let denied = world.decide("preprod-apps", &branch("master", &denied)).unwrap();
    let unpinned = world.push_services(&[("cart", "busybox:1")], &[]);
    let unpinned = world.decide("preprod-apps", &branch("master", &unpinned)).unwrap();
    assert_eq!(unpinned.judged.decision.word(), DecisionWord::Denied);
    for decided in [approved, denied, unpinned] {
        let replayed = replay(&world, &decided.promotion, |_| {});
        assert_eq!((replayed.differences, replayed.missing), (Vec::new(), Vec::new()), "{}", decided.promotion);
    }
}

#[test]
fn what_was_written_and_does_not_follow_is_named() {
    let world = mk_world();
    let master = mk_master(&world);
    let id = world.decide("preprod-apps", &master).unwrap().promotion;
    let word = replay(&world, &id, |entry| decided(entry).decision = DecisionWord::Denied);
    assert_eq!(differing(&word), ["the decision"]);
    let gate = replay(&world, &id, |entry| decided(entry).gates[0].verdict = "fail".to_owned());
    assert_eq!(differing(&gate), ["verdicts of the gates"]);
    let plan = replay(&world, &id, |entry| entry.subject.plan = None);
    assert_eq!(differing(&plan), ["the digest of the plan"]);
    let back = replay(&world, &id, |entry| decided(entry).is_rollback = true);
    assert_eq!(differing(&back), ["whether it goes back"]);
    let later = replay(&world, &id, |entry| entry.at = "2031-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(differing(&later), ["the time of the question"]);
}

#[test]
fn what_the_ledger_does_not_have_any_more_is_missing_and_no_difference() {
    let world = mk_world();
    let master = mk_master(&world);
    let id = world.decide("preprod-apps", &master).unwrap().promotion;
    let lost = tollgate_core::digest::Digest::of(b"lost");
    let replayed = replay(&world, &id, |entry| {
        entry.blobs.insert(DOCUMENTS_BLOB.to_owned(), lost);
    });
    assert!(replayed.differences.is_empty() && replayed.missing[0].contains("`documents` of entry"), "{replayed:?}");
    let replayed = replay(&world, &id, |entry| {
        entry.blobs.remove("question");
    });
    assert!(replayed.differences.is_empty() && replayed.missing[0].contains("has no `question`"), "{replayed:?}");
}

#[test]
fn an_entry_that_lost_what_its_gates_were_asked_is_not_taken_for_one_whose_gates_were_asked_nothing() {
    let world = mk_world();
    let master = mk_master(&world);
    let id = world.decide("preprod-apps", &master).unwrap().promotion;
    let without = |names: &[&str], keeps_subject: bool| {
        replay(&world, &id, |entry| {
            entry.blobs.retain(|name, _| !names.contains(&name.as_str()));
            if !keeps_subject {
                (entry.subject.recipe, entry.subject.plan) = (None, None);
            }
        })
    };
    for names in [&["recipe"][..], &["recipe", "plan"], &["recipe", "question"], &["recipe", "plan", "question"]] {
        for keeps_subject in [true, false] {
            let missing = without(names, keeps_subject).missing;
            let expected: Vec<bool> =
                names.iter().map(|name| missing.iter().any(|one| one.ends_with(&format!("`{name}`")))).collect();
            assert!(expected.iter().all(|is_named| *is_named), "{names:?} {keeps_subject}: {missing:?}");
        }
    }
}
