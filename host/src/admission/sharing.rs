//! One object and the policies that are asked about it, by two threads where one would be idle. Each takes the next policy that
//! nobody has taken, so neither waits for the other before the end, and nobody waits for a helper that never got to run.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use tollgate_core::cache::Forgetful;
use tollgate_core::context::Context;
use tollgate_gate::{Evaluator, JudgedDocument, Judgements, Policies};

use super::nowhere::Nowhere;

/// With fewer policies, a helper would come too late.
const WORTH_SHARING: usize = 4;

/// An object, and whom to ask about it.
pub(super) struct Question {
    /// One policy each, of those that the object concerns.
    pub(super) policies: Vec<Arc<Policies>>,
    pub(super) context: Context,
    /// Seconds since the Unix epoch.
    pub(super) evaluation_time: u64,
    pub(super) judged: JudgedDocument,
}

impl Question {
    fn ask(&self, policies: &Policies) -> Judgements {
        let Self { context, evaluation_time, judged, .. } = self;
        let (context, evaluation_time) = (context.clone(), *evaluation_time);
        let evaluator = Evaluator { policies, context, evaluation_time, cache: &Forgetful, locate: &Nowhere };
        evaluator.judge_each(std::slice::from_ref(judged))
    }
}

/// A question whose policies are taken one after the other.
struct Shared {
    question: Arc<Question>,
    taken: AtomicUsize,
}

impl Shared {
    /// Asks what nobody else has taken.
    fn work(&self) -> impl Iterator<Item = Judgements> {
        let policies = &self.question.policies;
        std::iter::from_fn(|| policies.get(self.taken.fetch_add(1, Ordering::Relaxed))).map(|policies| self.question.ask(policies))
    }
}

/// Whoever asked a policy broke off before it had answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BrokenOff;

/// How many questions are judged at this moment.
#[derive(Debug)]
pub(super) struct Desk {
    judging: AtomicUsize,
    processors: usize,
}

impl Default for Desk {
    fn default() -> Self {
        Self::of(std::thread::available_parallelism().map_or(1, NonZero::get))
    }
}

/// A question that is judged, until it is no more.
struct Judging<'a>(&'a AtomicUsize);

impl Drop for Judging<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Desk {
    pub(super) const fn of(processors: usize) -> Self {
        Self { judging: AtomicUsize::new(0), processors }
    }

    /// What all of its policies say: with help where at least half of the processors have nothing to judge.
    ///
    /// # Errors
    /// When the helper broke off: a question that was judged in part is not judged.
    pub(super) fn judge(&self, question: &Arc<Question>) -> Result<Judgements, BrokenOff> {
        let judging = self.judging.fetch_add(1, Ordering::Relaxed) + 1;
        let _judging = Judging(&self.judging);
        let has_help = question.policies.len() >= WORTH_SHARING && judging * 2 <= self.processors;
        let shared = Arc::new(Shared { question: Arc::clone(question), taken: AtomicUsize::new(0) });
        let told = has_help.then(|| help(Arc::clone(&shared)));
        let mut all = Judgements::default();
        let mut missing = question.policies.len();
        for judgements in shared.work() {
            all.absorb(judgements);
            missing -= 1;
        }
        for _ in 0..missing {
            let judgements = told.as_ref().and_then(|told| told.recv().ok());
            all.absorb(judgements.ok_or(BrokenOff)?);
        }
        Ok(all)
    }
}

/// Lets another thread take part, and tell what it was told.
fn help(shared: Arc<Shared>) -> Receiver<Judgements> {
    let (tell, told) = channel();
    rayon::spawn(move || {
        let take_part = || shared.work().try_for_each(|judgements| tell.send(judgements));
        // The other one sees that nothing comes any more.
        let _broken_off = catch_unwind(AssertUnwindSafe(take_part));
    });
    told
}
