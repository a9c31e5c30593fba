//! Who waits at a target, for whom, and who takes whose place.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod support;

use std::collections::BTreeMap;

use support::{MemoryLedger, at, mk_accept, mk_decided, mk_worker};
use tollgate_core::approved::Approved;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, EntrySubject, OutcomeState, PromotionId};
use tollgate_core::history::PromotionState;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{AppendEntry as _, Proposal};
use tollgate_core::queue::withdrawal;

fn queue(ledger: &MemoryLedger, target: &str) -> Vec<String> {
    ledger.history().queue(target, at(10)).into_iter().map(|promotion| promotion.id.to_string()).collect()
}

fn decide(ledger: &MemoryLedger, recipe: &str) -> PromotionId {
    ledger.decide("t", recipe, DecisionWord::Approved)
}

fn begin(ledger: &MemoryLedger, id: &PromotionId) {
    Approved::obtain(id, &mk_worker(10), ledger).unwrap();
}

/// A decision about to be written: a recipe on target `t` by way of a branch.
fn mk_newer(recipe: &str, branch: &str) -> Draft {
    let mut decided = mk_decided(DecisionWord::Approved);
    decided.provenance.reference = GitReference::Branch(branch.to_owned());
    let subject =
        EntrySubject { recipe: Some(Digest::of(recipe.as_bytes())), target: Some("t".to_owned()), ..EntrySubject::default() };
    let by = mk_worker(10).by;
    Draft { at: at(10), by, policy: None, subject, body: Body::Decided(decided), blobs: BTreeMap::new(), attached: Vec::new() }
}

fn superseded(ledger: &MemoryLedger, newer: &Draft, supersede: bool) -> Vec<String> {
    ledger.history().superseded(newer, supersede).into_iter().map(|promotion| promotion.id.to_string()).collect()
}

#[test]
fn approved_promotions_wait_in_the_order_of_their_decisions() {
    let ledger = MemoryLedger::with_trust();
    let first = decide(&ledger, "r1");
    ledger.decide("t", "denied", DecisionWord::Denied);
    ledger.decide("other", "r", DecisionWord::Approved);
    decide(&ledger, "r2");
    assert_eq!(queue(&ledger, "t"), ["P-1", "P-4"]);
    assert_eq!(ledger.history().ahead_of("t", 4, at(10)), std::slice::from_ref(&first));
    begin(&ledger, &first);
    assert_eq!(queue(&ledger, "t"), ["P-4"]);
}

#[test]
fn nobody_waits_for_what_can_never_be_applied() {
    let ledger = MemoryLedger::with_trust();
    decide(&ledger, "under the old policy");
    ledger.write(EntrySubject::default(), mk_accept("policy 1"));
    assert!(queue(&ledger, "t").is_empty());
    let mut decided = mk_decided(DecisionWord::Approved);
    decided.valid_until = Some(at(10));
    let id = PromotionId::of_decision(ledger.history().len());
    let subject = EntrySubject { target: Some("t".to_owned()), promotion: Some(id), ..EntrySubject::default() };
    ledger.write(subject, Body::Decided(decided));
    assert!(queue(&ledger, "t").is_empty());
}

#[test]
fn a_failed_attempt_keeps_nobody_waiting_and_can_be_repeated_until_a_later_one_begins() {
    let ledger = MemoryLedger::with_trust();
    let first = decide(&ledger, "r1");
    begin(&ledger, &first);
    ledger.end(&first, OutcomeState::Failed);
    let second = decide(&ledger, "r2");
    assert_eq!(queue(&ledger, "t"), [second.to_string()]);
    begin(&ledger, &first);
    ledger.end(&first, OutcomeState::Failed);
    begin(&ledger, &second);
    assert_eq!(ledger.history().begun_after("t", 1), Some(second));
}

#[test]
fn the_same_recipe_decided_anew_takes_the_place_of_the_old_decision() {
    let ledger = MemoryLedger::with_trust();
    decide(&ledger, "r1");
    decide(&ledger, "r2");
    assert_eq!(superseded(&ledger, &mk_newer("r1", "elsewhere"), false), ["P-1"]);
    assert!(superseded(&ledger, &mk_newer("r3", "master"), false).is_empty());
}

#[test]
fn where_the_queue_supersedes_a_newer_one_of_the_same_reference_takes_the_place() {
    let ledger = MemoryLedger::with_trust();
    let running = decide(&ledger, "r0");
    begin(&ledger, &running);
    decide(&ledger, "r1");
    decide(&ledger, "r2");
    assert_eq!(superseded(&ledger, &mk_newer("r3", "master"), true), ["P-3", "P-4"]);
    assert!(superseded(&ledger, &mk_newer("r3", "elsewhere"), true).is_empty());
}

#[test]
fn who_is_withdrawn_waits_no_longer_and_is_aborted_with_the_reason() {
    let ledger = MemoryLedger::with_trust();
    let id = decide(&ledger, "r1");
    let history = ledger.history();
    let draft = withdrawal(history.promotion(&id).unwrap().decision, "superseded by P-20", &mk_worker(10).by, at(10));
    ledger.append(&mut |_| Ok(Proposal { drafts: vec![draft.clone()] })).unwrap();
    let history = ledger.history();
    let promotion = history.promotion(&id).unwrap();
    assert_eq!(promotion.state(), PromotionState::Aborted);
    assert_eq!(promotion.outcome.unwrap().1.message, "superseded by P-20");
    assert!(queue(&ledger, "t").is_empty());
    assert!(Approved::obtain(&id, &mk_worker(10), &ledger).is_err());
}
