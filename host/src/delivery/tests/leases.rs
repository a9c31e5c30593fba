//! Turns and leases: who works on a target, who waits, and who stops.

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

use tollgate_core::approved::NotApproved;
use tollgate_core::entry::PromotionId;
use tollgate_core::lease::{Claim, LeaseRecord, LeaseTimes};
use tollgate_core::ports::{KeepLease as _, Swapped};

use super::world::{Decided, MemoryLeases, World, branch, mk_world};
use crate::delivery::attempt::{Attempt, Ended};
use crate::delivery::leased::Leasing;
use crate::delivery::turn::{Standing, Taken, Turn, TurnError};

const TARGET: &str = "preprod-apps";

/// A world with a clock that goes on only when it is told to.
struct Story {
    world: World,
    leases: MemoryLeases,
    clock: Mutex<Duration>,
}

impl Story {
    fn new() -> Self {
        Self { world: mk_world(), leases: MemoryLeases::default(), clock: Mutex::default() }
    }

    fn decide(&self, version: &str) -> Decided {
        let image = self.world.build("cart", version);
        self.world.decide(TARGET, &branch("master", &self.world.push_services(&[("cart", &image)], &[]))).unwrap()
    }

    fn pass(&self, time: Duration) {
        *self.clock.lock().unwrap() += time;
    }

    /// Waits at most so long; while it sleeps, the clock goes on and `meanwhile` happens.
    fn take(&self, promotion: &PromotionId, patience: u64, meanwhile: &dyn Fn()) -> Result<Taken, TurnError> {
        let sleep = |length: Duration| {
            self.pass(length);
            meanwhile();
        };
        let clock = || *self.clock.lock().unwrap();
        let turn = Turn {
            target: TARGET,
            promotion,
            ledger: &self.world.ledger,
            leasing: Leasing { leases: &self.leases, times: LeaseTimes::new(Duration::from_secs(60)), clock: &clock },
            holder: "host:1",
            now: &|| self.world.now(),
            patience: Duration::from_secs(patience),
            sleep: &sleep,
        };
        turn.take()
    }

    fn standing(&self, decided: &Decided) -> Standing {
        match self.take(&decided.promotion, 0, &|| {}).unwrap() {
            Taken::NotYet(standing) => standing,
            Taken::Lease(lease) => panic!("{lease:?}"),
        }
    }

    /// Somebody else takes the lease, or renews it.
    fn hold(&self, old: Option<&str>, sequence: u64) -> String {
        let promotion = PromotionId::of_decision(99);
        let record = LeaseRecord { target: TARGET.to_owned(), promotion, attempt: None, holder: "other:2".to_owned(), sequence };
        match self.leases.swap(TARGET, old, Some(&record)).unwrap() {
            Swapped::Won(Some(id)) => id,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn who_is_first_takes_a_free_lease_at_once() {
    let story = Story::new();
    let decided = story.decide("1");
    assert!(matches!(story.take(&decided.promotion, 0, &|| {}).unwrap(), Taken::Lease(_)));
    let record = story.leases.seen().unwrap().record.unwrap();
    assert_eq!((record.promotion, record.holder.as_str()), (decided.promotion, "host:1"));
}

#[test]
fn who_is_not_first_is_told_what_is_ahead_and_what_to_do() {
    let story = Story::new();
    let (first, second) = (story.decide("1"), story.decide("2"));
    let standing = story.standing(&second);
    assert_eq!(standing.ahead, std::slice::from_ref(&first.promotion));
    let sentence = standing.sentence(&second.promotion);
    let id = &first.promotion;
    assert_eq!(
        sentence,
        format!(
            "it is number 2 in the queue, behind {id}, and nobody works on the target; run `tollgate apply {id}` or `tollgate promote --abort {id}`"
        )
    );
    assert!(story.leases.seen().is_none());
}

#[test]
fn a_lease_that_another_holds_is_told_with_its_holder() {
    let story = Story::new();
    let decided = story.decide("1");
    story.hold(None, 0);
    let standing = story.standing(&decided);
    assert_eq!(standing.claim, Claim::Held { unchanged: Duration::ZERO });
    let sentence = standing.sentence(&decided.promotion);
    assert!(sentence.starts_with("the lease is held by other:2; it works on P-99; it is next;"), "{sentence}");
}

#[test]
fn who_waits_takes_over_from_the_silent_and_never_from_who_renews() {
    let story = Story::new();
    let decided = story.decide("1");
    let state = RefCell::new(story.hold(None, 0));
    let renews = || {
        let renewed = story.hold(Some(&state.borrow()), 1);
        state.replace(renewed);
    };
    assert!(matches!(story.take(&decided.promotion, 1_000, &renews).unwrap(), Taken::NotYet(_)));
    assert!(matches!(story.take(&decided.promotion, 70, &|| {}).unwrap(), Taken::NotYet(_)));
    assert!(matches!(story.take(&decided.promotion, 80, &|| {}).unwrap(), Taken::Lease(_)));
}

#[test]
fn who_waits_comes_to_its_turn_when_the_one_ahead_is_done() {
    let story = Story::new();
    let (first, second) = (story.decide("1"), story.decide("2"));
    let attempt = || drop(story.world.attempt(&first));
    assert!(matches!(story.take(&second.promotion, 5, &attempt).unwrap(), Taken::Lease(_)));
}

#[test]
fn who_is_withdrawn_while_it_waits_is_told() {
    let mut story = Story::new();
    story.world.pipeline.queue.supersede = true;
    let decided = story.decide("1");
    story.hold(None, 0);
    let supersede = || drop(story.decide("2"));
    let error = story.take(&decided.promotion, 5, &supersede).unwrap_err();
    assert!(matches!(error, TurnError::NotApproved(NotApproved::State { state: "aborted", .. })), "{error}");
}

#[test]
fn without_the_remote_nobody_comes_to_a_turn() {
    let story = Story::new();
    let decided = story.decide("1");
    story.leases.set_out(true);
    assert!(matches!(story.take(&decided.promotion, 5, &|| {}), Err(TurnError::Lease(_))));
}

impl Story {
    /// Makes the attempt under the lease; `before` happens once it has its number, right before it would write.
    fn attempt(&self, decided: &Decided, before: &dyn Fn()) -> (u64, Ended) {
        let Taken::Lease(lease) = self.take(&decided.promotion, 0, &|| {}).unwrap() else { panic!("it is held") };
        let clock = || *self.clock.lock().unwrap();
        let leasing = Leasing { leases: &self.leases, times: LeaseTimes::new(Duration::from_secs(60)), clock: &clock };
        leasing.hold(lease, |may_write| {
            let attempt = Attempt {
                is_rollback: false,
                promotion: &decided.promotion,
                prepared: decided.judged.prepared.as_ref().unwrap(),
                adapter: self.world.target(TARGET),
                resolver: &self.world.registry,
                ledger: &self.world.ledger,
                worker: &self.world.worker("host:1"),
                clock: &|| self.world.now(),
                may_write: &|attempt| {
                    before();
                    may_write(attempt)
                },
            };
            attempt.run().unwrap()
        })
    }
}

#[test]
fn an_attempt_under_its_lease_writes_and_frees_the_lease() {
    let story = Story::new();
    let (_, ended) = story.attempt(&story.decide("1"), &|| {});
    assert!(matches!(ended, Ended::Succeeded { .. }), "{ended:?}");
    assert!(story.leases.seen().is_none());
}

#[test]
fn a_holder_that_slept_past_two_thirds_of_its_lease_writes_nothing_and_says_so() {
    let story = Story::new();
    let decided = story.decide("1");
    let (attempt, ended) = story.attempt(&decided, &|| story.pass(Duration::from_secs(40)));
    assert!(matches!(ended, Ended::LeaseLost), "{ended:?}");
    assert!(story.world.target(TARGET).writes().is_empty());
    let history = story.world.ledger.seen();
    let promotion = history.promotion(&decided.promotion).unwrap();
    assert_eq!((attempt, promotion.state().word()), (1, "aborted"));
}

#[test]
fn a_holder_that_was_taken_over_does_not_free_the_lease_of_the_other() {
    let story = Story::new();
    let decided = story.decide("1");
    let take_over = || {
        let old = story.leases.seen().unwrap().id;
        story.hold(Some(&old), 0);
    };
    story.attempt(&decided, &take_over);
    assert_eq!(story.leases.seen().unwrap().record.unwrap().holder, "other:2");
}

#[test]
fn a_lease_is_renewed_while_the_work_goes_on_and_tells_the_attempt() {
    let leases = MemoryLeases::default();
    let start = std::time::Instant::now();
    let clock = move || start.elapsed();
    let leasing = Leasing { leases: &leases, times: LeaseTimes::new(Duration::from_millis(60)), clock: &clock };
    let promotion = PromotionId::of_decision(1);
    let record = LeaseRecord { target: TARGET.to_owned(), promotion, attempt: None, holder: "host:1".to_owned(), sequence: 0 };
    let Swapped::Won(Some(id)) = leases.swap(TARGET, None, Some(&record)).unwrap() else { panic!("nobody else is there") };
    let held = tollgate_core::lease::HeldLease::acquired(leasing.times, record, id, clock());
    leasing.hold(held, |may_write| {
        may_write(7);
        // However slow the machine is, renewals come, and the one after the next tells the number.
        while leases.seen().unwrap().record.unwrap().attempt != Some(7) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(leases.seen().unwrap().record.unwrap().sequence > 0);
    });
    assert!(leases.seen().is_none());
}
