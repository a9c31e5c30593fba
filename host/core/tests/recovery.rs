//! Recovery: what lets a policy revision that was in force before pass the errors of gates, and what does not.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]
#![allow(dead_code, reason = "other test programs use the rest of the support")]

mod support;

use support::{MemoryLedger, at, mk_accept, mk_target};
use tollgate_core::act::{Override, Restored, Review};
use tollgate_core::decision::GateRecord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, EntrySubject, PolicyAccept};
use tollgate_core::overrides::{OverrideTerms, Passes};
use tollgate_core::people::People;
use tollgate_core::policy::Enforcement;

const LEAD: &str = "lead@example.com";
const AUDITOR: &str = "auditor@example.com";
const SECOND: &str = "second@example.com";
const GOOD: &str = "policy 0";
const BROKEN: &str = "policy 1";

fn mk_people() -> People {
    let team = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
    let teams = [("platform".to_owned(), team(&[LEAD])), ("security".to_owned(), team(&[AUDITOR, SECOND, LEAD]))];
    People { teams: teams.into(), ..People::default() }
}

fn mk_terms() -> OverrideTerms {
    OverrideTerms {
        by: vec!["platform".to_owned()],
        approvals: 1,
        max_duration: 3_600,
        review_within: 86_400,
        needs_ticket: false,
        recover_by: vec!["security".to_owned()],
    }
}

fn mk_recovery(restores: &str, confirms: Option<u64>) -> Override {
    Override {
        gates: vec!["integrity".to_owned()],
        reason: "it traps".to_owned(),
        ticket: None,
        until: at(1_000),
        review_by: at(2_000),
        recover: true,
        confirms,
        restores: Some(Restored { commit: "c".repeat(40), policy: Digest::of(restores.as_bytes()) }),
        in_cluster: None,
    }
}

/// A ledger in which a broken policy is in force.
fn mk_ledger() -> MemoryLedger {
    let ledger = MemoryLedger::with_trust();
    ledger.write(EntrySubject::default(), mk_accept(BROKEN));
    ledger
}

fn sign(ledger: &MemoryLedger, who: &str, recovery: Override) -> u64 {
    ledger.write_by(Some(who), EntrySubject::default(), Body::Override(recovery)).index
}

/// A recovery to a policy that two people of the other team have signed.
fn recover(ledger: &MemoryLedger, restores: &str) -> u64 {
    let opened = sign(ledger, AUDITOR, mk_recovery(restores, None));
    sign(ledger, SECOND, mk_recovery(restores, Some(opened)));
    opened
}

fn passes(ledger: &MemoryLedger, policy: &str, now: i64) -> Passes {
    ledger.history().recoveries(&mk_people(), &mk_terms(), Digest::of(policy.as_bytes()), at(now))
}

#[test]
fn two_people_of_the_other_team_let_the_errors_of_named_gates_pass_for_a_time() {
    let ledger = mk_ledger();
    let opened = recover(&ledger, GOOD);
    let passed = passes(&ledger, GOOD, 999);
    assert_eq!(passed.keys().collect::<Vec<_>>(), ["integrity"]);
    assert_eq!(passed["integrity"].iter().map(|pass| (pass.entry, pass.recover)).collect::<Vec<_>>(), [(opened, true)]);
    assert!(passes(&ledger, GOOD, 1_000).is_empty(), "it is over");
    assert!(passes(&ledger, "policy 2", 0).is_empty(), "it is of another revision");
}

#[test]
fn one_person_is_not_enough_whatever_the_terms_say_and_nobody_counts_who_breaks_glass() {
    let ledger = mk_ledger();
    let opened = sign(&ledger, AUDITOR, mk_recovery(GOOD, None));
    sign(&ledger, AUDITOR, mk_recovery(GOOD, Some(opened)));
    assert!(passes(&ledger, GOOD, 0).is_empty());
    // In both teams: whoever may sign other overrides may sign no recovery.
    sign(&ledger, LEAD, mk_recovery(GOOD, Some(opened)));
    assert!(passes(&ledger, GOOD, 0).is_empty());
    sign(&ledger, SECOND, mk_recovery(GOOD, Some(opened)));
    assert!(!passes(&ledger, GOOD, 0).is_empty());
}

#[test]
fn a_recovery_is_from_the_revision_in_force_and_is_used_up_when_another_one_is() {
    let ledger = mk_ledger();
    recover(&ledger, GOOD);
    ledger.write(EntrySubject::default(), mk_accept("policy 2"));
    assert!(passes(&ledger, GOOD, 0).is_empty());
}

#[test]
fn a_recovery_moves_nothing_and_an_override_restores_nothing() {
    let ledger = mk_ledger();
    recover(&ledger, GOOD);
    let moved =
        EntrySubject { target: Some("prod-apps".to_owned()), recipe: Some(Digest::of(b"recipe")), ..EntrySubject::default() };
    for (who, recover) in [(AUDITOR, true), (SECOND, true)] {
        let one = Override { recover, restores: None, ..mk_recovery(GOOD, None) };
        let opened = ledger.write_by(Some(who), moved.clone(), Body::Override(one.clone())).index;
        for other in [AUDITOR, SECOND] {
            ledger.write_by(Some(other), moved.clone(), Body::Override(Override { confirms: Some(opened), ..one.clone() }));
        }
    }
    let history = ledger.history();
    let found = history.passes(&mk_people(), &mk_terms(), Digest::of(b"recipe"), &mk_target("prod"), at(0));
    assert_eq!(found, Passes::new());
    let ledger = mk_ledger();
    sign(&ledger, LEAD, Override { recover: false, ..mk_recovery(GOOD, None) });
    assert!(passes(&ledger, GOOD, 0).is_empty());
}

#[test]
fn what_was_in_force_is_known_from_all_entries() {
    let ledger = mk_ledger();
    for (policy, expected) in [(GOOD, true), (BROKEN, true), ("policy 2", false)] {
        assert_eq!(ledger.history().was_in_force(Digest::of(policy.as_bytes())), expected, "{policy}");
    }
}

#[test]
fn a_recovery_that_was_used_owes_a_review_by_somebody_who_did_not_sign_it() {
    let ledger = mk_ledger();
    let opened = recover(&ledger, GOOD);
    let owed = |ledger: &MemoryLedger| ledger.history().used_overrides(&mk_people(), &mk_terms());
    assert_eq!(owed(&ledger), Vec::new());
    let gate = GateRecord {
        name: "integrity".to_owned(),
        enforcement: Enforcement::Mandatory,
        verdict: "error".to_owned(),
        passed_by: Some(opened),
    };
    let accept = PolicyAccept { commit: "c".repeat(40), policy: Digest::of(GOOD.as_bytes()), gates: vec![gate] };
    ledger.write(EntrySubject::default(), Body::PolicyAccept(accept));
    let used = owed(&ledger);
    assert_eq!(used.iter().map(|used| (used.entry, used.target.as_str())).collect::<Vec<_>>(), [(opened, "the policy")]);
    let review = |who: &str| {
        let review = Review { of: opened, accepted: true, note: String::new() };
        ledger.write_by(Some(who), EntrySubject::default(), Body::Review(review));
        owed(&ledger)[0].reviewed.clone().map(|(person, _)| person.principal)
    };
    assert_eq!(review(SECOND), None);
    assert_eq!(review(LEAD), Some(LEAD.to_owned()));
}
