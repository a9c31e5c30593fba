//! Attempts: which there were, and which have not ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ended::Ended;
use super::kept::Kept;
use crate::entry::{Body, Entry, EntrySubject};

/// How many entries of a target a page of its index names.
pub const PAGE: u64 = 1_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Attempts {
    /// Of targets, and of what has none.
    targets: Vec<(Option<String>, OfTarget)>,
    /// Beginnings without an end.
    open: BTreeMap<u64, Kept>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OfTarget {
    /// How many entries are about it.
    entries: u64,
    /// The last of them: those on the page that is not full yet.
    page: Vec<u64>,
    highest: u64,
    /// Attempts whose end is written.
    ended: Ended,
    /// Whether an end without an attempt is written.
    ended_without: bool,
}

impl OfTarget {
    fn count(&mut self, index: u64) {
        if self.entries.is_multiple_of(PAGE) {
            self.page.clear();
        }
        self.page.push(index);
        self.entries += 1;
    }

    fn has_ended(&self, attempt: Option<u64>) -> bool {
        attempt.map_or(self.ended_without, |attempt| self.ended.contains(attempt))
    }
}

impl Attempts {
    pub(super) fn take(&mut self, entry: &Entry) {
        let EntrySubject { target, attempt, .. } = &entry.subject;
        let known = self.of_target(target.as_ref());
        known.count(entry.index);
        known.highest = known.highest.max(attempt.unwrap_or_default());
        match &entry.body {
            Body::Running(_) if !known.has_ended(*attempt) => drop(self.open.insert(entry.index, Kept::of(entry))),
            Body::Outcome(_) => {
                match attempt {
                    Some(attempt) => known.ended.insert(*attempt),
                    None => known.ended_without = true,
                }
                self.open.retain(|_, open| open.subject.target != *target || open.subject.attempt != *attempt);
            }
            _ => {}
        }
    }

    fn of_target(&mut self, target: Option<&String>) -> &mut OfTarget {
        let found = self.targets.iter().position(|(name, _)| name.as_ref() == target);
        let place = found.unwrap_or_else(|| {
            self.targets.push((target.cloned(), OfTarget::default()));
            self.targets.len() - 1
        });
        &mut self.targets[place].1
    }

    fn known(&self, target: Option<&str>) -> Option<&OfTarget> {
        self.targets.iter().find(|(name, _)| name.as_deref() == target).map(|(_, known)| known)
    }

    /// How many entries are about a target, and the last of them: those on the page that was begun last.
    pub(super) fn entries(&self, target: &str) -> (u64, &[u64]) {
        self.known(Some(target)).map_or((0, &[]), |known| (known.entries, &known.page))
    }

    pub(super) fn highest(&self, target: &str) -> u64 {
        self.known(Some(target)).map_or(0, |known| known.highest)
    }

    pub(super) fn has_ended(&self, subject: &EntrySubject) -> bool {
        self.known(subject.target.as_deref()).is_some_and(|known| known.has_ended(subject.attempt))
    }

    /// In ledger order.
    pub(super) fn open(&self) -> impl Iterator<Item = &Entry> {
        self.open.values().map(|kept| &**kept)
    }
}
