//! Where a story takes place, and what it does there. What it knows, it knows from having done it.

mod changes;
mod mishaps;
mod movement;
mod sayings;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use tollgate_tests::{Answer, Build, Cli, Pipeline, SignedShop};

use crate::arcs::SERVICES;
use crate::chronicle::Chronicle;
use crate::step::{Person, Place, Scope, Step, What};

pub(crate) const NAMES: [&str; SERVICES] = ["cart", "email"];

const TEAMS: [(&str, &[&str]); 3] = [("platform", &["lead", "operator"]), ("developers", &["dev"]), ("security", &["auditor"])];

const GATES: [&str; 4] = [
    "{name: four-eyes, policy: builtin:four-eyes, match: {environment: prod}, settings: {from: [platform, developers]}}",
    "{name: signed-commits, policy: builtin:signed-commits, enforcement: mandatory}",
    "{name: policy-integrity, policy: builtin:policy-integrity, enforcement: mandatory, match: {change: policy}, settings: {from: [platform, developers]}}",
    STRICT,
];

/// What a policy revision asks, or leaves.
pub(crate) const STRICT: &str = "{name: workload-limits, enforcement: mandatory}";
pub(crate) const WEAK: &str = "{name: workload-limits, enforcement: advisory}";

const OVERRIDES: &str = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";

/// Long enough for a busy machine, and short enough to wait until a dead worker is taken over.
const QUEUE: &str = "queue: {supersede: true, lease: 2s}";

/// What the plans of Secrets are made with.
pub(crate) const PLAN_KEY: &str = "planted key of the operator, long enough for this";

/// How each story begins, so that something runs in preprod and prod: with the exit code of each step.
pub(crate) const BEGINNING: [(Step, i32); 5] = [
    (Step::Promote(What::Master), 0),
    (Step::Tag(Some(Person::Dev)), 0),
    (Step::Promote(What::NewestTag), 4),
    (Step::Approve(Person::Lead, Place::Prod), 0),
    (Step::Promote(What::NewestTag), 0),
];

/// The shop, and everything that was done to it.
pub(crate) struct Stage {
    pub(crate) signed: SignedShop,
    pub(crate) chronicle: Chronicle,
    /// In the order in which they were built.
    builds: Vec<Build>,
    /// Those whose record the remote refused, with their branches.
    unrecorded: Vec<(Build, &'static str)>,
    /// By reference: the digest that was recorded first as built from master.
    pub(crate) recorded: BTreeMap<String, String>,
    /// Names, and who signed them.
    pub(crate) tags: Vec<(String, Option<Person>)>,
    branches: u32,
    /// Freezes that stand, by their entries.
    pub(crate) frozen: BTreeMap<u64, Scope>,
    /// The override that was opened last.
    glass: Option<u64>,
    pub(crate) secrets: Vec<String>,
    /// What was changed by hand, and what was there before; nothing: no such file.
    pub(crate) tampered: BTreeMap<Place, (Utf8PathBuf, Option<Vec<u8>>)>,
    pub(crate) refuses: bool,
}

/// What a step came to.
#[derive(Default)]
pub(crate) struct Happened {
    /// All calls that ended by themselves, with what they printed.
    pub(crate) answers: Vec<Answer>,
    /// A worker was killed before it had ended.
    pub(crate) is_killed: bool,
}

impl Happened {
    fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: answers.into_iter().collect(), is_killed: false }
    }
}

impl Stage {
    /// A shop in which nothing runs yet.
    pub(crate) fn new() -> Self {
        let pipeline = GATES.iter().fold(Pipeline::deployment(), |pipeline, gate| pipeline.gate(gate));
        let pipeline = pipeline.plan_key("env: PLAN_KEY").line(OVERRIDES).line(QUEUE);
        let signed = SignedShop::new(&NAMES, &pipeline, &TEAMS);
        signed.commit_as(Person::Dev.name());
        let builds: Vec<Build> = NAMES.iter().map(|name| signed.shop.last_build(name)).collect();
        Self {
            chronicle: Chronicle::new(&signed.shop.world, signed.shop.deployment.remote()),
            recorded: builds.iter().map(|build| (build.image.clone(), build.digest.clone())).collect(),
            builds,
            signed,
            unrecorded: Vec::new(),
            tags: Vec::new(),
            branches: 0,
            frozen: BTreeMap::new(),
            glass: None,
            secrets: vec![PLAN_KEY.to_owned()],
            tampered: BTreeMap::new(),
            refuses: false,
        }
    }

    /// Does what a step says. `number` is its place in the story.
    pub(crate) fn take(&mut self, number: usize, step: Step) -> Happened {
        match step {
            Step::Deliver(service, which) => self.deliver(number, service, which),
            Step::PushAgain(service) => self.push_again(number, service),
            Step::Plant(service) => self.plant(number, service),
            Step::Branch(service, is_signed) => self.branch(service, is_signed),
            Step::Tag(signer) => self.tag(signer),
            Step::Promote(what) => Happened::of([self.promote(what, &["--wait=6s"])]),
            Step::Decide(what) => Happened::of([self.promote(what, &["--no-apply"])]),
            Step::Race(one, other) => self.race(one, other),
            Step::Kill(what, moment) => self.kill(what, moment),
            Step::Apply => self.last_step(&["apply"], &["--wait=6s"]),
            Step::Withdraw => self.last_step(&["promote", "--abort"], &[]),
            Step::Rollback(place) => self.rollback(place),
            Step::Approve(person, place) => self.say(person, place, &["approve"], &[]),
            Step::Reject(person, place) => self.say(person, place, &["reject"], &["--reason", "not like this"]),
            Step::BreakGlass(gate, people) => self.break_glass(gate, people),
            Step::Review(person) => self.review(person),
            Step::Freeze(person, scope) => self.freeze(person, scope),
            Step::Thaw(person, scope) => self.thaw(person, scope),
            Step::ChangePolicy => self.change_policy(),
            Step::ReviewPolicy(person) => Happened::of([self.by(person, &["approve", "master", "-o", "json"])]),
            Step::AcceptPolicy(person) => Happened::of([self.by(person, &["policy", "accept", "HEAD", "-o", "json"])]),
            Step::Tamper(place) => self.tamper(number, place),
            Step::Mend => self.mend(),
            Step::Refuse => self.refuse(),
            Step::Relent => self.relent(),
        }
    }

    /// The binary with the key of a person, and the key of plans.
    pub(crate) fn cli(&self, person: Option<Person>, arguments: &[&str]) -> Cli {
        let cli = match person {
            Some(person) => self.signed.cli(person.name(), arguments),
            None => self.signed.shop.tollgate(arguments),
        };
        cli.env("PLAN_KEY", PLAN_KEY)
    }

    fn by(&self, person: Person, arguments: &[&str]) -> Answer {
        self.cli(Some(person), arguments).run()
    }

    /// The newest promotion that was decided for a place.
    fn newest(&self, place: Place) -> String {
        let target = place.target();
        let decided = self.chronicle.entries().iter().rfind(|entry| entry.is("decided") && entry.target() == Some(&target));
        decided.map(|entry| entry.promotion().to_owned()).unwrap()
    }
}
