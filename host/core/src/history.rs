//! The ledger's entries as a whole, and what follows from them.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::entry::{Body, Decided, Entry, Outcome, OutcomeState, PromotionId, Running, Trust};
use crate::proof::Built;
use crate::time::Timestamp;

/// All entries of a ledger, in order.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
}

/// A ledger whose entries can't be what tollgate wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenHistory {
    #[error("entry {position} says that it is entry {index}")]
    WrongIndex { position: u64, index: u64 },
    #[error("entry 0 is `{found}`, not `trust`")]
    NoTrust { found: &'static str },
    #[error("entry {index} is a second `trust`")]
    SecondTrust { index: u64 },
    #[error("entry {index} is for the repository `{found}`, but entry 0 is for `{expected}`")]
    ForeignRepository { index: u64, found: String, expected: String },
    #[error("entry {index} has version {version}, which this tollgate does not know; use a newer one")]
    UnknownVersion { index: u64, version: u32 },
}

/// The policy revision in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInForce {
    pub commit: String,
    pub digest: Digest,
    /// Index of the entry that put it in force.
    pub entry: u64,
    pub since: Timestamp,
    /// Whether gates on policy changes judged it, or the command alone was the yes.
    pub gated: bool,
}

/// A promotion, as the ledger tells it.
#[derive(Clone, Debug)]
pub struct Promotion<'a> {
    pub id: PromotionId,
    pub decision: &'a Entry,
    pub decided: &'a Decided,
    /// The latest attempt.
    pub running: Option<(&'a Entry, &'a Running)>,
    /// The end of the latest attempt.
    pub outcome: Option<(&'a Entry, &'a Outcome)>,
}

impl History {
    /// Checks that entries follow each other.
    ///
    /// # Errors
    /// When an index, a repository, a version or entry 0 is wrong.
    pub fn new(entries: Vec<Entry>) -> Result<Self, BrokenHistory> {
        let repo = entries.first().map(|entry| entry.repo.clone()).unwrap_or_default();
        for (position, entry) in (0u64..).zip(&entries) {
            check(position, entry, &repo)?;
        }
        Ok(Self { entries })
    }

    /// In order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The ledger as it was when it had so many entries.
    #[must_use]
    pub fn prefix(&self, len: u64) -> Self {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Self { entries: self.entries.iter().take(len).cloned().collect() }
    }

    /// How many entries there are, which is the index of the next one.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entry 0.
    pub fn trust(&self) -> Option<(&Entry, &Trust)> {
        self.entries.first().and_then(|entry| match &entry.body {
            Body::Trust(trust) => Some((entry, trust)),
            _ => None,
        })
    }

    /// The policy revision accepted last.
    pub fn policy_in_force(&self) -> Option<PolicyInForce> {
        self.entries.iter().rev().find_map(|entry| {
            let (commit, digest, gated) = match &entry.body {
                Body::Trust(trust) => (&trust.commit, trust.policy, false),
                Body::PolicyAccept(accept) => (&accept.commit, accept.policy, !accept.gates.is_empty()),
                _ => return None,
            };
            Some(PolicyInForce { commit: commit.clone(), digest, entry: entry.index, since: entry.at, gated })
        })
    }

    /// All records of built images, in order.
    pub fn built(&self) -> impl Iterator<Item = Built> + '_ {
        self.entries.iter().filter_map(|entry| match &entry.body {
            Body::ServiceBuilt(built) => Some(Built { entry: entry.index, ..built.clone() }),
            _ => None,
        })
    }

    /// All promotions, in the order of their decisions.
    pub fn promotions(&self) -> Vec<Promotion<'_>> {
        let mut promotions: BTreeMap<u64, Promotion<'_>> = BTreeMap::new();
        let mut places: BTreeMap<&PromotionId, u64> = BTreeMap::new();
        for entry in &self.entries {
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

    /// The promotion of this id.
    pub fn promotion(&self, id: &PromotionId) -> Option<Promotion<'_>> {
        self.promotions().into_iter().find(|promotion| promotion.id == *id)
    }

    /// The promotions to a target, in the order of their decisions.
    pub fn promotions_to(&self, target: &str) -> Vec<Promotion<'_>> {
        let mut promotions = self.promotions();
        promotions.retain(|promotion| promotion.target() == target);
        promotions
    }

    /// What runs at a target: the promotion that succeeded there last.
    pub fn current(&self, target: &str) -> Option<Promotion<'_>> {
        let succeeded = self.promotions_to(target).into_iter().filter(|promotion| promotion.state() == PromotionState::Succeeded);
        succeeded.max_by_key(|promotion| promotion.outcome.map_or(0, |(entry, _)| entry.index))
    }

    /// Attempts at a target that have begun and not ended.
    pub fn open_attempts(&self, target: &str) -> Vec<Promotion<'_>> {
        let mut promotions = self.promotions_to(target);
        promotions.retain(|promotion| promotion.running.is_some() && promotion.outcome.is_none());
        promotions
    }

    /// The number that the next attempt at a target gets: one more than any before it.
    pub fn next_attempt(&self, target: &str) -> u64 {
        let to_target = self.entries.iter().filter(|entry| entry.subject.target.as_deref() == Some(target));
        to_target.filter_map(|entry| entry.subject.attempt).max().unwrap_or(0) + 1
    }
}

fn check(position: u64, entry: &Entry, repo: &str) -> Result<(), BrokenHistory> {
    let index = entry.index;
    let is_trust = matches!(entry.body, Body::Trust(_));
    if index != position {
        return Err(BrokenHistory::WrongIndex { position, index });
    }
    if entry.version != crate::entry::ENTRY_VERSION {
        return Err(BrokenHistory::UnknownVersion { index, version: entry.version });
    }
    if position == 0 && !is_trust {
        return Err(BrokenHistory::NoTrust { found: entry.body.type_name() });
    }
    if position > 0 && is_trust {
        return Err(BrokenHistory::SecondTrust { index });
    }
    if entry.repo != repo {
        return Err(BrokenHistory::ForeignRepository { index, found: entry.repo.clone(), expected: repo.to_owned() });
    }
    Ok(())
}

/// Where a promotion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromotionState {
    Denied,
    Pending,
    /// Approved, and no attempt has begun.
    Approved,
    /// An attempt has begun and not ended.
    Running,
    Succeeded,
    Failed,
    Errored,
    Aborted,
}

impl PromotionState {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

/// Going back ends the proof of what was left.
fn end_where_rolled_back(proven: &mut [ProvenRecipe], promotion: &Promotion<'_>, before: Option<Digest>) {
    let Some(before) = before.filter(|_| promotion.decided.is_rollback) else { return };
    let left = proven.iter_mut().find(|proof| proof.target == promotion.target() && proof.recipe == before);
    if let Some(proof) = left {
        proof.standing = false;
    }
}

impl Promotion<'_> {
    /// Name of the target.
    pub fn target(&self) -> &str {
        self.decision.subject.target.as_deref().unwrap_or_default()
    }

    /// Id of the recipe.
    pub const fn recipe(&self) -> Option<Digest> {
        self.decision.subject.recipe
    }

    /// Where it stands.
    pub fn state(&self) -> PromotionState {
        use crate::decision::DecisionWord;
        match (self.decided.decision, self.running, self.outcome) {
            (_, _, Some((_, outcome))) => match outcome.state {
                OutcomeState::Succeeded => PromotionState::Succeeded,
                OutcomeState::Failed => PromotionState::Failed,
                OutcomeState::Errored => PromotionState::Errored,
                OutcomeState::Aborted => PromotionState::Aborted,
            },
            (_, Some(_), None) => PromotionState::Running,
            (DecisionWord::Approved, None, None) => PromotionState::Approved,
            (DecisionWord::Denied, None, None) => PromotionState::Denied,
            (DecisionWord::Pending, None, None) => PromotionState::Pending,
        }
    }
}

/// That a recipe succeeded on a target. The recipe itself is the blob `recipe` of the decision's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRecipe {
    pub target: String,
    pub environment: String,
    pub promotable: bool,
    pub recipe: Digest,
    pub promotion: PromotionId,
    /// Since when it stands without a break.
    pub since: Timestamp,
    /// False once it failed there later.
    pub standing: bool,
}

impl History {
    /// All recipes that ever succeeded anywhere, each once for each target, with whether that still stands.
    pub fn proven(&self) -> Vec<ProvenRecipe> {
        let promotions: BTreeMap<PromotionId, Promotion<'_>> =
            self.promotions().into_iter().map(|promotion| (promotion.id.clone(), promotion)).collect();
        let mut proven: Vec<ProvenRecipe> = Vec::new();
        let mut runs: BTreeMap<&str, Digest> = BTreeMap::new();
        for entry in &self.entries {
            let Body::Outcome(outcome) = &entry.body else { continue };
            let Some(promotion) = entry.subject.promotion.as_ref().and_then(|id| promotions.get(id)) else { continue };
            let Some(recipe) = promotion.recipe() else { continue };
            let mut was_there = false;
            if outcome.state == OutcomeState::Succeeded {
                let before = runs.insert(promotion.target(), recipe);
                was_there = before == Some(recipe);
                end_where_rolled_back(&mut proven, promotion, before.filter(|_| !was_there));
            }
            let known = proven.iter_mut().find(|proof| proof.target == promotion.target() && proof.recipe == recipe);
            match (outcome.state, known) {
                // What another recipe had taken the place of stands anew.
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
}
