//! Guests that try what has no effect: the same verdict as ever, asserted.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde_json::json;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{CheckRequest, Context};
use tollgate_core::policy::LimitClass;
use tollgate_sandbox::{Allocation, Notice, Sandbox, SandboxOptions};

use crate::testbed::{NOW, SANDBOX, check, deployment, document, judge, load, message, policy, process};

crate::cases! {
    "keeps-state" => every_call_is_the_first,
    "honest" => the_live_instance_for_measurements_judges_again_and_again,
    "non-deterministic" => the_same_verdict_in_many_calls_and_threads,
    "non-deterministic" => the_same_verdict_in_two_processes,
    "non-deterministic" => the_same_verdict_with_and_without_a_pool,
    "non-deterministic" => the_same_verdict_where_address_space_is_short,
    "floods-log" => a_flood_is_cut_with_a_note_and_the_verdict_stands,
    "missing-grant" => what_is_granted_is_given_and_every_call_recorded,
    "logs-what-it-sees" => a_guest_sees_the_document_that_it_was_given_and_nothing_else,
    "honest" => an_honest_guest_is_believed,
    "honest" => an_input_that_is_too_large_is_never_given,
}

/// Everything of an evaluation that must be the same everywhere.
pub(crate) fn verdict_as_text(guest: &str) -> String {
    verdict_in(&SANDBOX, guest)
}

fn verdict_in(sandbox: &Sandbox, guest: &str) -> String {
    let validator = load(sandbox, &policy(guest)).unwrap();
    let evaluation = check(validator.as_ref(), deployment());
    let outcome = evaluation.outcome.unwrap();
    json!([outcome, evaluation.log, evaluation.host_calls, evaluation.fuel, evaluation.memory]).to_string()
}

fn every_call_is_the_first() {
    let validator = load(&SANDBOX, &policy("keeps-state")).unwrap();
    for _ in 0..50 {
        assert_eq!(message(&check(validator.as_ref(), deployment())), "call 1, files cart.yaml");
    }
}

fn the_live_instance_for_measurements_judges_again_and_again() {
    let context = Context::check();
    let documents = [deployment()];
    let request = CheckRequest { context: &context, documents: &documents, evaluation_time: NOW };
    let mut live = SANDBOX.load_live(&policy("honest")).unwrap();
    assert_eq!([live.judge(&request).unwrap(), live.judge(&request).unwrap()], [1, 1]);
}

fn the_same_verdict_in_many_calls_and_threads() {
    let first = verdict_as_text("non-deterministic");
    let all_same = (0..200).into_par_iter().all(|_| verdict_as_text("non-deterministic") == first);
    assert!(all_same, "differs from {first}");
}

fn the_same_verdict_in_two_processes() {
    for guest in ["non-deterministic", "missing-grant", "honest"] {
        assert_eq!(process(&["judge", guest]), verdict_as_text(guest));
    }
}

fn the_same_verdict_with_and_without_a_pool() {
    let options = SandboxOptions { allocation: Allocation::OnDemand, ..SandboxOptions::default() };
    let without = Sandbox::new(options).unwrap();
    for guest in ["non-deterministic", "missing-grant", "honest", "keeps-state"] {
        assert_eq!(verdict_in(&without, guest), verdict_as_text(guest));
    }
}

/// The verdict of a process that may not reserve the address space of a pool.
pub(crate) fn verdict_in_little_space(guest: &str) -> String {
    let limit = Some(2 * 1024 * 1024 * 1024);
    setrlimit(Resource::As, Rlimit { current: limit, maximum: limit }).unwrap();
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let notices = sandbox.take_notices();
    assert!(matches!(notices.as_slice(), [Notice::NoPool { .. }]), "{notices:?}");
    verdict_in(&sandbox, guest)
}

fn the_same_verdict_where_address_space_is_short() {
    let guest = "non-deterministic";
    assert_eq!(process(&["judge-in-little-space", guest]), verdict_as_text(guest));
}

fn a_flood_is_cut_with_a_note_and_the_verdict_stands() {
    let evaluation = judge("floods-log");
    assert_eq!(message(&evaluation), "judged");
    let bytes: usize = evaluation.log.iter().map(|line| line.message.len()).sum();
    assert!((60 * 1024..70 * 1024).contains(&bytes), "{bytes}");
    assert!(evaluation.log.last().unwrap().message.contains("cut here"));
}

fn what_is_granted_is_given_and_every_call_recorded() {
    let evaluation = judge("missing-grant");
    assert_eq!(message(&evaluation), format!("{NOW} list granted true"));
    let calls: Vec<_> = evaluation.host_calls.iter().map(|call| (call.function.as_str(), &call.argument)).collect();
    let (null, list, secret) = (json!(null), json!("list"), json!("secret"));
    let expected = [("clock.evaluation-time", &null), ("data.keys", &null), ("data.read", &list), ("data.read", &secret)];
    assert_eq!(calls, expected);
    assert_eq!(evaluation.host_calls[0].answer, Digest::of(NOW.to_string().as_bytes()));
    assert_eq!(evaluation.host_calls[2].answer, Digest::of(b"granted"));
}

fn a_guest_sees_the_document_that_it_was_given_and_nothing_else() {
    let evaluation = judge("logs-what-it-sees");
    let [line] = evaluation.log.as_slice() else { panic!("{:?}", evaluation.log) };
    assert_eq!(message(&evaluation), format!("it holds {}", line.message));
    let seen: serde_json::Value = serde_json::from_str(&line.message).unwrap();
    assert_eq!(seen["kind"], "Deployment");
    assert!(evaluation.host_calls.is_empty(), "it was given nothing to call but the log");
}

fn an_honest_guest_is_believed() {
    let validator = load(&SANDBOX, &policy("honest")).unwrap();
    assert!(!validator.uses_clock());
    assert_eq!(validator.description().rules.len(), 1);
    let evaluation = check(validator.as_ref(), deployment());
    let findings = evaluation.outcome.unwrap();
    assert_eq!(findings[0].pointer.as_str(), "/spec/template/spec/containers/0/image");
    assert!(evaluation.fuel > 0 && evaluation.memory > 0);
    assert!(evaluation.log.is_empty() && evaluation.host_calls.is_empty());
}

fn an_input_that_is_too_large_is_never_given() {
    let mut policy = policy("honest");
    policy.limits = LimitClass::Runtime;
    let validator = load(&SANDBOX, &policy).unwrap();
    let just_fits = document(&json!({"text": "x".repeat(15 * 1024 * 1024)}));
    assert!(check(validator.as_ref(), just_fits).outcome.is_ok());
    let too_large = document(&json!({"text": "x".repeat(17 * 1024 * 1024)}));
    let evaluation = check(validator.as_ref(), too_large);
    let error = evaluation.outcome.unwrap_err();
    assert!(error.to_string().starts_with("input has 178"), "{error}");
    assert_eq!(evaluation.fuel, 0);
}
