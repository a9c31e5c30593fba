//! The git target: a directory on a branch at a remote, for an agent that deploys from there.
//!
//! ```text
//! PATH/services/cart/all.yaml     a YAML file for each source file, as in a release of the directory target
//! PATH/.tollgate-release          what is needed to read them back
//! PATH/.tollgate/state            the highest attempt, and what was written last
//! ```
//!
//! Everything that an attempt writes is one commit, and the branch is moved to it by a compare-and-swap. So there is no half of
//! an attempt, and whoever was faster is looked at anew before anything is tried again. The attempt in the state is the fencing
//! token: who finds one that is not lower than its own has been overtaken. Also an attempt that changes nothing writes it, so
//! that no lower one writes any more.
//!
//! All below the path is the target's own. A foreign file is a conflict, and a plan with conflicts is never applied. Where what
//! is live can't be known (the state is lost, or files are not what the release was), there is no plan and the answer is
//! [`ApplyError::Broken`]. Beside the path, and on other branches, nothing is looked at or changed.
//!
//! No file of tollgate's own ends like a manifest: agents read every `.yaml` and `.json` that they find.

mod apply;
mod message;
mod plan;
mod state;
#[cfg(test)]
mod tests;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, PublishTree, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use crate::compare::withheld;
use crate::key::PlanKey;

/// A directory on a branch as a target.
pub struct Git {
    target: String,
    branch: Box<dyn PublishTree>,
    key: Option<pipeline::PlanKey>,
    /// Where a relative key file is looked for.
    base: Utf8PathBuf,
}

impl fmt::Debug for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Git").field("target", &self.target).field("branch", &self.branch.place()).finish_non_exhaustive()
    }
}

impl Git {
    /// A target by its name, its plan key and its branch. A relative key file is looked for below `base`, the repository's root.
    pub fn new(target: &str, key: Option<pipeline::PlanKey>, base: &Utf8Path, branch: Box<dyn PublishTree>) -> Self {
        Self { target: target.to_owned(), branch, key, base: base.to_owned() }
    }

    fn plan_key(&self) -> Result<Option<PlanKey>, ApplyError> {
        PlanKey::of_target(&self.target, self.key.as_ref(), &self.base)
    }

    fn survey(&self) -> Result<plan::Survey, ApplyError> {
        plan::survey(&self.target, self.branch.as_ref())
    }
}

impl ApplyPlan for Git {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        let key = self.plan_key()?;
        self.survey()?.plan(&self.target, recipe, rendered, key.as_ref())
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        let survey = self.survey()?;
        let told = survey.state.told();
        // A target that others changed does not run what its state says.
        survey.live(&self.target).map(|_| told)
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        let key = self.plan_key()?;
        let (target, branch) = (self.target.as_str(), self.branch.as_ref());
        apply::Attempt { target, branch, approved: &approved, rendered, key: key.as_ref(), now }.run()
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        Ok(withheld(self.survey()?.live(&self.target)?.objects))
    }
}
