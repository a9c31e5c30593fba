//! The question to promotion gates: everything that they may look at, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::approvals::{JudgedNow, SeenThen, counted};
use tollgate_core::deciding::{CountedApproval, GateRequest, GateSubject, ProposedMove, UsedOverride, WayBack};
use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::evaluate::{LoadedPolicy, PromotionTarget};
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_gate::ConfiguredPolicy;

use super::images::missing_images;
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
        let Way { target, pipeline, now, .. } = *self.way;
        let components: BTreeSet<&str> =
            self.prepared.recipe.components().iter().map(|component| component.component.as_str()).collect();
        Ok(GateRequest {
            context: self.way.context(),
            subject: GateSubject::Promotion(Box::new(self.proposed()?)),
            change: self.candidate.change.clone(),
            approvals: self.approvals()?,
            rejections: self.history.rejections(&self.judged_now(), &pipeline.people),
            stops: self.history.stops_before(target, &components, now),
            overrides: self.overrides(),
            evidence: Vec::new(),
            facts: Vec::new(),
            evaluation_time: seconds(now),
        })
    }

    fn proposed(&self) -> Result<ProposedMove, DecideError> {
        let Way { target, ledger, .. } = *self.way;
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
            built: self.history.built().collect(),
            proofs: proofs::proofs(self.history, ledger)?,
            way_back: self.way_back()?,
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

    fn judged_now(&self) -> JudgedNow<'_> {
        JudgedNow {
            recipe: self.prepared.id,
            target: &self.way.target.name,
            policy: self.way.policy,
            tree: &self.candidate.tree,
            plan: &self.prepared.plan,
            findings: self.findings,
        }
    }

    /// The reviews of git, and the ledger's approvals about this tree, or about this target. Others are of other things, and would only be noise.
    fn approvals(&self) -> Result<Vec<CountedApproval>, DecideError> {
        let now = self.judged_now();
        let mut seen = BTreeMap::new();
        let mut approvals = self.candidate.reviews.clone();
        for (entry, approval) in self.history.approvals() {
            let is_near = approval.tree == now.tree || entry.subject.target.as_deref() == Some(now.target);
            if !is_near {
                continue;
            }
            let then = seen_then(entry, self.way.ledger, &mut seen)?;
            let void = now.void(entry, approval, then.as_ref());
            approvals.push(counted(entry, approval, &self.way.pipeline.people, void));
        }
        Ok(approvals)
    }

    fn overrides(&self) -> Vec<UsedOverride> {
        let pipeline = self.way.pipeline;
        let terms = pipeline.overrides.as_ref();
        terms.map(|terms| self.history.used_overrides(&pipeline.people, terms)).unwrap_or_default()
    }
}

/// Plans and findings that were read, by the digests of their blobs.
type Read = BTreeMap<(Digest, Digest), SeenThen>;

/// What the approver saw; nothing where the entry does not say so, as for a review.
fn seen_then(entry: &Entry, ledger: &dyn ReadLedger, read: &mut Read) -> Result<Option<SeenThen>, LedgerError> {
    let (Some(plan), Some(findings)) = (entry.blobs.get("plan"), entry.blobs.get("findings")) else { return Ok(None) };
    if let Some(known) = read.get(&(*plan, *findings)) {
        return Ok(Some(known.clone()));
    }
    let bad = |error: serde_json::Error| LedgerError::BadEntry {
        index: entry.index,
        reason: format!("what it approves can't be read: {error}"),
    };
    let seen = SeenThen {
        plan: serde_json::from_slice(&ledger.blob(*plan)?).map_err(bad)?,
        findings: serde_json::from_slice(&ledger.blob(*findings)?).map_err(bad)?,
    };
    read.insert((*plan, *findings), seen.clone());
    Ok(Some(seen))
}
