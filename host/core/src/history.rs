//! The ledger's entries as a whole.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::digest::Digest;
use crate::entry::{Body, Entry};
pub use crate::following::BrokenHistory;
use crate::following::check;
use crate::gist::Gist;
pub use crate::gist::PolicyInForce;
pub use crate::promotion::{Promotion, PromotionState};
pub use crate::proven::ProvenRecipe;

/// All entries of a ledger, in order, and everything that follows from them: a [`Gist`] that has forgotten nothing.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
    /// Made when it is first asked for: who only reads entries needs none.
    gist: OnceLock<Arc<Gist>>,
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
        Ok(Self { entries, gist: OnceLock::new() })
    }

    /// The same with more entries at its end.
    ///
    /// # Errors
    /// When one of them can't follow.
    pub fn extended(mut self, more: Vec<Entry>) -> Result<Self, BrokenHistory> {
        let repo = self.entries.first().or(more.first()).map(|entry| entry.repo.clone()).unwrap_or_default();
        for (position, entry) in (self.len()..).zip(&more) {
            check(position, entry, &repo)?;
        }
        self.entries.extend(more);
        Ok(Self { entries: self.entries, gist: OnceLock::new() })
    }

    /// In order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The ledger as it was when it had so many entries.
    #[must_use]
    pub fn prefix(&self, len: u64) -> Self {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Self { entries: self.entries.iter().take(len).cloned().collect(), gist: OnceLock::new() }
    }

    /// How many entries there are, which is the index of the next one.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a policy revision was ever in force.
    pub fn was_in_force(&self, policy: Digest) -> bool {
        self.entries.iter().any(|entry| match &entry.body {
            Body::Trust(trust) => trust.policy == policy,
            Body::PolicyAccept(accept) => accept.policy == policy,
            _ => false,
        })
    }

    /// What follows from all entries.
    pub fn gist(&self) -> &Arc<Gist> {
        self.gist.get_or_init(|| {
            let mut gist = Gist::default();
            for entry in &self.entries {
                // What has forgotten nothing takes every entry.
                let _taken = gist.take(entry);
            }
            Arc::new(gist)
        })
    }

    /// All promotions, in the order of their decisions.
    pub fn promotions(&self) -> Vec<Promotion<'_>> {
        self.gist().promotions_kept().collect()
    }

    /// The promotions to a target, in the order of their decisions.
    pub fn promotions_to(&self, target: &str) -> Vec<Promotion<'_>> {
        self.gist().promotions_kept_to(target).collect()
    }
}

impl Deref for History {
    type Target = Gist;

    fn deref(&self) -> &Gist {
        self.gist()
    }
}
