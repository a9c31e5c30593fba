//! The last step: an approved promotion is applied, and its outcome written down.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_core::approved::{Approved, NotApproved, Worker};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, EntrySubject, Outcome, OutcomeState, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{
    AppendEntry, AppendError, Applied, ApplyError, ApplyPlan, Proposal, Refusal, ResolveDigest, ResolveError, TargetState,
};
use tollgate_core::terraform::KnownState;
use tollgate_core::time::Timestamp;

use crate::delivery::decide::Prepared;
use crate::delivery::images::{MovedTag, missing_images, moved_tags};
use crate::delivery::known_states::{SETTLED, STATES};

/// What an attempt is made with.
pub(crate) struct Attempt<'a> {
    pub(crate) promotion: &'a PromotionId,
    pub(crate) prepared: &'a Prepared,
    /// A rollback needs its images to be there; that their tags have moved on since is no reason to stay broken.
    pub(crate) is_rollback: bool,
    pub(crate) adapter: &'a dyn ApplyPlan,
    pub(crate) resolver: &'a dyn ResolveDigest,
    pub(crate) ledger: &'a dyn AppendEntry,
    pub(crate) worker: &'a Worker,
    pub(crate) clock: &'a dyn Fn() -> Timestamp,
    /// Whether the attempt of this number may begin to write: asked last, right before it does.
    pub(crate) may_write: &'a dyn Fn(u64) -> bool,
}

/// What is said of an attempt without a lease.
pub(crate) const LEASE_LOST: &str = "the lease of the target was lost before anything was written";

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Succeeded {
        release: String,
        /// How the states of components were left, where they have some.
        states: BTreeMap<String, KnownState>,
    },
    /// The plan is another one now: to be decided anew.
    Stale,
    Moved(Vec<MovedTag>),
    Unresolved(ResolveError),
    /// Images of a rollback that are gone, as references with digests.
    Gone(Vec<String>),
    Overtaken {
        by: u64,
    },
    Expired,
    /// The lease of the target ran out, or another took it over.
    LeaseLost,
    Failed(ApplyError),
}

/// Why an attempt was not made, or its end not written down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
    #[error("attempt {attempt} ended as `{state}`, but that could not be written to the ledger; the next promotion writes it")]
    Unrecorded {
        attempt: u64,
        state: &'static str,
        #[source]
        source: AppendError,
    },
}

impl Attempt<'_> {
    /// Obtains the approval, resolves the tags again, applies, and writes the outcome down. Returns the attempt's number
    /// with its end.
    pub(crate) fn run(&self) -> Result<(u64, Ended), AttemptError> {
        let approved = Approved::obtain(self.promotion, self.worker, self.ledger)?;
        let subject = EntrySubject {
            recipe: Some(approved.recipe()),
            target: Some(approved.target().to_owned()),
            plan: Some(approved.plan()),
            promotion: Some(approved.promotion().clone()),
            attempt: Some(approved.attempt()),
        };
        let policy = approved.policy();
        let (ended, before) = self.apply(approved);
        let outcome = outcome_of(&ended);
        let state = outcome.state;
        let attempt = subject.attempt.unwrap_or_default();
        let draft = |subject: EntrySubject, outcome: Outcome| Draft {
            at: (self.clock)(),
            by: self.worker.by.clone(),
            policy: Some(policy),
            subject,
            body: Body::Outcome(outcome),
            blobs: BTreeMap::new(),
            attached: Vec::new(),
        };
        let mut is_closed = false;
        let appended = self.ledger.append(&mut |history| {
            // A later attempt that found this one's work at the target may have written its outcome already: one is enough.
            is_closed = history.has_ended(&subject);
            if is_closed {
                return Err(Refusal);
            }
            let mut drafts = vec![draft(subject.clone(), outcome.clone())];
            if let Some(before) = &before {
                let earlier = earlier_outcomes(history, &subject, before);
                drafts.splice(0..0, earlier.into_iter().map(|(subject, outcome)| draft(subject, outcome)));
            }
            Ok(Proposal { drafts })
        });
        match appended {
            Err(AppendError::Refused) if is_closed => Ok((attempt, ended)),
            Err(source) => Err(AttemptError::Unrecorded { attempt, state: state.word(), source }),
            Ok(_) => Ok((attempt, ended)),
        }
    }

    /// Applies. Beside the end, what the target said before, where it was asked.
    fn apply(&self, approved: Approved) -> (Ended, Option<TargetState>) {
        if let Some(ended) = self.look_at_images() {
            return (ended, None);
        }
        if !(self.may_write)(approved.attempt()) {
            return (Ended::LeaseLost, None);
        }
        let (planned, resumes) = (approved.plan(), approved.resumes());
        match self.adapter.apply(approved, &self.prepared.rendered, self.clock) {
            Ok(Applied::Done { before, after }) => {
                let release = after.written.map(|written| written.release).unwrap_or_default();
                (Ended::Succeeded { release, states: after.states }, Some(before))
            }
            Ok(Applied::Stale { before, plan }) => {
                let states = before.states.clone();
                let written = self.written_before((planned, resumes), &before, &plan);
                (written.map_or(Ended::Stale, |release| Ended::Succeeded { release, states }), Some(before))
            }
            Ok(Applied::Overtaken { before }) => (Ended::Overtaken { by: before.attempt }, None),
            Ok(Applied::Expired { before }) => (Ended::Expired, Some(before)),
            Err(error) => (Ended::Failed(error), None),
        }
    }
}

impl Attempt<'_> {
    /// Why the images are not what was approved any more; nothing: they are.
    fn look_at_images(&self) -> Option<Ended> {
        if self.is_rollback {
            return match missing_images(&self.prepared.recipe, self.resolver) {
                Ok(gone) => (!gone.is_empty()).then_some(Ended::Gone(gone)),
                Err(error) => Some(Ended::Unresolved(*error)),
            };
        }
        match moved_tags(&self.prepared.recipe, self.resolver) {
            Ok(moved) => (!moved.is_empty()).then_some(Ended::Moved(moved)),
            Err(error) => Some(Ended::Unresolved(error)),
        }
    }

    /// The release that an earlier attempt at this very promotion wrote, where nothing is left to do: its worker never
    /// reported. The plan is another one only because it was carried out.
    fn written_before(&self, (planned, resumes): (Digest, bool), before: &TargetState, plan: &Plan) -> Option<String> {
        if before.is_silent {
            let is_done = plan.actions.is_empty() && plan.conflicts.is_empty() && plan.components.refused.is_empty();
            return (resumes && is_done).then(String::new);
        }
        let written = before.written.as_ref()?;
        let is_ours = written.promotion == self.promotion.to_string() && written.plan == planned;
        let is_done = plan.actions.is_empty() && plan.conflicts.is_empty();
        (is_ours && is_done).then(|| written.release.clone())
    }
}

fn outcome_of(ended: &Ended) -> Outcome {
    let (state, message, observed) = match ended {
        Ended::Succeeded { release, states } => {
            (OutcomeState::Succeeded, "applied as planned".to_owned(), observed(release, states))
        }
        Ended::Stale => (OutcomeState::Aborted, "stale: the plan is another one now".to_owned(), Value::Null),
        Ended::Moved(moved) => (OutcomeState::Aborted, moved_message(moved), Value::Null),
        Ended::Unresolved(error) => (OutcomeState::Aborted, error.to_string(), Value::Null),
        Ended::Gone(images) => (OutcomeState::Aborted, gone_message(images), Value::Null),
        Ended::Overtaken { by } => (OutcomeState::Aborted, format!("attempt {by} has begun at the target"), Value::Null),
        Ended::Expired => (OutcomeState::Aborted, "the approval ran out".to_owned(), Value::Null),
        Ended::LeaseLost => (OutcomeState::Aborted, LEASE_LOST.to_owned(), Value::Null),
        Ended::Failed(error) => (OutcomeState::Failed, error.to_string(), settled(error)),
    };
    Outcome { state, message, observed }
}

/// What the target says that it runs.
fn observed(release: &str, states: &BTreeMap<String, KnownState>) -> Value {
    if states.is_empty() { json!({ "release": release }) } else { json!({ STATES: states }) }
}

/// What of a target is as planned although the attempt failed, where the target can tell.
fn settled(error: &ApplyError) -> Value {
    match error {
        ApplyError::Unfinished { settled, .. } if !settled.is_empty() => json!({ SETTLED: settled }),
        _ => Value::Null,
    }
}

/// One sentence for each tag that moved, with both digests.
pub(crate) fn moved_message(moved: &[MovedTag]) -> String {
    let sentence =
        |tag: &MovedTag| format!("tag `{}` was approved at {} and leads to {} now", tag.reference, tag.approved, tag.now);
    moved.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// That images are gone.
pub(crate) fn gone_message(images: &[String]) -> String {
    format!("no longer in the registry: {}", images.join(", "))
}

/// Outcomes for attempts that began before this one and never ended: what the target itself said when this one took it.
fn earlier_outcomes(history: &Gist, own: &EntrySubject, before: &TargetState) -> Vec<(EntrySubject, Outcome)> {
    let mut outcomes = Vec::new();
    // All of them, also those of this very promotion.
    for running in history.unended() {
        let is_earlier = running.subject.target == own.target && running.subject.attempt < own.attempt;
        if !is_earlier {
            continue;
        }
        let wrote = before.written.as_ref().is_some_and(|written| Some(written.attempt) == running.subject.attempt);
        let (state, message) = if before.is_silent {
            (OutcomeState::Failed, "the target can't say what of it was applied; its worker never reported")
        } else if wrote {
            (OutcomeState::Succeeded, "the target says that it was applied; its worker never reported")
        } else {
            (OutcomeState::Aborted, "the target says that it was not applied; its worker never reported")
        };
        let observed = serde_json::to_value(before).unwrap_or_default();
        outcomes.push((running.subject.clone(), Outcome { state, message: message.to_owned(), observed }));
    }
    outcomes
}
