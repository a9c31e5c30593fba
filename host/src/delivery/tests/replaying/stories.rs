//! Stories in which people freeze, approve, reject, break glass and go back: every decision of them comes out the same again.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_core::act::{Approval, Freeze, Hold, Override, Rejection, Scope, Thaw};
use tollgate_core::deciding::{ApprovalKind, GateAnswer, GateFinding, GateNeeds, GateRequest};
use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::{Body, Entry, EntrySubject};
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::recipe::Provenance;
use tollgate_core::verdict::Wait;
use tollgate_core::way_back::Movement;

use super::super::world::{
    Decided, World, at, branch, findings, mk_gate, mk_policies, mk_policy_spec, mk_world, promotion, proposed, same_image,
    suspicious, tag,
};
use super::replay;
use super::tampering::{Tampering, any_tampering};

const TARGETS: [&str; 3] = ["staging-apps", "preprod-apps", "prod-apps"];
const PEOPLE: [&str; 3] = ["lead", "operator", "stranger"];

/// `which` and `commit` count from the newest.
#[derive(Clone, Debug)]
enum Step {
    Build(u8),
    /// Whether one of its documents is bad.
    Commit(u8, bool),
    /// A commit whose image has no digest that anybody can know.
    Unpinned,
    Decide {
        target: usize,
        commit: usize,
    },
    Deliver {
        target: usize,
        commit: usize,
    },
    /// `tollgate rollback`.
    Back {
        target: usize,
        commit: usize,
    },
    Approve {
        who: usize,
        which: usize,
        kind: ApprovalKind,
    },
    Reject {
        who: usize,
        which: usize,
    },
    Override {
        who: usize,
        which: usize,
        lasts: i64,
    },
    Freeze(Scope, Option<i64>),
    Hold(usize),
    Thaw,
}

fn any_step() -> impl Strategy<Value = Step> {
    let scope = prop_oneof![
        1 => Just(Scope::All),
        2 => prop::sample::select(TARGETS.to_vec()).prop_map(|name| Scope::Target(name.to_owned())),
        1 => Just(Scope::Component("cart".to_owned())),
    ];
    let kind = prop::sample::select(vec![ApprovalKind::Review, ApprovalKind::Promotion]);
    let place = || (0..3usize, 0..3usize);
    prop_oneof![
        2 => (1u8..4).prop_map(Step::Build),
        3 => (0u8..4, prop::bool::weighted(0.2)).prop_map(|(version, bad)| Step::Commit(version, bad)),
        1 => Just(Step::Unpinned),
        6 => place().prop_map(|(target, commit)| Step::Decide { target, commit }),
        8 => place().prop_map(|(target, commit)| Step::Deliver { target, commit }),
        3 => place().prop_map(|(target, commit)| Step::Back { target, commit }),
        4 => (0..3usize, 0..3usize, kind).prop_map(|(who, which, kind)| Step::Approve { who, which, kind }),
        1 => place().prop_map(|(who, which)| Step::Reject { who, which }),
        3 => (0..3usize, 0..3usize, 5i64..200).prop_map(|(who, which, lasts)| Step::Override { who, which, lasts }),
        1 => (scope, prop::option::of(5i64..50)).prop_map(|(scope, lasts)| Step::Freeze(scope, lasts)),
        1 => (0..3usize).prop_map(Step::Hold),
        3 => Just(Step::Thaw),
    ]
}

/// Looks at everything that people write: stops, rejections, approvals, and how often glass was broken.
fn people(request: &GateRequest) -> GateAnswer {
    let no = |message: String| GateFinding { rule: "no".to_owned(), message, component: None, remediation: None, level: None };
    let wait = |reason: &str, until| GateAnswer::Pending(Wait { reason: reason.to_owned(), from: Vec::new(), until });
    if let Some(rejection) = request.rejections.first() {
        return findings(vec![no(format!("{} says no in {}", rejection.by.principal, rejection.source))]);
    }
    if request.overrides.len() > 2 {
        return findings(vec![no(format!("glass was broken {} times", request.overrides.len()))]);
    }
    if let Some(stop) = request.stops.first() {
        return wait(&format!("{} stopped by entry {}", stop.scope, stop.entry), stop.until);
    }
    let counted = request.approvals.iter().filter(|approval| approval.void.is_none()).count();
    match proposed(request).target.name.as_str() {
        "prod-apps" if counted == 0 => wait("nobody has approved it", None),
        _ => {
            let valid_until = Some(at(i64::try_from(request.evaluation_time).unwrap() + 1_000));
            GateAnswer::Findings { findings: Vec::new(), valid_until }
        }
    }
}

/// The world, in which `people` may be passed by break-glass.
pub(super) struct Story {
    pub(super) world: World,
    commits: Vec<String>,
    pub(super) decided: Vec<Decided>,
}

impl Story {
    fn new() -> Self {
        let mut world = mk_world();
        let asks_people = promotion(GateNeeds::EVERYTHING, |request| Ok(people(request)));
        world.policies = mk_policies(&[("suspicious", suspicious()), ("same-image", same_image()), ("people", asks_people)]);
        world.pipeline.policies.push(mk_policy_spec("people"));
        let mut gate = mk_gate("people", "people");
        gate.enforcement = Enforcement::Overridable;
        world.pipeline.gates.push(gate);
        world.pipeline.overrides = Some(OverrideTerms {
            by: vec!["lead@example.com".to_owned(), "operator@example.com".to_owned()],
            approvals: 1,
            max_duration: 10_000,
            review_within: 10_000,
            needs_ticket: false,
            recover_by: Vec::new(),
        });
        let mut story = Self { world, commits: Vec::new(), decided: Vec::new() };
        story.step(&Step::Build(0));
        story.step(&Step::Commit(0, false));
        story
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Build(version) => drop(self.world.build("cart", &version.to_string())),
            Step::Commit(version, bad) => self.commit(&image(*version), *bad),
            Step::Unpinned => self.commit("busybox:1", false),
            Step::Decide { target, commit } => self.decide(*target, *commit, false),
            Step::Deliver { target, commit } => {
                let before = self.decided.len();
                self.decide(*target, *commit, false);
                if let Some(decided) = self.decided.get(before).filter(|decided| decided.judged.prepared.is_some()) {
                    let _ = self.world.attempt(decided);
                }
            }
            Step::Back { target, commit } => self.decide(*target, *commit, true),
            Step::Approve { who, which, kind } => {
                self.say(*who, *which, |commit, tree| Body::Approval(Approval { kind: *kind, commit, tree, note: None }));
            }
            Step::Reject { who, which } => self.say(*who, *which, |commit, tree| {
                Body::Rejection(Rejection { kind: ApprovalKind::Promotion, commit, tree, reason: "no".to_owned() })
            }),
            Step::Override { who, which, lasts } => {
                let now = self.world.now().as_second();
                self.say(*who, *which, |_, _| Body::Override(broken_glass(now + lasts)));
            }
            Step::Freeze(scope, lasts) => {
                let until = lasts.map(|seconds| at(self.world.now().as_second() + seconds));
                let freeze = Freeze { scope: scope.clone(), reason: "stop".to_owned(), until };
                self.world.ledger.write(EntrySubject::default(), Body::Freeze(freeze));
            }
            Step::Hold(target) => {
                let subject = EntrySubject { target: Some(TARGETS[*target].to_owned()), ..EntrySubject::default() };
                self.world.ledger.write(subject, Body::Hold(Hold { away_from: None, reason: "went back".to_owned() }));
            }
            Step::Thaw => {
                let lifts = self.world.ledger.seen().stops(at(0)).into_iter().map(|(_, stop)| stop.entry).collect();
                self.world.ledger.write(EntrySubject::default(), Body::Thaw(Thaw { lifts, reason: "over".to_owned() }));
            }
        }
    }

    fn commit(&mut self, image: &str, bad: bool) {
        let parents: Vec<&str> = self.commits.last().map(String::as_str).into_iter().collect();
        let services =
            [("cart", image), ("bad", "busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000")];
        let commit = self.world.push_services(&services[..1 + usize::from(bad)], &parents);
        self.commits.push(commit);
    }

    fn decide(&mut self, target: usize, commit: usize, is_rollback: bool) {
        let Some(commit) = self.commits.iter().rev().nth(commit) else { return };
        let provenance: Provenance = match TARGETS[target] {
            "staging-apps" => branch("feature/a", commit),
            "preprod-apps" => branch("master", commit),
            _ => tag("v1", commit),
        };
        let target = TARGETS[target];
        let Ok(mut candidate) = self.world.candidate(target, &provenance) else { return };
        if let Some(recipe) = &candidate.recipe {
            let movement = self.world.ledger.seen().movement(target, recipe.id().unwrap());
            candidate.movement = if is_rollback { Movement::Rollback } else { movement };
        }
        let Ok(judged) = self.world.judge(target, &candidate) else { return };
        let promotion = self.world.record(target, &candidate, &judged).unwrap();
        self.decided.push(Decided { promotion, judged, target: target.to_owned() });
    }

    /// Somebody says something about a decision, with what they saw of it.
    fn say(&self, who: usize, which: usize, what: impl FnOnce(String, String) -> Body) {
        let Some(decided) = self.decided.iter().rev().nth(which) else { return };
        let Some(question) = &decided.judged.question else { return };
        let entry = self.entry(decided);
        let Body::Decided(recorded) = &entry.body else { return };
        let body = what(recorded.provenance.commit.clone(), question.tree.clone());
        let seen = |name: &'static str| (name, self.world.ledger.blob(entry.blobs[name]).unwrap());
        let (at, blobs) = (self.world.now(), [seen("plan"), seen("findings")]);
        self.world.ledger.write_signed(PEOPLE[who], at, entry.subject.clone(), body, &blobs);
    }

    pub(super) fn entry(&self, decided: &Decided) -> Entry {
        self.world.ledger.seen().promotion(&decided.promotion).unwrap().decision.clone()
    }
}

fn image(version: u8) -> String {
    format!("registry.example.com/cart:{}", super::super::world::sha(format!("cart {version}").as_bytes()))
}

fn broken_glass(until: i64) -> Override {
    Override {
        gates: vec!["people".to_owned()],
        reason: "down".to_owned(),
        ticket: None,
        until: at(until),
        review_by: at(until + 1_000),
        recover: false,
        confirms: None,
        restores: None,
        in_cluster: None,
    }
}

fn run(seed: u8, cases: u32, property: impl Fn(&Story, &[Tampering])) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let stories = (prop::collection::vec(any_step(), 5..40), prop::collection::vec(any_tampering(), 12));
    let outcome = runner.run(&stories, |(steps, tamperings)| {
        let mut story = Story::new();
        steps.iter().for_each(|step| story.step(step));
        property(&story, &tamperings);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn every_decision_of_every_story_comes_out_the_same_however_the_ledger_went_on() {
    let seen: Cell<BTreeMap<&str, u32>> = Cell::default();
    run(13, 60, |story, _| {
        for decided in &story.decided {
            let replayed = replay(&story.world, &decided.promotion, |_| {});
            assert_eq!((replayed.differences, replayed.missing), (Vec::new(), Vec::new()), "{}", decided.promotion);
            let mut counts = seen.take();
            for what in what_it_shows(story, decided) {
                *counts.entry(what).or_default() += 1;
            }
            seen.set(counts);
        }
    });
    let seen = seen.take();
    for what in ["approved", "pending", "denied", "back", "passed", "stopped", "rejected", "counted", "void", "unpinned"] {
        assert!(seen.contains_key(what), "no story ever had a decision that is {what}: {seen:?}");
    }
}

/// Words for what a decision is an example of.
fn what_it_shows(story: &Story, decided: &Decided) -> Vec<&'static str> {
    let entry = story.entry(decided);
    let Body::Decided(recorded) = &entry.body else { return Vec::new() };
    let word = match recorded.decision {
        DecisionWord::Approved => "approved",
        DecisionWord::Pending => "pending",
        DecisionWord::Denied => "denied",
    };
    let Some(question) = &decided.judged.question else { return vec![word, "unpinned"] };
    let request = &question.request;
    let is = [
        ("back", recorded.is_rollback),
        ("passed", !recorded.overrides.is_empty()),
        ("stopped", !request.stops.is_empty()),
        ("rejected", !request.rejections.is_empty()),
        ("counted", request.approvals.iter().any(|approval| approval.void.is_none())),
        ("void", request.approvals.iter().any(|approval| approval.void.is_some())),
    ];
    is.into_iter().filter(|(_, is)| *is).map(|(what, _)| what).chain([word]).collect()
}

#[test]
fn whatever_is_changed_in_a_recorded_decision_is_never_passed_over() {
    let done: Cell<BTreeMap<String, u32>> = Cell::default();
    run(17, 60, |story, tamperings| {
        for (decided, tampering) in story.decided.iter().zip(tamperings) {
            let Some(told) = tampering.told(story, decided) else { continue };
            assert!(told, "{tampering:?} of {} was passed over", decided.promotion);
            let mut counts = done.take();
            let kind = format!("{tampering:?}");
            *counts.entry(kind.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
            done.set(counts);
        }
    });
    let done = done.take();
    assert!(done.len() >= 14, "few kinds of changes were ever made: {done:?}");
}
