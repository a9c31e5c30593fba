//! What the ledger says to a question: the same for the decision that asks it first, and for whoever makes that decision again.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::approvals::{JudgedNow, SeenThen, counted};
use tollgate_core::deciding::{CountedApproval, CountedRejection, Stop, UsedOverride};
use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::{Pipeline, Target};
use tollgate_core::plan::Plan;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::proof::{Built, Proof};
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;

use tollgate_gate::Policies;

use crate::delivery::proofs;

/// One recipe on its way to one target, as far as it matters to what the ledger has to say about it.
#[derive(Clone, Copy)]
pub(crate) struct LedgerSide<'a> {
    pub(crate) history: &'a Gist,
    pub(crate) ledger: &'a dyn ReadLedger,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) target: &'a Target,
    /// Digest of the policy in force.
    pub(crate) policy: Digest,
    pub(crate) now: Timestamp,
    pub(crate) recipe: &'a Recipe,
    pub(crate) id: Digest,
    pub(crate) plan: &'a Plan,
    pub(crate) plan_digest: Digest,
    /// Loaded: what no gate looks at is not read.
    pub(crate) policies: &'a Policies,
    /// Git hash of the whole tree of the commit.
    pub(crate) tree: &'a str,
    /// What the host and the validators found.
    pub(crate) findings: &'a [Finding],
}

impl LedgerSide<'_> {
    /// The ledger's approvals about this tree, or about this target. Others are of other things, and would only be noise.
    pub(crate) fn approvals(&self) -> Result<Vec<CountedApproval>, LedgerError> {
        let now = self.judged_now();
        let mut seen = BTreeMap::new();
        let mut approvals = Vec::new();
        for (entry, approval) in self.history.approvals() {
            let is_near = approval.tree == now.tree || entry.subject.target.as_deref() == Some(now.target);
            if !is_near {
                continue;
            }
            let then = seen_then(entry, self.ledger, &mut seen)?;
            let void = now.void(entry, approval, then.as_ref());
            approvals.push(counted(entry, approval, &self.pipeline.people, void));
        }
        Ok(approvals)
    }

    pub(crate) fn rejections(&self) -> Vec<CountedRejection> {
        self.history.rejections(&self.judged_now(), &self.pipeline.people)
    }

    pub(crate) fn stops(&self) -> Vec<Stop> {
        let components: BTreeSet<&str> = self.recipe.components().iter().map(|part| part.component.as_str()).collect();
        self.history.stops_before(self.target, &components, self.now)
    }

    pub(crate) fn overrides(&self) -> Vec<UsedOverride> {
        let terms = self.pipeline.overrides.as_ref();
        terms.map(|terms| self.history.used_overrides(&self.pipeline.people, terms)).unwrap_or_default()
    }

    /// The records of builds that speak of an image of the recipe, by its name and tag or by its digest. What else was ever
    /// built says nothing about it, and is more with every day.
    pub(crate) fn built(&self) -> Vec<Built> {
        let images = || self.recipe.components().iter().flat_map(|component| &component.images);
        let references: BTreeSet<String> = images().map(|image| image.reference.unpinned().to_string()).collect();
        let digests: BTreeSet<Digest> = images().map(|image| image.digest).collect();
        let concerns = |built: &Built| references.contains(&built.reference.to_string()) || digests.contains(&built.digest);
        self.history.built().filter(concerns).collect()
    }

    /// The proofs of this very recipe, and of others the newest of each target.
    pub(crate) fn proofs(&self) -> Result<Vec<Proof>, LedgerError> {
        proofs::concerning(self.id, self.history, self.ledger)
    }

    fn judged_now(&self) -> JudgedNow<'_> {
        JudgedNow {
            recipe: self.id,
            target: &self.target.name,
            policy: self.policy,
            tree: self.tree,
            plan: self.plan,
            findings: self.findings,
        }
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
