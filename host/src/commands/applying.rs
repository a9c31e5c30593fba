//! The attempt, and what to tell about how it ended.

use std::collections::BTreeMap;
use std::time::Duration;

use tollgate_core::approved::Worker;
use tollgate_core::entry::{By, PromotionId};
use tollgate_core::history::PromotionState;
use tollgate_core::lease::LeaseTimes;
use tollgate_core::ports::ApplyPlan;
use tollgate_core::terraform::KnownState;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::attempt::{Attempt, Ended, LEASE_LOST, gone_message, moved_message};
use crate::delivery::decide::Prepared;
use crate::delivery::leased::Leasing;
use crate::delivery::turn::{Taken, Turn};
use crate::exit::fail;
use crate::invocation::{Invocation, monotonic, worker_name};
use crate::wiring::Delivery;

/// What an attempt needs.
pub(crate) struct Applying<'a> {
    pub(crate) delivery: &'a Delivery,
    pub(crate) adapter: &'a dyn ApplyPlan,
    pub(crate) by: &'a By,
    pub(crate) is_rollback: bool,
    /// How long it waits for its turn.
    pub(crate) patience: Duration,
}

/// How an attempt ended, in words.
pub(crate) struct Applied {
    pub(crate) state: PromotionState,
    pub(crate) attempt: Option<u64>,
    pub(crate) message: String,
    /// The plan is another one now.
    pub(crate) is_stale: bool,
    /// Exit code 14, where it was not applied.
    pub(crate) failure: Option<Failure>,
}

impl Applying<'_> {
    /// Waits for its turn, and makes the attempt while it holds the lease of the target.
    pub(crate) fn run(&self, promotion: &PromotionId, prepared: &Prepared) -> Result<Applied, Failure> {
        let lease = Duration::from_secs(self.delivery.in_force.configuration.pipeline.queue.lease);
        let leasing = Leasing { leases: &self.delivery.leases, times: LeaseTimes::new(lease), clock: &monotonic };
        let holder = worker_name();
        let turn = Turn {
            target: &prepared.plan.target,
            promotion,
            ledger: &self.delivery.ledger,
            leasing,
            holder: &holder,
            now: &Invocation::now,
            patience: self.patience,
            sleep: &std::thread::sleep,
        };
        match turn.take().map_err(fail)? {
            Taken::NotYet(standing) => Ok(waits(standing.sentence(promotion))),
            Taken::Lease(held) => leasing.hold(held, |may_write| self.attempt(promotion, prepared, may_write)),
        }
    }

    fn attempt(&self, promotion: &PromotionId, prepared: &Prepared, may_write: &dyn Fn(u64) -> bool) -> Result<Applied, Failure> {
        let attempt = Attempt {
            may_write,
            promotion,
            prepared,
            is_rollback: self.is_rollback,
            adapter: self.adapter,
            resolver: self.delivery.resolver.as_ref(),
            ledger: &self.delivery.ledger,
            worker: &Worker { by: self.by.clone(), name: worker_name(), now: Invocation::now() },
            clock: &Invocation::now,
        };
        let (number, ended) = attempt.run().map_err(fail)?;
        let applied = applied(number, &ended);
        let goes_on = applied.state == PromotionState::Succeeded && !prepared.plan.components.deferred.is_empty();
        Ok(if goes_on { Applied { state: PromotionState::Continued, ..applied } } else { applied })
    }
}

/// Approved, and not its turn.
fn waits(message: String) -> Applied {
    let failure = Failure::of_message(ExitCode::Pending, format!("approved, and waits: {message}"));
    Applied { state: PromotionState::Approved, attempt: None, message, is_stale: false, failure: Some(failure) }
}

/// What the target runs now, in its own words.
fn left(release: &str, states: &BTreeMap<String, KnownState>) -> String {
    if states.is_empty() {
        return format!("release {}", release.get(..12).unwrap_or(release));
    }
    let serials: Vec<String> = states.iter().map(|(component, state)| format!("{component} at serial {}", state.serial)).collect();
    serials.join(", ")
}

fn applied(attempt: u64, ended: &Ended) -> Applied {
    let (state, message) = match ended {
        Ended::Succeeded { release, states } => (PromotionState::Succeeded, left(release, states)),
        Ended::Stale => (PromotionState::Aborted, "the target changed after the decision, so the plan is another one".to_owned()),
        Ended::Moved(moved) => (PromotionState::Aborted, moved_message(moved)),
        Ended::Unresolved(error) => (PromotionState::Aborted, error.to_string()),
        Ended::Gone(images) => (PromotionState::Aborted, gone_message(images)),
        Ended::Overtaken { by } => (PromotionState::Aborted, format!("attempt {by} has begun at the target")),
        Ended::Expired => (PromotionState::Aborted, "the approval ran out".to_owned()),
        Ended::LeaseLost => (PromotionState::Aborted, LEASE_LOST.to_owned()),
        Ended::Failed(error) => (PromotionState::Failed, error.to_string()),
    };
    let failure = (state != PromotionState::Succeeded).then(|| {
        let failure = Failure::of_message(ExitCode::NotApplied, format!("approved, but not applied: {message}"));
        match ended {
            Ended::Failed(error) => Failure { causes: Failure::new(ExitCode::NotApplied, error).causes, ..failure },
            _ => failure,
        }
    });
    Applied { state, attempt: Some(attempt), message, is_stale: matches!(ended, Ended::Stale), failure }
}
