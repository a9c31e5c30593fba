//! What becomes of questions, by what is known.

mod approved;
mod glass;
mod sharing;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Freshness, Operation, Requester, Ruling};
use tollgate_core::broken_glass::BrokenGlass;
use tollgate_core::evaluate::DocumentFinding;
use tollgate_core::finding::RuleId;
use tollgate_core::overrides::{Pass, Passes};
use tollgate_core::pipeline::{AdmissionMode, Gate, GateAdmission, KubernetesTarget, Pipeline, Target, TargetKind, Trigger};
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::AnswerAdmission as _;
use tollgate_core::terms::Terms;
use tollgate_core::waiver::{Waiver, WaiverSubject};

use super::{Asked, Follower, Known, ReadKnown};
use crate::delivery::tests::world::{
    at, glob, mk_gate, mk_location, mk_pipeline, mk_policies, mk_target, promotion, suspicious, validator,
};

const NOW: i64 = 1_000;

fn mk_pipeline_of(gates: Vec<Gate>) -> Pipeline {
    Pipeline { gates, ..mk_pipeline() }
}

fn mk_prod() -> Target {
    let kind = TargetKind::Kubernetes(KubernetesTarget::in_namespace("shop"));
    Target { kind, ..mk_target("prod", Trigger::Tag(glob("v*")), &[]) }
}

fn mk_known(pipeline: Pipeline, passes: Passes) -> Known {
    let never = promotion(tollgate_core::deciding::GateNeeds::default(), |_| unreachable!("a promotion gate is not asked"));
    let policies = mk_policies(&[("suspicious", suspicious()), ("tells-context", tells_context()), ("later", never)]);
    let asked = Asked { pipeline, policies, revision: "sha256:0".to_owned() };
    Known::new(asked, Some(mk_prod()), None, passes, 7)
}

/// Finds the context that it was asked in.
fn tells_context() -> crate::delivery::tests::world::Closure {
    validator(|request| {
        Ok(vec![DocumentFinding {
            rule: "no".to_owned(),
            message: serde_json::to_string(request.context).unwrap(),
            document: 0,
            pointer: tollgate_core::pointer::Pointer::root(),
            remediation: None,
            level: None,
        }])
    })
}

fn mk_request(object: &Value) -> AdmissionRequest {
    AdmissionRequest {
        uid: "1".to_owned(),
        operation: Operation::Create,
        api_version: "v1".to_owned(),
        kind: object["kind"].as_str().unwrap().to_owned(),
        resource: "configmaps".to_owned(),
        sub_resource: None,
        namespace: Some("shop".to_owned()),
        name: "a".to_owned(),
        requester: Requester { username: "dev@example.com".to_owned(), groups: Vec::new() },
        dry_run: false,
        object: Some(Arc::from(object.to_string().as_bytes())),
        old_object: None,
    }
}

fn mk_map(value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}, "data": {"value": value}})
}

fn fresh() -> Freshness {
    Freshness { age: 0, limit: 600, entries: 7, failure: None, unrecorded: 0 }
}

fn ask(known: &Known, object: &Value) -> AdmissionAnswer {
    known.answer(&mk_request(object), &fresh(), at(NOW))
}

fn nothing_bad() -> Gate {
    mk_gate("nothing-bad", "suspicious")
}

#[test]
fn a_gate_denies_what_its_policy_finds_and_lets_the_rest_pass() {
    let known = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let allowed = ask(&known, &mk_map("good"));
    assert_eq!((allowed.ruling, allowed.message.as_str()), (Ruling::Allowed, ""));
    assert_eq!(allowed.audit["gates"], "nothing-bad=pass");
    let denied = ask(&known, &mk_map("bad"));
    assert_eq!(denied.ruling, Ruling::Denied);
    assert!(denied.message.contains("suspicious/no: it is bad"), "{}", denied.message);
    assert_eq!((denied.policies[0].policy.as_str(), denied.policies[0].verdict), ("suspicious", "fail"));
}

#[test]
fn what_only_advises_is_no_reason_for_a_denial_and_what_denies_is_not_told_twice() {
    let advises = Gate { enforcement: Enforcement::Advisory, ..mk_gate("context", "tells-context") };
    let denied = ask(&mk_known(mk_pipeline_of(vec![nothing_bad(), advises]), Passes::new()), &mk_map("bad"));
    assert_eq!(denied.ruling, Ruling::Denied);
    assert!(!denied.message.contains("tells-context"), "{}", denied.message);
    assert_eq!(denied.warnings.len(), 1, "{:?}", denied.warnings);
    assert!(denied.warnings[0].starts_with("tells-context/no"), "{:?}", denied.warnings);
}

#[test]
fn a_policy_that_breaks_is_an_error_which_does_not_pass() {
    let known = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let broken = ask(&known, &mk_map("broken"));
    assert_eq!(broken.ruling, Ruling::Error);
    assert!(broken.message.contains("gate `nothing-bad` could not judge"), "{}", broken.message);
}

#[test]
fn a_gate_that_warns_or_only_advises_lets_pass_and_tells() {
    let warns = Gate { admission: GateAdmission { mode: AdmissionMode::Warn, deletes: false }, ..nothing_bad() };
    let advises = Gate { enforcement: Enforcement::Advisory, ..nothing_bad() };
    for gate in [warns, advises] {
        let known = mk_known(mk_pipeline_of(vec![gate]), Passes::new());
        let answer = ask(&known, &mk_map("bad"));
        assert_eq!(answer.ruling, Ruling::Allowed);
        assert_eq!(answer.warnings, ["suspicious/no: it is bad"]);
        let broken = ask(&known, &mk_map("broken"));
        assert_eq!(broken.ruling, Ruling::Allowed);
        assert!(broken.warnings[0].contains("could not judge"), "{:?}", broken.warnings);
    }
}

#[test]
fn gates_that_are_not_asked_are_told_with_why() {
    let off = Gate { admission: GateAdmission { mode: AdmissionMode::Off, deletes: false }, ..nothing_bad() };
    let known = mk_known(mk_pipeline_of(vec![off, mk_gate("soak", "later")]), Passes::new());
    assert_eq!(known.unasked(), ["gate `nothing-bad` is off in clusters", "gate `soak` judges promotions"]);
    let answer = ask(&known, &mk_map("bad"));
    assert_eq!((answer.ruling, answer.audit["not-evaluated"].as_str()), (Ruling::Allowed, "no gate judges CREATE"));
}

#[test]
fn a_delete_is_judged_by_those_gates_alone_that_want_it_and_by_what_goes() {
    let mut request = mk_request(&mk_map("bad"));
    (request.operation, request.old_object) = (Operation::Delete, request.object.take());
    let of = |deletes| {
        let gate = Gate { admission: GateAdmission { mode: AdmissionMode::Deny, deletes }, ..nothing_bad() };
        mk_known(mk_pipeline_of(vec![gate]), Passes::new()).answer(&request, &fresh(), at(NOW)).ruling
    };
    assert_eq!((of(false), of(true)), (Ruling::Allowed, Ruling::Denied));
}

#[test]
fn an_override_passes_the_gate_that_it_names_until_it_ends() {
    let gate = Gate { enforcement: Enforcement::Overridable, ..nothing_bad() };
    let pass = Pass { entry: 5, recover: false, until: at(NOW + 10) };
    let known = mk_known(mk_pipeline_of(vec![gate]), Passes::from([("nothing-bad".to_owned(), vec![pass])]));
    let passed = ask(&known, &mk_map("bad"));
    assert_eq!((passed.ruling, passed.audit["override"].as_str()), (Ruling::Allowed, "entry 5"));
    assert!(passed.warnings[0].contains("entry 5"), "{:?}", passed.warnings);
    let late = known.answer(&mk_request(&mk_map("bad")), &fresh(), at(NOW + 10));
    assert_eq!(late.ruling, Ruling::Denied);
    assert!(late.message.contains("`tollgate override`"), "{}", late.message);
}

fn mk_waiver(namespace: Option<&str>) -> Waiver {
    let subject = WaiverSubject {
        kind: "ConfigMap".to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: "a".to_owned(),
        file: None,
        pointers: Vec::new(),
    };
    let (reason, approver) = ("known".to_owned(), "lead@example.com".to_owned());
    let terms = Terms { reason, approver, expires: "2030-01-01".parse().unwrap(), location: mk_location() };
    Waiver { rule: RuleId::new("suspicious", "no"), subject, terms }
}

#[test]
fn a_waiver_counts_also_where_the_manifest_leaves_its_namespace_out() {
    for (namespace, passes) in [(Some("shop"), true), (None, true), (Some("elsewhere"), false)] {
        let pipeline = Pipeline { waivers: vec![mk_waiver(namespace)], ..mk_pipeline_of(vec![nothing_bad()]) };
        let answer = ask(&mk_known(pipeline, Passes::new()), &mk_map("bad"));
        assert_eq!(answer.ruling == Ruling::Allowed, passes, "{namespace:?}");
    }
}

#[test]
fn what_no_file_could_hold_is_denied_as_the_file_would_be() {
    let known = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let mut request = mk_request(&mk_map("good"));
    request.object = Some(Arc::from(&br#"{"apiVersion": "v1", "kind": "ConfigMap", "kind": "Secret"}"#[..]));
    let answer = known.answer(&request, &fresh(), at(NOW));
    assert_eq!(answer.ruling, Ruling::Denied);
    assert!(answer.message.contains("source/"), "{}", answer.message);
    for object in [None, Some(&b"[1, 2]"[..]), Some(b"{}"), Some(b"7")] {
        request.object = object.map(Arc::from);
        assert_eq!(known.answer(&request, &fresh(), at(NOW)).ruling, Ruling::Denied, "{object:?}");
    }
}

#[test]
fn a_policy_is_told_who_asks_and_what_was_there_and_no_secret() {
    let known = mk_known(mk_pipeline_of(vec![mk_gate("context", "tells-context")]), Passes::new());
    let secret = |value: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "shop"}, "data": {"password": value}});
    let mut request = mk_request(&secret("bmV3"));
    request.operation = Operation::Update;
    request.old_object = Some(Arc::from(secret("aHVudGVyMg==").to_string().as_bytes()));
    let told = known.answer(&request, &fresh(), at(NOW)).message;
    for part in [r#""place":"admission""#, r#""target":"prod-apps""#, r#""operation":"UPDATE""#, r#""username":"dev@example.com""#]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(told.contains("oldObject") && !told.contains("aHVudGVyMg"), "{told}");
}

#[test]
fn once_the_ledger_is_too_old_what_becomes_of_questions_is_as_configured() {
    let stale = Freshness { age: 700, limit: 600, entries: 7, failure: Some("no route".to_owned()), unrecorded: 0 };
    let ask = |when_stale, value| {
        let mut pipeline = mk_pipeline_of(vec![nothing_bad()]);
        pipeline.admission.when_stale = when_stale;
        mk_known(pipeline, Passes::new()).answer(&mk_request(&mk_map(value)), &stale, at(NOW))
    };
    let denied = ask(AdmissionMode::Deny, "good");
    assert_eq!(denied.ruling, Ruling::Error);
    assert!(denied.message.contains("700 s (no route)"), "{}", denied.message);
    let warned = ask(AdmissionMode::Warn, "good");
    assert_eq!((warned.ruling, warned.warnings.len()), (Ruling::Allowed, 1));
    assert_eq!(ask(AdmissionMode::Warn, "bad").ruling, Ruling::Denied);
}

/// Says at each reading what is next, and counts.
#[derive(Default)]
struct Script {
    next: Vec<Result<Option<Known>, String>>,
    reads: Arc<AtomicU32>,
    /// How long each reading takes.
    takes: Duration,
    /// What was written, or tried to be.
    recorded: Arc<Mutex<Vec<BrokenGlass>>>,
    fails: bool,
}

impl ReadKnown for Script {
    fn read(&mut self) -> Result<Option<Known>, String> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let read = self.next.pop().unwrap_or(Ok(None));
        std::thread::sleep(self.takes);
        read
    }

    fn follows(&self) -> bool {
        true
    }

    fn record(&mut self, broken: &BrokenGlass) -> Result<(), String> {
        self.recorded.lock().unwrap().push(broken.clone());
        if self.fails { Err("no route".to_owned()) } else { Ok(()) }
    }
}

fn start(next: Vec<Result<Option<Known>, String>>) -> (Arc<Follower>, Arc<AtomicU32>) {
    let reads = Arc::new(AtomicU32::new(0));
    let first = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let script = Script { next, reads: Arc::clone(&reads), takes: Duration::ZERO, ..Script::default() };
    (Follower::start(first, Box::new(script), Duration::from_secs(3_600)), reads)
}

/// What the server tells who asks about a ConfigMap with this value.
fn told(follower: &Follower, value: &str) -> AdmissionAnswer {
    let (before, request) = (follower.changes(), mk_request(&mk_map(value)));
    let first = follower.answer(&request);
    if first.ruling == Ruling::Allowed {
        return first;
    }
    let (say, said) = std::sync::mpsc::channel();
    follower.read_again(Box::new(move |was_read| say.send(was_read).unwrap()));
    if said.recv().unwrap() && follower.changes() != before { follower.answer(&request) } else { first }
}

#[test]
fn before_a_no_the_ledger_is_read_once_more_and_what_it_says_now_counts() {
    let milder = || mk_known(mk_pipeline_of(Vec::new()), Passes::new());
    let (follower, reads) = start(vec![Ok(Some(milder()))]);
    assert_eq!(told(&follower, "good").ruling, Ruling::Allowed);
    assert_eq!(reads.load(Ordering::SeqCst), 0, "a yes needs nothing new");
    assert_eq!(told(&follower, "bad").ruling, Ruling::Allowed);
    assert_eq!(reads.load(Ordering::SeqCst), 1);
}

#[test]
fn a_no_stays_a_no_where_nothing_is_new_or_nothing_can_be_read() {
    for said in [Ok(None), Err("no route".to_owned())] {
        let failure = said.as_ref().err().cloned();
        let (follower, reads) = start(vec![said]);
        assert_eq!(told(&follower, "bad").ruling, Ruling::Denied);
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        assert_eq!(follower.freshness().failure, failure);
    }
}

#[test]
fn a_reading_that_began_before_the_question_is_not_enough_for_a_no() {
    let milder = mk_known(mk_pipeline_of(Vec::new()), Passes::new());
    let first = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let reads = Arc::new(AtomicU32::new(0));
    let next = vec![Ok(Some(milder)), Ok(None)];
    let script = Script { next, reads: Arc::clone(&reads), takes: Duration::from_millis(200), ..Script::default() };
    let follower = Follower::start(first, Box::new(script), Duration::from_millis(1));
    while reads.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    assert_eq!(told(&follower, "bad").ruling, Ruling::Allowed);
}

#[test]
fn many_who_are_told_no_at_once_have_the_ledger_read_only_a_few_times() {
    let reads = Arc::new(AtomicU32::new(0));
    let script = Script { next: Vec::new(), reads: Arc::clone(&reads), takes: Duration::from_millis(300), ..Script::default() };
    let first = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let follower = Follower::start(first, Box::new(script), Duration::from_secs(3_600));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(told(&follower, "bad").ruling, Ruling::Denied));
        }
    });
    assert!(reads.load(Ordering::SeqCst) < 8, "{reads:?}");
}

#[test]
fn who_is_not_needed_any_more_stops_reading() {
    let script = Script { next: Vec::new(), reads: Arc::default(), takes: Duration::ZERO, ..Script::default() };
    let first = mk_known(mk_pipeline_of(Vec::new()), Passes::new());
    let weak = Arc::downgrade(&Follower::start(first, Box::new(script), Duration::from_millis(10)));
    let begun = std::time::Instant::now();
    while weak.strong_count() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(10));
    }
}
