//! Promotions: all of them, or those that can still matter.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Forgotten;
use super::kept::Kept;
use crate::digest::Digest;
use crate::entry::{Body, Entry, PromotionId};
use crate::promotion::{Promotion, PromotionState};

/// How many recipes to go back to are kept for each target. Two would do until one of them fails.
const WAYS_BACK: usize = 4;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Moves {
    /// By the index of the decision.
    kept: BTreeMap<u64, Move>,
    /// The decision that an id stands for.
    places: BTreeMap<PromotionId, u64>,
    /// Whether some were kept once that are not any more.
    forgets: bool,
}

/// The entries of a promotion.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Move {
    decision: Kept,
    /// Of the latest attempt.
    running: Option<Kept>,
    outcome: Option<Kept>,
}

impl Move {
    /// Nothing only where the decision is none, which is not kept.
    fn promotion(&self) -> Option<Promotion<'_>> {
        let Body::Decided(decided) = &self.decision.body else { return None };
        let running = self.running.as_ref().and_then(|entry| match &entry.body {
            Body::Running(running) => Some((&**entry, running)),
            _ => None,
        });
        let outcome = self.outcome.as_ref().and_then(|entry| match &entry.body {
            Body::Outcome(outcome) => Some((&**entry, outcome)),
            _ => None,
        });
        let id = self.decision.subject.promotion.clone()?;
        Some(Promotion { id, decision: &self.decision, decided, running, outcome })
    }
}

impl Moves {
    /// # Errors
    /// When the entry is about a promotion that may have been forgotten, or takes back what others were forgotten for.
    pub(super) fn take(&mut self, entry: &Entry) -> Result<(), Forgotten> {
        let Some(id) = &entry.subject.promotion else { return Ok(()) };
        match &entry.body {
            Body::Decided(_) => {
                self.places.insert(id.clone(), entry.index);
                self.kept.insert(entry.index, Move { decision: Kept::of(entry), running: None, outcome: None });
            }
            Body::Running(_) => {
                if let Some(told) = self.changed(id)? {
                    (told.running, told.outcome) = (Some(Kept::of(entry)), None);
                }
            }
            Body::Outcome(_) => {
                if let Some(told) = self.changed(id)? {
                    told.outcome = Some(Kept::of(entry));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A promotion that goes on. One that has succeeded never does, and others were forgotten because it had.
    fn changed(&mut self, id: &PromotionId) -> Result<Option<&mut Move>, Forgotten> {
        let told = self.places.get(id).and_then(|index| self.kept.get_mut(index));
        let is_over = |told: &Move| told.promotion().is_some_and(|told| told.state() == PromotionState::Succeeded);
        match told {
            None if self.forgets => Err(Forgotten),
            Some(told) if self.forgets && is_over(told) => Err(Forgotten),
            told => Ok(told),
        }
    }

    pub(super) fn get(&self, id: &PromotionId) -> Option<Promotion<'_>> {
        self.places.get(id).and_then(|index| self.kept.get(index)).and_then(Move::promotion)
    }

    /// In the order of their decisions.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = Promotion<'_>> {
        self.kept.values().filter_map(Move::promotion)
    }

    /// The same of one target.
    pub(super) fn to<'a>(&'a self, target: &str) -> impl DoubleEndedIterator<Item = Promotion<'a>> {
        let of_target = move |told: &&Move| told.decision.subject.target.as_deref().unwrap_or_default() == target;
        self.kept.values().filter(of_target).filter_map(Move::promotion)
    }

    pub(super) const fn forgets(&self) -> bool {
        self.forgets
    }

    /// How many different recipes there are to go back to, of those that are kept.
    pub(super) fn ways_back(&self, target: &str, stands: impl Fn(Digest) -> bool) -> usize {
        let succeeded = self.to(target).filter(|promotion| promotion.state() == PromotionState::Succeeded);
        succeeded.filter_map(|promotion| promotion.recipe()).filter(|recipe| stands(*recipe)).collect::<BTreeSet<_>>().len()
    }

    /// Forgets those that no question is about any more.
    pub(super) fn forget(&mut self, stands: impl Fn(&str, Digest) -> bool) {
        let targets: BTreeSet<&str> =
            self.kept.values().map(|told| told.decision.subject.target.as_deref().unwrap_or_default()).collect();
        let kept: BTreeSet<u64> = targets.into_iter().flat_map(|target| self.needed(target, &stands)).collect();
        let before = self.kept.len();
        self.kept.retain(|index, _| kept.contains(index));
        self.places.retain(|_, index| kept.contains(index));
        self.forgets |= self.kept.len() < before;
    }

    fn needed(&self, target: &str, stands: impl Fn(&str, Digest) -> bool) -> Vec<u64> {
        let decision = |promotion: Promotion<'_>| promotion.decision.index;
        let is_undone = |promotion: &Promotion<'_>| {
            promotion.outcome.is_none() && (promotion.running.is_some() || promotion.state() == PromotionState::Approved)
        };
        let newest = self.to(target).next_back();
        let begun = self.to(target).rfind(|promotion| promotion.running.is_some());
        let mut succeeded: Vec<_> = self.to(target).filter(|promotion| promotion.state() == PromotionState::Succeeded).collect();
        succeeded.sort_by_key(|promotion| std::cmp::Reverse(promotion.ended()));
        let current = succeeded.first().cloned();
        let mut recipes: BTreeSet<Digest> = BTreeSet::new();
        succeeded.retain(|promotion| {
            let recipe = promotion.recipe().filter(|recipe| stands(target, *recipe));
            recipe.is_some_and(|recipe| recipes.len() < WAYS_BACK && recipes.insert(recipe))
        });
        let undone = self.to(target).filter(is_undone);
        newest.into_iter().chain(begun).chain(current).chain(succeeded).chain(undone).map(decision).collect()
    }
}
