//! The entries that tell how one promotion came about, found among all of a ledger or among a few of them.

use std::collections::BTreeMap;

use crate::act::EvidenceAdded;
use crate::decision::DecisionWord;
use crate::digest::Digest;
use crate::entry::{Body, Decided, Entry, Outcome, OutcomeState, PromotionId};
use crate::evidence::Touched;
use crate::recipe::Recipe;

/// A promotion that has come to an end, and all that led to it.
#[derive(Clone, Debug)]
pub struct Chain<'e> {
    pub decision: &'e Entry,
    pub decided: &'e Decided,
    /// The entry that put the policy in force under which it was decided, and the commit that the policy was read from.
    pub policy: (&'e Entry, &'e str),
    /// The end of the last attempt; nothing where it was denied.
    pub outcome: Option<(&'e Entry, &'e Outcome)>,
    /// The statements about what moved that were there when it was decided, in order.
    pub evidence: Vec<(&'e Entry, &'e EvidenceAdded)>,
    /// All entries of the chain, in order: those above, attempts, what people said, overrides, and builds of its images.
    pub entries: Vec<&'e Entry>,
}

/// Why there is no chain to tell of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChain {
    #[error("no entry decides {0}")]
    NoDecision(PromotionId),
    #[error("the policy under which {0} was decided was put in force by no entry")]
    NoPolicy(PromotionId),
    #[error("{id} is {state}, and only what succeeded or was denied has been verified to an end")]
    NotEnded { id: PromotionId, state: &'static str },
    #[error("the recipe is not that of {0}")]
    OtherRecipe(PromotionId),
}

impl<'e> Chain<'e> {
    /// Finds the chain. `entries` are in order, and some may be missing.
    ///
    /// # Errors
    /// When the promotion has not come to an end that can be told of, or an entry is missing without which it can't be told.
    pub fn find(entries: &[&'e Entry], id: &PromotionId, recipe: &Recipe) -> Result<Self, NoChain> {
        let of_it = |entry: &&&Entry| entry.subject.promotion.as_ref() == Some(id);
        let (decision, decided) = decision(entries, id).ok_or_else(|| NoChain::NoDecision(id.clone()))?;
        let subject = &decision.subject;
        let recipe_id = recipe.id().ok().filter(|recipe| subject.recipe == Some(*recipe));
        let recipe_id = recipe_id.ok_or_else(|| NoChain::OtherRecipe(id.clone()))?;
        let policy = policy(entries, decision).ok_or_else(|| NoChain::NoPolicy(id.clone()))?;
        let outcome = ended(entries.iter().filter(of_it).copied(), id, decided.decision)?;
        let before: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.index < decision.index).collect();
        let evidence = Touched::new(recipe_id, recipe, subject.plan).evidence(before.iter().copied());
        let mut all: BTreeMap<u64, &Entry> = entries.iter().filter(of_it).map(|entry| (entry.index, *entry)).collect();
        all.insert(policy.0.index, policy.0);
        all.extend(evidence.iter().map(|(entry, _)| (entry.index, *entry)));
        all.extend(before.iter().filter(|entry| is_word_on(entry, decision, decided)).map(|entry| (entry.index, *entry)));
        let images = Self::images(recipe);
        all.extend(before.iter().filter(|entry| is_build_of(entry, &images)).map(|entry| (entry.index, *entry)));
        all.extend(entries.iter().filter(|entry| is_of_override(entry, &decided.overrides)).map(|entry| (entry.index, *entry)));
        Ok(Self { decision, decided, policy, outcome, evidence, entries: all.into_values().collect() })
    }

    /// Digests of the images that moved, each once, with the reference that the manifests have.
    pub fn images(recipe: &Recipe) -> BTreeMap<Digest, String> {
        let images = recipe.components().iter().flat_map(|component| &component.images);
        images.rev().map(|image| (image.digest, image.reference.to_string())).collect()
    }
}

fn decision<'e>(entries: &[&'e Entry], id: &PromotionId) -> Option<(&'e Entry, &'e Decided)> {
    entries.iter().find_map(|entry| match &entry.body {
        Body::Decided(decided) if entry.subject.promotion.as_ref() == Some(id) => Some((*entry, decided)),
        _ => None,
    })
}

/// The last policy that came into force before a decision; nothing where that is not the one it was decided under.
fn policy<'e>(entries: &[&'e Entry], decision: &Entry) -> Option<(&'e Entry, &'e str)> {
    let mut accepted = entries.iter().rev().filter(|entry| entry.index < decision.index).filter_map(|entry| match &entry.body {
        Body::Trust(trust) => Some((*entry, trust.commit.as_str(), trust.policy)),
        Body::PolicyAccept(accept) => Some((*entry, accept.commit.as_str(), accept.policy)),
        _ => None,
    });
    let (entry, commit, digest) = accepted.next()?;
    (decision.policy == Some(digest)).then_some((entry, commit))
}

fn ended<'e>(
    entries: impl Iterator<Item = &'e Entry>,
    id: &PromotionId,
    word: DecisionWord,
) -> Result<Option<(&'e Entry, &'e Outcome)>, NoChain> {
    let mut state = match word {
        DecisionWord::Denied => "denied",
        DecisionWord::Pending => "pending",
        DecisionWord::Approved => "approved",
    };
    let mut last = None;
    for entry in entries {
        match &entry.body {
            Body::Running(_) => (state, last) = ("running", None),
            Body::Outcome(outcome) => (state, last) = (outcome.state.word(), Some((entry, outcome))),
            _ => {}
        }
    }
    let succeeded = last.is_some_and(|(_, outcome)| outcome.state == OutcomeState::Succeeded);
    if (word == DecisionWord::Approved && succeeded) || state == "denied" {
        return Ok(last);
    }
    Err(NoChain::NotEnded { id: id.clone(), state })
}

/// A yes or no about the same recipe and target, or the same commit.
fn is_word_on(entry: &Entry, decision: &Entry, decided: &Decided) -> bool {
    let commit = match &entry.body {
        Body::Approval(approval) => &approval.commit,
        Body::Rejection(rejection) => &rejection.commit,
        _ => return false,
    };
    let is_same_move = entry.subject.recipe.is_some()
        && entry.subject.recipe == decision.subject.recipe
        && entry.subject.target == decision.subject.target;
    is_same_move || *commit == decided.provenance.commit
}

fn is_build_of(entry: &Entry, images: &BTreeMap<Digest, String>) -> bool {
    matches!(&entry.body, Body::ServiceBuilt(built) if images.contains_key(&built.digest))
}

/// An override by which a gate was passed, who else signed it, and the review of it.
fn is_of_override(entry: &Entry, overrides: &[u64]) -> bool {
    match &entry.body {
        Body::Override(one) => overrides.contains(&one.confirms.unwrap_or(entry.index)),
        Body::Review(review) => overrides.contains(&review.of),
        _ => false,
    }
}
