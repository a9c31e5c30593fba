//! Break-glass by an annotation: who may, for what, and that it is written down.

use tollgate_core::broken_glass::{BreakGlassTerms, REASON, UNTIL};

use super::*;

fn nothing_bad() -> Gate {
    Gate { enforcement: Enforcement::Overridable, ..super::nothing_bad() }
}

fn mk_terms() -> BreakGlassTerms {
    BreakGlassTerms {
        users: vec!["lead@example.com".to_owned()],
        groups: Vec::new(),
        gates: vec!["nothing-bad".to_owned()],
        max_duration: 3_600,
        review_within: 86_400,
        needs_ticket: false,
    }
}

fn mk_breakable(gates: Vec<Gate>) -> Known {
    let mut pipeline = mk_pipeline_of(gates);
    pipeline.admission.break_glass = Some(mk_terms());
    mk_known(pipeline, Passes::new())
}

/// A map that a gate denies, and whose annotation says that it must pass until so many seconds after the epoch.
fn mk_urgent(until: i64) -> Value {
    let mut map = mk_map("bad");
    map["metadata"]["annotations"] = json!({REASON: "payments fail", UNTIL: at(until).to_string()});
    map
}

fn mk_question(user: &str, object: &Value) -> AdmissionRequest {
    let requester = Requester { username: format!("{user}@example.com"), groups: Vec::new() };
    AdmissionRequest { requester, ..mk_request(object) }
}

#[test]
fn who_may_break_glass_passes_the_gates_that_are_named_with_an_alarm_and_owes_a_review() {
    let answer = mk_breakable(vec![nothing_bad()]).answer(&mk_question("lead", &mk_urgent(NOW + 60)), &fresh(), at(NOW));
    assert_eq!((answer.ruling, answer.message.as_str()), (Ruling::Allowed, ""));
    assert!(answer.warnings[0].contains("a review is owed"), "{:?}", answer.warnings);
    assert!(answer.audit["break-glass"].starts_with("gate nothing-bad by lead@example.com until "), "{:?}", answer.audit);
    let broken = answer.broken_glass.unwrap();
    assert_eq!((broken.gates, broken.review_by), (vec!["nothing-bad".to_owned()], at(NOW + 86_400)));
    assert_eq!((broken.used.user.as_str(), broken.used.object.as_str()), ("lead@example.com", "ConfigMap shop/a"));
}

#[test]
fn it_passes_nothing_once_it_is_over_and_the_denial_says_so() {
    let answer = mk_breakable(vec![nothing_bad()]).answer(&mk_question("lead", &mk_urgent(NOW - 1)), &fresh(), at(NOW));
    assert_eq!((answer.ruling, answer.broken_glass), (Ruling::Denied, None));
    assert!(
        answer.message.contains("suspicious/no") && answer.message.contains("lets nothing pass: it ended at"),
        "{}",
        answer.message
    );
}

#[test]
fn it_passes_no_other_gate_and_no_mandatory_one() {
    let other = mk_gate("also-bad", "suspicious");
    let mandatory = Gate { enforcement: Enforcement::Mandatory, ..nothing_bad() };
    for gates in [vec![nothing_bad(), other], vec![mandatory]] {
        let answer = mk_breakable(gates).answer(&mk_question("lead", &mk_urgent(NOW + 60)), &fresh(), at(NOW));
        assert_eq!((answer.ruling, answer.broken_glass), (Ruling::Denied, None));
        assert!(answer.message.contains("it passes nothing-bad, and not "), "{}", answer.message);
    }
}

#[test]
fn an_annotation_of_somebody_else_is_denied_even_where_nothing_else_is_wrong() {
    let mut harmless = mk_urgent(NOW + 60);
    harmless["data"]["value"] = json!("good");
    let known = mk_breakable(vec![nothing_bad()]);
    let answer = known.answer(&mk_question("dev", &harmless), &fresh(), at(NOW));
    assert_eq!(answer.ruling, Ruling::Denied);
    assert!(answer.message.contains("`dev@example.com` may not break glass"), "{}", answer.message);
    let passed = known.answer(&mk_question("lead", &harmless), &fresh(), at(NOW));
    assert_eq!((passed.ruling, passed.broken_glass), (Ruling::Allowed, None), "nothing had to be broken");
}

#[test]
fn without_terms_an_annotation_is_like_any_other() {
    let known = mk_known(mk_pipeline_of(vec![nothing_bad()]), Passes::new());
    let answer = known.answer(&mk_question("lead", &mk_urgent(NOW + 60)), &fresh(), at(NOW));
    assert_eq!((answer.ruling, answer.message.contains(REASON)), (Ruling::Denied, false));
}

#[test]
fn while_the_ledger_is_too_old_what_would_pass_otherwise_passes_by_the_annotation_alone() {
    let known = mk_breakable(vec![nothing_bad()]);
    let stale = Freshness { age: 700, ..fresh() };
    let mut good = mk_urgent(NOW + 60);
    good["data"]["value"] = json!("good");
    let answer = known.answer(&mk_question("lead", &good), &stale, at(NOW));
    assert_eq!(answer.ruling, Ruling::Allowed, "{}", answer.message);
    assert_eq!(answer.broken_glass.unwrap().gates, Vec::<String>::new());
    assert_eq!(known.answer(&mk_question("lead", &mk_map("good")), &stale, at(NOW)).ruling, Ruling::Error);
    good["metadata"]["annotations"][UNTIL] = json!("soon");
    let refused = known.answer(&mk_question("lead", &good), &stale, at(NOW));
    assert_eq!(refused.ruling, Ruling::Error);
    assert!(refused.message.contains("is no time"), "{}", refused.message);
}

/// A follower whose annotations hold, and what it wrote down.
fn start_breakable(fails: bool) -> (Arc<Follower>, Arc<Mutex<Vec<BrokenGlass>>>) {
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let script = Script { recorded: Arc::clone(&recorded), fails, ..Script::default() };
    (Follower::start(mk_breakable(vec![nothing_bad()]), Box::new(script), Duration::from_millis(5)), recorded)
}

/// Answers, and notes what is owed for it, as the server does.
fn asked(follower: &Follower, object: &Value) -> AdmissionAnswer {
    let answer = follower.answer(&mk_question("lead", object));
    answer.broken_glass.iter().for_each(|broken| follower.owe(broken));
    answer
}

fn mk_urgent_now() -> Value {
    let soon = crate::invocation::Invocation::now().as_second() + 60;
    mk_urgent(soon)
}

#[test]
fn what_was_broken_is_written_to_the_ledger_once_however_often_it_lets_something_pass() {
    let (follower, recorded) = start_breakable(false);
    let urgent = mk_urgent_now();
    for _ in 0..3 {
        assert!(asked(&follower, &urgent).broken_glass.is_some());
    }
    assert_eq!(follower.settled(), []);
    let gates: Vec<_> = recorded.lock().unwrap().iter().map(|broken| broken.gates.clone()).collect();
    assert_eq!(gates[0], ["nothing-bad"]);
}

#[test]
fn what_can_not_be_written_stays_owed_and_is_tried_again() {
    let (follower, recorded) = start_breakable(true);
    assert_eq!(asked(&follower, &mk_urgent_now()).ruling, Ruling::Allowed);
    while recorded.lock().unwrap().len() < 2 {
        std::thread::yield_now();
    }
    assert_eq!(follower.freshness().unrecorded, 1);
}
