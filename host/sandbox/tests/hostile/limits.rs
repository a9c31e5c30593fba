//! Guests that want more than they may have: an error that names the limit, and a host that stays as it was.

use serde_json::json;
use tollgate_core::evaluate::{EvaluationError, LoadError};
use tollgate_core::policy::LimitClass;
use tollgate_sandbox::limits;

use crate::testbed::{SANDBOX, check, deployment, judge, load, message, policy, process, refusal, resident};

crate::cases! {
    "endless-loop" => a_guest_that_loops_runs_out_of_fuel,
    "endless-loop" => a_guest_of_class_runtime_gets_ten_times_the_fuel,
    "loops-at-start" => a_guest_that_loops_before_it_is_called_is_refused,
    "memory-bomb" => a_guest_that_takes_all_memory_is_stopped_at_its_limit,
    "memory-bomb" => three_hundred_memory_bombs_leave_the_host_as_it_was,
    "memory-bomb" => an_honest_guest_beside_hostile_ones_still_reports,
    "born-too-big" => a_guest_that_begins_with_too_much_memory_is_refused,
    "table-bomb" => a_guest_that_grows_its_table_is_stopped_at_its_limit,
    "stack-overflow" => a_guest_that_calls_itself_overflows_its_own_stack,
    "traps" => a_guest_that_traps_is_named_with_the_trap,
    "panics" => a_panic_reaches_the_author_by_place_and_message,
    "panics" => a_panic_while_configuring_reaches_the_author_as_well,
    "returns-too-much" => an_answer_of_two_mebibytes_is_too_large,
    "returns-one-text-many-times" => an_answer_that_repeats_one_text_is_not_copied,
    "too-many-findings" => one_finding_too_many_is_an_error,
    "too-many-host-calls" => the_thousand_and_first_host_call_is_an_error,
}

const MEBIBYTE: u64 = 1024 * 1024;

fn a_guest_that_loops_runs_out_of_fuel() {
    let evaluation = judge("endless-loop");
    let Err(EvaluationError::OutOfFuel { budget }) = evaluation.outcome else { panic!("{evaluation:?}") };
    assert_eq!(evaluation.fuel, budget);
    assert!(budget > limits::Budget::of_input(LimitClass::Native, 0).fuel);
    assert!(EvaluationError::OutOfFuel { budget }.is_deterministic());
}

fn a_guest_of_class_runtime_gets_ten_times_the_fuel() {
    let mut policy = policy("endless-loop");
    let native = check(load(&SANDBOX, &policy).unwrap().as_ref(), deployment());
    policy.limits = LimitClass::Runtime;
    let runtime = check(load(&SANDBOX, &policy).unwrap().as_ref(), deployment());
    assert_eq!(runtime.fuel, 10 * native.fuel);
}

fn a_guest_that_loops_before_it_is_called_is_refused() {
    let refusal = refusal(&policy("loops-at-start"));
    assert!(
        matches!(refusal, LoadError::Failed { function: "describe", source: EvaluationError::OutOfFuel { .. } }),
        "{refusal:?}"
    );
}

fn a_guest_that_takes_all_memory_is_stopped_at_its_limit() {
    let evaluation = judge("memory-bomb");
    assert_eq!(evaluation.outcome.unwrap_err(), EvaluationError::OutOfMemory { limit: 64 * MEBIBYTE });
    assert!((60 * MEBIBYTE..=64 * MEBIBYTE).contains(&evaluation.memory), "{}", evaluation.memory);
}

fn three_hundred_memory_bombs_leave_the_host_as_it_was() {
    let grown: u64 = process(&["count-growth", "memory-bomb"]).parse().unwrap();
    assert!(grown < 16 * MEBIBYTE, "grew by {grown} bytes");
}

/// Bytes by which this process grows while it runs a guest again and again.
pub(crate) fn growth(guest: &str) -> u64 {
    let bomb = load(&SANDBOX, &policy(guest)).unwrap();
    let run = |times: u32| (0..times).for_each(|_| drop(check(bomb.as_ref(), deployment())));
    run(10);
    let before = resident();
    run(300);
    resident().saturating_sub(before)
}

fn an_honest_guest_beside_hostile_ones_still_reports() {
    let honest = load(&SANDBOX, &policy("honest")).unwrap();
    let bomb = load(&SANDBOX, &policy("memory-bomb")).unwrap();
    let panics = load(&SANDBOX, &policy("panics")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..20).for_each(|_| assert!(check(bomb.as_ref(), deployment()).outcome.is_err())));
        scope.spawn(|| (0..20).for_each(|_| assert!(check(panics.as_ref(), deployment()).outcome.is_err())));
        for _ in 0..100 {
            let evaluation = check(honest.as_ref(), deployment());
            assert_eq!(message(&evaluation), "image `registry.example.com/cart` has no tag that stays");
        }
    });
}

fn a_guest_that_begins_with_too_much_memory_is_refused() {
    let refusal = refusal(&policy("born-too-big"));
    let LoadError::Failed { source, .. } = refusal else { panic!("{refusal:?}") };
    assert_eq!(source, EvaluationError::OutOfMemory { limit: 64 * MEBIBYTE });
}

fn a_guest_that_grows_its_table_is_stopped_at_its_limit() {
    let evaluation = judge("table-bomb");
    assert_eq!(evaluation.outcome.unwrap_err(), EvaluationError::TableTooLarge { limit: 65_536 });
}

fn a_guest_that_calls_itself_overflows_its_own_stack() {
    assert_eq!(judge("stack-overflow").outcome.unwrap_err(), EvaluationError::StackOverflow);
}

fn a_guest_that_traps_is_named_with_the_trap() {
    let Err(EvaluationError::Trapped { reason }) = judge("traps").outcome else { panic!("no trap") };
    assert!(reason.contains("unreachable"), "{reason}");
}

fn a_panic_reaches_the_author_by_place_and_message() {
    let Err(EvaluationError::Panicked { message }) = judge("panics").outcome else { panic!("no panic") };
    assert!(message.contains("panics/src/lib.rs:"), "{message}");
    assert!(message.ends_with("index out of bounds: the len is 1 but the index is 8"), "{message}");
}

fn a_panic_while_configuring_reaches_the_author_as_well() {
    let mut policy = policy("panics");
    policy.settings = json!({"panic": true});
    let LoadError::Failed { function: "configure", source } = refusal(&policy) else { panic!("loaded") };
    let EvaluationError::Panicked { message } = source else { panic!("{source:?}") };
    assert!(message.ends_with("panicked while configuring"), "{message}");
}

fn an_answer_of_two_mebibytes_is_too_large() {
    let Err(EvaluationError::OutputTooLarge { what, size, limit }) = judge("returns-too-much").outcome else { panic!("accepted") };
    assert_eq!((what.as_str(), limit), ("bytes", MEBIBYTE));
    assert!(size >= 2 * MEBIBYTE);
}

fn an_answer_that_repeats_one_text_is_not_copied() {
    let Err(EvaluationError::OutputTooLarge { size, .. }) = judge("returns-one-text-many-times").outcome else {
        panic!("accepted")
    };
    assert!(size >= 16 * MEBIBYTE);
}

fn one_finding_too_many_is_an_error() {
    let expected = EvaluationError::OutputTooLarge { what: "findings".to_owned(), size: 1_001, limit: 1_000 };
    assert_eq!(judge("too-many-findings").outcome.unwrap_err(), expected);
}

fn the_thousand_and_first_host_call_is_an_error() {
    let evaluation = judge("too-many-host-calls");
    assert_eq!(evaluation.outcome.unwrap_err(), EvaluationError::TooManyHostCalls { limit: 1_000 });
    assert_eq!(evaluation.host_calls.len(), 1_000);
}
