//! Between a policy and those who ask it: one that is slow must not keep all workers.
//!
//! No more than some calls may be slow at the same time; further ones get an error at once, which blocks, and leaves the workers
//! to questions that don't concern the policy. A call is slow by what it computes: one that waits for its turn on a busy machine
//! is not. One that runs past its deadline again and again is left alone for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tollgate_core::evaluate::{CheckRequest, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError};
use tollgate_core::policy::{Description, ValidatorNeeds};

use super::thread_clock::ThreadClock;

/// What takes longer is slow: a policy takes some tens of microseconds.
const SLOW: Duration = Duration::from_millis(50);
/// So many deadlines missed in a row are too many.
const TOO_MANY: u32 = 3;
/// How long a policy is left alone then.
const REST: Duration = Duration::from_secs(10);

/// A policy behind a bulkhead.
pub(super) struct Bulkhead {
    inner: Arc<dyn EvaluateDocuments>,
    /// How many calls may be slow at once.
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// The calls that go on.
    calls: BTreeMap<u64, Begun>,
    missed: u32,
    rests_until: Option<Instant>,
}

/// When a call was begun, and by whom.
struct Begun {
    at: Instant,
    thread: ThreadClock,
}

impl Begun {
    fn is_slow(&self, now: Instant) -> bool {
        now.duration_since(self.at) > SLOW && self.thread.computed().is_none_or(|computed| computed > SLOW)
    }
}

impl Bulkhead {
    pub(super) fn new(inner: Arc<dyn EvaluateDocuments>, places: usize) -> Self {
        Self { inner, places: places.max(1), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the call, where it may begin.
    fn enter(&self, now: Instant, thread: ThreadClock) -> Result<u64, &'static str> {
        let mut state = self.state();
        if state.rests_until.is_some_and(|until| now < until) {
            return Err("it ran past its deadline again and again, so it is left alone for some seconds");
        }
        if state.calls.values().filter(|begun| begun.is_slow(now)).count() >= self.places {
            return Err("it is slow, and as many calls of it as may be go on already");
        }
        state.next += 1;
        let call = state.next;
        state.calls.insert(call, Begun { at: now, thread });
        Ok(call)
    }

    fn leave(&self, call: u64, outcome: Option<&EvaluationError>, now: Instant) {
        let mut state = self.state();
        state.calls.remove(&call);
        match outcome {
            Some(EvaluationError::Deadline { .. }) => state.missed += 1,
            _ => state.missed = 0,
        }
        if state.missed >= TOO_MANY {
            // Once it is over, one more miss is enough.
            (state.missed, state.rests_until) = (TOO_MANY - 1, Some(now + REST));
        }
    }
}

impl EvaluateDocuments for Bulkhead {
    fn description(&self) -> &Description {
        self.inner.description()
    }

    fn needs(&self) -> &ValidatorNeeds {
        self.inner.needs()
    }

    fn uses_clock(&self) -> bool {
        self.inner.uses_clock()
    }

    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
        match self.enter(Instant::now(), ThreadClock::own()) {
            Ok(call) => {
                let evaluation = self.inner.check(request);
                self.leave(call, evaluation.outcome.as_ref().err(), Instant::now());
                evaluation
            }
            Err(reason) => {
                let outcome = Err(EvaluationError::Host { reason: reason.to_owned() });
                Evaluation { outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::policy::Scope;

    use super::*;

    struct Still(Description, ValidatorNeeds);

    impl EvaluateDocuments for Still {
        fn description(&self) -> &Description {
            &self.0
        }

        fn needs(&self) -> &ValidatorNeeds {
            &self.1
        }

        fn uses_clock(&self) -> bool {
            false
        }

        fn check(&self, _: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
            Evaluation { outcome: Ok(Vec::new()), log: Vec::new(), host_calls: Vec::new(), fuel: 1, memory: 1 }
        }
    }

    fn mk_bulkhead(places: usize) -> Bulkhead {
        let description = Description {
            name: "still".to_owned(),
            version: "1.0.0".to_owned(),
            rules: Vec::new(),
            settings_schema: serde_json::Value::Null,
        };
        let needs = ValidatorNeeds { scope: Scope::Document, kinds: Vec::new(), secret_values: false };
        Bulkhead::new(Arc::new(Still(description, needs)), places)
    }

    fn missed() -> EvaluationError {
        EvaluationError::Deadline { milliseconds: 10 }
    }

    #[test]
    fn any_number_of_quick_calls_may_go_on_at_once() {
        let (bulkhead, now) = (mk_bulkhead(1), Instant::now());
        assert!((0..100).all(|_| bulkhead.enter(now, ThreadClock::unknown()).is_ok()));
    }

    #[test]
    fn no_more_calls_begin_while_as_many_as_may_be_are_slow() {
        let (bulkhead, begun) = (mk_bulkhead(2), Instant::now());
        let first = bulkhead.enter(begun, ThreadClock::unknown()).unwrap();
        let _second = bulkhead.enter(begun, ThreadClock::unknown()).unwrap();
        let later = begun + SLOW * 2;
        assert!(bulkhead.enter(later, ThreadClock::unknown()).unwrap_err().starts_with("it is slow"));
        bulkhead.leave(first, None, later);
        assert!(bulkhead.enter(later, ThreadClock::unknown()).is_ok());
    }

    #[test]
    fn a_call_that_waits_for_its_turn_is_not_slow() {
        let (bulkhead, begun) = (mk_bulkhead(1), Instant::now());
        bulkhead.enter(begun, ThreadClock::own()).unwrap();
        assert!(bulkhead.enter(begun + SLOW * 100, ThreadClock::own()).is_ok());
    }

    #[test]
    fn a_policy_that_misses_its_deadline_again_and_again_rests_and_is_tried_again() {
        let (bulkhead, now) = (mk_bulkhead(2), Instant::now());
        for _ in 0..TOO_MANY {
            let call = bulkhead.enter(now, ThreadClock::unknown()).unwrap();
            bulkhead.leave(call, Some(&missed()), now);
        }
        assert!(bulkhead.enter(now, ThreadClock::unknown()).unwrap_err().contains("left alone"));
        let call = bulkhead.enter(now + REST, ThreadClock::unknown()).unwrap();
        bulkhead.leave(call, Some(&missed()), now + REST);
        assert!(bulkhead.enter(now + REST, ThreadClock::unknown()).is_err(), "one more miss is enough");
        let call = bulkhead.enter(now + REST * 2, ThreadClock::unknown()).unwrap();
        bulkhead.leave(call, None, now + REST * 2);
        assert!(bulkhead.enter(now + REST * 2, ThreadClock::unknown()).is_ok());
    }

    #[test]
    fn who_is_not_let_in_gets_an_error_and_never_a_pass() {
        let bulkhead = mk_bulkhead(1);
        let context = tollgate_core::context::Context::check();
        let request = CheckRequest { context: &context, documents: &[], evaluation_time: 0 };
        assert_eq!(bulkhead.check(&request).outcome, Ok(Vec::new()));
        bulkhead.state().rests_until = Some(Instant::now() + REST);
        assert!(matches!(bulkhead.check(&request).outcome, Err(EvaluationError::Host { .. })));
    }
}
