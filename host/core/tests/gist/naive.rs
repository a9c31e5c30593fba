//! The answers again, each by looking through all entries: what the gist is compared with.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::act::Scope;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Entry, OutcomeState, PromotionId};
use tollgate_core::history::{Promotion, PromotionState};
use tollgate_core::pipeline::GitReference;
use tollgate_core::proven::ProvenRecipe;
use tollgate_core::time::Timestamp;

pub(super) struct Naive<'a>(pub(super) &'a [Entry]);

impl<'a> Naive<'a> {
    pub(super) fn promotions(&self) -> Vec<Promotion<'a>> {
        let mut promotions: BTreeMap<u64, Promotion<'_>> = BTreeMap::new();
        let mut places: BTreeMap<&PromotionId, u64> = BTreeMap::new();
        for entry in self.0 {
            let Some(id) = &entry.subject.promotion else { continue };
            if let Body::Decided(decided) = &entry.body {
                places.insert(id, entry.index);
                let promotion = Promotion { id: id.clone(), decision: entry, decided, running: None, outcome: None };
                promotions.insert(entry.index, promotion);
                continue;
            }
            let Some(promotion) = places.get(id).and_then(|index| promotions.get_mut(index)) else { continue };
            match &entry.body {
                Body::Running(running) => (promotion.running, promotion.outcome) = (Some((entry, running)), None),
                Body::Outcome(outcome) => promotion.outcome = Some((entry, outcome)),
                _ => {}
            }
        }
        promotions.into_values().collect()
    }

    pub(super) fn to(&self, target: &str) -> Vec<Promotion<'a>> {
        self.promotions().into_iter().filter(|promotion| promotion.target() == target).collect()
    }

    pub(super) fn current(&self, target: &str) -> Option<Promotion<'a>> {
        let succeeded = self.to(target).into_iter().filter(|promotion| promotion.state() == PromotionState::Succeeded);
        succeeded.max_by_key(|promotion| promotion.outcome.map(|(entry, _)| entry.index))
    }

    pub(super) fn next_attempt(&self, target: &str) -> u64 {
        let to_target = self.0.iter().filter(|entry| entry.subject.target.as_deref() == Some(target));
        to_target.filter_map(|entry| entry.subject.attempt).max().unwrap_or(0) + 1
    }

    pub(super) fn entries_about(&self, target: &str) -> Vec<u64> {
        self.0.iter().filter(|entry| entry.subject.target.as_deref() == Some(target)).map(|entry| entry.index).collect()
    }

    /// Beginnings without an end.
    pub(super) fn unended(&self) -> Vec<&'a Entry> {
        let has_ended = |running: &Entry| {
            let is_its = |entry: &Entry| {
                (&entry.subject.target, entry.subject.attempt) == (&running.subject.target, running.subject.attempt)
            };
            self.0.iter().any(|entry| matches!(entry.body, Body::Outcome(_)) && is_its(entry))
        };
        self.0.iter().filter(|entry| matches!(entry.body, Body::Running(_)) && !has_ended(entry)).collect()
    }

    pub(super) fn policy(&self) -> Option<Digest> {
        self.0.iter().rev().find_map(|entry| match &entry.body {
            Body::Trust(trust) => Some(trust.policy),
            Body::PolicyAccept(accept) => Some(accept.policy),
            _ => None,
        })
    }

    pub(super) fn queue(&self, target: &str, now: Timestamp) -> Vec<PromotionId> {
        let all = self.to(target);
        let begun = all.iter().rev().find(|promotion| promotion.running.is_some()).map(|promotion| promotion.decision.index);
        let waits = |promotion: &&Promotion<'_>| {
            promotion.state() == PromotionState::Approved
                && promotion.decided.decision == DecisionWord::Approved
                && begun.is_none_or(|begun| promotion.decision.index > begun)
                && promotion.decision.policy == self.policy()
                && promotion.decided.valid_until.is_none_or(|until| now < until)
        };
        all.iter().filter(waits).map(|promotion| promotion.id.clone()).collect()
    }

    pub(super) fn proven(&self) -> Vec<ProvenRecipe> {
        let promotions: BTreeMap<PromotionId, Promotion<'_>> =
            self.promotions().into_iter().map(|promotion| (promotion.id.clone(), promotion)).collect();
        let mut proven: Vec<ProvenRecipe> = Vec::new();
        let mut runs: BTreeMap<&str, Digest> = BTreeMap::new();
        for entry in self.0 {
            let Body::Outcome(outcome) = &entry.body else { continue };
            let Some(promotion) = entry.subject.promotion.as_ref().and_then(|id| promotions.get(id)) else { continue };
            let Some(recipe) = promotion.recipe() else { continue };
            let mut was_there = false;
            if outcome.state == OutcomeState::Succeeded {
                let before = runs.insert(promotion.target(), recipe);
                was_there = before == Some(recipe);
                if promotion.decided.is_rollback && !was_there {
                    let left = proven.iter_mut().find(|proof| proof.target == promotion.target() && Some(proof.recipe) == before);
                    left.into_iter().for_each(|proof| proof.standing = false);
                }
            }
            let known = proven.iter_mut().find(|proof| proof.target == promotion.target() && proof.recipe == recipe);
            match (outcome.state, known) {
                (OutcomeState::Succeeded, Some(proof)) if proof.standing && was_there => {}
                (OutcomeState::Succeeded, Some(proof)) => {
                    (proof.standing, proof.since, proof.promotion) = (true, entry.at, promotion.id.clone());
                }
                (OutcomeState::Succeeded, None) => proven.push(ProvenRecipe {
                    target: promotion.target().to_owned(),
                    environment: promotion.decided.environment.clone(),
                    promotable: promotion.decided.promotable,
                    recipe,
                    promotion: promotion.id.clone(),
                    since: entry.at,
                    standing: true,
                }),
                (OutcomeState::Failed, Some(proof)) => proof.standing = false,
                _ => {}
            }
        }
        proven
    }

    pub(super) fn way_back(&self, target: &str, from: Option<Digest>) -> Option<Promotion<'a>> {
        let proven = self.proven();
        let stands = |recipe| proven.iter().any(|proof| proof.target == target && proof.recipe == recipe && proof.standing);
        let healthy = self.to(target).into_iter().filter(|promotion| {
            promotion.state() == PromotionState::Succeeded
                && promotion.recipe().is_some_and(|recipe| Some(recipe) != from && stands(recipe))
        });
        healthy.max_by_key(|promotion| promotion.outcome.map(|(entry, _)| entry.index))
    }

    pub(super) fn stops(&self, now: Timestamp) -> Vec<u64> {
        let lifted: BTreeSet<u64> = self
            .0
            .iter()
            .flat_map(|entry| if let Body::Thaw(thaw) = &entry.body { thaw.lifts.clone() } else { Vec::new() })
            .collect();
        let stands = |entry: &&Entry| match &entry.body {
            Body::Freeze(freeze) => freeze.until.is_none_or(|until| now < until),
            Body::Hold(_) => true,
            _ => false,
        };
        self.0.iter().filter(stands).map(|entry| entry.index).filter(|index| !lifted.contains(index)).collect()
    }

    pub(super) fn stopped_since(&self, promotion: &Promotion<'_>, now: Timestamp) -> Option<u64> {
        let covers = |scope: &Scope| match scope {
            Scope::All | Scope::Component(_) => true,
            Scope::Environment(name) => *name == promotion.decided.environment,
            Scope::Target(name) => name == promotion.target(),
        };
        self.stops(now).into_iter().find(|index| {
            let entry = &self.0[usize::try_from(*index).unwrap()];
            let (scope, is_hold) = match &entry.body {
                Body::Freeze(freeze) => (freeze.scope.clone(), false),
                _ => (entry.subject.target.clone().map_or(Scope::All, Scope::Target), true),
            };
            covers(&scope) && *index > promotion.decision.index && !(is_hold && promotion.decided.is_rollback)
        })
    }

    /// Entries whose bodies are of these types.
    pub(super) fn of_types(&self, types: &[&str]) -> Vec<u64> {
        self.0.iter().filter(|entry| types.contains(&entry.body.type_name())).map(|entry| entry.index).collect()
    }

    /// Overrides by which a gate was passed.
    pub(super) fn used(&self) -> BTreeSet<u64> {
        let used = self
            .0
            .iter()
            .flat_map(|entry| if let Body::Decided(decided) = &entry.body { decided.overrides.clone() } else { Vec::new() });
        let opened = |index: &u64| {
            let entry = usize::try_from(*index).ok().and_then(|index| self.0.get(index));
            entry.is_some_and(|entry| matches!(&entry.body, Body::Override(one) if one.confirms.is_none()))
        };
        used.filter(opened).collect()
    }

    pub(super) fn decided_of(&self, reference: &GitReference) -> Vec<(PromotionId, u64, String)> {
        let of = self.promotions().into_iter().filter(|promotion| promotion.decided.provenance.reference == *reference);
        of.map(|promotion| (promotion.id.clone(), promotion.decision.index, promotion.decided.provenance.commit.clone())).collect()
    }

    pub(super) fn decided_commits(&self) -> BTreeMap<String, Timestamp> {
        let mut times: BTreeMap<String, Timestamp> = BTreeMap::new();
        for entry in self.0 {
            if let Body::Decided(decided) = &entry.body {
                let time = times.entry(decided.provenance.commit.clone()).or_insert(entry.at);
                *time = (*time).min(entry.at);
            }
        }
        times
    }
}
