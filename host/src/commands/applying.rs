//! The attempt, and what to tell about how it ended.

use tollgate_core::approved::Worker;
use tollgate_core::entry::{By, PromotionId};
use tollgate_core::history::PromotionState;
use tollgate_core::ports::ApplyPlan;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::attempt::{Attempt, Ended, gone_message, moved_message};
use crate::delivery::decide::Prepared;
use crate::exit::fail;
use crate::invocation::{Invocation, worker_name};
use crate::wiring::Delivery;

/// What an attempt needs.
pub(crate) struct Applying<'a> {
    pub(crate) delivery: &'a Delivery,
    pub(crate) adapter: &'a dyn ApplyPlan,
    pub(crate) by: &'a By,
    pub(crate) is_rollback: bool,
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
    /// Makes the attempt.
    pub(crate) fn run(&self, promotion: &PromotionId, prepared: &Prepared) -> Result<Applied, Failure> {
        let attempt = Attempt {
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
        Ok(applied(number, &ended))
    }
}

fn applied(attempt: u64, ended: &Ended) -> Applied {
    let (state, message) = match ended {
        Ended::Succeeded { release } => (PromotionState::Succeeded, format!("release {}", release.get(..12).unwrap_or(release))),
        Ended::Stale => (PromotionState::Aborted, "the target changed after the decision, so the plan is another one".to_owned()),
        Ended::Moved(moved) => (PromotionState::Aborted, moved_message(moved)),
        Ended::Unresolved(error) => (PromotionState::Aborted, error.to_string()),
        Ended::Gone(images) => (PromotionState::Aborted, gone_message(images)),
        Ended::Overtaken { by } => (PromotionState::Aborted, format!("attempt {by} has begun at the target")),
        Ended::Expired => (PromotionState::Aborted, "the approval ran out".to_owned()),
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
