//! Releases of a shop of a hundred services, as the ledger tells them: an image is built and reviewed, and its recipe moves from
//! target to target. Now and then something is denied, fails, is frozen, or passes by an override.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_core::act::{Approval, Freeze, Override, Review, Scope, Thaw};
use tollgate_core::canonical;
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::{DecisionWord, GateRecord};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Decided, Draft, EntrySubject, Outcome, OutcomeState, PolicyAccept, PromotionId, Running};
use tollgate_core::gist::PolicyInForce;
use tollgate_core::pipeline::GitReference;
use tollgate_core::policy::Enforcement;
use tollgate_core::proof::Built;
use tollgate_core::recipe::{ImageOrigin, Provenance, Recipe, RecipeComponent, RecipeImage};
use tollgate_core::time::Timestamp;

const SERVICES: usize = 100;
/// Each with its environment.
const TARGETS: [(&str, &str); 6] = [
    ("dev-ops", "dev"),
    ("dev-apps", "dev"),
    ("preprod-ops", "preprod"),
    ("preprod-apps", "preprod"),
    ("prod-ops", "prod"),
    ("prod-apps", "prod"),
];
const GATES: [&str; 8] =
    ["same-image", "four-eyes", "soak", "change-window", "freeze", "policy-integrity", "rollback-ready", "signed-commits"];
/// Whoever it is, one machine writes: entries are signed by the key of whom they name.
const WRITER: &str = "deployer@example.com";
/// Milliseconds from one entry to the next. They begin with the policy, since none may be older than those before it.
const APART: i64 = 1;

/// Releases, one after the other.
pub(super) struct Releases {
    policy: Option<PolicyInForce>,
    number: u64,
    /// What each service runs.
    versions: Vec<u64>,
    attempts: [u64; TARGETS.len()],
}

/// A release as it is written.
struct Writing<'a> {
    releases: &'a mut Releases,
    drafts: Vec<Draft>,
    /// Index of the first draft.
    start: u64,
    recipe: Recipe,
    id: Digest,
    commit: String,
}

impl Releases {
    /// They go on at an entry, under the policy in force.
    pub(super) fn new(policy: Option<PolicyInForce>, entry: u64) -> Self {
        // Numbers that no release before this entry had: none has fewer entries than targets.
        let number = entry / TARGETS.len() as u64;
        Self { policy, number, versions: vec![0; SERVICES], attempts: [entry; TARGETS.len()] }
    }

    /// The entries of the next release, the first of which gets this index. Nothing without a policy.
    pub(super) fn next(&mut self, start: u64) -> Option<Vec<Draft>> {
        self.number += 1;
        let (number, service) = (self.number, (self.number % SERVICES as u64) as usize);
        self.versions[service] = number;
        let recipe = self.recipe()?;
        let id = recipe.id().ok()?;
        let mut writing = Writing {
            releases: self,
            drafts: Vec::new(),
            start,
            recipe,
            id,
            commit: hex(&format!("commit {number}"))[..40].to_owned(),
        };
        writing.policy()?;
        writing.built(service)?;
        writing.approved(ApprovalKind::Review, EntrySubject::default());
        for target in 0..TARGETS.len() {
            writing.moved(target)?;
        }
        writing.people();
        Some(writing.drafts)
    }

    /// When an entry is written, and so many milliseconds later.
    fn at(&self, index: u64, later: i64) -> Timestamp {
        let start = self.policy.as_ref().map(|policy| policy.since.as_millisecond()).unwrap_or_default();
        Timestamp::from_millisecond(start + APART * index.cast_signed() + later).unwrap_or_default()
    }

    fn recipe(&self) -> Option<Recipe> {
        let component = |(service, version): (usize, &u64)| {
            let (image, commit) = image(service, *version)?;
            Some(RecipeComponent {
                component: format!("service-{service:03}"),
                path: format!("services/service-{service:03}"),
                tree: hex(&format!("tree {service} {version}"))[..40].to_owned(),
                images: vec![RecipeImage {
                    reference: image,
                    digest: Digest::of(format!("image {service} {version}").as_bytes()),
                    origin: ImageOrigin::Own,
                    source_commit: Some(commit),
                }],
                renderers: Vec::new(),
                render: None,
                terraform: None,
            })
        };
        Recipe::new(self.versions.iter().enumerate().map(component).collect::<Option<_>>()?).ok()
    }
}

impl Writing<'_> {
    fn index(&self) -> u64 {
        self.start + self.drafts.len() as u64
    }

    fn write(&mut self, subject: EntrySubject, body: Body, blobs: &[(&str, Vec<u8>)]) -> u64 {
        let index = self.index();
        self.drafts.push(Draft {
            at: self.releases.at(index, 0),
            by: By { principal: WRITER.to_owned(), key: None, automation: true },
            policy: self.releases.policy.as_ref().map(|policy| policy.digest),
            subject,
            body,
            blobs: blobs.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect(),
            attached: Vec::new(),
        });
        index
    }

    /// Every thousandth release comes under a policy that was accepted anew.
    fn policy(&mut self) -> Option<()> {
        let policy = self.releases.policy.clone()?;
        if self.releases.number.is_multiple_of(1_000) {
            let accept = PolicyAccept { commit: policy.commit, policy: policy.digest, gates: records(DecisionWord::Approved) };
            self.write(EntrySubject::default(), Body::PolicyAccept(accept), &[]);
        }
        Some(())
    }

    fn built(&mut self, service: usize) -> Option<()> {
        let (reference, commit) = image(service, self.releases.number)?;
        let built = Built {
            service: format!("service-{service:03}"),
            commit,
            branch: "master".to_owned(),
            reference,
            digest: Digest::of(format!("image {service} {}", self.releases.number).as_bytes()),
            manifests: hex(&format!("tree {service} {}", self.releases.number))[..40].to_owned(),
            entry: 0,
        };
        self.write(EntrySubject::default(), Body::ServiceBuilt(built), &[]);
        Some(())
    }

    fn approved(&mut self, kind: ApprovalKind, subject: EntrySubject) {
        let (commit, tree) = (self.commit.clone(), hex(&format!("tree of {}", self.commit))[..40].to_owned());
        let note = Some("looked at the change and at what it does".to_owned());
        self.write(subject, Body::Approval(Approval { kind, commit, tree, note }), &[]);
    }

    /// To one target: decided, begun, ended. Of twenty, one is denied at first, and one fails once.
    fn moved(&mut self, target: usize) -> Option<()> {
        let odd = (self.releases.number as usize + 7 * target) % 20;
        if odd == 3 {
            self.decided(target, DecisionWord::Denied)?;
        }
        let subject = self.decided(target, DecisionWord::Approved)?;
        if target + 1 == TARGETS.len() {
            self.approved(ApprovalKind::Promotion, EntrySubject { promotion: None, ..subject.clone() });
        }
        if odd == 11 {
            self.attempt(target, &subject, OutcomeState::Failed);
        }
        self.attempt(target, &subject, OutcomeState::Succeeded);
        Some(())
    }

    fn decided(&mut self, target: usize, decision: DecisionWord) -> Option<EntrySubject> {
        let (name, environment) = TARGETS[target];
        let plan = canonical::to_vec(&self.plan(name)).ok()?;
        let subject = EntrySubject {
            recipe: Some(self.id),
            target: Some(name.to_owned()),
            plan: Some(Digest::of(&plan)),
            promotion: Some(PromotionId::of_decision(self.index())),
            attempt: None,
        };
        let decided = Decided {
            decision,
            gates: records(decision),
            provenance: Provenance { reference: GitReference::Branch("master".to_owned()), commit: self.commit.clone() },
            environment: environment.to_owned(),
            promotable: true,
            valid_until: None,
            waits: Vec::new(),
            carried: BTreeMap::new(),
            requester: Some("developer@example.com".to_owned()),
            is_rollback: false,
            overrides: Vec::new(),
            deferred: Vec::new(),
        };
        let recipe = canonical::to_vec(&self.recipe).ok()?;
        let blobs = [("recipe", recipe), ("plan", plan), ("findings", b"[]".to_vec())];
        self.write(subject.clone(), Body::Decided(decided), &blobs);
        Some(subject)
    }

    fn plan(&self, target: &str) -> Value {
        let service = self.releases.number % SERVICES as u64;
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "namespace": null, "name": format!("service-{service:03}")});
        json!({"target": target, "recipe": self.id, "conflicts": [], "actions": [{"verb": "change", "object": object, "from": self.releases.number}]})
    }

    fn attempt(&mut self, target: usize, decided: &EntrySubject, state: OutcomeState) {
        self.releases.attempts[target] += 1;
        let subject = EntrySubject { attempt: Some(self.releases.attempts[target]), ..decided.clone() };
        let reference = GitReference::Branch("master".to_owned());
        let running = Running { reference, worker: "runner-7:4711".to_owned(), valid_until: None };
        self.write(subject.clone(), Body::Running(running), &[]);
        let message = "applied as planned".to_owned();
        let observed = json!({"release": hex(&format!("{target} {}", self.releases.number))[..16]});
        self.write(subject, Body::Outcome(Outcome { state, message, observed }), &[]);
    }

    /// Now and then people stop everything and let it go on, or break the glass.
    fn people(&mut self) {
        if self.releases.number.is_multiple_of(100) {
            let reason = "an incident".to_owned();
            let freeze = Freeze { scope: Scope::Environment("prod".to_owned()), reason: reason.clone(), until: None };
            let stop = self.write(EntrySubject::default(), Body::Freeze(freeze), &[]);
            self.write(EntrySubject::default(), Body::Thaw(Thaw { lifts: vec![stop], reason }), &[]);
        }
        if self.releases.number.is_multiple_of(250) {
            let until = self.releases.at(self.index(), 3_600_000);
            let subject = EntrySubject { recipe: Some(self.id), target: Some("prod-apps".to_owned()), ..EntrySubject::default() };
            let opened = Override {
                gates: vec!["soak".to_owned()],
                reason: "the shop is down".to_owned(),
                ticket: Some("OPS-4711".to_owned()),
                until,
                review_by: until,
                recover: false,
                confirms: None,
                restores: None,
                in_cluster: None,
            };
            let of = self.write(subject.clone(), Body::Override(opened), &[]);
            self.write(subject, Body::Review(Review { of, accepted: true, note: "it was right".to_owned() }), &[]);
        }
    }
}

fn records(decision: DecisionWord) -> Vec<GateRecord> {
    let verdict = |gate: &&str| if decision == DecisionWord::Denied && *gate == "soak" { "fail" } else { "pass" };
    let record = |gate: &&str| GateRecord {
        name: (*gate).to_owned(),
        enforcement: Enforcement::Mandatory,
        verdict: verdict(gate).to_owned(),
        passed_by: None,
    };
    GATES.iter().map(record).collect()
}

/// The image of a service's version, and the commit that it was built from.
fn image(service: usize, version: u64) -> Option<(tollgate_core::image::ImageReference, String)> {
    let commit = hex(&format!("{service} at {version}"))[..40].to_owned();
    Some((format!("registry.example.com/service-{service:03}:{commit}").parse().ok()?, commit))
}

fn hex(text: &str) -> String {
    Digest::of(text.as_bytes()).hex()
}
