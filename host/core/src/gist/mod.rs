//! The gist of a ledger: everything that its entries still decide.
//!
//! Entries are taken one after the other, and each question has one answer, whether all entries were taken at once or some of
//! them long ago, by a process that has written down what it knew. What can no longer matter may be forgotten in between
//! ([`Gist::forget`]); what is left does not grow with the ledger but for a few bytes for each decision, recipe and image.
//! Where an entry brings something up that was forgotten, it is not taken ([`Forgotten`]): then all entries have to be asked.

mod acts;
mod attempts;
mod decisions;
mod ended;
mod images;
mod instant;
mod kept;
mod moves;
mod part;
mod provings;
mod said;

use serde::{Deserialize, Serialize};

use crate::act::{EvidenceAdded, Override};
use crate::digest::Digest;
use crate::entry::{Body, Entry, EntrySubject, PromotionId, Trust};
use crate::following::{BrokenHistory, check};
use crate::pipeline::GitReference;
use crate::promotion::{Promotion, PromotionState};
use crate::proof::Built;
use crate::proven::{ProvenRecipe, RecipeAt};
use crate::time::Timestamp;

use acts::Acts;
use attempts::Attempts;
pub use attempts::PAGE;
pub use decisions::DecidedOf;
use decisions::Decisions;
use images::Images;
use kept::Kept;
use moves::Moves;
use part::Part;
use provings::Provings;
use said::Said;

/// What a ledger's entries still decide.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Gist {
    len: u64,
    newest: Option<Timestamp>,
    trust: Option<Kept>,
    policy: Option<PolicyInForce>,
    moves: Moves,
    attempts: Attempts,
    acts: Acts,
    images: Part<Images>,
    provings: Part<Provings>,
    decisions: Part<Decisions>,
    said: Part<Said>,
}

/// The policy revision in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInForce {
    pub commit: String,
    pub digest: Digest,
    /// Index of the entry that put it in force.
    pub entry: u64,
    pub since: Timestamp,
    /// Whether gates on policy changes judged it, or the command alone was the yes.
    pub gated: bool,
}

/// An entry is about what was forgotten. Only all entries together can tell what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry goes on with what was over, so all entries have to be read")]
pub struct Forgotten;

/// Something that was written down can't be read. All entries together say what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part of what was written down is damaged, so all entries have to be read")]
pub struct Unreadable;

/// Why an entry was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error(transparent)]
    Broken(#[from] BrokenHistory),
    #[error(transparent)]
    Forgotten(#[from] Forgotten),
}

impl Gist {
    /// Takes the next entry, once it is known that it can follow.
    ///
    /// # Errors
    /// When it can't, or is about what was forgotten. Then this is the gist of nothing any more.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), NotTaken> {
        let repo = self.trust.as_ref().map_or(&entry.repo, |trust| &trust.repo);
        check(self.len, entry, repo)?;
        Ok(self.take(entry)?)
    }

    /// Whether entries could come next.
    ///
    /// # Errors
    /// The first that can't.
    pub fn check(&self, more: &[Entry]) -> Result<(), BrokenHistory> {
        let repo = self.trust.as_deref().or(more.first()).map(|entry| entry.repo.as_str()).unwrap_or_default();
        (self.len..).zip(more).try_for_each(|(position, entry)| check(position, entry, repo))
    }

    pub(crate) fn take(&mut self, entry: &Entry) -> Result<(), Forgotten> {
        self.len += 1;
        self.newest = Some(entry.at);
        self.attempts.take(entry);
        self.acts.take(entry);
        self.moves.take(entry)?;
        match &entry.body {
            Body::Trust(trust) => {
                self.trust = Some(Kept::of(entry));
                self.put_in_force(entry, &trust.commit, trust.policy, false);
            }
            Body::PolicyAccept(accept) => self.put_in_force(entry, &accept.commit, accept.policy, !accept.gates.is_empty()),
            Body::ServiceBuilt(_) => self.images.take(entry, None),
            Body::Decided(_) => self.decisions.take(entry, None),
            Body::Approval(_) | Body::Rejection(_) | Body::Evidence(_) => self.said.take(entry, None),
            Body::Outcome(_) => {
                if let Some(ended) = entry.subject.promotion.as_ref().and_then(|id| self.moves.get(id)) {
                    self.provings.take(entry, Some(ended.decision));
                    self.has_ways_back(ended.target())?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put_in_force(&mut self, entry: &Entry, commit: &str, digest: Digest, gated: bool) {
        let (commit, entry, since) = (commit.to_owned(), entry.index, entry.at);
        self.policy = Some(PolicyInForce { commit, digest, entry, since, gated });
    }

    /// Of the promotions that brought healthy recipes, two must be kept: one may be what is left.
    fn has_ways_back(&self, target: &str) -> Result<(), Forgotten> {
        if !self.moves.forgets() {
            return Ok(());
        }
        if !self.provings.is_readable() {
            return Err(Forgotten);
        }
        let provings = self.provings.get();
        let kept = self.moves.ways_back(target, |recipe| provings.find(target, recipe).is_some_and(|proof| proof.standing));
        if kept >= 2 || kept == provings.standing_on(target).count() { Ok(()) } else { Err(Forgotten) }
    }

    /// Without what can no longer matter. All questions have the answers that they had; of promotions that ended long ago,
    /// only [`Gist::remembers`] knows that there is more to know.
    #[must_use]
    pub fn forget(mut self) -> Self {
        let provings = self.provings.get();
        self.moves.forget(|target, recipe| provings.find(target, recipe).is_some_and(|proof| proof.standing));
        self.acts.forget();
        self
    }

    /// Reads all parts of what was written down.
    ///
    /// # Errors
    /// When one of them can't be read. Then all entries have to be.
    pub fn read_all(&self) -> Result<(), Unreadable> {
        let Self { images, provings, decisions, said, .. } = self;
        let is_readable = images.is_readable() && provings.is_readable() && decisions.is_readable() && said.is_readable();
        if is_readable { Ok(()) } else { Err(Unreadable) }
    }

    /// Whether any answer came from a part that could not be read, and counts for nothing.
    pub fn has_misled(&self) -> bool {
        let Self { images, provings, decisions, said, .. } = self;
        images.has_misled() || provings.has_misled() || decisions.has_misled() || said.has_misled()
    }

    /// How many entries there are, which is the index of the next one.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was ever written.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// When the last entry says that it was written.
    pub const fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Entry 0.
    pub fn trust(&self) -> Option<(&Entry, &Trust)> {
        self.trust.as_ref().and_then(|entry| match &entry.body {
            Body::Trust(trust) => Some((&**entry, trust)),
            _ => None,
        })
    }

    /// The policy revision accepted last.
    pub fn policy_in_force(&self) -> Option<PolicyInForce> {
        self.policy.clone()
    }

    /// All records of built images, in order.
    pub fn built(&self) -> impl Iterator<Item = Built> + '_ {
        self.images.get().built().iter().cloned()
    }

    /// How many entries are about a target, and the last of them: those on its index's page that was begun last.
    pub fn entries_about(&self, target: &str) -> (u64, &[u64]) {
        self.attempts.entries(target)
    }

    /// Whether everything about a promotion is known, if only that there is none. Otherwise all entries have to be asked.
    pub fn remembers(&self, id: &PromotionId) -> bool {
        !self.moves.forgets() || self.moves.get(id).is_some() || !self.decisions.get().has(id)
    }

    /// The promotion of this id; nothing where there is none, or where it was forgotten.
    pub fn promotion(&self, id: &PromotionId) -> Option<Promotion<'_>> {
        self.moves.get(id)
    }

    /// The promotion to a target that was decided last.
    pub fn newest_to(&self, target: &str) -> Option<Promotion<'_>> {
        self.moves.to(target).next_back()
    }

    /// The promotion to a target whose attempt began last, however it ended.
    pub fn begun_last(&self, target: &str) -> Option<Promotion<'_>> {
        self.moves.to(target).rfind(|promotion| promotion.running.is_some())
    }

    /// What runs at a target: the promotion that succeeded there last.
    pub fn current(&self, target: &str) -> Option<Promotion<'_>> {
        let succeeded = self.moves.to(target).filter(|promotion| promotion.state() == PromotionState::Succeeded);
        succeeded.max_by_key(|promotion| promotion.ended().unwrap_or_default())
    }

    /// Attempts at a target that have begun and not ended.
    pub fn open_attempts(&self, target: &str) -> Vec<Promotion<'_>> {
        self.moves.to(target).filter(|promotion| promotion.running.is_some() && promotion.outcome.is_none()).collect()
    }

    /// The number that the next attempt at a target gets: one more than any before it.
    pub fn next_attempt(&self, target: &str) -> u64 {
        self.attempts.highest(target) + 1
    }

    /// Whether the end of an attempt is written.
    pub fn has_ended(&self, attempt: &EntrySubject) -> bool {
        self.attempts.has_ended(attempt)
    }

    /// The beginnings of all attempts whose end is not written, in ledger order.
    pub fn unended(&self) -> impl Iterator<Item = &Entry> {
        self.attempts.open()
    }

    /// All recipes that ever succeeded anywhere, each once for each target, with whether that still stands.
    pub fn proven(&self) -> Vec<ProvenRecipe> {
        self.provings.get().all().map(|(proven, _)| proven).collect()
    }

    /// The same, with where the recipes are.
    pub fn proven_recipes(&self) -> impl Iterator<Item = (ProvenRecipe, RecipeAt)> {
        self.provings.get().all()
    }

    /// That a recipe succeeded on a target.
    pub fn proven_on(&self, target: &str, recipe: Digest) -> Option<ProvenRecipe> {
        self.provings.get().find(target, recipe)
    }

    /// Everything that was decided of a branch or tag, in the order of the ledger.
    pub fn decided_of<'a>(&'a self, reference: &GitReference) -> impl Iterator<Item = DecidedOf<'a>> {
        self.decisions.get().of(reference)
    }

    /// Every commit that was decided of, with the earliest time that a decision about it has.
    pub fn decided_commits(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        self.decisions.get().commits()
    }

    /// The entry that opened an override.
    pub fn opened_override(&self, index: u64) -> Option<(&Entry, &Override)> {
        self.acts.overrides().find(|entry| entry.index == index).and_then(|entry| match &entry.body {
            Body::Override(opened) if opened.confirms.is_none() => Some((entry, opened)),
            _ => None,
        })
    }

    /// Whether somebody signed an override, as the first or after that.
    pub fn signed_override(&self, index: u64, principal: &str) -> bool {
        self.acts.overrides().any(|entry| match &entry.body {
            Body::Override(one) => (entry.index == index || one.confirms == Some(index)) && entry.by.principal == principal,
            _ => false,
        })
    }

    /// All statements that came into the ledger, in order.
    pub fn evidence(&self) -> impl Iterator<Item = (&Entry, &EvidenceAdded)> {
        self.said.get().evidence().filter_map(|entry| match &entry.body {
            Body::Evidence(added) => Some((entry, added)),
            _ => None,
        })
    }

    pub(crate) fn promotions_kept(&self) -> impl Iterator<Item = Promotion<'_>> {
        self.moves.all()
    }

    /// In the order of their decisions.
    pub(crate) fn promotions_kept_to<'a>(&'a self, target: &str) -> impl DoubleEndedIterator<Item = Promotion<'a>> {
        self.moves.to(target)
    }

    /// Freezes and holds that nobody has lifted.
    pub(crate) fn stop_entries(&self) -> impl Iterator<Item = &Entry> {
        self.acts.stops()
    }

    pub(crate) fn override_entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.acts.overrides()
    }

    /// Indices of the overrides by which a gate was passed.
    pub(crate) const fn used(&self) -> &std::collections::BTreeSet<u64> {
        self.acts.used()
    }

    pub(crate) fn approval_entries(&self) -> impl Iterator<Item = &Entry> {
        self.said.get().approvals()
    }

    pub(crate) fn rejection_entries(&self) -> impl Iterator<Item = &Entry> {
        self.said.get().rejections()
    }
}
