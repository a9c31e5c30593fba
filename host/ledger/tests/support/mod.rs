//! What the comparisons share.

pub(crate) mod oracle;

use std::collections::BTreeMap;

use tollgate_ledger::log::tiles::{Frontier, TilePlace, Tiles};
use tollgate_ledger::log::{Head, TreeHash};

/// The leaf that the oracle has at an index too.
pub(crate) fn mk_entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// A log whose tiles lie as they do on a ledger's branch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    frontier: Frontier,
    files: BTreeMap<String, Vec<u8>>,
}

impl Log {
    pub(crate) fn of_size(size: u64) -> Self {
        let mut log = Self::default();
        log.grow_to(size);
        log
    }

    /// Appends in one batch what is missing.
    pub(crate) fn grow_to(&mut self, size: u64) {
        let leaves = (self.head().size..size).map(|index| TreeHash::leaf(&mk_entry(index)));
        let changed = self.frontier.append(leaves);
        self.files.extend(changed.into_iter().map(|tile| (tile.path(), tile.bytes())));
    }

    pub(crate) fn head(&self) -> Head {
        self.frontier.head()
    }

    pub(crate) fn tiles(&self) -> Tiles<impl FnMut(TilePlace) -> Result<Option<Vec<u8>>, tollgate_ledger::log::tiles::ReadError>> {
        Tiles::open(self.head(), |place: TilePlace| Ok(self.files.get(&place.path()).cloned())).unwrap()
    }
}
