//! Applies plans: the one place that lets Terraform write.

use std::collections::BTreeMap;

use tollgate_core::approved::Approved;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, TargetState};
use tollgate_core::render::Rendered;
use tollgate_core::terraform::KnownState;
use tollgate_core::time::Timestamp;

use super::job::Job;
use super::survey::{Depth, Survey, Surveyed};

/// One attempt to apply a recipe.
pub(super) struct Attempt<'a> {
    pub(super) survey: &'a Survey<'a>,
    pub(super) approved: &'a Approved,
    pub(super) rendered: &'a Rendered,
    pub(super) now: &'a dyn Fn() -> Timestamp,
}

impl Attempt<'_> {
    /// Plans again, under the locks of the states; where that is what was approved and the approval still holds, applies the very
    /// files of these plans, one component after the other. Each file is applied to the state that it was made from or not at all.
    pub(super) fn run(&self) -> Result<Applied, ApplyError> {
        let (target, approved) = (self.survey.target, self.approved);
        if approved.target() != target {
            return Err(ApplyError::WrongTarget { target: target.to_owned(), approved: approved.target().to_owned() });
        }
        let Surveyed { plan, ready } = self.survey.survey(approved.recipe(), self.rendered, Depth::Locked)?;
        let before = told(plan.components.states.clone());
        if is_blocked(&plan) || plan.digest()? != approved.plan() {
            return Ok(Applied::Stale { before, plan: Box::new(plan) });
        }
        if !approved.is_valid_at((self.now)()) {
            return Ok(Applied::Expired { before });
        }
        let mut settled = plan.components.states;
        settled.retain(|component, _| ready.iter().all(|job| job.root.component != *component));
        self.apply(&ready, settled).map(|after| Applied::Done { before, after: told(after) })
    }

    /// The states that it leaves: those of components that are as planned already, and of those that it applies.
    fn apply(
        &self,
        ready: &[Job<'_>],
        mut settled: BTreeMap<String, KnownState>,
    ) -> Result<BTreeMap<String, KnownState>, ApplyError> {
        for (index, job) in ready.iter().enumerate() {
            let applied = job.apply().and_then(|()| job.state());
            match applied {
                Ok(state) => settled.extend(state.map(|state| (job.root.component.clone(), state))),
                Err(error) => return Err(self.unfinished((ready, index), &error.to_string(), settled)),
            }
        }
        Ok(settled)
    }

    /// What was done, what was not, and why.
    fn unfinished(&self, (ready, failed): (&[Job<'_>], usize), error: &str, settled: BTreeMap<String, KnownState>) -> ApplyError {
        let named = |what: &'static str| move |job: &Job<'_>| format!("`{}` {what}", job.root.component);
        let done = ready[..failed].iter().map(named("was applied"));
        let left = ready[failed..].iter().skip(1).map(named("was not begun"));
        let told = done.chain([error.to_owned()]).chain(left).collect();
        ApplyError::Unfinished { target: self.survey.target.to_owned(), told, settled }
    }
}

fn is_blocked(plan: &Plan) -> bool {
    !plan.conflicts.is_empty() || !plan.components.refused.is_empty()
}

fn told(states: BTreeMap<String, KnownState>) -> TargetState {
    TargetState { is_silent: true, states, ..TargetState::default() }
}
