//! The queue of a target: promotions that are approved and wait for their turn, in the order of the ledger.

use std::collections::BTreeMap;

use crate::entry::{Body, By, Draft, Entry, EntrySubject, Outcome, OutcomeState, PromotionId};
use crate::gist::Gist;
use crate::promotion::{Promotion, PromotionState};
use crate::time::Timestamp;

impl Gist {
    /// The promotions that wait for their turn at a target, first come, first served: approved under the policy in force, not
    /// expired, and no attempt has begun, neither of them nor of a later one. Whatever else was approved is never applied, so
    /// nobody waits for it.
    pub fn queue(&self, target: &str, now: Timestamp) -> Vec<Promotion<'_>> {
        let mut promotions: Vec<Promotion<'_>> = self.promotions_kept_to(target).collect();
        let last_begun = last_begun(&promotions).map(|promotion| promotion.decision.index);
        let in_force = self.policy_in_force().map(|policy| policy.digest);
        promotions.retain(|promotion| {
            promotion.state() == PromotionState::Approved
                && last_begun.is_none_or(|begun| promotion.decision.index > begun)
                && promotion.decision.policy == in_force
                && promotion.decided.valid_until.is_none_or(|until| now < until)
        });
        promotions
    }

    /// The promotions that wait before one that was decided at entry `decision`.
    pub fn ahead_of(&self, target: &str, decision: u64, now: Timestamp) -> Vec<PromotionId> {
        let earlier = self.queue(target, now).into_iter().filter(|promotion| promotion.decision.index < decision);
        earlier.map(|promotion| promotion.id).collect()
    }

    /// A later promotion to the same target that has begun: then it is too late for this one.
    pub fn begun_after(&self, target: &str, decision: u64) -> Option<PromotionId> {
        let begun = self.promotions_kept_to(target).rfind(|promotion| promotion.running.is_some());
        begun.filter(|later| later.decision.index > decision).map(|later| later.id)
    }

    /// The waiting promotions whose place a newly approved decision takes: those that would bring the same recipe, which it
    /// decides anew; where the queue supersedes, those of the same reference; and all of them where it goes back.
    pub fn superseded(&self, newer: &Draft, supersede: bool) -> Vec<Promotion<'_>> {
        let (Body::Decided(decided), Some(target)) = (&newer.body, newer.subject.target.as_deref()) else { return Vec::new() };
        let mut waiting = self.queue(target, newer.at);
        waiting.retain(|older| {
            let is_same_reference = older.decided.provenance.reference == decided.provenance.reference;
            let is_same_recipe = older.recipe().is_some() && older.recipe() == newer.subject.recipe;
            decided.is_rollback || is_same_recipe || supersede && is_same_reference
        });
        waiting
    }
}

/// The promotion decided last of those whose attempts have begun.
fn last_begun<'p, 'a>(promotions: &'p [Promotion<'a>]) -> Option<&'p Promotion<'a>> {
    promotions.iter().rev().find(|promotion| promotion.running.is_some())
}

/// The end of a promotion of which no attempt has begun.
pub fn withdrawal(decision: &Entry, message: &str, by: &By, at: Timestamp) -> Draft {
    Draft {
        at,
        by: by.clone(),
        policy: decision.policy,
        subject: EntrySubject { attempt: None, ..decision.subject.clone() },
        body: Body::Outcome(Outcome {
            state: OutcomeState::Aborted,
            message: message.to_owned(),
            observed: serde_json::Value::Null,
        }),
        blobs: BTreeMap::new(),
        attached: Vec::new(),
    }
}
