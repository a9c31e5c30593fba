//! What follows from the ledger's entries.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod gist;
mod support;

use support::{MemoryLedger, at, mk_accept, mk_approval, mk_decided, mk_target, mk_worker};
use tollgate_core::act::{EvidenceAdded, EvidenceSubject, Override, Review};
use tollgate_core::approved::Approved;
use tollgate_core::chain::{Chain, NoChain};
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Decided, Entry, EntrySubject, OutcomeState, PromotionId};
use tollgate_core::history::{BrokenHistory, History, PromotionState};
use tollgate_core::pipeline::{GitReference, Target};
use tollgate_core::recipe::Recipe;
use tollgate_core::structure::check_way;

fn succeed(ledger: &MemoryLedger, target: &str, recipe: &str) {
    let promotion = ledger.decide(target, recipe, DecisionWord::Approved);
    Approved::obtain(&promotion, &mk_worker(1), ledger).unwrap();
    ledger.end(&promotion, OutcomeState::Succeeded);
}

fn fail(ledger: &MemoryLedger, target: &str, recipe: &str) {
    let promotion = ledger.decide(target, recipe, DecisionWord::Approved);
    Approved::obtain(&promotion, &mk_worker(1), ledger).unwrap();
    ledger.end(&promotion, OutcomeState::Failed);
}

fn mk_target_after(after: &[&str]) -> Target {
    Target { after: after.iter().map(|name| (*name).to_owned()).collect(), ..mk_target("prod") }
}

fn structural(ledger: &MemoryLedger, recipe: &str, reference: &GitReference) -> Vec<String> {
    let findings =
        check_way(&mk_target_after(&["preprod-apps"]), reference, Digest::of(recipe.as_bytes()), &ledger.history().proven());
    findings.iter().map(|finding| finding.rule.as_str().to_owned()).collect()
}

fn tag() -> GitReference {
    GitReference::Tag("v1".to_owned())
}

#[test]
fn the_policy_in_force_is_the_one_accepted_last() {
    let ledger = MemoryLedger::with_trust();
    assert_eq!(ledger.history().policy_in_force().unwrap().commit, "c0");
    ledger.write(EntrySubject::default(), mk_accept("policy 1"));
    ledger.write(EntrySubject::default(), mk_accept("policy 2"));
    assert_eq!(ledger.history().policy_in_force().unwrap().commit, "policy 2");
}

#[test]
fn a_recipe_is_proven_once_it_succeeded_until_it_fails_there() {
    let ledger = MemoryLedger::with_trust();
    assert_eq!(structural(&ledger, "r", &tag()), ["structure/after"]);
    succeed(&ledger, "preprod-apps", "r");
    assert_eq!(structural(&ledger, "r", &tag()), Vec::<String>::new());
    assert_eq!(structural(&ledger, "other", &tag()), ["structure/after"]);
    fail(&ledger, "preprod-apps", "r");
    assert_eq!(structural(&ledger, "r", &tag()), ["structure/after"]);
    succeed(&ledger, "preprod-apps", "r");
    assert_eq!(structural(&ledger, "r", &tag()), Vec::<String>::new());
}

#[test]
fn a_recipe_that_gives_way_to_another_stays_proven() {
    let ledger = MemoryLedger::with_trust();
    succeed(&ledger, "preprod-apps", "r1");
    succeed(&ledger, "preprod-apps", "r2");
    assert_eq!(structural(&ledger, "r1", &tag()), Vec::<String>::new());
    assert_eq!(ledger.history().current("preprod-apps").unwrap().recipe(), Some(Digest::of(b"r2")));
}

#[test]
fn what_comes_back_after_another_recipe_stands_since_then() {
    let ledger = MemoryLedger::with_trust();
    let promotion = |recipe: &str| {
        let proven = ledger.history().proven().into_iter().find(|proof| proof.recipe == Digest::of(recipe.as_bytes()));
        proven.unwrap().promotion
    };
    succeed(&ledger, "preprod-apps", "r1");
    let first = promotion("r1");
    succeed(&ledger, "preprod-apps", "r1");
    assert_eq!(promotion("r1"), first, "it never went away");
    succeed(&ledger, "prod-apps", "r2");
    succeed(&ledger, "preprod-apps", "r1");
    assert_eq!(promotion("r1"), first, "another target is another target");
    succeed(&ledger, "preprod-apps", "r2");
    assert_eq!(promotion("r1"), first, "it gave way, and stays proven as it was");
    succeed(&ledger, "preprod-apps", "r1");
    assert_ne!(promotion("r1"), first);
}

#[test]
fn what_runs_is_what_succeeded_last_and_not_what_was_decided_last() {
    let ledger = MemoryLedger::with_trust();
    succeed(&ledger, "preprod-apps", "r1");
    fail(&ledger, "preprod-apps", "r2");
    ledger.decide("preprod-apps", "r3", DecisionWord::Denied);
    assert_eq!(ledger.history().current("preprod-apps").unwrap().recipe(), Some(Digest::of(b"r1")));
}

#[test]
fn a_reference_that_does_not_match_is_denied_even_with_a_proof() {
    let ledger = MemoryLedger::with_trust();
    succeed(&ledger, "preprod-apps", "r");
    assert_eq!(structural(&ledger, "r", &GitReference::Branch("v1".to_owned())), ["structure/on"]);
}

#[test]
fn attempts_are_counted_up_for_each_target() {
    let ledger = MemoryLedger::with_trust();
    succeed(&ledger, "a", "r");
    fail(&ledger, "a", "r");
    succeed(&ledger, "b", "r");
    let history = ledger.history();
    assert_eq!((history.next_attempt("a"), history.next_attempt("b"), history.next_attempt("c")), (3, 2, 1));
}

#[test]
fn an_attempt_is_open_from_its_beginning_to_its_end() {
    let ledger = MemoryLedger::with_trust();
    let promotion = ledger.decide("a", "r", DecisionWord::Approved);
    assert!(ledger.history().open_attempts("a").is_empty());
    Approved::obtain(&promotion, &mk_worker(1), &ledger).unwrap();
    assert_eq!(ledger.history().open_attempts("a").len(), 1);
    ledger.end(&promotion, OutcomeState::Errored);
    assert!(ledger.history().open_attempts("a").is_empty());
    assert_eq!(ledger.history().promotion(&promotion).unwrap().state(), PromotionState::Errored);
}

#[test]
fn entries_out_of_place_from_elsewhere_or_of_another_version_are_refused() {
    let ledger = MemoryLedger::with_trust();
    ledger.decide("a", "r", DecisionWord::Denied);
    let entries = ledger.history().entries().to_vec();
    let broken = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        History::new(entries).unwrap_err()
    };
    assert!(matches!(broken(&|entries| entries[1].index = 2), BrokenHistory::WrongIndex { .. }));
    assert!(matches!(broken(&|entries| entries[1].repo.push('x')), BrokenHistory::ForeignRepository { .. }));
    assert!(matches!(broken(&|entries| entries[1].version = 2), BrokenHistory::UnknownVersion { .. }));
    assert!(matches!(broken(&|entries| entries[1].body = entries[0].body.clone()), BrokenHistory::SecondTrust { .. }));
    let decided = |entries: &mut Vec<Entry>| entries[0].body = entries[1].body.clone();
    assert!(matches!(broken(&decided), BrokenHistory::NoTrust { .. }));
}

#[test]
fn an_entry_is_read_back_as_it_was_written() {
    let ledger = MemoryLedger::with_trust();
    succeed(&ledger, "a", "r");
    for entry in ledger.history().entries() {
        let bytes = tollgate_core::canonical::to_vec(entry).unwrap();
        assert_eq!(serde_json::from_slice::<Entry>(&bytes).unwrap(), *entry);
    }
}

/// A recipe without components, and its id.
fn empty_recipe() -> (Recipe, Digest) {
    let recipe = Recipe::new(Vec::new()).unwrap();
    let id = recipe.id().unwrap();
    (recipe, id)
}

/// Decides on the empty recipe.
fn decide_empty(ledger: &MemoryLedger, word: DecisionWord, overrides: &[u64]) -> PromotionId {
    let id = PromotionId::of_decision(ledger.history().len());
    let subject = EntrySubject {
        recipe: Some(empty_recipe().1),
        target: Some("prod-apps".to_owned()),
        plan: Some(Digest::of(b"plan")),
        promotion: Some(id.clone()),
        attempt: None,
    };
    ledger.write(subject, Body::Decided(Decided { overrides: overrides.to_vec(), ..mk_decided(word) }));
    id
}

fn evidence_about(digest: Digest) -> Body {
    let subjects = vec![EvidenceSubject { digest, name: String::new() }];
    let predicate_type = "https://example.com/scan".to_owned();
    Body::Evidence(EvidenceAdded { predicate_type, subjects, trees: Vec::new(), key: None, signer: None })
}

/// Indices of the entries of a promotion's chain, or why there is none.
fn chain(history: &History, id: &PromotionId) -> Result<Vec<u64>, NoChain> {
    let entries: Vec<&Entry> = history.entries().iter().collect();
    Chain::find(&entries, id, &empty_recipe().0).map(|chain| chain.entries.iter().map(|entry| entry.index).collect())
}

#[test]
fn the_chain_of_a_promotion_has_what_led_to_it_and_nothing_else() {
    let ledger = MemoryLedger::with_trust();
    ledger.write(EntrySubject::default(), mk_accept("policy 1"));
    ledger.write(EntrySubject::default(), evidence_about(empty_recipe().1));
    ledger.write(EntrySubject::default(), evidence_about(Digest::of(b"other")));
    ledger.write(EntrySubject::default(), mk_approval(ApprovalKind::Review, "tree"));
    let given = Override {
        gates: vec!["g".to_owned()],
        reason: String::new(),
        ticket: None,
        until: at(9),
        review_by: at(9),
        recover: false,
        confirms: None,
        restores: None,
        in_cluster: None,
    };
    ledger.write(EntrySubject::default(), Body::Override(given.clone()));
    ledger.write(EntrySubject::default(), Body::Override(Override { confirms: Some(5), ..given.clone() }));
    ledger.write(EntrySubject::default(), Body::Override(given));
    let id = decide_empty(&ledger, DecisionWord::Approved, &[5]);
    ledger.end(&id, OutcomeState::Succeeded);
    ledger.write(EntrySubject::default(), evidence_about(empty_recipe().1));
    ledger.write(EntrySubject::default(), Body::Review(Review { of: 5, accepted: true, note: String::new() }));
    assert_eq!(chain(&ledger.history(), &id), Ok(vec![1, 2, 4, 5, 6, 8, 9, 11]));
    // The policy before is none of its own, and without the one that was in force there is no chain.
    let history = ledger.history();
    let without: Vec<&Entry> = history.entries().iter().filter(|entry| entry.index != 1).collect();
    assert_eq!(Chain::find(&without, &id, &empty_recipe().0).unwrap_err(), NoChain::NoPolicy(id));
}

#[test]
fn only_success_and_denial_are_ends_that_can_be_told_of() {
    let ledger = MemoryLedger::with_trust();
    let state = |id: &PromotionId| match chain(&ledger.history(), id) {
        Ok(_) => "told",
        Err(NoChain::NotEnded { state, .. }) => state,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(state(&decide_empty(&ledger, DecisionWord::Denied, &[])), "told");
    assert_eq!(state(&decide_empty(&ledger, DecisionWord::Pending, &[])), "pending");
    let id = decide_empty(&ledger, DecisionWord::Approved, &[]);
    assert_eq!(state(&id), "approved");
    for (end, expected) in [
        (OutcomeState::Failed, "failed"),
        (OutcomeState::Aborted, "aborted"),
        (OutcomeState::Errored, "errored"),
        (OutcomeState::Succeeded, "told"),
    ] {
        ledger.end(&id, end);
        assert_eq!(state(&id), expected);
    }
}

#[test]
fn a_chain_is_of_the_recipe_that_was_decided_on() {
    let ledger = MemoryLedger::with_trust();
    let id = ledger.decide("prod-apps", "another", DecisionWord::Denied);
    assert_eq!(chain(&ledger.history(), &id), Err(NoChain::OtherRecipe(id)));
    let unknown = PromotionId::of_decision(99);
    assert_eq!(chain(&ledger.history(), &unknown), Err(NoChain::NoDecision(unknown)));
}
