//! What people wrote, and what follows from it: stops, overrides, approvals, and ways back.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod break_glass;
mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use support::{MemoryLedger, at, mk_approval, mk_decided, mk_target, mk_worker};
use tollgate_core::act::{Freeze, Hold, Override, Rejection, Review, Scope, Thaw};
use tollgate_core::approvals::{JudgedNow, SeenThen};
use tollgate_core::approved::{Approved, NotApproved};
use tollgate_core::broken_glass::InCluster;
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::entry::{Body, Decided, EntrySubject, OutcomeState, PromotionId};
use tollgate_core::finding::{Finding, Level, RuleId, Severity, Subject};
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::people::People;
use tollgate_core::pipeline::Target;
use tollgate_core::plan::{Action, Plan, Verb};
use tollgate_core::render::ObjectKey;
use tollgate_core::way_back::Movement;

const LEAD: &str = "lead@example.com";
const OPERATOR: &str = "operator@example.com";
const AUDITOR: &str = "auditor@example.com";

fn freeze(ledger: &MemoryLedger, scope: Scope, until: Option<i64>) -> u64 {
    let freeze = Freeze { scope, reason: "stop".to_owned(), until: until.map(at) };
    ledger.write(EntrySubject::default(), Body::Freeze(freeze)).index
}

fn stopped(ledger: &MemoryLedger, now: i64) -> Vec<u64> {
    let stops = ledger.history().stops_before(&mk_target("prod"), &BTreeSet::from(["cart"]), at(now));
    stops.iter().map(|stop| stop.entry).collect()
}

#[test]
fn a_freeze_stands_between_what_its_scope_covers_until_it_ends_or_is_lifted() {
    let ledger = MemoryLedger::with_trust();
    let named = |name: &str| name.to_owned();
    let covering = [
        freeze(&ledger, Scope::All, None),
        freeze(&ledger, Scope::Environment(named("prod")), None),
        freeze(&ledger, Scope::Target(named("prod-apps")), None),
        freeze(&ledger, Scope::Component(named("cart")), Some(100)),
    ];
    for other in [Scope::Environment(named("preprod")), Scope::Target(named("prod")), Scope::Component(named("checkout"))] {
        freeze(&ledger, other, None);
    }
    assert_eq!(stopped(&ledger, 99), covering);
    assert_eq!(stopped(&ledger, 100), covering[..3]);
    let thaw = Thaw { lifts: vec![covering[0], covering[2]], reason: "over".to_owned() };
    ledger.write(EntrySubject::default(), Body::Thaw(thaw));
    assert_eq!(stopped(&ledger, 100), [covering[1]]);
}

#[test]
fn a_hold_stops_its_own_target_and_one_without_a_target_stops_all() {
    let ledger = MemoryLedger::with_trust();
    let hold = |target: Option<&str>| {
        let subject = EntrySubject { target: target.map(ToOwned::to_owned), ..EntrySubject::default() };
        ledger.write(subject, Body::Hold(Hold { away_from: None, reason: "rolled back".to_owned() })).index
    };
    hold(Some("preprod-apps"));
    let (own, unknown) = (hold(Some("prod-apps")), hold(None));
    assert_eq!(stopped(&ledger, 0), [own, unknown]);
}

fn mk_people() -> People {
    let team = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
    People { teams: [("platform".to_owned(), team(&[LEAD, OPERATOR]))].into(), ..People::default() }
}

fn mk_terms() -> OverrideTerms {
    OverrideTerms {
        by: vec!["platform".to_owned()],
        approvals: 2,
        max_duration: 3_600,
        review_within: 86_400,
        needs_ticket: false,
        recover_by: Vec::new(),
    }
}

fn sign(ledger: &MemoryLedger, who: &str, confirms: Option<u64>) -> u64 {
    let body = Body::Override(Override {
        gates: vec!["freeze".to_owned()],
        reason: "down".to_owned(),
        ticket: None,
        until: at(1_000),
        review_by: at(2_000),
        recover: false,
        confirms,
        restores: None,
        in_cluster: None,
    });
    ledger.write_by(Some(who), subject("prod-apps", "recipe"), body).index
}

fn subject(target: &str, recipe: &str) -> EntrySubject {
    EntrySubject { target: Some(target.to_owned()), recipe: Some(Digest::of(recipe.as_bytes())), ..EntrySubject::default() }
}

fn passes(ledger: &MemoryLedger, recipe: &str, target: &str, now: i64) -> bool {
    let recipe = Digest::of(recipe.as_bytes());
    let target = Target { name: target.to_owned(), ..mk_target("prod") };
    !ledger.history().passes(&mk_people(), &mk_terms(), recipe, &target, at(now)).is_empty()
}

#[test]
fn an_override_counts_once_enough_different_people_have_signed_it() {
    let ledger = MemoryLedger::with_trust();
    let opened = sign(&ledger, LEAD, None);
    for useless in [LEAD, AUDITOR] {
        sign(&ledger, useless, Some(opened));
        assert!(!passes(&ledger, "recipe", "prod-apps", 0), "{useless}");
    }
    let unsigned = Override { confirms: Some(opened), ..opened_override(&ledger, opened) };
    ledger.write_by(None, subject("prod-apps", "recipe"), Body::Override(unsigned));
    assert!(!passes(&ledger, "recipe", "prod-apps", 0));
    sign(&ledger, OPERATOR, Some(opened));
    assert!(passes(&ledger, "recipe", "prod-apps", 0));
}

#[test]
fn glass_that_was_broken_in_a_cluster_passes_nothing_whoever_signs_it_and_owes_a_review_by_somebody_else() {
    let ledger = MemoryLedger::with_trust();
    let signed = sign(&ledger, LEAD, None);
    let (user, object, decision) = (LEAD.to_owned(), "Deployment shop/cart".to_owned(), "705ab4f5".to_owned());
    let in_cluster = Some(InCluster { user, object, decision });
    let broken = Override { in_cluster, ..opened_override(&ledger, signed) };
    let opened = ledger.write_by(Some("bot@example.com"), subject("prod-apps", "recipe"), Body::Override(broken)).index;
    for who in [LEAD, OPERATOR] {
        sign(&ledger, who, Some(opened));
    }
    assert!(!passes(&ledger, "recipe", "prod-apps", 0));
    let owed = ledger.history().used_overrides(&mk_people(), &mk_terms());
    let by: Vec<&str> = owed[0].by.iter().map(|person| person.principal.as_str()).collect();
    assert_eq!((owed.len(), owed[0].entry, by, owed[0].reviewed.is_none()), (1, opened, vec![LEAD], true));
}

fn opened_override(ledger: &MemoryLedger, index: u64) -> Override {
    match &ledger.history().entries()[usize::try_from(index).unwrap()].body {
        Body::Override(opened) => opened.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_override_is_for_one_recipe_one_target_and_a_time() {
    let ledger = MemoryLedger::with_trust();
    let opened = sign(&ledger, LEAD, None);
    sign(&ledger, OPERATOR, Some(opened));
    for (recipe, target, now, expected) in [
        ("recipe", "prod-apps", 999, true),
        ("recipe", "prod-apps", 1_000, false),
        ("other", "prod-apps", 0, false),
        ("recipe", "prod-ops", 0, false),
    ] {
        assert_eq!(passes(&ledger, recipe, target, now), expected, "{recipe} {target} {now}");
    }
}

#[test]
fn an_override_passes_nothing_while_a_younger_stop_stands() {
    let ledger = MemoryLedger::with_trust();
    let freeze = |scope| {
        let freeze = Freeze { scope, reason: "stop the line".to_owned(), until: None };
        ledger.write(EntrySubject::default(), Body::Freeze(freeze)).index
    };
    freeze(Scope::All);
    let opened = sign(&ledger, LEAD, None);
    sign(&ledger, OPERATOR, Some(opened));
    assert!(passes(&ledger, "recipe", "prod-apps", 0), "it was opened because of the freeze");
    freeze(Scope::Target("preprod-apps".to_owned()));
    assert!(passes(&ledger, "recipe", "prod-apps", 0), "that is another target");
    let hold = Hold { away_from: Some(Digest::of(b"recipe")), reason: "rolled back".to_owned() };
    let hold = ledger.write(subject("prod-apps", "before"), Body::Hold(hold)).index;
    assert!(!passes(&ledger, "recipe", "prod-apps", 0), "somebody went back since");
    let thaw = Thaw { lifts: vec![hold], reason: "understood".to_owned() };
    ledger.write(EntrySubject::default(), Body::Thaw(thaw));
    assert!(passes(&ledger, "recipe", "prod-apps", 0));
    freeze(Scope::Component("cart".to_owned()));
    assert!(!passes(&ledger, "recipe", "prod-apps", 0), "it may be one of the recipe's");
}

#[test]
fn terms_that_became_stricter_hold_for_overrides_that_are_open() {
    let ledger = MemoryLedger::with_trust();
    let opened = sign(&ledger, LEAD, None);
    sign(&ledger, OPERATOR, Some(opened));
    let passes = |terms: &OverrideTerms| {
        !ledger
            .history()
            .passes(
                &mk_people(),
                terms,
                Digest::of(b"recipe"),
                &Target { name: "prod-apps".to_owned(), ..mk_target("prod") },
                at(500),
            )
            .is_empty()
    };
    assert!(passes(&mk_terms()));
    assert!(!passes(&OverrideTerms { approvals: 3, ..mk_terms() }));
    assert!(!passes(&OverrideTerms { max_duration: 500, ..mk_terms() }));
    assert!(!passes(&OverrideTerms { by: vec!["security".to_owned()], ..mk_terms() }));
}

#[test]
fn only_an_override_that_passed_something_owes_a_review_and_only_others_can_give_it() {
    let ledger = MemoryLedger::with_trust();
    let opened = sign(&ledger, LEAD, None);
    let used = || ledger.history().used_overrides(&mk_people(), &mk_terms());
    assert!(used().is_empty());
    let decided = Decided { overrides: vec![opened], ..mk_decided(DecisionWord::Approved) };
    ledger.write(subject("prod-apps", "recipe"), Body::Decided(decided));
    assert_eq!(used()[0].reviewed, None);
    let review = |accepted| Body::Review(Review { of: opened, accepted, note: String::new() });
    for useless in [Some(LEAD), None] {
        ledger.write_by(useless, EntrySubject::default(), review(true));
        assert_eq!(used()[0].reviewed, None, "{useless:?}");
    }
    ledger.write_by(Some(AUDITOR), EntrySubject::default(), review(false));
    let (by, accepted) = used()[0].reviewed.clone().unwrap();
    assert_eq!((by.principal.as_str(), accepted), (AUDITOR, false));
}

fn mk_action(name: &str, sends: &str) -> Action {
    let identity =
        ObjectIdentity { api_version: "v1".to_owned(), kind: "ConfigMap".to_owned(), namespace: None, name: name.to_owned() };
    Action {
        verb: Verb::Change,
        object: ObjectKey { component: "cart".to_owned(), identity },
        live_uid: None,
        sends: Some(Digest::of(sends.as_bytes())),
        changes: Vec::new(),
        takes: Vec::new(),
        by_server: Vec::new(),
    }
}

fn mk_plan(actions: &[(&str, &str)]) -> Plan {
    let actions = actions.iter().map(|(name, sends)| mk_action(name, sends)).collect();
    Plan { actions, ..Plan::empty("prod-apps", Digest::of(b"recipe")) }
}

fn mk_finding(rule: &str) -> Finding {
    Finding {
        policy: "p".to_owned(),
        rule: RuleId::new("p", rule),
        level: Level::Warn,
        severity: Severity::Low,
        message: String::new(),
        subject: Subject::Component("cart".to_owned()),
        location: None,
        remediation: None,
        controls: Vec::new(),
        status: None,
        waiver: None,
    }
}

/// Why an approval of plan and findings does not cover others.
fn void(then: (&[(&str, &str)], &[&str]), now: (&[(&str, &str)], &[&str])) -> Option<String> {
    let findings = |rules: &[&str]| rules.iter().map(|rule| mk_finding(rule)).collect::<Vec<_>>();
    let ledger = MemoryLedger::with_trust();
    let entry = ledger.write_by(Some(LEAD), subject("prod-apps", "recipe"), mk_approval(ApprovalKind::Promotion, "7ree"));
    let seen = SeenThen { plan: mk_plan(then.0), findings: findings(then.1) };
    let (plan, findings) = (mk_plan(now.0), findings(now.1));
    let now = judged_now(&plan, &findings);
    let history = ledger.history();
    let (_, approval) = history.approvals().next().unwrap();
    now.void(&entry, approval, Some(&seen))
}

fn judged_now<'a>(plan: &'a Plan, findings: &'a [Finding]) -> JudgedNow<'a> {
    JudgedNow { recipe: Digest::of(b"recipe"), target: "prod-apps", policy: Digest::of(b"policy 0"), tree: "7ree", plan, findings }
}

#[test]
fn an_approval_covers_a_plan_that_does_no_more_and_finds_no_more() {
    assert_eq!(void((&[("a", "1"), ("b", "1")], &["x", "y"]), (&[("a", "1")], &["x"])), None);
    let more = void((&[("a", "1")], &[]), (&[("a", "1"), ("b", "1")], &[])).unwrap();
    assert_eq!(more, "what was approved had not the change of configmap b of cart");
    assert!(void((&[("a", "1")], &[]), (&[("a", "2")], &[])).is_some());
    assert!(void((&[("a", "1")], &["x"]), (&[("a", "1")], &["x", "y"])).unwrap().contains("the finding p/y"));
}

#[test]
fn what_an_approval_is_not_of_is_said_by_name() {
    let (plan, findings) = (mk_plan(&[]), Vec::new());
    let reason = |who: Option<&str>, subject: EntrySubject, kind, tree: &str, policy: &[u8]| {
        let ledger = MemoryLedger::with_trust();
        let entry = ledger.write_by(who, subject, mk_approval(kind, tree));
        let history = ledger.history();
        let (_, approval) = history.approvals().next().unwrap();
        let now = JudgedNow { policy: Digest::of(policy), ..judged_now(&plan, &findings) };
        now.void(&entry, approval, None).unwrap_or_default()
    };
    let (promotion, review) = (ApprovalKind::Promotion, ApprovalKind::Review);
    for (reason, part) in [
        (reason(None, subject("prod-apps", "recipe"), promotion, "7ree", b"policy 0"), "not signed"),
        (reason(Some(LEAD), subject("prod-apps", "recipe"), promotion, "7ree", b"policy 1"), "another policy"),
        (reason(Some(LEAD), subject("prod-ops", "recipe"), promotion, "7ree", b"policy 0"), "target prod-ops"),
        (reason(Some(LEAD), subject("prod-apps", "other"), promotion, "7ree", b"policy 0"), "of the recipe"),
        (reason(Some(LEAD), subject("prod-apps", "recipe"), promotion, "7ree", b"policy 0"), "can't be read"),
        (reason(Some(LEAD), EntrySubject::default(), review, "other", b"policy 0"), "of the tree other"),
        (reason(Some(LEAD), EntrySubject::default(), review, "7ree", b"policy 0"), ""),
    ] {
        assert!(reason.contains(part) && reason.is_empty() == part.is_empty(), "{reason} | {part}");
    }
}

#[test]
fn a_rejection_stands_until_the_same_person_approves_the_same() {
    let ledger = MemoryLedger::with_trust();
    let (plan, findings) = (mk_plan(&[]), Vec::new());
    let standing = || ledger.history().rejections(&judged_now(&plan, &findings), &mk_people()).len();
    let rejection = Body::Rejection(Rejection {
        kind: ApprovalKind::Promotion,
        commit: "c".to_owned(),
        tree: "7ree".to_owned(),
        reason: "no".to_owned(),
    });
    ledger.write_by(Some(LEAD), subject("prod-apps", "recipe"), rejection);
    assert_eq!(standing(), 1);
    for (who, about, kind) in [
        (OPERATOR, "recipe", ApprovalKind::Promotion),
        (LEAD, "other", ApprovalKind::Promotion),
        (LEAD, "recipe", ApprovalKind::Review),
    ] {
        ledger.write_by(Some(who), subject("prod-apps", about), mk_approval(kind, "7ree"));
        assert_eq!(standing(), 1, "{who} {about}");
    }
    ledger.write_by(Some(LEAD), subject("prod-apps", "recipe"), mk_approval(ApprovalKind::Promotion, "7ree"));
    assert_eq!(standing(), 0);
}

fn deliver(ledger: &MemoryLedger, recipe: &str, is_rollback: bool, state: OutcomeState) {
    let id = PromotionId::of_decision(ledger.history().len());
    let subject = EntrySubject { promotion: Some(id.clone()), plan: Some(Digest::of(b"plan")), ..subject("prod-apps", recipe) };
    ledger.write(subject, Body::Decided(Decided { is_rollback, ..mk_decided(DecisionWord::Approved) }));
    Approved::obtain(&id, &mk_worker(1), ledger).unwrap();
    ledger.end(&id, state);
}

#[test]
fn the_way_back_is_the_last_healthy_recipe_that_does_not_run() {
    let ledger = MemoryLedger::with_trust();
    for recipe in ["a", "b", "c"] {
        deliver(&ledger, recipe, false, OutcomeState::Succeeded);
    }
    let way_back = || ledger.history().way_back("prod-apps", Some(Digest::of(b"c"))).and_then(|way| way.recipe());
    assert_eq!(way_back(), Some(Digest::of(b"b")));
    deliver(&ledger, "b", false, OutcomeState::Failed);
    assert_eq!(way_back(), Some(Digest::of(b"a")));
}

#[test]
fn a_rollback_goes_away_from_what_failed_last_and_else_from_what_runs() {
    let ledger = MemoryLedger::with_trust();
    let away = || ledger.history().goes_away_from("prod-apps");
    assert_eq!(away(), None);
    deliver(&ledger, "a", false, OutcomeState::Succeeded);
    deliver(&ledger, "b", false, OutcomeState::Succeeded);
    assert_eq!(away(), Some(Digest::of(b"b")));
    deliver(&ledger, "c", false, OutcomeState::Failed);
    assert_eq!(away(), Some(Digest::of(b"c")));
    let back = ledger.history().way_back("prod-apps", away()).and_then(|way| way.recipe());
    assert_eq!(back, Some(Digest::of(b"b")), "what ran before it failed is healthy still");
    deliver(&ledger, "d", false, OutcomeState::Aborted);
    assert_eq!(away(), Some(Digest::of(b"c")), "nothing was written since");
}

#[test]
fn what_was_rolled_back_is_healthy_no_more_and_comes_back_as_something_new() {
    let ledger = MemoryLedger::with_trust();
    deliver(&ledger, "a", false, OutcomeState::Succeeded);
    deliver(&ledger, "b", false, OutcomeState::Succeeded);
    let movement = |recipe: &str| ledger.history().movement("prod-apps", Digest::of(recipe.as_bytes()));
    assert_eq!((movement("a"), movement("b"), movement("c")), (Movement::Revert, Movement::Forward, Movement::Forward));
    deliver(&ledger, "a", true, OutcomeState::Succeeded);
    assert!(ledger.history().stands_on("prod-apps", Digest::of(b"b")).is_none());
    assert!(ledger.history().stands_on("prod-apps", Digest::of(b"a")).is_some());
    assert_eq!(movement("b"), Movement::Forward);
}

#[test]
fn what_was_approved_before_a_stop_is_not_applied_while_it_stands() {
    let ledger = MemoryLedger::with_trust();
    let id = ledger.decide("prod-apps", "recipe", DecisionWord::Approved);
    let stop = freeze(&ledger, Scope::Target("prod-apps".to_owned()), Some(100));
    let refused = Approved::obtain(&id, &mk_worker(99), &ledger).unwrap_err();
    assert!(matches!(refused, NotApproved::Stopped { entry, .. } if entry == stop), "{refused}");
    assert!(refused.to_string().contains("target prod-apps was stopped"), "{refused}");
    Approved::obtain(&id, &mk_worker(100), &ledger).unwrap();
}

#[test]
fn the_hold_of_a_rollback_does_not_stop_the_rollback() {
    let ledger = MemoryLedger::with_trust();
    let hold = || Body::Hold(Hold { away_from: None, reason: "errors".to_owned() });
    for (is_rollback, goes) in [(true, true), (false, false)] {
        let id = PromotionId::of_decision(ledger.history().len());
        let subject =
            EntrySubject { promotion: Some(id.clone()), plan: Some(Digest::of(b"plan")), ..subject("prod-apps", "recipe") };
        ledger.write(subject.clone(), Body::Decided(Decided { is_rollback, ..mk_decided(DecisionWord::Approved) }));
        ledger.write(subject, hold());
        assert_eq!(Approved::obtain(&id, &mk_worker(1), &ledger).is_ok(), goes);
        if goes {
            ledger.end(&id, OutcomeState::Succeeded);
        }
    }
}

proptest! {
    /// However many sign, and however often: an override passes nothing below the number of different people who may.
    #[test]
    fn no_row_of_signatures_counts_for_more_than_its_people(signers in prop::collection::vec(0usize..4, 0..8)) {
        let ledger = MemoryLedger::with_trust();
        let who = [LEAD, OPERATOR, AUDITOR, "stranger@example.com"];
        let opened = sign(&ledger, AUDITOR, None);
        for signer in &signers {
            sign(&ledger, who[*signer], Some(opened));
        }
        let people: BTreeSet<usize> = signers.into_iter().filter(|signer| *signer < 2).collect();
        prop_assert_eq!(passes(&ledger, "recipe", "prod-apps", 0), people.len() >= 2);
    }
}
