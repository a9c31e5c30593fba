//! The directory target: releases beside each other, and a link to the current one.
//!
//! ```text
//! DIR/releases/<digest of all its files>/   one release: a YAML file for each source file, and what is needed to read them back
//! DIR/current                               link to a release, replaced by rename
//! DIR/state.json                            the highest attempt, what was written last, which releases are kept
//! DIR/.lock                                 held (flock) by whoever writes
//! ```
//!
//! What is live is what `current` leads to. A plan compares that with a recipe, object by object; in which file of the
//! release an object stands belongs to the recipe and to the release's name, and is not an action of the plan.
//!
//! Everything else in the directory is a conflict, and a plan with conflicts is never applied: a foreign file, a release
//! that is not what its name says, a `current` that does not lead where `state.json` says. Where what is live can't be
//! known at all (`state.json` is lost or unreadable, the live release is gone or was changed), there is no plan and the
//! answer is [`ApplyError::Broken`].
//!
//! Releases hold Secret values, since that is what is delivered. So all files have mode 0600 and all directories 0700;
//! who reads the target runs as the same user. The name of a release that holds Secrets can't be computed from its
//! contents by guessing them, because a random salt is part of it.

mod apply;
mod disk;
mod lock;
mod plan;
mod state;
mod store;
mod stored;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::time::Timestamp;

use crate::compare::withheld;
use crate::key::PlanKey;
use disk::Disk;

/// A directory as a target.
#[derive(Debug)]
pub struct Directory {
    disk: Disk,
    key: Option<pipeline::PlanKey>,
    /// Where a relative key file is looked for.
    base: Utf8PathBuf,
}

impl Directory {
    /// A target by its name and configuration. Relative paths start at `base`, the repository's root. Touches nothing:
    /// a directory that does not exist yet is an empty target.
    pub fn new(target: &str, spec: &pipeline::DirectoryTarget, base: &Utf8Path) -> Self {
        let disk = Disk::new(target, base.join(&spec.path), Arc::new(|_| Ok(())));
        Self { disk, key: spec.plan_key.clone(), base: base.to_owned() }
    }

    fn plan_key(&self) -> Result<Option<PlanKey>, ApplyError> {
        PlanKey::of_target(self.disk.target(), self.key.as_ref(), &self.base)
    }
}

impl ApplyPlan for Directory {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        let _lock = lock::shared(&self.disk)?;
        plan::plan(&self.disk, recipe, rendered, self.plan_key()?.as_ref())
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        let _lock = lock::shared(&self.disk)?;
        let standing = state::read(&self.disk)?;
        match standing.astray {
            Some(conflict) => Err(self.disk.broken(format!("`{}` {}", conflict.at, conflict.message))),
            None => Ok(standing.state.told()),
        }
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        let key = self.plan_key()?;
        apply::Attempt { disk: &self.disk, approved: &approved, rendered, key: key.as_ref(), now }.run()
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        let _lock = lock::shared(&self.disk)?;
        let live = plan::survey(&self.disk)?.live;
        Ok(withheld(live))
    }
}
