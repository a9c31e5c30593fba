//! The token without which nothing is applied.

use crate::decision::DecisionWord;
use crate::digest::Digest;
use crate::entry::{Body, By, Draft, Entry, EntrySubject, PromotionId, Running};
use crate::gist::Gist;
use crate::ledger::{AppendEntry, AppendError, Proposal, Refusal};
use crate::promotion::PromotionState;
use crate::time::Timestamp;

/// Permission to apply one plan to one target, once.
///
/// It is made in one place only, [`Approved::obtain`]: from a decision that approves, after the ledger's remote has
/// acknowledged the `running` entry of this attempt. It can't be copied, and applying takes it away.
#[derive(Debug)]
pub struct Approved {
    target: String,
    recipe: Digest,
    plan: Digest,
    policy: Digest,
    promotion: PromotionId,
    attempt: u64,
    valid_until: Option<Timestamp>,
    resumes: bool,
}

/// Why there is no permission.
#[derive(Debug, thiserror::Error)]
pub enum NotApproved {
    #[error("promotion `{0}` is not in the ledger")]
    Unknown(PromotionId),
    #[error("promotion `{0}` was over long ago, so it can't be applied; run `tollgate promote` to have it decided anew")]
    Over(PromotionId),
    #[error("promotion `{id}` is `{state}`, so it can't be applied; run `tollgate promote` to have it decided anew")]
    State { id: PromotionId, state: &'static str },
    #[error("promotion `{id}` was decided under the policy `{then}`, but `{now}` is in force; run `tollgate promote` again")]
    PolicyChanged { id: PromotionId, then: String, now: String },
    #[error("promotion `{later}`, decided after promotion `{id}`, has begun at the same target; run `tollgate promote` again")]
    Overtaken { id: PromotionId, later: PromotionId },
    #[error("promotion `{id}` waits for its turn: {} ahead of it", listed(.ahead))]
    NotItsTurn { id: PromotionId, ahead: Vec<PromotionId> },
    #[error("promotion `{id}` was approved until {until}; run `tollgate promote` again")]
    Expired { id: PromotionId, until: Timestamp },
    #[error("promotion `{id}` was approved before {scope} was stopped (entry {entry}): {reason}")]
    Stopped { id: PromotionId, scope: String, entry: u64, reason: String },
    #[error("entry {index} lacks its `{field}`")]
    Incomplete { index: u64, field: &'static str },
    #[error("the attempt could not be written to the ledger")]
    Ledger(#[source] AppendError),
}

/// Who is about to apply, and when.
#[derive(Clone, Debug)]
pub struct Worker {
    pub by: By,
    /// Host and process, to tell people who it is.
    pub name: String,
    pub now: Timestamp,
}

impl Approved {
    /// Writes that an attempt begins, and returns the permission once the ledger's remote has acknowledged that.
    ///
    /// Everything is checked against the ledger as it is at that very moment: the promotion's decision approves and is
    /// still valid, no attempt of it has succeeded, no later promotion to the target has begun, none waits before it, the
    /// policy is the same.
    ///
    /// # Errors
    /// When one of these does not hold, or when the ledger can't be written. Without the ledger there is no apply.
    pub fn obtain(promotion: &PromotionId, worker: &Worker, ledger: &dyn AppendEntry) -> Result<Self, NotApproved> {
        let mut refusal = None;
        let mut resumes = false;
        let appended = ledger.append(&mut |history| match draft(promotion, worker, history) {
            Ok(draft) => {
                resumes = history.unended().any(|begun| begun.subject.promotion.as_ref() == Some(promotion));
                Ok(Proposal { drafts: vec![draft] })
            }
            Err(reason) => {
                refusal = Some(reason);
                Err(Refusal)
            }
        });
        match (appended, refusal) {
            (Ok(entries), _) => {
                entries.first().map_or(Err(NotApproved::Unknown(promotion.clone())), |entry| Self::of_acknowledged(entry, resumes))
            }
            (Err(AppendError::Refused), Some(reason)) => Err(reason),
            (Err(error), _) => Err(NotApproved::Ledger(error)),
        }
    }

    fn of_acknowledged(entry: &Entry, resumes: bool) -> Result<Self, NotApproved> {
        let missing = |field| NotApproved::Incomplete { index: entry.index, field };
        let subject = entry.subject.clone();
        Ok(Self {
            target: subject.target.ok_or_else(|| missing("target"))?,
            recipe: subject.recipe.ok_or_else(|| missing("recipe"))?,
            plan: subject.plan.ok_or_else(|| missing("plan"))?,
            policy: entry.policy.ok_or_else(|| missing("policy"))?,
            promotion: subject.promotion.ok_or_else(|| missing("promotion"))?,
            attempt: subject.attempt.ok_or_else(|| missing("attempt"))?,
            valid_until: match &entry.body {
                Body::Running(running) => running.valid_until,
                _ => None,
            },
            resumes,
        })
    }

    /// Name of the target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Id of the recipe.
    pub const fn recipe(&self) -> Digest {
        self.recipe
    }

    /// The digest that the plan must have when it is made again.
    pub const fn plan(&self) -> Digest {
        self.plan
    }

    /// Digest of the policy that judged.
    pub const fn policy(&self) -> Digest {
        self.policy
    }

    /// The promotion.
    pub const fn promotion(&self) -> &PromotionId {
        &self.promotion
    }

    /// The fencing token: greater than that of any attempt before it.
    pub const fn attempt(&self) -> u64 {
        self.attempt
    }

    /// Whether an earlier attempt at the same promotion began and never reported.
    pub const fn resumes(&self) -> bool {
        self.resumes
    }

    /// Whether it may still be used.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.valid_until.is_none_or(|until| now < until)
    }
}

/// `P-17 is`, `P-17 and P-18 are`
fn listed(ahead: &[PromotionId]) -> String {
    let names: Vec<&str> = ahead.iter().map(PromotionId::as_str).collect();
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Whether an attempt at a promotion may begin now, as far as the ledger tells.
///
/// # Errors
/// When [`Approved::obtain`] would refuse it.
pub fn check_turn(id: &PromotionId, now: Timestamp, history: &Gist) -> Result<(), NotApproved> {
    // What was forgotten can't be applied: it was not approved, it has ended, or a later one has begun.
    let absent = if history.remembers(id) { NotApproved::Unknown } else { NotApproved::Over };
    let promotion = history.promotion(id).ok_or_else(|| absent(id.clone()))?;
    let state = promotion.state();
    let may_run =
        matches!(state, PromotionState::Approved | PromotionState::Running | PromotionState::Failed | PromotionState::Errored);
    if promotion.decided.decision != DecisionWord::Approved || !may_run {
        return Err(NotApproved::State { id: id.clone(), state: state.word() });
    }
    if let Some(until) = promotion.decided.valid_until.filter(|until| now >= *until) {
        return Err(NotApproved::Expired { id: id.clone(), until });
    }
    if let Some(stop) = history.stopped_since(&promotion, now) {
        return Err(NotApproved::Stopped { id: id.clone(), scope: stop.scope, entry: stop.entry, reason: stop.reason });
    }
    let in_force = history.policy_in_force().map(|policy| policy.digest);
    if promotion.decision.policy != in_force {
        let word = |digest: Option<Digest>| digest.map_or_else(|| "none".to_owned(), |digest| digest.short());
        return Err(NotApproved::PolicyChanged { id: id.clone(), then: word(promotion.decision.policy), now: word(in_force) });
    }
    let (target, decision) = (promotion.target(), promotion.decision.index);
    if let Some(later) = history.begun_after(target, decision) {
        return Err(NotApproved::Overtaken { id: id.clone(), later });
    }
    let ahead = history.ahead_of(target, decision, now);
    if ahead.is_empty() { Ok(()) } else { Err(NotApproved::NotItsTurn { id: id.clone(), ahead }) }
}

fn draft(id: &PromotionId, worker: &Worker, history: &Gist) -> Result<Draft, NotApproved> {
    check_turn(id, worker.now, history)?;
    let promotion = history.promotion(id).ok_or_else(|| NotApproved::Unknown(id.clone()))?;
    let attempt = history.next_attempt(promotion.target());
    Ok(Draft {
        at: worker.now,
        by: worker.by.clone(),
        policy: promotion.decision.policy,
        subject: EntrySubject { attempt: Some(attempt), promotion: Some(id.clone()), ..promotion.decision.subject.clone() },
        body: Body::Running(Running {
            reference: promotion.decided.provenance.reference.clone(),
            worker: worker.name.clone(),
            valid_until: promotion.decided.valid_until,
        }),
        blobs: std::collections::BTreeMap::new(),
        attached: Vec::new(),
    })
}
