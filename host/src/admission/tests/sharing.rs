//! What one thread finds, and what two find together.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use tollgate_core::context::Context;
use tollgate_core::evaluate::{DocumentFinding, EvaluationError};

use super::{mk_map, mk_request};
use crate::admission::concerned::document;
use crate::admission::sharing::{BrokenOff, Desk, Question};
use crate::delivery::tests::world::{Closure, mk_policies, suspicious, validator};

static BUSY: Desk = Desk::of(1);
static IDLE: Desk = Desk::of(64);

fn mk_question(value: &str, policies: &[(&str, Closure)]) -> Arc<Question> {
    let policies = mk_policies(policies);
    let each = policies.iter().map(|policy| Arc::new(policies.only(&[&policy.spec.name]))).collect();
    let judged = document(&mk_request(&mk_map(value))).unwrap();
    Arc::new(Question { policies: each, context: Context::check(), evaluation_time: 0, judged })
}

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Six policies that do the same, told who asks.
fn mk_six(
    check: impl Fn(ThreadId) -> Result<Vec<DocumentFinding>, EvaluationError> + Clone + Send + Sync + 'static,
) -> Arc<Question> {
    let policies = NAMES.map(|name| {
        let check = check.clone();
        (name, validator(move |_| check(thread::current().id())))
    });
    mk_question("good", &policies)
}

/// Waits until it is so, for half a minute at the most.
fn wait(is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() && Instant::now() < end {
        thread::yield_now();
    }
}

#[test]
fn two_find_what_one_finds() {
    for value in ["good", "bad", "broken"] {
        let question = mk_question(value, &NAMES.map(|name| (name, suspicious())));
        let alone = BUSY.judge(&question).unwrap();
        assert_eq!(alone.by_policy.len(), NAMES.len());
        for _ in 0..100 {
            assert_eq!(format!("{:?}", IDLE.judge(&question).unwrap()), format!("{alone:?}"), "{value}");
        }
    }
}

#[test]
fn an_idle_processor_takes_part_and_a_busy_one_is_not_asked() {
    let askers = Arc::new(Mutex::new(HashSet::new()));
    let asked = Arc::clone(&askers);
    let question = mk_six(move |asker| {
        asked.lock().unwrap().insert(asker);
        Ok(Vec::new())
    });
    BUSY.judge(&question).unwrap();
    assert_eq!(askers.lock().unwrap().drain().collect::<Vec<_>>(), [thread::current().id()]);
    let both = Arc::clone(&askers);
    let question = mk_six(move |asker| {
        both.lock().unwrap().insert(asker);
        wait(|| both.lock().unwrap().len() == 2);
        Ok(Vec::new())
    });
    IDLE.judge(&question).unwrap();
    assert_eq!(askers.lock().unwrap().len(), 2);
}

#[test]
fn what_a_helper_that_broke_off_was_to_ask_is_not_taken_for_answered() {
    let (own, has_broken) = (thread::current().id(), Arc::new(Mutex::new(false)));
    let question = mk_six(move |asker| {
        if asker != own {
            *has_broken.lock().unwrap() = true;
            panic!("the test wants it");
        }
        wait(|| *has_broken.lock().unwrap());
        Ok(Vec::new())
    });
    assert_eq!(IDLE.judge(&question).unwrap_err(), BrokenOff);
}
