//! Changes of policy: what the gates in force are asked about them, and that nobody says yes to an own one (no-self-approval).

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_core::act::{Approval, Freeze, Hold, Rejection, Scope};
use tollgate_core::deciding::{
    ApprovalKind, CountedApproval, GateFinding, GateNeeds, GateRequest, GateSubject, GitChange, PolicyChange,
};
use tollgate_core::decision::{Decision, DecisionWord};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Document, ObjectIdentity, Place, SourceFile};
use tollgate_core::entry::{Body, EntrySubject};
use tollgate_core::evaluate::EvaluationError;
use tollgate_core::overrides::{Pass, Passes};
use tollgate_core::pipeline::{Change, Gate, Pipeline};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::Enforcement;
use tollgate_gate::{JudgedDocument, Policies};

use super::world::{Lines, World, at, findings, mk_accept, mk_gate, mk_policies, mk_policy_spec, mk_world, promotion, suspicious};
use crate::delivery::change::Told;
use crate::delivery::policy_change::{PolicyJury, Proposed};
use crate::sources::Documents;

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const OTHER_TREE: &str = "d564d0bc3dd917926892c55e3706cc116d5b165e";
const REQUESTER: &str = "author";

/// A world in which a gate asks for a review by somebody else, and what it was asked.
struct Asked {
    world: World,
    /// What recoveries let pass.
    passes: Passes,
    requests: Arc<Mutex<Vec<GateRequest>>>,
}

/// In the spirit of `four-eyes`: somebody other than who asked must have approved, and nobody may have stopped or rejected it.
fn no_self_approval(request: &GateRequest) -> Vec<GateFinding> {
    let requester = request.change.as_ref().and_then(|change| change.requester.as_ref());
    let is_another = |approval: &&CountedApproval| requester.is_some_and(|requester| requester.principal != approval.by.principal);
    let counted = request.approvals.iter().filter(|approval| approval.void.is_none()).filter(is_another);
    let no = |message: &str| GateFinding {
        rule: "no".to_owned(),
        message: message.to_owned(),
        component: None,
        remediation: None,
        level: None,
    };
    let mut found = Vec::new();
    if counted.count() == 0 {
        found.push(no("nobody else has looked at it"));
    }
    if !request.stops.is_empty() {
        found.push(no("everything is stopped"));
    }
    if !request.rejections.is_empty() {
        found.push(no("somebody said no"));
    }
    found
}

impl Asked {
    fn new() -> Self {
        let mut world = mk_world();
        let requests: Arc<Mutex<Vec<GateRequest>>> = Arc::default();
        let kept = Arc::clone(&requests);
        let gate = promotion(GateNeeds::EVERYTHING, move |request| {
            kept.lock().unwrap().push(request.clone());
            Ok(findings(no_self_approval(request)))
        });
        world.policies = mk_policies(&[("suspicious", suspicious()), ("four-eyes", gate)]);
        world.pipeline.policies.push(mk_policy_spec("four-eyes"));
        world.pipeline.gates.push(of_policy("four-eyes"));
        world.pipeline.people.teams.insert("platform".to_owned(), vec!["lead@example.com".to_owned()]);
        Self { world, passes: Passes::new(), requests }
    }

    fn judge(&self, change: impl FnOnce(&mut Revision)) -> Decision {
        let mut revision =
            Revision { pipeline: self.world.pipeline.clone(), told: mk_told(&self.world), documents: Documents::default() };
        change(&mut revision);
        let Revision { pipeline, told, documents } = revision;
        let World { pipeline: in_force, policies, policy, ledger, .. } = &self.world;
        let history = ledger.seen();
        let jury = PolicyJury {
            pipeline: in_force,
            policies,
            policy: *policy,
            history: &history,
            passes: self.passes.clone(),
            locate: &Lines,
            now: at(1_000),
        };
        let gates: Vec<&Gate> = in_force.gates.iter().filter(|gate| gate.matches.change == Change::Policy).collect();
        let proposed = Proposed {
            commit: "c1",
            digest: Digest::of(b"policy 1"),
            pipeline: &pipeline,
            files: vec!["tollgate.yaml".to_owned()],
            tree: TREE,
            told,
            documents,
        };
        jury.judge(&gates, &proposed)
    }

    /// What the gate was asked about a revision.
    fn question(&self, change: impl FnOnce(&mut Revision)) -> GateRequest {
        self.judge(change);
        self.requests.lock().unwrap().pop().unwrap()
    }

    fn review(&self, who: &str, tree: &str) -> u64 {
        self.approve(who, ApprovalKind::Review, tree)
    }

    fn approve(&self, who: &str, kind: ApprovalKind, tree: &str) -> u64 {
        let approval = Approval { kind, commit: "c1".to_owned(), tree: tree.to_owned(), note: None };
        self.world.ledger.write_signed(who, at(500), EntrySubject::default(), Body::Approval(approval), &[])
    }
}

/// A world whose mandatory gate traps, and a recovery that names it.
fn broken(is_recovered: bool) -> Asked {
    let mut asked = Asked::new();
    let traps = promotion(GateNeeds::EVERYTHING, |_| Err(EvaluationError::Panicked { message: "it is broken".to_owned() }));
    asked.world.policies = mk_policies(&[("suspicious", suspicious()), ("four-eyes", traps)]);
    asked.world.pipeline.gates.iter_mut().for_each(|gate| gate.enforcement = Enforcement::Mandatory);
    if is_recovered {
        let pass = Pass { entry: 7, recover: true, until: at(2_000) };
        asked.passes = Passes::from([("four-eyes-of-policy".to_owned(), vec![pass])]);
    }
    asked
}

#[test]
fn the_error_of_a_mandatory_gate_blocks_a_revision_until_a_recovery_passes_it_by_name() {
    let blocked = broken(false).judge(|_| {});
    assert_eq!((blocked.word(), blocked.errors().count()), (DecisionWord::Pending, 1));
    let recovered = broken(true).judge(|_| {});
    assert_eq!((recovered.word(), recovered.overrides()), (DecisionWord::Approved, vec![7]));
}

#[test]
fn a_recovery_does_not_pass_what_a_gate_says() {
    let mut asked = Asked::new();
    asked.passes = broken(true).passes;
    assert_eq!(asked.judge(|_| {}).word(), DecisionWord::Denied);
}

#[test]
fn a_policy_that_can_not_be_loaded_answers_with_errors_alone() {
    let mut asked = broken(false);
    asked.world.policies = Policies::default();
    let decision = asked.judge(|_| {});
    assert_eq!((decision.word(), decision.errors().count()), (DecisionWord::Pending, decision.gates().len()));
}

/// What is proposed, as far as the tests change it.
struct Revision {
    pipeline: Pipeline,
    told: Told,
    documents: Documents,
}

fn of_policy(name: &str) -> Gate {
    let mut gate = mk_gate(&format!("{name}-of-policy"), name);
    gate.matches.change = Change::Policy;
    gate
}

fn mk_told(world: &World) -> Told {
    let change = GitChange {
        reference: "branch master".to_owned(),
        commit: "c1".to_owned(),
        requester: Some(world.pipeline.people.person(&format!("{REQUESTER}@example.com"))),
        tag: None,
        base: Some("c0".to_owned()),
        commits: Vec::new(),
        is_complete: true,
        rewritten: None,
        record: None,
    };
    Told { change, approvals: Vec::new(), facts: Vec::new(), unheard: None, findings: Vec::new() }
}

fn messages(decision: &Decision) -> Vec<&str> {
    decision.findings().iter().map(|finding| finding.message.as_str()).collect()
}

fn subject(request: &GateRequest) -> &PolicyChange {
    match &request.subject {
        GateSubject::Policy(change) => change,
        GateSubject::Promotion(_) => panic!("a promotion is judged"),
    }
}

#[test]
fn an_own_approval_is_told_with_its_signer_and_only_that_of_another_makes_it_go() {
    let asked = Asked::new();
    assert_eq!(asked.judge(|_| {}).word(), DecisionWord::Denied);
    let own = asked.review(REQUESTER, TREE);
    let request = asked.question(|_| {});
    let told: Vec<_> =
        request.approvals.iter().map(|one| (one.by.principal.as_str(), one.source.clone(), one.void.clone())).collect();
    assert_eq!(told, [("author@example.com", format!("entry {own}"), None)]);
    assert_eq!(messages(&asked.judge(|_| {})), ["nobody else has looked at it"]);
    asked.review("lead", TREE);
    let request = asked.question(|_| {});
    assert_eq!(request.approvals[1].by.teams, ["platform"]);
    assert_eq!(asked.judge(|_| {}).word(), DecisionWord::Approved);
}

#[test]
fn a_team_that_the_revision_itself_makes_counts_for_nothing_in_its_own_judgement() {
    let asked = Asked::new();
    asked.review("newcomer", TREE);
    let joined = |revision: &mut Revision| {
        let platform = revision.pipeline.people.teams.get_mut("platform").unwrap();
        platform.push("newcomer@example.com".to_owned());
    };
    let request = asked.question(joined);
    assert_eq!(request.approvals[0].by.teams, Vec::<String>::new());
    assert_eq!(subject(&request).weakened, ["`newcomer@example.com` joins the team `platform`"]);
}

#[test]
fn a_gate_that_the_revision_takes_away_still_judges_it_and_is_told_what_goes() {
    let asked = Asked::new();
    let decision = asked.judge(|revision| {
        revision.pipeline.gates.clear();
        revision.pipeline.environments[2].targets[0].after.clear();
    });
    assert_eq!((decision.word(), decision.gates().len()), (DecisionWord::Denied, 1));
    let request = asked.requests.lock().unwrap().pop().unwrap();
    let expected = [
        "gate `nothing-bad` is gone",
        "gate `same-image` is gone",
        "gate `four-eyes-of-policy` is gone",
        "target `prod-apps` comes after less",
    ];
    assert_eq!(subject(&request).weakened, expected);
    assert_eq!((subject(&request).commit.as_str(), subject(&request).digest), ("c1", Digest::of(b"policy 1")));
    assert_eq!(subject(&request).files, ["tollgate.yaml"]);
}

#[test]
fn a_revision_that_softens_its_own_gate_is_judged_by_the_hard_one() {
    let asked = Asked::new();
    let decision = asked.judge(|revision| {
        revision.pipeline.gates.iter_mut().for_each(|gate| gate.enforcement = Enforcement::Advisory);
    });
    assert_eq!(decision.word(), DecisionWord::Denied);
    assert!(decision.gates().iter().all(|gate| gate.enforcement == Enforcement::Mandatory));
}

#[test]
fn a_review_of_another_tree_and_one_under_another_policy_do_not_count() {
    let mut asked = Asked::new();
    asked.review("lead", OTHER_TREE);
    assert!(asked.question(|_| {}).approvals.is_empty(), "it is not even told");
    asked.review("lead", TREE);
    assert_eq!(asked.judge(|_| {}).word(), DecisionWord::Approved);
    let next = Digest::of(b"the next policy");
    asked.world.ledger.write(EntrySubject::default(), mk_accept(next));
    asked.world.policy = next;
    let request = asked.question(|_| {});
    assert_eq!(request.approvals[0].void.as_deref(), Some("it was given under another policy revision"));
    assert_eq!(asked.judge(|_| {}).word(), DecisionWord::Denied);
}

#[test]
fn what_git_says_comes_before_the_ledger_and_its_findings_deny() {
    let asked = Asked::new();
    asked.review("lead", TREE);
    let by_merge = |revision: &mut Revision| {
        let by = asked.world.pipeline.people.person("operator@example.com");
        let source = "merge c1".to_owned();
        revision.told.approvals.push(CountedApproval { kind: ApprovalKind::Review, by, at: at(1), source, void: None });
    };
    let sources: Vec<String> = asked.question(by_merge).approvals.into_iter().map(|approval| approval.source).collect();
    assert_eq!(sources, ["merge c1", "entry 1"]);
}

#[test]
fn validators_judge_the_files_of_the_revision_beside_the_question() {
    let asked = {
        let mut asked = Asked::new();
        asked.world.pipeline.gates.push(of_policy("suspicious"));
        asked
    };
    asked.review("lead", TREE);
    let with = |text: &'static str| asked.judge(move |revision| revision.documents.documents.push(mk_document(text))).word();
    assert_eq!([with("good"), with("bad"), with("broken")], [DecisionWord::Approved, DecisionWord::Denied, DecisionWord::Pending]);
}

fn mk_document(word: &str) -> JudgedDocument {
    let body: Arc<[u8]> = format!("{{\"kind\":\"Policy\",\"word\":\"{word}\"}}").into_bytes().into();
    let source = SourceFile { path: "tollgate.yaml".to_owned(), bytes: format!("word: {word}\n").into_bytes() };
    let identity = ObjectIdentity {
        api_version: "v1".to_owned(),
        kind: "Policy".to_owned(),
        namespace: None,
        name: "tollgate.yaml".to_owned(),
    };
    let place = Place { index: 0, stream: 0, base: Pointer::root() };
    let document = Document { source: Arc::new(source), place, identity, body: Arc::clone(&body), rendered_for: None };
    JudgedDocument { document, component: None, withheld: body }
}

/// What people write while a revision waits.
#[derive(Clone, Debug)]
enum Act {
    Approve { who: &'static str, kind: ApprovalKind, tree: &'static str },
    Reject { who: &'static str, kind: ApprovalKind, tree: &'static str },
    Freeze(Scope, Option<i64>),
    Hold(Option<&'static str>),
}

fn any_act() -> impl Strategy<Value = Act> {
    let who = || prop::sample::select(vec![REQUESTER, "lead", "operator"]);
    let kind = || prop::sample::select(vec![ApprovalKind::Review, ApprovalKind::Promotion]);
    let tree = || prop::sample::select(vec![TREE, OTHER_TREE]);
    let scope = prop::sample::select(vec![
        Scope::All,
        Scope::Target("prod-apps".to_owned()),
        Scope::Environment("prod".to_owned()),
        Scope::Component("cart".to_owned()),
    ]);
    prop_oneof![
        5 => (who(), kind(), tree()).prop_map(|(who, kind, tree)| Act::Approve { who, kind, tree }),
        1 => (who(), kind(), tree()).prop_map(|(who, kind, tree)| Act::Reject { who, kind, tree }),
        2 => (scope, prop::option::of(900i64..1_100)).prop_map(|(scope, until)| Act::Freeze(scope, until)),
        1 => prop::sample::select(vec![Some("prod-apps"), Some("preprod-apps"), None]).prop_map(Act::Hold),
    ]
}

/// Writes, and keeps what must be told of it: the entry of an approval with its signer, of a stop, or of a rejection.
fn write(asked: &Asked, act: &Act, expected: &mut Expected) {
    let ledger = &asked.world.ledger;
    let index = ledger.seen().len();
    match act {
        Act::Approve { who, kind, tree } => {
            asked.approve(who, *kind, tree);
            if (*kind, *tree) == (ApprovalKind::Review, TREE) {
                expected.approvals.push((index, format!("{who}@example.com")));
                expected.rejections.retain(|(_, rejecter)| rejecter != who);
            }
        }
        Act::Reject { who, kind, tree } => {
            let (commit, reason) = ("c1".to_owned(), "no".to_owned());
            let rejection = Rejection { kind: *kind, commit, tree: (*tree).to_owned(), reason };
            ledger.write_signed(who, at(500), EntrySubject::default(), Body::Rejection(rejection), &[]);
            if (*kind, *tree) == (ApprovalKind::Review, TREE) {
                expected.rejections.push((index, *who));
            }
        }
        Act::Freeze(scope, until) => {
            let freeze = Freeze { scope: scope.clone(), reason: "stop".to_owned(), until: until.map(at) };
            ledger.write(EntrySubject::default(), Body::Freeze(freeze));
            if *scope == Scope::All && until.is_none_or(|until| until > 1_000) {
                expected.stops.push(index);
            }
        }
        Act::Hold(target) => {
            let subject = EntrySubject { target: target.map(ToOwned::to_owned), ..EntrySubject::default() };
            ledger.write(subject, Body::Hold(Hold { away_from: None, reason: "went back".to_owned() }));
            expected.stops.extend(target.is_none().then_some(index));
        }
    }
}

#[derive(Default)]
struct Expected {
    approvals: Vec<(u64, String)>,
    rejections: Vec<(u64, &'static str)>,
    stops: Vec<u64>,
}

#[test]
fn of_all_that_people_write_a_revision_is_told_what_is_of_its_tree_and_what_stops_everything() {
    let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[29; 32]));
    let words = std::cell::Cell::new([0u32; 2]);
    let outcome = runner.run(&prop::collection::vec(any_act(), 0..10), |acts| {
        let asked = Asked::new();
        let mut expected = Expected::default();
        acts.iter().for_each(|act| write(&asked, act, &mut expected));
        let decision = asked.judge(|_| {});
        let request = asked.requests.lock().unwrap().pop().unwrap();
        let source = |index: &u64| format!("entry {index}");
        let approvals: Vec<(String, String)> =
            request.approvals.iter().map(|one| (one.source.clone(), one.by.principal.clone())).collect();
        assert_eq!(approvals, expected.approvals.iter().map(|(index, who)| (source(index), who.clone())).collect::<Vec<_>>());
        let rejections: Vec<String> = request.rejections.iter().map(|one| one.source.clone()).collect();
        assert_eq!(rejections, expected.rejections.iter().map(|(index, _)| source(index)).collect::<Vec<_>>());
        assert_eq!(request.stops.iter().map(|stop| stop.entry).collect::<Vec<_>>(), expected.stops);
        let is_seen = expected.approvals.iter().any(|(_, who)| !who.starts_with(REQUESTER));
        let is_free = expected.stops.is_empty() && expected.rejections.is_empty();
        let word = if is_seen && is_free { DecisionWord::Approved } else { DecisionWord::Denied };
        assert_eq!(decision.word(), word, "{acts:?}");
        let mut counts = words.get();
        counts[usize::from(word == DecisionWord::Approved)] += 1;
        words.set(counts);
        Ok(())
    });
    outcome.unwrap();
    assert!(words.get().iter().all(|count| *count > 5), "{:?}", words.get());
}
