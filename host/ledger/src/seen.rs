//! What has been read of a ledger, and reading on from there.

use std::collections::HashSet;
use std::sync::Arc;

use tollgate_core::branch::{BranchChange, BranchChangeKind, KeepBranch};
use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::history::History;
use tollgate_core::ports::LedgerError;

use crate::failure::from_branch;
use crate::layout::{Place, entry_path};
use crate::{envelope, trust_digest};

/// A ledger up to some commit, all of it checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The commit; nothing before the first reading.
    pub(crate) tip: Option<String>,
    pub(crate) history: Arc<History>,
    /// Digests of all envelopes, in order.
    pub(crate) envelopes: Vec<Digest>,
    /// All blobs that are on the branch.
    pub(crate) blobs: Arc<HashSet<Digest>>,
}

/// What a later commit adds.
#[derive(Debug, Default)]
struct Added {
    entries: Vec<u64>,
    blobs: Vec<Digest>,
}

impl Seen {
    /// Reads what `tip` adds. Changes nothing when that is refused.
    pub(crate) fn advance(&mut self, branch: &dyn KeepBranch, tip: &str) -> Result<(), LedgerError> {
        if self.tip.as_deref() == Some(tip) {
            return Ok(());
        }
        let changes = branch.changes(self.tip.as_deref(), tip).map_err(|error| from_branch(branch, error))?;
        let added = self.added(&changes)?;
        let mut blobs = (*self.blobs).clone();
        blobs.extend(&added.blobs);
        let mut entries = Vec::new();
        let mut digests = Vec::new();
        for index in self.following(&added.entries)? {
            let bytes = branch.read(tip, &entry_path(index)).map_err(|error| from_branch(branch, error))?;
            let bytes = bytes.ok_or_else(|| LedgerError::BadEntry { index, reason: "it is missing".to_owned() })?;
            let entry = envelope::open(index, &bytes)?;
            has_blobs(&entry, &blobs)?;
            entries.push(entry);
            digests.push(trust_digest(&bytes));
        }
        self.extend(tip, entries, digests, blobs)
    }

    /// Takes over entries that are known to be on the branch at `tip`.
    pub(crate) fn extend(
        &mut self,
        tip: &str,
        added: Vec<Entry>,
        digests: Vec<Digest>,
        blobs: HashSet<Digest>,
    ) -> Result<(), LedgerError> {
        if !added.is_empty() {
            let entries = self.history.entries().iter().cloned().chain(added).collect();
            self.history = Arc::new(History::new(entries)?);
        }
        self.envelopes.extend(digests);
        self.blobs = Arc::new(blobs);
        self.tip = Some(tip.to_owned());
        Ok(())
    }

    /// Sorts changes by what they are. A ledger only grows, and holds nothing else.
    fn added(&self, changes: &[BranchChange]) -> Result<Added, LedgerError> {
        let mut added = Added::default();
        for change in changes {
            match (Place::of(&change.path), change.kind) {
                (Some(Place::Index), _) => {}
                (Some(Place::Entry(index)), BranchChangeKind::Added) => added.entries.push(index),
                (Some(Place::Blob(digest)), BranchChangeKind::Added) => added.blobs.push(digest),
                (Some(Place::Entry(index)), _) => return Err(LedgerError::Rewritten { index }),
                (Some(Place::Blob(digest)), BranchChangeKind::Changed) => return Err(LedgerError::CorruptBlob { digest }),
                (Some(Place::Blob(digest)), BranchChangeKind::Removed) => return Err(LedgerError::MissingBlob { digest }),
                (None, _) => {
                    let reason = format!("the branch also holds `{}`, which belongs to no ledger", change.path);
                    return Err(LedgerError::BadEntry { index: self.history.len(), reason });
                }
            }
        }
        added.entries.sort_unstable();
        Ok(added)
    }

    /// The indices of new entries, if they follow on those that are known.
    fn following(&self, indices: &[u64]) -> Result<Vec<u64>, LedgerError> {
        for (expected, index) in (self.history.len()..).zip(indices) {
            if *index != expected {
                let reason = format!("it is missing, though entry {index} is there");
                return Err(LedgerError::BadEntry { index: expected, reason });
            }
        }
        Ok(indices.to_vec())
    }
}

fn has_blobs(entry: &Entry, blobs: &HashSet<Digest>) -> Result<(), LedgerError> {
    match entry.blobs.iter().find(|(_, digest)| !blobs.contains(digest)) {
        None => Ok(()),
        Some((name, digest)) => {
            let reason = format!("its blob `{name}`, `{digest}`, is not in the ledger");
            Err(LedgerError::BadEntry { index: entry.index, reason })
        }
    }
}
