//! The terraform target: a workspace, in the backend of each component.
//!
//! Each component is a root configuration. It is written, with the modules beside it, into a private directory that lives as long
//! as one question; `terraform` or `tofu` runs there with an environment that holds what the target passes on and nothing else.
//!
//! # Plans
//! Components are planned one by one, those that don't come after each other at the same time. One that comes after another which
//! would change is deferred: what it would do can't be known before. One that is what was applied last, and whose state is as it
//! was left then, is not planned at all. What a plan would do is read from `terraform show -json`; sensitive values enter as codes
//! under the target's plan key.
//!
//! # Applies
//! Plans again, and applies the very files of these plans if and only if they do what was approved. Terraform itself refuses a file
//! whose state has changed since, and holds the state's lock while it writes: that is the fencing token of this target. A file never
//! leaves its directory, and nobody else may look into that.
//!
//! A workspace has no place for the name of a promotion, so the target does not say what it runs; the ledger has the serial and the
//! lineage of each state instead.

mod answer;
mod apply;
mod changes;
mod diagnostic;
mod failure;
mod fields;
mod installed;
mod job;
mod modules;
mod order;
mod place;
mod program;
mod reading;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod veil;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan, TargetState};
use tollgate_core::render::{ObjectKey, Rendered};
use tollgate_core::terraform::{TerraformSpec, TerraformTarget};
use tollgate_core::time::Timestamp;

pub use failure::TerraformError;
pub use installed::Installed;
pub use program::{Program, Surroundings};
pub use reading::{read_diagnostics, read_plan};

use crate::key::PlanKey;
use survey::{Depth, Survey};

/// A workspace of Terraform as a target.
pub struct Terraform {
    target: String,
    place: TerraformTarget,
    /// What may be executed.
    spec: TerraformSpec,
    program: Program,
    /// Where a relative key file is looked for.
    base: Utf8PathBuf,
}

impl fmt::Debug for Terraform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terraform").field("target", &self.target).field("workspace", &self.place.workspace).finish_non_exhaustive()
    }
}

impl Terraform {
    /// A target by its name and configuration. A relative key file is looked for below `base`, the repository's root.
    pub fn new(target: &str, place: &TerraformTarget, spec: &TerraformSpec, program: Program, base: &Utf8Path) -> Self {
        Self { target: target.to_owned(), place: place.clone(), spec: spec.clone(), program, base: base.to_owned() }
    }

    fn survey(&self) -> Result<Survey<'_>, ApplyError> {
        let key = PlanKey::of_target(&self.target, self.place.plan_key.as_ref(), &self.base)?;
        Ok(Survey { target: &self.target, place: &self.place, spec: &self.spec, program: &self.program, key })
    }
}

impl ApplyPlan for Terraform {
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        Ok(self.survey()?.survey(recipe, rendered, Depth::Changed)?.plan)
    }

    fn compare(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        Ok(self.survey()?.survey(recipe, rendered, Depth::All)?.plan)
    }

    fn state(&self) -> Result<TargetState, ApplyError> {
        Ok(TargetState { is_silent: true, ..TargetState::default() })
    }

    fn apply(&self, approved: Approved, rendered: &Rendered, now: &dyn Fn() -> Timestamp) -> Result<Applied, ApplyError> {
        apply::Attempt { survey: &self.survey()?, approved: &approved, rendered, now }.run()
    }

    fn live(&self) -> Result<Vec<(ObjectKey, Value)>, ApplyError> {
        Ok(Vec::new())
    }
}
