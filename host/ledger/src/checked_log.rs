//! Whether the log on a branch is the one over its entries, and which of both was changed where it is not.

use std::collections::BTreeSet;
use std::error::Error;

use tollgate_core::ports::LedgerError;

use crate::at::At;
use crate::log::checkpoint::{CHECKPOINT_PATH, SignedCheckpoint};
use crate::log::tiles::{TILE_WIDTH, Tile, TileError, Tiles, tile_count};
use crate::log::{Head, TreeHash};
use crate::tree::Tree;

/// The files of the log that one commit has and an older one had not, or otherwise.
#[derive(Debug, Default)]
pub(crate) struct LogChanges {
    /// Their paths.
    pub(crate) changed: BTreeSet<String>,
    /// The tiles that the entries make due.
    pub(crate) due: Vec<Tile>,
}

/// Checks checkpoint and changed tiles against the tree over the entries. Nothing where the ledger has no log yet.
///
/// # Errors
/// The first file or entry that is not what the others say.
pub(crate) fn check(at: At<'_>, tree: &Tree, log: &LogChanges) -> Result<Option<SignedCheckpoint>, LedgerError> {
    if tree.keys().origin().is_none() {
        let path = log.changed.first();
        return path.map_or(Ok(None), |path| Err(bad(path, "no entry registers a key that signs the log")));
    }
    let signed = checkpoint(at, tree)?;
    let head = signed.checkpoint().head();
    if head != tree.head() {
        return Err(difference(at, tree, head)?);
    }
    for tile in &log.due {
        let path = tile.path();
        match at.read(&path)? {
            Some(bytes) if bytes == tile.bytes() => {}
            Some(_) => return Err(bad(&path, "its hashes are not those of the entries")),
            None => return Err(bad(&path, "it is missing")),
        }
    }
    let due: BTreeSet<String> = log.due.iter().map(Tile::path).chain([CHECKPOINT_PATH.to_owned()]).collect();
    let surplus = log.changed.difference(&due).next();
    surplus.map_or(Ok(Some(signed)), |path| Err(bad(path, "the entries since it was seen make no change to such a tile")))
}

/// The checkpoint, by whoever may sign it.
pub(crate) fn checkpoint(at: At<'_>, tree: &Tree) -> Result<SignedCheckpoint, LedgerError> {
    let bytes = at.read(CHECKPOINT_PATH)?.ok_or_else(|| bad(CHECKPOINT_PATH, "it is missing"))?;
    open(&bytes, tree).map_err(|reason| bad(CHECKPOINT_PATH, &reason))
}

/// Reads a checkpoint of a ledger, wherever it comes from. The error is a reason.
pub(crate) fn open(bytes: &[u8], tree: &Tree) -> Result<SignedCheckpoint, String> {
    let origin = tree.keys().origin().ok_or("no entry registers a key that signs the log")?;
    SignedCheckpoint::open(bytes, origin.as_str(), &tree.keys().verifiers()).map_err(|error| chain(&error))
}

/// What was changed, where the signed head is not the one over the entries.
fn difference(at: At<'_>, tree: &Tree, signed: Head) -> Result<LedgerError, LedgerError> {
    let entries = tree.head().size;
    if signed.size > entries {
        let reason = format!("it is missing, though the log has {} entries", signed.size);
        return Ok(LedgerError::BadEntry { index: entries, reason });
    }
    match first_difference(at, tree, signed) {
        Ok(Some(index)) => Ok(LedgerError::Forged { index, reason: "the signed log has another entry in its place".to_owned() }),
        Ok(None) => Ok(LedgerError::Forged { index: signed.size, reason: "the signed log ends before it".to_owned() }),
        Err(TileError::Unreadable { source, .. }) => match source.downcast::<LedgerError>() {
            Ok(error) => Err(*error),
            Err(source) => Ok(bad(CHECKPOINT_PATH, &source.to_string())),
        },
        Err(error) => Ok(not_of_the_tiles(tree, signed, &error)),
    }
}

/// The first entry that is not the one that the tiles under a signed head have.
fn first_difference(at: At<'_>, tree: &Tree, signed: Head) -> Result<Option<u64>, TileError> {
    let mut tiles = Tiles::open(signed, |place| at.tile(place))?;
    let mut leaves = (0..).zip(tree.leaves());
    for tile in 0..tile_count(0, signed.size) {
        let hashes: &[TreeHash] = tiles.tile(0, tile)?;
        let known = leaves.by_ref().take(TILE_WIDTH as usize);
        if let Some((index, _)) = known.zip(hashes).find_map(|((index, leaf), hash)| (leaf != hash).then_some((index, ()))) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The signed head fits neither entries nor tiles.
fn not_of_the_tiles(tree: &Tree, signed: Head, error: &TileError) -> LedgerError {
    if tree.head_at(signed.size) == Some(signed) {
        return LedgerError::Forged { index: signed.size, reason: "the signed log ends before it".to_owned() };
    }
    match error {
        TileError::Changed { path } | TileError::Missing { path } | TileError::Length { path, .. } => bad(path, &chain(error)),
        _ => bad(CHECKPOINT_PATH, "its root is neither that of the entries nor that of the tiles"),
    }
}

fn bad(path: &str, reason: &str) -> LedgerError {
    LedgerError::BadFile { path: path.to_owned(), reason: reason.to_owned() }
}

/// An error with all that caused it, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", chain(cause)))
}

#[cfg(test)]
mod tests;
