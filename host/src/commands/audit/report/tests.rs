//! Chains and exceptions of stories in memory.

use tollgate_core::act::{Freeze, Hold, Override, Review, Scope, Thaw};
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, EntrySubject, Outcome, OutcomeState, PolicyAccept, PromotionId};
use tollgate_report::audit::{Chain, Exception};

use super::{Period, chain, exceptions, revisions};
use crate::cli::audit::{Report, ReportFormat};
use crate::delivery::tests::world::{World, branch, mk_world, tag};

fn mk_arguments(from: &str, to: &str) -> Report {
    let (trust, output) = (crate::cli::Trust::default(), ReportFormat::default());
    Report { from: from.to_owned(), to: to.to_owned(), standard: None, trust, output }
}

/// All of time.
fn always() -> Period {
    Period::new(&mk_arguments("1970-01-01", "2100-01-01")).unwrap()
}

fn chain_of(world: &World, id: &PromotionId) -> Chain {
    let history = world.ledger.seen();
    chain::of(&history.promotion(id).unwrap(), &history, &world.ledger).unwrap()
}

fn told(chain: &Chain) -> Vec<&str> {
    chain.steps.iter().map(|step| step.what.as_str()).collect()
}

fn has(chain: &Chain, part: &str) -> bool {
    told(chain).iter().any(|what| what.contains(part))
}

fn kinds(world: &World) -> Vec<String> {
    let found: Vec<Exception> = exceptions::all(&always(), &world.ledger.seen(), &world.ledger).unwrap();
    found.into_iter().map(|exception| exception.kind).collect()
}

#[test]
fn a_chain_leads_from_the_build_to_the_outcome_in_order_of_time() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let master = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let delivered = world.deliver("preprod-apps", &master);
    let chain = chain_of(&world, &delivered.promotion);
    for part in ["cart was built", "approved: commit", "begins, from branch master", "succeeded"] {
        assert!(has(&chain, part), "{part}: {:?}", told(&chain));
    }
    assert!(chain.steps.windows(2).all(|pair| pair[0].at <= pair[1].at), "{:?}", chain.steps);
    assert_eq!((chain.state.as_str(), chain.target.as_str()), ("succeeded", "preprod-apps"));
    assert_eq!(chain.recipe, delivered.judged.prepared.map(|prepared| prepared.id));
    assert!(chain.ended.is_some());
}

#[test]
fn what_an_auditor_would_not_find_is_a_gap_of_what_was_applied_and_of_nothing_else() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let master = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let delivered = world.deliver("preprod-apps", &master);
    let gaps = chain_of(&world, &delivered.promotion).gaps;
    for gap in
        ["nobody but its requester approved it", "it names no ticket", "its decision is not signed", "no gate was shown evidence"]
    {
        assert!(gaps.iter().any(|found| found.contains(gap)), "{gap}: {gaps:?}");
    }
    let early = tag("v1", &world.push_services(&[("cart", &world.build("cart", "2"))], &[]));
    let denied = world.decide("prod-apps", &early).unwrap();
    assert_eq!(denied.judged.decision.word(), DecisionWord::Denied);
    assert_eq!(chain_of(&world, &denied.promotion).gaps, Vec::<String>::new());
}

#[test]
fn a_chain_has_the_overrides_by_which_gates_were_passed_and_no_others() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let master = branch("master", &world.push_services(&[("cart", &image)], &[]));
    let delivered = world.deliver("preprod-apps", &master);
    let other = world.ledger.seen().len();
    world.ledger.write(EntrySubject::default(), Body::Override(mk_override(None)));
    let chain = chain_of(&world, &delivered.promotion);
    assert!(chain.steps.iter().all(|step| step.entry != Some(other)), "{:?}", chain.steps);
}

fn mk_override(confirms: Option<u64>) -> Override {
    let later = |text: &str| text.parse().unwrap();
    Override {
        gates: vec!["freeze".to_owned()],
        reason: "down".to_owned(),
        ticket: Some("INC-7".to_owned()),
        until: later("2090-01-01T00:00:00Z"),
        review_by: later("2090-01-02T00:00:00Z"),
        recover: false,
        confirms,
        restores: None,
        in_cluster: None,
    }
}

#[test]
fn everything_that_did_not_go_the_usual_way_is_an_exception() {
    let world = mk_world();
    let write = |body: Body| world.ledger.write(EntrySubject::default(), body);
    let freeze = Freeze { scope: Scope::All, reason: "stop".to_owned(), until: None };
    write(Body::Freeze(freeze));
    write(Body::Hold(Hold { away_from: None, reason: "rolled back".to_owned() }));
    write(Body::Thaw(Thaw { lifts: vec![1, 2], reason: "understood".to_owned() }));
    let opened = world.ledger.seen().len();
    write(Body::Override(mk_override(None)));
    write(Body::Override(mk_override(Some(opened))));
    write(Body::PolicyAccept(PolicyAccept { commit: "c".repeat(40), policy: world.policy, gates: Vec::new() }));
    for state in [OutcomeState::Succeeded, OutcomeState::Failed, OutcomeState::Aborted] {
        write(Body::Outcome(Outcome { state, message: "so it ended".to_owned(), observed: serde_json::Value::Null }));
    }
    assert_eq!(kinds(&world), ["freeze", "hold", "thaw", "override", "override", "ungated policy", "failed", "aborted"]);
    let unseen = exceptions::all(&always(), &world.ledger.seen(), &world.ledger).unwrap();
    assert!(unseen[3].what.contains("nobody looked at it afterwards"), "{}", unseen[3].what);
    write(Body::Review(Review { of: opened, accepted: true, note: "right".to_owned() }));
    let seen = exceptions::all(&always(), &world.ledger.seen(), &world.ledger).unwrap();
    assert!(seen[3].what.contains("looked at by"), "{}", seen[3].what);
}

#[test]
fn a_denial_is_an_exception_and_an_approval_is_none() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let commit = world.push_services(&[("cart", &image)], &[]);
    world.deliver("preprod-apps", &branch("master", &commit));
    assert_eq!(kinds(&world), Vec::<String>::new());
    let unpinned = world.push_services(&[("cart", "busybox:1")], &[]);
    world.decide("preprod-apps", &branch("master", &unpinned)).unwrap();
    assert_eq!(kinds(&world), ["denied"]);
}

#[test]
fn a_time_has_its_last_day_and_no_length_is_none() {
    let january = Period::new(&mk_arguments("2026-01-01", "2026-01-31")).unwrap();
    let has = |text: &str| january.has(text.parse().unwrap());
    assert!(has("2026-01-01T00:00:00Z") && has("2026-01-31T23:59:59Z"));
    assert!(!has("2025-12-31T23:59:59Z") && !has("2026-02-01T00:00:00Z"));
    for (from, to) in [("2026-01-02", "2026-01-01"), ("2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"), ("soon", "2026-01-01")] {
        assert_eq!(Period::new(&mk_arguments(from, to)).err().map(|failure| failure.exit.number()), Some(2), "{from} {to}");
    }
}

#[test]
fn the_policy_that_was_in_force_when_the_time_began_is_told_as_well() {
    let world = mk_world();
    let accept = |text: &str| {
        let body = PolicyAccept { commit: text.repeat(40), policy: Digest::of(text.as_bytes()), gates: Vec::new() };
        world.ledger.write(EntrySubject::default(), Body::PolicyAccept(body));
    };
    accept("a");
    accept("b");
    let history = world.ledger.seen();
    let all = revisions(&history, &always());
    assert_eq!(all.len(), 3);
    let from = all[2].since.to_string();
    let late = Period::new(&mk_arguments("2099-01-01", "2100-01-01")).unwrap();
    let found = revisions(&history, &late);
    assert_eq!((found.len(), found[0].commit.as_str()), (1, "b".repeat(40).as_str()), "{from}");
}
