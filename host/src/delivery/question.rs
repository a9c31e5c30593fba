//! The question to promotion gates: everything that they may look at, gathered once.

use tollgate_core::deciding::{GateRequest, GateSubject, ProposedMove, WayBack};
use tollgate_core::evaluate::{LoadedPolicy, PromotionTarget};
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_gate::ConfiguredPolicy;

use super::evidence;
use super::images::missing_images;
use super::ledger_side::LedgerSide;
use super::proofs;
use super::recipe::Candidate;
use super::way::{DecideError, Prepared, Way, seconds};

/// One recipe on its way to one target.
pub(super) struct Question<'a> {
    pub(super) way: &'a Way<'a>,
    pub(super) candidate: &'a Candidate,
    pub(super) history: &'a Gist,
    pub(super) prepared: &'a Prepared,
    /// What the host and the validators found.
    pub(super) findings: &'a [Finding],
}

impl Question<'_> {
    /// Gathers.
    pub(super) fn ask(&self) -> Result<GateRequest, DecideError> {
        let side = self.ledger_side();
        // What stands in git, or on the forge, comes before what stands in the ledger.
        let approvals = self.candidate.reviews.iter().cloned().chain(side.approvals()?).collect();
        Ok(GateRequest {
            context: self.way.context(),
            subject: GateSubject::Promotion(Box::new(self.proposed(&side)?)),
            change: self.candidate.change.clone(),
            approvals,
            rejections: side.rejections(),
            stops: side.stops(),
            overrides: side.overrides(),
            evidence: evidence::held(&side)?,
            facts: self.candidate.facts.clone(),
            evaluation_time: seconds(self.way.now),
        })
    }

    fn proposed(&self, side: &LedgerSide<'_>) -> Result<ProposedMove, DecideError> {
        let target = self.way.target;
        Ok(ProposedMove {
            target: PromotionTarget {
                name: target.name.clone(),
                environment: target.environment.clone(),
                role: target.role,
                promotable: target.promotable,
                after: target.requires.iter().chain(&target.after).cloned().collect(),
                after_any: target.after_any.clone(),
            },
            recipe: self.prepared.recipe.clone(),
            sources: self.candidate.sources(),
            plan: self.prepared.plan.summary()?,
            is_rollback: self.candidate.movement.is_back(),
            built: side.built(),
            proofs: side.proofs()?,
            way_back: self.way_back()?,
            pair: self.way.pair(self.candidate, self.prepared)?,
        })
    }

    /// Where a rollback would go once the recipe runs: to what runs now, or before. Only gates that look at it make the
    /// registries be asked.
    fn way_back(&self) -> Result<Option<WayBack>, DecideError> {
        let Way { target, ledger, policies, resolver, .. } = *self.way;
        let is_needed = |policy: &ConfiguredPolicy| match &policy.loaded {
            LoadedPolicy::Promotion(gate) => gate.needs().way_back,
            LoadedPolicy::Validator(_) => false,
        };
        if !policies.iter().any(is_needed) {
            return Ok(None);
        }
        let Some(promotion) = self.history.way_back(&target.name, Some(self.prepared.id)) else { return Ok(None) };
        let Some(recipe) = proofs::recipe_of(promotion.decision, ledger)? else { return Ok(None) };
        let missing_images = missing_images(&recipe, resolver)?;
        Ok(Some(WayBack { recipe: recipe.id()?, promotion: promotion.id.to_string(), missing_images }))
    }

    fn ledger_side(&self) -> LedgerSide<'_> {
        LedgerSide {
            history: self.history,
            ledger: self.way.ledger,
            pipeline: self.way.pipeline,
            target: self.way.target,
            policy: self.way.policy,
            now: self.way.now,
            recipe: &self.prepared.recipe,
            id: self.prepared.id,
            plan: &self.prepared.plan,
            plan_digest: self.prepared.plan_digest,
            policies: self.way.policies,
            tree: &self.candidate.tree,
            findings: self.findings,
        }
    }
}
