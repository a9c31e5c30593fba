//! Applies a plan: the one place that changes the branch.

use std::collections::BTreeMap;
use std::io;

use tollgate_core::approved::Approved;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, Publication, PublishTree, Published, WrittenState};
use tollgate_core::render::Rendered;
use tollgate_core::time::Timestamp;

use super::message;
use super::plan::{Survey, survey};
use super::state::{STATE, State};
use crate::key::PlanKey;
use crate::release::{Release, random, unwritable};

/// How often a branch that others moved meanwhile is looked at anew.
const TRIES: u32 = 10;

/// One attempt to apply a recipe.
pub(super) struct Attempt<'a> {
    pub(super) target: &'a str,
    pub(super) branch: &'a dyn PublishTree,
    pub(super) approved: &'a Approved,
    pub(super) rendered: &'a Rendered,
    pub(super) key: Option<&'a PlanKey>,
    pub(super) now: &'a dyn Fn() -> Timestamp,
}

impl Attempt<'_> {
    /// Applies, each time from what the branch has at that moment: who has a higher attempt has the target; the plan is made
    /// again, and must have the approved digest and no conflict; the approval must still hold. Then one commit holds all, the
    /// attempt included, and counts only if the branch is still where it was looked at.
    pub(super) fn run(&self) -> Result<Applied, ApplyError> {
        if self.approved.target() != self.target {
            return Err(ApplyError::WrongTarget { target: self.target.to_owned(), approved: self.approved.target().to_owned() });
        }
        let release = Release::of(self.rendered).map_err(|conflicts| self.failed(unwritable(&conflicts)))?;
        for _ in 0..TRIES {
            if let Some(applied) = self.try_once(&release)? {
                return Ok(applied);
            }
        }
        Err(self.failed(io::Error::other("it moved each time while it was written; try again when others are done")))
    }

    fn failed(&self, source: io::Error) -> ApplyError {
        ApplyError::Io { target: self.target.to_owned(), path: self.branch.place(), action: "written", source }
    }

    /// Nothing when the branch moved meanwhile.
    fn try_once(&self, release: &Release) -> Result<Option<Applied>, ApplyError> {
        let survey = survey(self.target, self.branch)?;
        let before = survey.state.told();
        if before.attempt >= self.approved.attempt() {
            return Ok(Some(Applied::Overtaken { before }));
        }
        let (plan, is_approved) = match self.plan(&survey) {
            Ok(planned) => planned,
            Err(error) => return if self.claim(&survey, "There is no plan.")? { Err(error) } else { Ok(None) },
        };
        if !is_approved {
            let claimed = self.claim(&survey, "The plan is another one than was approved.")?;
            return Ok(claimed.then(|| Applied::Stale { before, plan: Box::new(plan) }));
        }
        if !self.approved.is_valid_at((self.now)()) {
            let claimed = self.claim(&survey, "The approval ran out.")?;
            return Ok(claimed.then_some(Applied::Expired { before }));
        }
        let after = self.write(&survey, release)?;
        Ok(after.map(|after| Applied::Done { before, after: after.told() }))
    }

    /// The plan from here, and whether it is the approved one.
    fn plan(&self, survey: &Survey) -> Result<(Plan, bool), ApplyError> {
        let plan = survey.plan(self.target, self.approved.recipe(), self.rendered, self.key)?;
        let is_approved = plan.conflicts.is_empty() && plan.digest()? == self.approved.plan();
        Ok((plan, is_approved))
    }

    /// Writes the attempt and nothing else. Whether that won.
    fn claim(&self, survey: &Survey, why: &str) -> Result<bool, ApplyError> {
        let state = survey.state.claimed(self.approved.attempt());
        let changes = BTreeMap::from([(STATE.to_owned(), Some(state.bytes()))]);
        self.publish(survey, &Publication { changes, message: message::claim(self.approved, why) })
    }

    /// Writes all. The new state, if that won.
    fn write(&self, survey: &Survey, release: &Release) -> Result<Option<State>, ApplyError> {
        let salted;
        // The same again keeps its salt, and with it its name.
        let release = match survey.release() {
            Some(live) if live.is_same(release) => live,
            _ => {
                salted = release.salted(random().map_err(|source| self.failed(source))?);
                &salted
            }
        };
        let state = survey.state.written(WrittenState {
            attempt: self.approved.attempt(),
            promotion: self.approved.promotion().to_string(),
            recipe: self.approved.recipe(),
            plan: self.approved.plan(),
            release: release.name(),
        });
        let mut changes = changes(survey.release(), release);
        changes.insert(STATE.to_owned(), Some(state.bytes()));
        let message = message::delivery(self.approved, &release.name());
        Ok(self.publish(survey, &Publication { changes, message })?.then_some(state))
    }

    fn publish(&self, survey: &Survey, publication: &Publication) -> Result<bool, ApplyError> {
        let published = self.branch.publish(survey.commit.as_deref(), publication);
        let published = published.map_err(|source| ApplyError::Branch { target: self.target.to_owned(), source })?;
        Ok(matches!(published, Published::Won(_)))
    }
}

/// What leads from one release to another.
fn changes(before: Option<&Release>, after: &Release) -> BTreeMap<String, Option<Vec<u8>>> {
    let none = BTreeMap::new();
    let before = before.map_or(&none, Release::files);
    let gone = before.keys().filter(|path| !after.files().contains_key(*path)).map(|path| (path.clone(), None));
    let put = after.files().iter().filter(|(path, bytes)| before.get(*path) != Some(bytes));
    gone.chain(put.map(|(path, bytes)| (path.clone(), Some(bytes.clone())))).collect()
}
