//! Writing a decision down, with everything that it rests on.

use std::collections::BTreeMap;

use tollgate_core::act::Hold;
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, By, Decided, Draft, EntrySubject, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::{AppendEntry, AppendError, Proposal, Refusal};
use tollgate_core::queue::withdrawal;
use tollgate_core::time::Timestamp;

use crate::delivery::decide::Judged;
use crate::delivery::proofs::RECIPE_BLOB;
use crate::delivery::recipe::Candidate;
use crate::delivery::recorded::{self, DOCUMENTS_BLOB, FINDINGS_BLOB, PLAN_BLOB, QUESTION_BLOB};

/// What a decision is recorded with, beside itself.
pub(crate) struct Circumstances<'a> {
    pub(crate) by: &'a By,
    pub(crate) now: Timestamp,
    /// Digest of the policy in force, and what it consists of: plugins and packs by name.
    pub(crate) policy: Digest,
    pub(crate) policy_blobs: &'a BTreeMap<String, Vec<u8>>,
    /// What a rollback sets at once with its decision, so that nothing comes between.
    pub(crate) hold: Option<&'a Hold>,
    /// Whether it takes the place of what waits of the same reference.
    pub(crate) supersede: bool,
}

/// Why a decision was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    #[error("policy changed to `{0}` while the promotion was being judged; run the command again")]
    PolicyChanged(String),
}

/// Appends the decision, and with it the end of those whose place in the queue it takes. It gets its promotion id from its
/// place in the ledger.
pub(crate) fn record(
    candidate: &Candidate,
    judged: &Judged,
    target: &Target,
    circumstances: &Circumstances<'_>,
    ledger: &dyn AppendEntry,
) -> Result<PromotionId, RecordError> {
    let draft = draft(candidate, judged, target, circumstances)?;
    let mut changed = None;
    let entries = ledger.append(&mut |history: &Gist| {
        let in_force = history.policy_in_force().map(|policy| policy.digest);
        if in_force != Some(circumstances.policy) {
            changed = Some(in_force.map_or_else(|| "none".to_owned(), |digest| digest.short()));
            return Err(Refusal);
        }
        let mut draft = draft.clone();
        let id = PromotionId::of_decision(history.len());
        draft.subject.promotion = Some(id.clone());
        let is_approved = judged.decision.word() == DecisionWord::Approved;
        let superseded = if is_approved { history.superseded(&draft, circumstances.supersede) } else { Vec::new() };
        let message = format!("superseded by {id}");
        let ends = superseded.iter().map(|older| withdrawal(older.decision, &message, circumstances.by, circumstances.now));
        let hold = circumstances.hold.filter(|_| is_approved).map(|hold| held(&draft, hold));
        Ok(Proposal { drafts: std::iter::once(draft).chain(hold).chain(ends).collect() })
    });
    match (entries, changed) {
        (Err(AppendError::Refused), Some(now)) => Err(RecordError::PolicyChanged(now)),
        (Err(error), _) => Err(error.into()),
        (Ok(entries), _) => {
            let id = entries.into_iter().next().and_then(|entry| entry.subject.promotion);
            id.ok_or(RecordError::Append(AppendError::Refused))
        }
    }
}

fn draft(candidate: &Candidate, judged: &Judged, target: &Target, circumstances: &Circumstances<'_>) -> Result<Draft, RecordError> {
    let mut blobs = circumstances.policy_blobs.clone();
    let judged_documents = candidate.documents.documents.iter().chain(&judged.planned.documents);
    let (documents, attached) = recorded::documents(judged_documents)?;
    blobs.insert(DOCUMENTS_BLOB.to_owned(), documents);
    blobs.insert(FINDINGS_BLOB.to_owned(), recorded::findings(judged.decision.findings())?);
    if let Some(question) = &judged.question {
        blobs.insert(QUESTION_BLOB.to_owned(), canonical::to_vec(question)?);
    }
    let mut subject = EntrySubject { target: Some(target.name.clone()), ..EntrySubject::default() };
    if let Some(prepared) = &judged.prepared {
        blobs.insert(RECIPE_BLOB.to_owned(), canonical::to_vec(&prepared.recipe)?);
        blobs.insert(PLAN_BLOB.to_owned(), canonical::to_vec(&prepared.plan)?);
        subject.recipe = Some(prepared.id);
        subject.plan = Some(prepared.plan_digest);
    }
    Ok(Draft {
        at: circumstances.now,
        by: circumstances.by.clone(),
        policy: Some(circumstances.policy),
        subject,
        body: Body::Decided(Decided {
            decision: judged.decision.word(),
            gates: judged.decision.records(),
            provenance: candidate.provenance.clone(),
            environment: target.environment.clone(),
            promotable: target.promotable,
            valid_until: judged.decision.valid_until(),
            waits: judged.decision.waits(),
            carried: candidate.carried(),
            requester: candidate.change.as_ref().and_then(|change| Some(change.requester.as_ref()?.principal.clone())),
            is_rollback: candidate.movement.is_back(),
            overrides: judged.decision.overrides(),
            deferred: judged.prepared.as_ref().map(|prepared| prepared.plan.components.deferred.clone()).unwrap_or_default(),
        }),
        blobs,
        attached,
    })
}

/// The hold beside a decision.
fn held(decided: &Draft, hold: &Hold) -> Draft {
    Draft { body: Body::Hold(hold.clone()), blobs: BTreeMap::new(), attached: Vec::new(), ..decided.clone() }
}
