//! What must never happen (§12 of the design), whatever happens in whatever order: `no-apply-unapproved`,
//! `only-proven-images`, `unknown-blocks`, `one-at-a-time`.
//!
//! `TOLLGATE_SOAK=100` makes a hundred times as many cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_core::approved::Approved;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Entry, EntrySubject, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::image::{ImageReference, find_images};
use tollgate_core::ports::{AppendEntry as _, Proposal};
use tollgate_core::queue::withdrawal;
use tollgate_core::recipe::Provenance;

use super::world::{Decided, World, branch, mk_accept, mk_by, mk_world, tag};
use crate::delivery::decide::Prepared;

const TARGETS: [&str; 3] = ["staging-apps", "preprod-apps", "prod-apps"];
const SERVICES: [&str; 2] = ["cart", "shop"];

#[derive(Clone, Debug)]
enum Step {
    /// A commit on master, or on a feature branch, with these versions of the two services.
    Commit {
        feature: bool,
        versions: [u8; 2],
    },
    /// An image is built from a service's master, and recorded.
    Build(u8, u8),
    /// An image is pushed and recorded nowhere; or pushed again under a tag that exists.
    Push(u8, u8, u8),
    Delete(u8, u8),
    /// Decide on one of the last commits for a target.
    Decide {
        target: u8,
        commit: u8,
    },
    /// Decide, and apply at once.
    Deliver {
        target: u8,
        commit: u8,
    },
    /// Apply one of the decisions; while that is under way, another worker applies another one.
    Apply {
        which: u8,
        meanwhile: Option<u8>,
    },
    /// A worker dies right after its attempt was acknowledged.
    Die(u8),
    /// A worker can no longer reach the ledger once its attempt was acknowledged.
    LoseTheLedgerWhile(u8),
    AcceptPolicy(u8),
    LedgerOutage(bool),
    RegistryOutage(bool),
    Break(u8, bool),
    Tamper(u8),
    /// Whatever waits for a target is withdrawn.
    Withdraw(u8),
}

fn any_step() -> impl Strategy<Value = Step> {
    let versions = [0u8..4, 0u8..4];
    prop_oneof![
        4 => (any::<bool>(), versions).prop_map(|(feature, versions)| Step::Commit { feature, versions }),
        3 => (0u8..2, 0u8..4).prop_map(|(service, version)| Step::Build(service, version)),
        1 => (0u8..2, 0u8..4, 0u8..3).prop_map(|(service, version, contents)| Step::Push(service, version, contents)),
        1 => (0u8..2, 0u8..4).prop_map(|(service, version)| Step::Delete(service, version)),
        8 => (0u8..3, 0u8..3).prop_map(|(target, commit)| Step::Decide { target, commit }),
        8 => (0u8..3, 0u8..2).prop_map(|(target, commit)| Step::Deliver { target, commit }),
        8 => (0u8..3, prop::option::of(0u8..3)).prop_map(|(which, meanwhile)| Step::Apply { which, meanwhile }),
        1 => (0u8..3).prop_map(Step::Die),
        1 => (0u8..3).prop_map(Step::LoseTheLedgerWhile),
        1 => prop_oneof![4 => Just(0u8), 1 => Just(1u8)].prop_map(Step::AcceptPolicy),
        1 => any::<bool>().prop_map(Step::LedgerOutage),
        1 => any::<bool>().prop_map(Step::RegistryOutage),
        1 => (0u8..3, any::<bool>()).prop_map(|(target, broken)| Step::Break(target, broken)),
        1 => (0u8..3).prop_map(Step::Tamper),
        3 => (0u8..3).prop_map(Step::Withdraw),
    ]
}

/// The world, and what was done in it so far.
struct Run {
    world: Arc<World>,
    commits: Vec<(bool, String)>,
    decisions: Vec<Arc<Decided>>,
    ledger_out: bool,
    registry_out: bool,
}

fn reference(service: u8, version: u8) -> String {
    let service = SERVICES[usize::from(service)];
    let commit = super::world::sha(format!("{service} {version}").as_bytes());
    format!("registry.example.com/{service}:{commit}")
}

fn newest<T>(list: &[T], which: u8) -> Option<&T> {
    list.iter().rev().nth(usize::from(which))
}

impl Run {
    fn new(supersede: bool) -> Self {
        let mut world = mk_world();
        world.pipeline.queue.supersede = supersede;
        for service in SERVICES {
            world.build(service, "0");
        }
        let mut run =
            Self { world: Arc::new(world), commits: Vec::new(), decisions: Vec::new(), ledger_out: false, registry_out: false };
        run.step(&Step::Commit { feature: false, versions: [0, 0] });
        run
    }

    /// How often something was written that could not have been while this was out of reach: without the ledger nothing,
    /// without the registry no image.
    fn writes(&self) -> [usize; 2] {
        let writes: Vec<_> = TARGETS.iter().flat_map(|name| self.world.target(name).writes()).collect();
        [writes.len(), writes.iter().filter(|write| !write.objects.is_empty()).count()]
    }

    fn step(&mut self, step: &Step) {
        let world = Arc::clone(&self.world);
        match step {
            Step::Commit { feature, versions } => self.commit(*feature, *versions),
            Step::Build(service, version) => drop(world.build(SERVICES[usize::from(*service)], &version.to_string())),
            Step::Push(service, version, contents) => {
                world.registry.push(&reference(*service, *version), &format!("by hand {contents}"));
            }
            Step::Delete(service, version) => world.registry.delete(&reference(*service, *version)),
            Step::Decide { target, commit } => self.decide(TARGETS[usize::from(*target)], *commit),
            Step::Deliver { target, commit } => {
                let count = self.decisions.len();
                self.decide(TARGETS[usize::from(*target)], *commit);
                if self.decisions.len() > count {
                    self.apply(0, None);
                }
            }
            Step::Apply { which, meanwhile } => self.apply(*which, *meanwhile),
            Step::Die(which) => {
                if let Some(decided) = newest(&self.decisions, *which) {
                    let _ = Approved::obtain(&decided.promotion, &world.worker("host:dead"), &world.ledger);
                }
            }
            Step::LoseTheLedgerWhile(which) => {
                if !self.ledger_out {
                    world.ledger.set_appends_left(Some(1));
                    self.apply(*which, None);
                    world.ledger.set_appends_left(None);
                }
            }
            Step::AcceptPolicy(policy) => {
                world.ledger.write(EntrySubject::default(), mk_accept(Digest::of(format!("policy {policy}").as_bytes())));
            }
            Step::LedgerOutage(out) => {
                self.ledger_out = *out;
                world.ledger.set_appends_left(out.then_some(0));
            }
            Step::RegistryOutage(out) => {
                self.registry_out = *out;
                world.registry.set_unreachable(*out);
            }
            Step::Break(target, broken) => world.target(TARGETS[usize::from(*target)]).set_broken(*broken),
            Step::Tamper(target) => world.target(TARGETS[usize::from(*target)]).tamper(),
            Step::Withdraw(target) => self.withdraw(TARGETS[usize::from(*target)]),
        }
    }

    fn commit(&mut self, feature: bool, versions: [u8; 2]) {
        let tip = self.commits.iter().rev().find(|(feature, _)| !feature).map(|(_, commit)| commit.clone());
        let images = [reference(0, versions[0]), reference(1, versions[1])];
        let parents: Vec<&str> = tip.iter().map(String::as_str).collect();
        let commit = self.world.push_services(&[("cart", &images[0]), ("shop", &images[1])], &parents);
        if let (true, Some(tip)) = (feature, &tip) {
            self.world.repository.set_branch("master", tip);
        }
        self.commits.push((feature, commit));
    }

    fn decide(&mut self, target: &str, commit: u8) {
        let Some((_, commit)) = newest(&self.commits, commit) else { return };
        let provenance: Provenance = match target {
            "staging-apps" => branch("feature/a", commit),
            "preprod-apps" => branch("master", commit),
            _ => tag("v1", commit),
        };
        if let Ok(decided) = self.world.decide(target, &provenance) {
            let images = |prepared: &Prepared| prepared.recipe.components().iter().any(|component| !component.images.is_empty());
            let asks_the_registry = decided.judged.prepared.as_ref().is_none_or(images);
            assert!(!self.ledger_out, "unknown-blocks: decided without the ledger");
            assert!(!self.registry_out || !asks_the_registry, "unknown-blocks: decided without knowing");
            self.decisions.push(Arc::new(decided));
        }
    }

    fn withdraw(&self, target: &str) {
        let (by, now) = (mk_by("developer"), self.world.now());
        let withdrawn = self.world.ledger.append(&mut |history: &Gist| {
            let waiting = history.queue(target, now);
            let drafts = waiting.iter().map(|promotion| withdrawal(promotion.decision, "withdrawn", &by, now)).collect();
            Ok(Proposal { drafts })
        });
        assert_eq!(withdrawn.is_err(), self.ledger_out, "unknown-blocks: withdrawn without the ledger");
    }

    fn apply(&self, which: u8, meanwhile: Option<u8>) {
        let prepared = |decided: &&Arc<Decided>| decided.judged.prepared.is_some();
        let prepared: Vec<Arc<Decided>> = self.decisions.iter().filter(prepared).cloned().collect();
        let Some(decided) = newest(&prepared, which) else { return };
        if let Some(other) = meanwhile.and_then(|other| newest(&prepared, other)).cloned() {
            let world = Arc::clone(&self.world);
            self.world.target(&decided.target).interrupt(move || drop(world.attempt(&other)));
        }
        let _ = self.world.attempt(decided);
        // An attempt that did not come so far leaves its interruption behind.
        self.world.target(&decided.target).interrupt(|| {});
    }

    /// Looks at all that was ever written, and at the ledger.
    fn check(&self) {
        let history = self.world.ledger.seen();
        let mut attempts = BTreeMap::new();
        for entry in history.entries().iter().filter(|entry| matches!(entry.body, Body::Running(_))) {
            let key = (entry.subject.target.clone(), entry.subject.attempt);
            assert!(attempts.insert(key, entry.index).is_none(), "two attempts have one number");
        }
        let mut ended = std::collections::BTreeSet::new();
        for entry in history.entries().iter().filter(|entry| matches!(entry.body, Body::Outcome(_))) {
            let what = (entry.subject.target.clone(), entry.subject.attempt);
            // A promotion that never began ends without an attempt: once, and it never begins.
            let is_attempt = entry.subject.attempt.is_some();
            let promotion = entry.subject.promotion.clone().filter(|_| !is_attempt);
            assert!(ended.insert((what, promotion)), "an attempt has two outcomes");
            let has_begun =
                |other: &&Entry| matches!(other.body, Body::Running(_)) && other.subject.promotion == entry.subject.promotion;
            assert!(is_attempt || !history.entries().iter().any(|other| has_begun(&other)), "who was withdrawn has begun");
        }
        for name in TARGETS {
            let mut last = 0;
            let mut last_decision = 0;
            for write in self.world.target(name).writes() {
                let written = &write.written;
                assert!(written.attempt > last, "one-at-a-time: attempt {} wrote after {last}", written.attempt);
                last = written.attempt;
                let began = attempts[&(Some(name.to_owned()), Some(written.attempt))];
                let promotion = history.promotion(&PromotionId::parse(&written.promotion).unwrap()).unwrap();
                let decision = promotion.decision;
                assert_eq!(promotion.decided.decision, DecisionWord::Approved, "no-apply-unapproved");
                assert_eq!((decision.subject.plan, decision.subject.recipe), (Some(write.done), Some(written.recipe)));
                assert!(decision.index < began);
                assert!(decision.index >= last_decision, "{} was written after a later one", promotion.id);
                last_decision = decision.index;
                let in_force =
                    history.entries()[..usize::try_from(began).unwrap()].iter().rev().find_map(|entry| match &entry.body {
                        Body::Trust(trust) => Some(trust.policy),
                        Body::PolicyAccept(accept) => Some(accept.policy),
                        _ => None,
                    });
                assert_eq!(decision.policy, in_force, "no-apply-unapproved: under another policy");
                self.check_images(name, &write.objects.values().cloned().collect::<Vec<_>>());
            }
        }
    }

    /// only-proven-images: what is in prod ran in preprod, what is in preprod was built as the ledger says.
    fn check_images(&self, target: &str, bodies: &[serde_json::Value]) {
        let history = self.world.ledger.seen();
        for (_, text) in bodies.iter().flat_map(|body| find_images(body, &[])) {
            let image: ImageReference = text.parse().unwrap();
            let digest = image.digest().expect("unknown-blocks: an image without a digest was applied");
            match target {
                "preprod-apps" => assert!(
                    history.built().any(|built| built.reference == image.unpinned() && built.digest == digest),
                    "only-proven-images: {image} is in preprod"
                ),
                "prod-apps" => assert!(
                    self.world.target("preprod-apps").writes().iter().any(|write| {
                        write.objects.values().any(|body| find_images(body, &[]).iter().any(|(_, other)| *other == text))
                    }),
                    "only-proven-images: {image} is in prod"
                ),
                _ => {}
            }
        }
    }
}

fn soak() -> u32 {
    std::env::var("TOLLGATE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

#[test]
fn whatever_happens_only_what_was_approved_and_proven_is_applied_and_by_one_at_a_time() {
    let config = Config { cases: 200 * soak(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let applied = std::cell::Cell::new([0usize; 3]);
    let steps = (any::<bool>(), prop::collection::vec(any_step(), 1..60));
    runner
        .run(&steps, |(supersede, steps)| {
            let mut run = Run::new(supersede);
            for step in &steps {
                let (before, out) = (run.writes(), [run.ledger_out, run.registry_out]);
                run.step(step);
                let after = run.writes();
                for index in 0..2 {
                    assert!(!out[index] || before[index] == after[index], "unknown-blocks: {step:?} wrote during an outage");
                }
            }
            run.check();
            let writes = TARGETS.map(|name| run.world.target(name).writes().len());
            applied.set(std::array::from_fn(|index| applied.get()[index] + writes[index]));
            Ok(())
        })
        .unwrap();
    assert!(applied.get().iter().all(|writes| *writes > 0), "the sequences never got anywhere: {:?}", applied.get());
}
