//! The log over the entries that were read: what has to be on the branch beside them.

use tollgate_core::entry::Entry;
use tollgate_core::ports::LedgerError;

use crate::log::tiles::{Frontier, Tile};
use crate::log::{Head, TreeHash};
use crate::log_keys::LogKeys;

/// The tree over all entries. A ledger has it on its branch from the batch on that registers the first log key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    /// The tree under the leaves: empty, unless it was taken from somewhere.
    base: Frontier,
    leaves: Vec<TreeHash>,
    frontier: Frontier,
    keys: LogKeys,
    /// Whether the tiles over all leaves were due already.
    is_logged: bool,
}

impl Tree {
    /// A tree with a log, of which only the right edge is known.
    pub(crate) fn of_edge(frontier: Frontier, keys: LogKeys) -> Self {
        Self { base: frontier.clone(), leaves: Vec::new(), frontier, is_logged: keys.origin().is_some(), keys }
    }

    /// Without the leaves, which are not needed to go on.
    pub(crate) fn shortened(self) -> Self {
        Self { base: self.frontier.clone(), leaves: Vec::new(), ..self }
    }

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
            self.frontier = self.base.clone();
            self.frontier.append(self.leaves.iter().copied())
        };
        self.is_logged = self.keys.origin().is_some();
        if self.is_logged { tiles } else { Vec::new() }
    }

    /// Size and root.
    pub(crate) fn head(&self) -> Head {
        self.frontier.head()
    }

    /// The partial tiles; nothing where there is no log.
    pub(crate) fn edge(&self) -> Option<&Frontier> {
        self.is_logged.then_some(&self.frontier)
    }

    /// The tree as it was when it had `size` leaves; nothing: it never had so many, or that is not known.
    pub(crate) fn head_at(&self, size: u64) -> Option<Head> {
        let kept = size.checked_sub(self.base.head().size)?;
        let leaves = usize::try_from(kept).ok().and_then(|kept| self.leaves.get(..kept))?;
        if leaves.len() == self.leaves.len() {
            return Some(self.head());
        }
        let mut frontier = self.base.clone();
        frontier.append(leaves.iter().copied());
        Some(frontier.head())
    }

    /// Hashes of entries, in order: of all of them, unless the tree was taken from somewhere.
    pub(crate) fn leaves(&self) -> &[TreeHash] {
        &self.leaves
    }

    /// Whose checkpoints count.
    pub(crate) fn keys(&self) -> &LogKeys {
        &self.keys
    }
}
