//! The log over the entries that were read: what has to be on the branch beside them.

use tollgate_core::entry::Entry;
use tollgate_core::ports::LedgerError;

use crate::log::tiles::{Frontier, Tile};
use crate::log::{Head, TreeHash};
use crate::log_keys::LogKeys;

/// The tree over all entries. A ledger has it on its branch from the batch on that registers the first log key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    leaves: Vec<TreeHash>,
    frontier: Frontier,
    keys: LogKeys,
    /// Whether the tiles over all leaves were due already.
    is_logged: bool,
}

impl Tree {
    /// Takes over the log keys that one more entry registers.
    ///
    /// # Errors
    /// When it brings one that can't be used.
    pub(crate) fn take_keys(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        self.keys.take(entry)
    }

    /// Adds leaves, after the keys that their entries bring. Returns the tiles that are due now and were not before: none
    /// while there is no key.
    pub(crate) fn grow(&mut self, leaves: &[TreeHash]) -> Vec<Tile> {
        self.leaves.extend(leaves);
        let tiles = if self.is_logged {
            self.frontier.append(leaves.iter().copied())
        } else {
            // The first log key brings the tiles of all that came before it.
            self.frontier = Frontier::default();
            self.frontier.append(self.leaves.iter().copied())
        };
        self.is_logged = self.keys.origin().is_some();
        if self.is_logged { tiles } else { Vec::new() }
    }

    /// Size and root.
    pub(crate) fn head(&self) -> Head {
        self.frontier.head()
    }

    /// The tree as it was when it had `size` leaves; nothing: it never had so many.
    pub(crate) fn head_at(&self, size: u64) -> Option<Head> {
        let leaves = usize::try_from(size).ok().and_then(|size| self.leaves.get(..size))?;
        if leaves.len() == self.leaves.len() {
            return Some(self.head());
        }
        let mut frontier = Frontier::default();
        frontier.append(leaves.iter().copied());
        Some(frontier.head())
    }

    /// Hashes of all entries, in order.
    pub(crate) fn leaves(&self) -> &[TreeHash] {
        &self.leaves
    }

    /// Whose checkpoints count.
    pub(crate) fn keys(&self) -> &LogKeys {
        &self.keys
    }
}
