//! What was decided of which commit, for ever, in a few bytes each.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::part::Take;
use crate::entry::{Body, Entry, PromotionId};
use crate::pipeline::GitReference;
use crate::time::Timestamp;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Decisions {
    /// In the order of the ledger.
    rows: Vec<Row>,
    commits: Vec<Commit>,
    references: Vec<GitReference>,
    /// Where a commit is. Made when it is needed, as is the next.
    #[serde(skip)]
    commit_places: HashMap<String, u32>,
    #[serde(skip)]
    reference_places: HashMap<String, u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    decision: u64,
    reference: u32,
    commit: u32,
    /// Nothing where it is the one that every decision gives.
    id: Option<PromotionId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Commit {
    id: String,
    /// When the earliest decision about it says that it was made.
    #[serde(with = "super::instant")]
    first: Timestamp,
}

/// A decision, as far as it is known for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedOf<'a> {
    pub promotion: PromotionId,
    /// Index of the entry.
    pub decision: u64,
    /// The commit that was decided of.
    pub commit: &'a str,
}

impl Take for Decisions {
    fn take(&mut self, entry: &Entry, _: Option<&Entry>) {
        let Body::Decided(decided) = &entry.body else { return };
        let commit = self.commit(&decided.provenance.commit, entry.at);
        let Some(id) = entry.subject.promotion.clone() else { return };
        let reference = self.reference(&decided.provenance.reference);
        let id = Some(id).filter(|id| *id != PromotionId::of_decision(entry.index));
        self.rows.push(Row { decision: entry.index, reference, commit, id });
    }
}

impl Decisions {
    fn commit(&mut self, id: &str, at: Timestamp) -> u32 {
        if self.commit_places.len() != self.commits.len() {
            self.commit_places = (0..).zip(&self.commits).map(|(place, commit)| (commit.id.clone(), place)).collect();
        }
        if let Some(place) = self.commit_places.get(id) {
            let commit = &mut self.commits[*place as usize];
            commit.first = commit.first.min(at);
            return *place;
        }
        let place = number(self.commits.len());
        self.commits.push(Commit { id: id.to_owned(), first: at });
        self.commit_places.insert(id.to_owned(), place);
        place
    }

    fn reference(&mut self, reference: &GitReference) -> u32 {
        if self.reference_places.len() != self.references.len() {
            self.reference_places = (0..).zip(&self.references).map(|(place, known)| (known.to_string(), place)).collect();
        }
        let place = number(self.references.len());
        *self.reference_places.entry(reference.to_string()).or_insert_with(|| {
            self.references.push(reference.clone());
            place
        })
    }

    /// Whether an id is one that was given.
    pub(super) fn has(&self, id: &PromotionId) -> bool {
        self.rows.iter().any(|row| row.id.as_ref().map_or_else(|| PromotionId::of_decision(row.decision) == *id, |own| own == id))
    }

    /// The decisions of a branch or tag, in the order of the ledger.
    pub(super) fn of<'a>(&'a self, reference: &GitReference) -> impl Iterator<Item = DecidedOf<'a>> {
        let place = self.references.iter().position(|known| known == reference).map(number);
        let rows = self.rows.iter().filter(move |row| Some(row.reference) == place);
        rows.map(|row| DecidedOf {
            promotion: row.id.clone().unwrap_or_else(|| PromotionId::of_decision(row.decision)),
            decision: row.decision,
            commit: self.commits.get(row.commit as usize).map_or("", |commit| &commit.id),
        })
    }

    /// Every commit that was decided of, with the earliest time that a decision about it has.
    pub(super) fn commits(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        self.commits.iter().map(|commit| (commit.id.as_str(), commit.first))
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
