//! Planning and applying.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::approved::Approved;
use crate::branch::BranchError;
use crate::digest::Digest;
use crate::plan::{NoDigest, Plan};
use crate::render::Rendered;
use crate::terraform::KnownState;

/// Why a target could not be planned or applied to.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the plan key of `{target}` can't be had: {reason}")]
    PlanKey { target: String, reason: String },
    #[error("{0}")]
    NoDigest(#[from] NoDigest),
    #[error("approval is for target `{approved}`, so it can't be used for target `{target}`")]
    WrongTarget { target: String, approved: String },
    #[error("target `{target}` is not as tollgate left it: {reason}")]
    Broken { target: String, reason: String },
    #[error("the branch of target `{target}` can't be used")]
    Branch {
        target: String,
        #[source]
        source: BranchError,
    },
    #[error("the cluster of target `{target}` can't be used")]
    Cluster {
        target: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("Terraform gave no answer for target `{target}`")]
    Terraform {
        target: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Some of it was written. What was and wasn't is in the target's inventory; the next attempt goes on from there.
    #[error("target `{target}` is not as planned: {}", told.join("; "))]
    Unfinished {
        target: String,
        told: Vec<String>,
        /// Where components have states of their own: those of components that are as planned all the same.
        settled: BTreeMap<String, KnownState>,
    },
    #[error("`{path}` of target `{target}` can't be {action}")]
    Io {
        target: String,
        path: String,
        action: &'static str,
        #[source]
        source: std::io::Error,
    },
}

/// What a target says that it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetState {
    /// The highest attempt that was ever begun there; 0 for none.
    pub attempt: u64,
    /// The attempt, promotion, recipe and plan that were written last.
    pub written: Option<WrittenState>,
    /// True: it has no place where it could say so, whatever was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_silent: bool,
    /// Where components have states of their own: those that they are in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, KnownState>,
}

/// The last write to a target.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenState {
    pub attempt: u64,
    pub promotion: String,
    pub recipe: Digest,
    pub plan: Digest,
    /// The target's own name for it: a release.
    pub release: String,
}

/// An object that a target would take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    pub object: crate::render::ObjectKey,
    /// Who has set fields of it. They stay theirs as well.
    pub set_by: Vec<String>,
}

/// How an apply ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The target is as planned. `before` is what it said when the attempt began.
    Done { before: TargetState, after: TargetState },
    /// The plan is another one now. Nothing was written but the attempt.
    Stale { before: TargetState, plan: Box<Plan> },
    /// A later attempt has begun. Nothing was written.
    Overtaken { before: TargetState },
    /// The approval ran out. Nothing was written but the attempt.
    Expired { before: TargetState },
}

/// Plans and applies to one target.
pub trait ApplyPlan: Send + Sync {
    /// What applying would do. Reads, changes nothing.
    ///
    /// # Errors
    /// When the target can't be read.
    fn plan(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError>;

    /// The same plan by looking at all of it, whatever the target remembers of itself: for whoever looks for what somebody may have
    /// hidden.
    ///
    /// # Errors
    /// As for [`ApplyPlan::plan`].
    fn compare(&self, recipe: Digest, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.plan(recipe, rendered)
    }

    /// Objects that a plan changes and that the target did not have before: until then they are somebody else's. Reads, changes
    /// nothing. Where a target takes nothing over, there are none.
    ///
    /// # Errors
    /// When the target can't be read.
    fn taken_over(&self, plan: &Plan) -> Result<Vec<TakenOver>, ApplyError> {
        let _ = plan;
        Ok(Vec::new())
    }

    /// What the target says that it runs. Reads, changes nothing.
    ///
    /// # Errors
    /// When the target can't be read.
    fn state(&self) -> Result<TargetState, ApplyError>;

    /// Takes the target for this attempt, plans again, and applies if and only if the plan has the approved digest.
    ///
    /// # Errors
    /// When the target can't be written; what was and wasn't done is in the target's state.
    fn apply(
        &self,
        approved: Approved,
        rendered: &Rendered,
        now: &dyn Fn() -> crate::time::Timestamp,
    ) -> Result<Applied, ApplyError>;

    /// The contents of the live objects that a plan would change or delete, by object, secret values withheld.
    ///
    /// # Errors
    /// When the target can't be read.
    fn live(&self) -> Result<Vec<(crate::render::ObjectKey, Value)>, ApplyError>;
}
