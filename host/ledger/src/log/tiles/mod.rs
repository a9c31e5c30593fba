//! Where the tree's hashes lie: tiles of 256 hashes (C2SP tlog-tiles).
//!
//! On a ledger's branch each tile is one file, `tile/<level>/<index>`. A tile that is not full is a shorter file, and is
//! replaced by a longer one, so that appending an entry touches at most one file of each level. [`export()`] writes what the
//! standard has instead: partial tiles under names of their own, `tile/<level>/<index>.p/<width>`, and bundles of entries.
//!
//! - [`Frontier`] is what appending needs: the partial tiles, one of each level.
//! - [`Tiles`] is what proofs need: any stored hash, each checked up to the root.

mod export;
mod frontier;
mod place;
mod reader;

pub use export::{ExportError, ExportFile, bundle, export};
pub use frontier::{Frontier, Tile};
pub use place::{TILE_WIDTH, TilePlace, tile_count, tile_path};
pub use reader::Tiles;

use super::merkle::OutsideTree;
use super::{Head, TreeHash};

/// What went wrong where tiles or entries are kept.
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

/// Why hashes can't be had from tiles.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    #[error("tile `{path}` can't be read")]
    Unreadable {
        path: String,
        #[source]
        source: ReadError,
    },
    #[error("tile `{path}` is missing")]
    Missing { path: String },
    #[error("tile `{path}` has {found} bytes, and in this tree it has {expected}")]
    Length { path: String, expected: usize, found: usize },
    #[error("tile `{path}` was changed: its hashes are not those that the tile above it has")]
    Changed { path: String },
    #[error("the tiles are not those of the tree with {size} leaves and root `{root}`")]
    OtherTree { size: u64, root: TreeHash },
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    #[error("a tree of {size} leaves has no complete node {index} at level {level}")]
    NoNode { level: u8, index: u64, size: u64 },
}

/// Reads one tile as it is in the tree with this head.
fn read_tile(
    place: TilePlace,
    read: &mut impl FnMut(TilePlace) -> Result<Option<Vec<u8>>, ReadError>,
) -> Result<Vec<TreeHash>, TileError> {
    let path = place.path();
    let bytes = match read(place) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(TileError::Missing { path }),
        Err(source) => return Err(TileError::Unreadable { path, source }),
    };
    let expected = usize::from(place.width) * TreeHash::BYTES;
    if bytes.len() != expected {
        return Err(TileError::Length { path, expected, found: bytes.len() });
    }
    Ok(bytes.as_chunks().0.iter().map(|hash| TreeHash::from_bytes(*hash)).collect())
}

/// The hash over a full tile, or over a power of two of its hashes.
fn complete_hash(hashes: &[TreeHash]) -> TreeHash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.as_chunks().0.iter().map(|[left, right]| TreeHash::node(*left, *right)).collect();
    }
    level.first().copied().unwrap_or_else(TreeHash::empty)
}

#[cfg(test)]
pub(crate) mod testing {
    use std::collections::BTreeMap;

    use super::*;

    /// Tile files by their paths on a branch.
    pub(crate) type TileFiles = BTreeMap<String, Vec<u8>>;

    /// Reads tiles from files as they lie on a branch.
    pub(crate) fn from_files(files: &TileFiles) -> impl FnMut(TilePlace) -> Result<Option<Vec<u8>>, ReadError> {
        |place| Ok(files.get(&place.path()).cloned())
    }

    /// The tiles over these leaves, appended one batch after the other.
    pub(crate) fn mk_tiles<'a>(batches: impl IntoIterator<Item = &'a [TreeHash]>) -> (TileFiles, Head) {
        let mut files = TileFiles::new();
        let mut frontier = Frontier::default();
        for batch in batches {
            files.extend(frontier.append(batch.iter().copied()).into_iter().map(|tile| (tile.path(), tile.bytes())));
        }
        (files, frontier.head())
    }
}
