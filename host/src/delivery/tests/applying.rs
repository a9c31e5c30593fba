//! Attempts: every way in which they end, and what is written down of it.

use std::sync::Arc;

use tollgate_core::entry::OutcomeState;
use tollgate_core::history::PromotionState;
use tollgate_core::ports::ApplyPlan as _;
use tollgate_core::recipe::Provenance;

use super::world::{Decided, World, branch, mk_accept, mk_world};
use crate::delivery::attempt::{AttemptError, Ended};

struct Story {
    world: Arc<World>,
    image: String,
    master: Provenance,
    decided: Decided,
}

/// A decision that approves, and is not applied yet.
fn mk_story() -> Story {
    let world = mk_world();
    let image = world.build("cart", "1");
    let master = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let decided = world.decide("preprod-apps", &master).unwrap();
    Story { world: Arc::new(world), image, master, decided }
}

impl Story {
    /// Makes the attempt, and returns how it ended with the state and message of its outcome in the ledger.
    fn attempt(&self) -> (Ended, OutcomeState, String) {
        let (_, ended) = self.world.attempt(&self.decided).unwrap();
        let history = self.world.ledger.seen();
        let (_, outcome) = history.promotion(&self.decided.promotion).unwrap().outcome.expect("its end was not written down");
        (ended, outcome.state, outcome.message.clone())
    }

    fn is_untouched(&self) -> bool {
        self.world.target("preprod-apps").writes().is_empty()
    }

    fn state(&self) -> PromotionState {
        self.world.ledger.seen().promotion(&self.decided.promotion).unwrap().state()
    }
}

#[test]
fn what_was_approved_is_applied_and_its_release_written_down() {
    let story = mk_story();
    let (ended, state, _) = story.attempt();
    assert!(matches!(&ended, Ended::Succeeded { release, .. } if release == "release-1"), "{ended:?}");
    assert_eq!((state, story.state()), (OutcomeState::Succeeded, PromotionState::Succeeded));
    let written = story.world.target("preprod-apps").state().unwrap().written.unwrap();
    assert_eq!(written.promotion, story.decided.promotion.as_str());
    assert_eq!(written.plan, story.decided.judged.prepared.as_ref().unwrap().plan_digest);
}

#[test]
fn a_plan_that_is_another_one_now_is_stale_and_decided_anew() {
    let story = mk_story();
    story.attempt();
    let again = story.world.decide("preprod-apps", &story.master).unwrap();
    story.world.target("preprod-apps").tamper();
    let (_, ended) = story.world.attempt(&again).unwrap();
    assert!(matches!(ended, Ended::Stale), "{ended:?}");
    assert_eq!(story.world.ledger.seen().promotion(&again.promotion).unwrap().state(), PromotionState::Aborted);
    assert_eq!(story.world.target("preprod-apps").writes().len(), 1);
    story.world.deliver("preprod-apps", &story.master);
}

#[test]
fn a_tag_that_moved_aborts_with_both_digests_before_the_target_hears_of_it() {
    let story = mk_story();
    story.world.registry.push(&story.image, "rebuilt");
    story.world.target("preprod-apps").interrupt(|| panic!("the target must not be asked"));
    let (ended, state, message) = story.attempt();
    let Ended::Moved(moved) = ended else { panic!("{ended:?}") };
    assert_eq!((state, moved.len()), (OutcomeState::Aborted, 1));
    for digest in [moved[0].approved, moved[0].now] {
        assert!(message.contains(&digest.to_string()), "{message}");
    }
    assert!(story.is_untouched());
}

#[test]
fn a_tag_that_can_not_be_resolved_any_more_aborts() {
    for outage in [true, false] {
        let story = mk_story();
        if outage {
            story.world.registry.set_unreachable(true);
        } else {
            story.world.registry.delete(&story.image);
        }
        let (ended, state, _) = story.attempt();
        assert!(matches!(ended, Ended::Unresolved(_)), "{ended:?}");
        assert_eq!(state, OutcomeState::Aborted);
        assert!(story.is_untouched());
    }
}

#[test]
fn an_attempt_that_a_later_one_overtook_writes_nothing() {
    let story = mk_story();
    let (world, master) = (Arc::clone(&story.world), story.master.clone());
    story.world.target("preprod-apps").interrupt(move || {
        world.deliver("preprod-apps", &master);
    });
    let (ended, state, _) = story.attempt();
    assert!(matches!(ended, Ended::Overtaken { by: 2 }), "{ended:?}");
    assert_eq!((state, story.state()), (OutcomeState::Aborted, PromotionState::Aborted));
    assert_eq!(story.world.target("preprod-apps").writes().len(), 1);
}

#[test]
fn a_target_that_fails_is_failed_and_can_be_tried_again() {
    let story = mk_story();
    story.world.target("preprod-apps").set_broken(true);
    let (ended, state, message) = story.attempt();
    assert!(matches!(ended, Ended::Failed(_)), "{ended:?}");
    assert_eq!(state, OutcomeState::Failed);
    assert!(message.contains("its disk is full"), "{message}");
    story.world.target("preprod-apps").set_broken(false);
    assert_eq!(story.attempt().1, OutcomeState::Succeeded);
}

#[test]
fn without_the_ledger_there_is_no_attempt() {
    let story = mk_story();
    story.world.ledger.set_appends_left(Some(0));
    assert!(matches!(story.world.attempt(&story.decided), Err(AttemptError::NotApproved(_))));
    assert!(story.is_untouched());
}

#[test]
fn an_end_that_can_not_be_written_down_is_said_with_what_happened() {
    let story = mk_story();
    story.world.ledger.set_appends_left(Some(1));
    let error = story.world.attempt(&story.decided).unwrap_err();
    assert!(matches!(error, AttemptError::Unrecorded { attempt: 1, state: "succeeded", .. }), "{error}");
    assert!(!story.is_untouched());
    assert_eq!(story.state(), PromotionState::Running);
}

#[test]
fn a_decision_under_a_policy_that_is_no_longer_in_force_is_not_applied() {
    let story = mk_story();
    story.world.ledger.write(tollgate_core::entry::EntrySubject::default(), mk_accept(tollgate_core::digest::Digest::of(b"new")));
    assert!(matches!(story.world.attempt(&story.decided), Err(AttemptError::NotApproved(_))));
    assert!(story.is_untouched());
}

#[test]
fn a_denied_promotion_is_not_applied() {
    let world = mk_world();
    let image = world.build("bad", "1");
    let decided = world.decide("preprod-apps", &branch("master", &world.push_services(&[("bad", &image)], &[]))).unwrap();
    assert!(matches!(world.attempt(&decided), Err(AttemptError::NotApproved(_))));
}
