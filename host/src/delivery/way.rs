//! The way to one target: what decisions and questions about it are made with.

use tollgate_core::digest::Digest;
use tollgate_core::evaluate::Context;
use tollgate_core::pipeline::{Pipeline, Target};
use tollgate_core::plan::{NoDigest, Plan};
use tollgate_core::ports::{ApplyError, ApplyPlan, LedgerError, LocateValue, ReadLedger, ResolveDigest, ResolveError};
use tollgate_core::recipe::Recipe;
use tollgate_core::render::Rendered;
use tollgate_core::time::Timestamp;
use tollgate_gate::Policies;

use crate::delivery::recipe::Candidate;
use crate::delivery::render::RenderError;

/// A target and what stands before it.
pub(crate) struct Way<'a> {
    pub(crate) target: &'a Target,
    pub(crate) adapter: &'a dyn ApplyPlan,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) policies: &'a Policies,
    pub(crate) locate: &'a dyn LocateValue,
    pub(crate) ledger: &'a dyn ReadLedger,
    pub(crate) resolver: &'a dyn ResolveDigest,
    /// Digest of the policy in force.
    pub(crate) policy: Digest,
    pub(crate) now: Timestamp,
    /// Where a gate on the way looks at the pair: the target's twin.
    pub(crate) twin: Option<Twin<'a>>,
}

/// The Ops twin of a target, with the same recipe as it would be there.
pub(crate) struct Twin<'a> {
    pub(crate) target: &'a Target,
    pub(crate) adapter: Box<dyn ApplyPlan>,
    pub(crate) candidate: Candidate,
}

/// What would be applied.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) recipe: Recipe,
    pub(crate) id: Digest,
    pub(crate) rendered: Rendered,
    pub(crate) plan: Plan,
    pub(crate) plan_digest: Digest,
}

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecideError {
    #[error("no gate stands on the way to `{target}`; add one to `gates` or `packs` of tollgate.yaml")]
    NoGate { target: String },
    #[error("no policy applied to any document on the way to `{target}`")]
    NothingJudged { target: String },
    #[error(transparent)]
    NoDigest(#[from] NoDigest),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Target(#[from] ApplyError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("whether there is a way back from this promotion can't be told")]
    Resolve(#[from] Box<ResolveError>),
    #[error(transparent)]
    NotCanonical(#[from] tollgate_core::canonical::NotCanonical),
}

impl Way<'_> {
    /// Where its questions come from.
    pub(crate) fn context(&self) -> Context {
        Context::promote(Some(self.target.name.clone()))
    }
}

/// Seconds since the Unix epoch, as plugins count them.
pub(crate) fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or_default()
}
