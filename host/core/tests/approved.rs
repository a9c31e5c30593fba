//! no-apply-unapproved (§12.1): there is one way to an approval, and it is narrow.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod support;

use proptest::prelude::*;
use support::{MemoryLedger, at, mk_accept, mk_decided, mk_worker};
use tollgate_core::approved::{Approved, NotApproved};
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, EntrySubject, OutcomeState, PromotionId};
use tollgate_core::history::PromotionState;

fn obtain(ledger: &MemoryLedger, promotion: &PromotionId) -> Result<Approved, NotApproved> {
    Approved::obtain(promotion, &mk_worker(10), ledger)
}

#[test]
fn an_approved_decision_gives_an_approval_with_its_digests_and_the_next_attempt() {
    let ledger = MemoryLedger::with_trust();
    let promotion = ledger.decide("prod-apps", "r", DecisionWord::Approved);
    let approved = obtain(&ledger, &promotion).unwrap();
    assert_eq!((approved.target(), approved.attempt()), ("prod-apps", 1));
    assert_eq!((approved.recipe(), approved.plan()), (Digest::of(b"r"), Digest::of(b"plan")));
    assert_eq!(ledger.history().promotion(&promotion).unwrap().state(), PromotionState::Running);
}

#[test]
fn a_denied_and_a_pending_decision_give_none_and_write_nothing() {
    for word in [DecisionWord::Denied, DecisionWord::Pending] {
        let ledger = MemoryLedger::with_trust();
        let promotion = ledger.decide("t", "r", word);
        assert!(matches!(obtain(&ledger, &promotion), Err(NotApproved::State { .. })));
        assert_eq!(ledger.history().len(), 2);
    }
}

#[test]
fn without_the_ledger_there_is_no_approval() {
    let ledger = MemoryLedger::with_trust();
    let promotion = ledger.decide("t", "r", DecisionWord::Approved);
    *ledger.unreachable.lock().unwrap() = true;
    assert!(matches!(obtain(&ledger, &promotion), Err(NotApproved::Ledger(_))));
}

#[test]
fn a_decision_under_an_older_policy_gives_none() {
    let ledger = MemoryLedger::with_trust();
    let promotion = ledger.decide("t", "r", DecisionWord::Approved);
    ledger.write(EntrySubject::default(), mk_accept("policy 1"));
    assert!(matches!(obtain(&ledger, &promotion), Err(NotApproved::PolicyChanged { .. })));
}

#[test]
fn a_promotion_waits_for_those_that_were_decided_before_it() {
    let ledger = MemoryLedger::with_trust();
    let first = ledger.decide("t", "r1", DecisionWord::Approved);
    let second = ledger.decide("t", "r2", DecisionWord::Approved);
    ledger.decide("other", "r3", DecisionWord::Approved);
    let error = obtain(&ledger, &second).unwrap_err();
    assert_eq!(error.to_string(), "promotion `P-2` waits for its turn: P-1 is ahead of it");
    assert!(matches!(error, NotApproved::NotItsTurn { ahead, .. } if ahead == [first.clone()]));
    obtain(&ledger, &first).unwrap();
    // The first may be dead by now: who may work at the target is not for the ledger to say.
    obtain(&ledger, &second).unwrap();
    assert!(matches!(obtain(&ledger, &first), Err(NotApproved::Overtaken { later, .. }) if later == second));
}

#[test]
fn a_promotion_that_succeeded_can_not_be_applied_again_but_a_failed_one_can() {
    for (state, again) in [(OutcomeState::Succeeded, false), (OutcomeState::Aborted, false), (OutcomeState::Failed, true)] {
        let ledger = MemoryLedger::with_trust();
        let promotion = ledger.decide("t", "r", DecisionWord::Approved);
        obtain(&ledger, &promotion).unwrap();
        ledger.end(&promotion, state);
        assert_eq!(obtain(&ledger, &promotion).is_ok(), again, "{state:?}");
    }
}

#[test]
fn an_approval_that_ran_out_gives_none() {
    let ledger = MemoryLedger::with_trust();
    let id = PromotionId::of_decision(1);
    let subject = EntrySubject {
        recipe: Some(Digest::of(b"r")),
        target: Some("t".to_owned()),
        plan: Some(Digest::of(b"plan")),
        promotion: Some(id.clone()),
        attempt: None,
    };
    let mut decided = mk_decided(DecisionWord::Approved);
    decided.valid_until = Some(at(11));
    ledger.write(subject, Body::Decided(decided));
    let approved = obtain(&ledger, &id).unwrap();
    assert!(approved.is_valid_at(at(10)) && !approved.is_valid_at(at(11)));
    assert!(matches!(Approved::obtain(&id, &mk_worker(11), &ledger), Err(NotApproved::Expired { .. })));
}

#[derive(Clone, Debug)]
enum Step {
    Decide(u8, DecisionWord),
    Obtain(u8),
    End(u8, OutcomeState),
    Accept(u8),
    Outage(bool),
}

fn any_step() -> impl Strategy<Value = Step> {
    let word = prop_oneof![Just(DecisionWord::Approved), Just(DecisionWord::Denied), Just(DecisionWord::Pending)];
    let state = prop_oneof![
        Just(OutcomeState::Succeeded),
        Just(OutcomeState::Failed),
        Just(OutcomeState::Errored),
        Just(OutcomeState::Aborted)
    ];
    prop_oneof![
        (0u8..3, word).prop_map(|(target, word)| Step::Decide(target, word)),
        (0u8..12).prop_map(Step::Obtain),
        (0u8..12, state).prop_map(|(which, state)| Step::End(which, state)),
        (0u8..3).prop_map(Step::Accept),
        any::<bool>().prop_map(Step::Outage),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: an approval is only ever had for a decision before which no other waits,
    /// while no later one has begun, under the policy in force, with a `running` entry in the ledger and an attempt that no other had.
    #[test]
    fn an_approval_always_stands_on_a_decision_and_an_acknowledged_attempt(steps in prop::collection::vec(any_step(), 1..40)) {
        let ledger = MemoryLedger::with_trust();
        let mut promotions = Vec::new();
        let mut attempts = std::collections::BTreeSet::new();
        for step in steps {
            let reachable = !*ledger.unreachable.lock().unwrap();
            match step {
                Step::Outage(out) => *ledger.unreachable.lock().unwrap() = out,
                Step::Decide(target, word) if reachable => {
                    promotions.push((ledger.decide(&format!("t{target}"), "r", word), word));
                }
                Step::Accept(policy) if reachable => {
                    ledger.write(EntrySubject::default(), mk_accept(&format!("policy {policy}")));
                }
                Step::End(which, state) if reachable => {
                    let running = promotions.get(usize::from(which)).filter(|(id, _)| {
                        ledger.history().promotion(id).unwrap().state() == PromotionState::Running
                    });
                    if let Some((id, _)) = running {
                        ledger.end(id, state);
                    }
                }
                Step::Obtain(which) => {
                    let Some((id, word)) = promotions.get(usize::from(which)) else { continue };
                    let before = ledger.history();
                    let Ok(approved) = Approved::obtain(id, &mk_worker(10), &ledger) else { continue };
                    prop_assert!(reachable);
                    prop_assert_eq!(*word, DecisionWord::Approved);
                    prop_assert!(attempts.insert((approved.target().to_owned(), approved.attempt())));
                    let promotion = before.promotion(id).unwrap();
                    prop_assert_eq!(promotion.decision.policy, before.policy_in_force().map(|policy| policy.digest));
                    for other in before.promotions_to(approved.target()) {
                        let (is_earlier, has_begun) = (other.decision.index < promotion.decision.index, other.running.is_some());
                        let waits = other.state() == PromotionState::Approved && other.decision.policy == promotion.decision.policy;
                        let is_dead = before.begun_after(approved.target(), other.decision.index).is_some();
                        prop_assert!(!is_earlier || !waits || is_dead, "{} waited before {id}", other.id);
                        prop_assert!(is_earlier || other.id == *id || !has_begun, "{} had begun after {id}", other.id);
                    }
                    let last = ledger.history().entries().last().unwrap().clone();
                    prop_assert!(matches!(last.body, Body::Running(_)) && last.subject.attempt == Some(approved.attempt()));
                }
                _ => {}
            }
        }
    }
}
