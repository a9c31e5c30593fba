//! Stories: what tollgate and people may write, and what they never should.

use proptest::prelude::*;
use proptest::sample::Index;
use tollgate_core::act::{EvidenceAdded, Freeze, Hold, Override, Rejection, Review, Scope, Thaw};
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Decided, Entry, EntrySubject, Outcome, OutcomeState, PromotionId, Running};
use tollgate_core::history::{History, PromotionState};
use tollgate_core::pipeline::GitReference;
use tollgate_core::proof::Built;
use tollgate_core::recipe::Provenance;

use crate::support::{MemoryLedger, at, mk_accept, mk_approval, mk_decided};

pub(super) const TARGETS: [&str; 2] = ["preprod-apps", "prod-apps"];
pub(super) const RECIPES: [&str; 6] = ["r0", "r1", "r2", "r3", "r4", "r5"];

pub(super) fn references() -> [GitReference; 3] {
    [GitReference::Branch("master".to_owned()), GitReference::Tag("v1".to_owned()), GitReference::Tag("v2".to_owned())]
}

/// One thing that is written.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Decide {
        target: usize,
        recipe: Option<usize>,
        word: usize,
        reference: usize,
        commit: u8,
        is_rollback: bool,
        overrides: Option<Index>,
    },
    /// A whole promotion: decided, begun, ended.
    Move {
        target: usize,
        recipe: usize,
        commit: u8,
        is_rollback: bool,
        state: usize,
    },
    /// The newest promotion to a target begins.
    Begin {
        target: usize,
    },
    /// An attempt that is open ends.
    End {
        target: usize,
        state: usize,
    },
    Accept(u8),
    Build(u8),
    Approve {
        who: usize,
        recipe: usize,
        target: usize,
        yes: bool,
    },
    Freeze {
        scope: usize,
        target: usize,
        until: Option<u8>,
    },
    Hold {
        target: usize,
    },
    Thaw(Index),
    Override {
        target: usize,
        recipe: usize,
        confirms: Option<Index>,
        who: usize,
    },
    Review(Index),
    Evidence(u8),
    /// What no writer should: an attempt at any promotion begins or ends, with any number.
    Odd {
        promotion: Index,
        attempt: Option<u8>,
        ends: Option<usize>,
    },
    /// A thaw of what is still to come.
    EarlyThaw(u8),
}

const STATES: [OutcomeState; 4] = [OutcomeState::Succeeded, OutcomeState::Failed, OutcomeState::Errored, OutcomeState::Aborted];
const PEOPLE: [&str; 3] = ["one@example.com", "two@example.com", "three@example.com"];

/// What tollgate writes by itself.
pub(super) fn any_tidy_step() -> impl Strategy<Value = Step> {
    let target = 0..TARGETS.len();
    let recipe = 0..RECIPES.len();
    let index = any::<Index>;
    prop_oneof![
        3 => (target.clone(), prop::option::weighted(0.9, recipe.clone()), 0usize..3, 0usize..3, 0u8..5, any::<bool>(), prop::option::of(index()))
            .prop_map(|(target, recipe, word, reference, commit, is_rollback, overrides)| Step::Decide { target, recipe, word, reference, commit, is_rollback, overrides }),
        4 => (target.clone(), recipe.clone(), 0u8..5, prop::bool::weighted(0.2), prop_oneof![3 => Just(0usize), 1 => 1usize..4])
            .prop_map(|(target, recipe, commit, is_rollback, state)| Step::Move { target, recipe, commit, is_rollback, state }),
        2 => target.clone().prop_map(|target| Step::Begin { target }),
        2 => (target.clone(), 0usize..4).prop_map(|(target, state)| Step::End { target, state }),
        1 => any::<u8>().prop_map(Step::Accept),
        1 => any::<u8>().prop_map(Step::Build),
        2 => (0usize..3, recipe.clone(), target.clone(), any::<bool>()).prop_map(|(who, recipe, target, yes)| Step::Approve { who, recipe, target, yes }),
        1 => (0usize..4, target.clone(), prop::option::of(any::<u8>())).prop_map(|(scope, target, until)| Step::Freeze { scope, target, until }),
        1 => target.clone().prop_map(|target| Step::Hold { target }),
        2 => index().prop_map(Step::Thaw),
        1 => (target, recipe, prop::option::of(index()), 0usize..3).prop_map(|(target, recipe, confirms, who)| Step::Override { target, recipe, confirms, who }),
        1 => index().prop_map(Step::Review),
        1 => any::<u8>().prop_map(Step::Evidence),
    ]
}

/// Also what nobody should write.
pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let odd = (any::<Index>(), prop::option::of(0u8..6), prop::option::of(0usize..4));
    prop_oneof![
        12 => any_tidy_step(),
        1 => odd.prop_map(|(promotion, attempt, ends)| Step::Odd { promotion, attempt, ends }),
        1 => any::<u8>().prop_map(Step::EarlyThaw),
    ]
}

/// The ledger that a story makes.
pub(super) fn entries(steps: &[Step]) -> Vec<Entry> {
    let ledger = MemoryLedger::with_trust();
    steps.iter().for_each(|step| take(&ledger, step));
    ledger.history().entries().to_vec()
}

fn subject(target: &str, recipe: &str) -> EntrySubject {
    EntrySubject { recipe: Some(Digest::of(recipe.as_bytes())), target: Some(target.to_owned()), ..EntrySubject::default() }
}

fn take(ledger: &MemoryLedger, step: &Step) {
    let history = ledger.history();
    match step.clone() {
        Step::Decide { target, recipe, word, reference, commit, is_rollback, overrides } => {
            let word = [DecisionWord::Approved, DecisionWord::Denied, DecisionWord::Pending][word];
            let overrides = overrides.map(|index| index.get(history.entries()).index).into_iter().collect();
            let decided = Decided { is_rollback, overrides, ..mk_decided_of(word, reference, commit) };
            decide(ledger, TARGETS[target], recipe.map(|recipe| RECIPES[recipe]), decided);
        }
        Step::Move { target, recipe, commit, is_rollback, state } => {
            let decided = Decided { is_rollback, ..mk_decided_of(DecisionWord::Approved, 0, commit) };
            decide(ledger, TARGETS[target], Some(RECIPES[recipe]), decided);
            take(ledger, &Step::Begin { target });
            take(ledger, &Step::End { target, state });
        }
        Step::Begin { target } => begin(ledger, &history, TARGETS[target]),
        Step::End { target, state } => {
            if let Some((entry, _)) = history.open_attempts(TARGETS[target]).first().and_then(|open| open.running) {
                ledger.write(entry.subject.clone(), outcome(STATES[state]));
            }
        }
        Step::Odd { promotion, attempt, ends } => odd(ledger, &history, promotion, attempt, ends),
        Step::Accept(number) => drop(ledger.write(EntrySubject::default(), mk_accept(&format!("policy {number}")))),
        Step::Build(number) => drop(ledger.write(EntrySubject::default(), Body::ServiceBuilt(mk_built(number)))),
        other => people(ledger, &history, &other),
    }
}

fn people(ledger: &MemoryLedger, history: &History, step: &Step) {
    let last = history.len() - 1;
    let (who, subject, body) = match step.clone() {
        Step::Approve { who, recipe, target, yes } => {
            let (commit, tree) = ("c1".to_owned(), "tree".to_owned());
            let rejection = Rejection { kind: ApprovalKind::Promotion, commit, tree, reason: "no".to_owned() };
            let body = if yes { mk_approval(ApprovalKind::Promotion, "tree") } else { Body::Rejection(rejection) };
            (who, subject(TARGETS[target], RECIPES[recipe]), body)
        }
        Step::Freeze { scope, target, until } => {
            let name = TARGETS[target].to_owned();
            let scopes =
                [Scope::All, Scope::Environment("preprod".to_owned()), Scope::Target(name), Scope::Component("cart".to_owned())];
            let scope = scopes[scope].clone();
            let until = until.map(|second| at(i64::from(second)));
            (0, EntrySubject::default(), Body::Freeze(Freeze { scope, reason: "stop".to_owned(), until }))
        }
        Step::Hold { target } => {
            (0, subject(TARGETS[target], "r0"), Body::Hold(Hold { away_from: None, reason: "back".to_owned() }))
        }
        Step::Thaw(index) => {
            let stops: Vec<u64> = history.stops(at(0)).into_iter().map(|(_, stop)| stop.entry).collect();
            let lifts = if stops.is_empty() { Vec::new() } else { vec![*index.get(&stops)] };
            (0, EntrySubject::default(), Body::Thaw(Thaw { lifts, reason: "go".to_owned() }))
        }
        Step::EarlyThaw(ahead) => {
            let lifts = vec![last + 1 + u64::from(ahead % 20)];
            (0, EntrySubject::default(), Body::Thaw(Thaw { lifts, reason: "go".to_owned() }))
        }
        Step::Override { target, recipe, confirms, who } => {
            let confirms = confirms.map(|index| index.index(history.entries().len()) as u64);
            (who, subject(TARGETS[target], RECIPES[recipe]), Body::Override(mk_override(confirms)))
        }
        Step::Review(index) => {
            let of = index.index(history.entries().len()) as u64;
            (1, EntrySubject::default(), Body::Review(Review { of, accepted: true, note: String::new() }))
        }
        Step::Evidence(number) => {
            let (predicate_type, subjects) = (format!("https://example.com/{number}"), Vec::new());
            (
                0,
                EntrySubject::default(),
                Body::Evidence(EvidenceAdded { predicate_type, subjects, trees: Vec::new(), key: None, signer: None }),
            )
        }
        _ => return,
    };
    ledger.write_by(Some(PEOPLE[who]), subject, body);
}

fn decide(ledger: &MemoryLedger, target: &str, recipe: Option<&str>, decided: Decided) {
    let promotion = Some(PromotionId::of_decision(ledger.history().len()));
    let subject = EntrySubject {
        recipe: recipe.map(|recipe| Digest::of(recipe.as_bytes())),
        target: Some(target.to_owned()),
        plan: None,
        promotion,
        attempt: None,
    };
    ledger.write(subject, Body::Decided(decided));
}

/// As a worker does: the newest, if it may.
fn begin(ledger: &MemoryLedger, history: &History, target: &str) {
    let may_run = |state| {
        matches!(state, PromotionState::Approved | PromotionState::Running | PromotionState::Failed | PromotionState::Errored)
    };
    let newest =
        history.newest_to(target).filter(|newest| newest.decided.decision == DecisionWord::Approved && may_run(newest.state()));
    if let Some(newest) = newest {
        let subject = EntrySubject { attempt: Some(history.next_attempt(target)), ..newest.decision.subject.clone() };
        ledger.write(subject, running());
    }
}

fn odd(ledger: &MemoryLedger, history: &History, promotion: Index, attempt: Option<u8>, ends: Option<usize>) {
    let promotions = history.promotions();
    if promotions.is_empty() {
        return;
    }
    let subject = EntrySubject { attempt: attempt.map(u64::from), ..promotion.get(&promotions).decision.subject.clone() };
    ledger.write(subject, ends.map_or_else(running, |state| outcome(STATES[state])));
}

fn running() -> Body {
    Body::Running(Running { reference: references()[0].clone(), worker: "host:1".to_owned(), valid_until: None })
}

fn outcome(state: OutcomeState) -> Body {
    Body::Outcome(Outcome { state, message: String::new(), observed: serde_json::json!({"release": 1.5}) })
}

fn mk_decided_of(word: DecisionWord, reference: usize, commit: u8) -> Decided {
    Decided {
        provenance: Provenance { reference: references()[reference].clone(), commit: format!("c{commit}") },
        ..mk_decided(word)
    }
}

fn mk_built(number: u8) -> Built {
    Built {
        service: "cart".to_owned(),
        commit: format!("{number:040}"),
        branch: "master".to_owned(),
        reference: format!("registry.example.com/cart:{number:040}").parse().unwrap(),
        digest: Digest::of(&[number]),
        manifests: String::new(),
        entry: 0,
    }
}

fn mk_override(confirms: Option<u64>) -> Override {
    let (gates, reason) = (vec!["soak".to_owned()], "fire".to_owned());
    Override {
        gates,
        reason,
        ticket: None,
        until: at(100),
        review_by: at(200),
        recover: false,
        confirms,
        restores: None,
        in_cluster: None,
    }
}
