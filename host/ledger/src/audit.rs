//! Looking at everything that a ledger holds, and taking parts of it along: proofs and exports.

use std::collections::BTreeSet;
use std::sync::Arc;

use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::history::History;
use tollgate_core::ports::LedgerError;
use tollgate_core::time::Timestamp;

use crate::at::At;
use crate::checked_log::{self, chain};
use crate::depth::Depth;
use crate::index;
use crate::layout::{blob_path, entry_path};
use crate::ledger::GitLedger;
use crate::log::Head;
use crate::log::checkpoint::{CHECKPOINT_PATH, SignedCheckpoint};
use crate::log::merkle::OutsideTree;
use crate::log::proof::LogProof;
use crate::log::tiles::{ExportError, ExportFile, ReadError, TileError, Tiles, export};
use crate::log_keys::LogKey;
use crate::seen::{Known, Seen};
use crate::together::in_slices;
use crate::tree::Tree;

/// How many seconds an entry may say to be older than one before it: machines' clocks differ.
const CLOCK_TOLERANCE: i64 = 5 * 60;

const BLOBS_AT_ONCE: usize = 1_024;

/// What a whole ledger is, and what is wrong with it.
#[derive(Debug)]
pub struct Audit {
    pub history: Arc<History>,
    /// How many entries came before the first signed one.
    pub unsigned: u64,
    /// Of the tree over all entries.
    pub head: Head,
    /// In the order in which they joined; none in a ledger from before there was a log.
    pub log_keys: Vec<LogKey>,
    pub checkpoint: Option<SignedCheckpoint>,
    /// How many blobs were read.
    pub blobs: u64,
    /// In the order in which they were found.
    pub problems: Vec<LedgerError>,
}

impl GitLedger {
    /// Reads all entries, the log, all blobs and the index, and compares them with each other, with what this machine saw
    /// before, and with a checkpoint that somebody kept: the text of a signed note.
    ///
    /// # Errors
    /// What keeps the ledger from being read at all: entries, signatures, order or log are not what they have to be.
    pub fn audit(&self, kept: Option<&[u8]>) -> Result<Audit, LedgerError> {
        let seen = self.refresh()?;
        let at = self.at(&seen);
        let Known::All(all) = &seen.known else {
            return Err(LedgerError::BadEntry { index: 0, reason: "it was not read".to_owned() });
        };
        let mut problems: Vec<LedgerError> = kept.and_then(|kept| kept_by_others(kept, &seen.tree)).into_iter().collect();
        problems.extend(back_dated(all.history.entries()));
        let blobs: BTreeSet<Digest> = all.blobs.iter().copied().collect();
        problems.extend(wrong_blobs(at, &blobs)?);
        problems.extend(index::wrong(at, all.history.entries())?);
        if problems.is_empty() {
            self.remember(&seen)?;
        }
        Ok(Audit {
            unsigned: seen.vouched.unsigned,
            head: seen.tree.head(),
            log_keys: seen.tree.keys().all().to_vec(),
            checkpoint: self.signed(at, &seen)?,
            blobs: blobs.len() as u64,
            problems,
            history: Arc::clone(&all.history),
        })
    }

    /// The proof that an entry is in the log, with the entry's envelope beside it.
    ///
    /// # Errors
    /// When the ledger can't be read, has no log, or no such entry.
    pub fn prove(&self, index: u64) -> Result<LogProof, LedgerError> {
        self.proofs(&[index])?.pop().ok_or_else(no_log)
    }

    /// The proofs of several entries, in their order, under one checkpoint.
    ///
    /// # Errors
    /// As for [`Self::prove`].
    pub fn proofs(&self, indices: &[u64]) -> Result<Vec<LogProof>, LedgerError> {
        let seen = self.refresh_gist(Depth::WhatIsAsked)?;
        let at = self.at(&seen);
        let signed = self.signed(at, &seen)?.ok_or_else(no_log)?;
        let mut tiles = Tiles::open(signed.checkpoint().head(), |place| at.tile(place)).map_err(of_tile)?;
        let mut prove = |index: u64| {
            let made = LogProof::make(index, &signed, |node| tiles.node(node).map_err(Unproven::from));
            let proof = made.map_err(|error| match error {
                Unproven::Outside(error) => LedgerError::BadEntry { index, reason: error.to_string() },
                Unproven::Tile(error) => of_tile(error),
            })?;
            Ok(LogProof { extra: at.read(&entry_path(index))?, ..proof })
        };
        indices.iter().map(|index| prove(*index)).collect()
    }

    /// Hands over all files of the log in the layout of C2SP tlog-tiles, the checkpoint as the last of them.
    ///
    /// # Errors
    /// When the ledger can't be read, has no log, or `take` refuses a file.
    pub fn export<E: From<LedgerError>>(&self, mut take: impl FnMut(ExportFile) -> Result<(), E>) -> Result<(), E> {
        let seen = self.refresh_gist(Depth::WhatIsAsked)?;
        let at = self.at(&seen);
        let signed = self.signed(at, &seen)?.ok_or_else(no_log)?;
        let tiles = Tiles::open(signed.checkpoint().head(), |place| at.tile(place)).map_err(of_tile)?;
        let entry = |index: u64| -> Result<Vec<u8>, ReadError> {
            at.read(&entry_path(index))?.ok_or_else(|| format!("entry {index} is missing").into())
        };
        for file in export(tiles, &signed, entry).map_err(of_export)? {
            take(file.map_err(of_export)?)?;
        }
        Ok(())
    }

    /// The commit that was read.
    fn at<'a>(&'a self, seen: &'a Seen) -> At<'a> {
        At { branch: self.branch.as_ref(), commit: seen.tip.as_deref().unwrap_or_default() }
    }

    /// The checkpoint of a ledger that was read; nothing where it has no log.
    fn signed(&self, at: At<'_>, seen: &Seen) -> Result<Option<SignedCheckpoint>, LedgerError> {
        seen.tree.keys().origin().map(|_| checked_log::checkpoint(at, &seen.tree)).transpose()
    }
}

#[derive(Debug, thiserror::Error)]
enum Unproven {
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    #[error(transparent)]
    Tile(#[from] TileError),
}

/// What a checkpoint that somebody kept says against the ledger.
fn kept_by_others(kept: &[u8], tree: &Tree) -> Option<LedgerError> {
    let signed = match checked_log::open(kept, tree) {
        Ok(signed) => signed.checkpoint().head(),
        Err(reason) => return Some(LedgerError::BadFile { path: "witness".to_owned(), reason }),
    };
    let entries = tree.head().size;
    match tree.head_at(signed.size) {
        Some(head) if head == signed => None,
        Some(_) if signed.size == entries => Some(LedgerError::Forked { size: entries }),
        // Which of the entries it is can't be told from one hash over all of them.
        Some(_) => Some(LedgerError::Rewritten { index: signed.size.saturating_sub(1) }),
        None => Some(LedgerError::Rewritten { index: entries }),
    }
}

/// Entries that say to be older than one before them.
fn back_dated(entries: &[Entry]) -> Vec<LedgerError> {
    let mut latest: Option<(u64, Timestamp)> = None;
    let mut problems = Vec::new();
    for entry in entries {
        match latest {
            Some((index, at)) if entry.at.as_second() < at.as_second() - CLOCK_TOLERANCE => {
                let reason = format!("it says {}, and entry {index} before it says {at}: it is back-dated", entry.at);
                problems.push(LedgerError::Forged { index: entry.index, reason });
            }
            Some((_, at)) if entry.at <= at => {}
            _ => latest = Some((entry.index, entry.at)),
        }
    }
    problems
}

/// Blobs that are not what their names say.
fn wrong_blobs(at: At<'_>, blobs: &BTreeSet<Digest>) -> Result<Vec<LedgerError>, LedgerError> {
    let blobs: Vec<Digest> = blobs.iter().copied().collect();
    let wrong = |batch: &[Digest]| {
        let paths: Vec<String> = batch.iter().map(|digest| blob_path(*digest)).collect();
        let found = match at.read_all(&paths) {
            Ok(found) => found,
            Err(error) => return vec![Err(error)],
        };
        let wrong = batch.iter().zip(found).filter_map(|(digest, bytes)| match bytes {
            None => Some(LedgerError::MissingBlob { digest: *digest }),
            Some(bytes) => (Digest::of(&bytes) != *digest).then_some(LedgerError::CorruptBlob { digest: *digest }),
        });
        wrong.map(Ok).collect()
    };
    // Not all of them have room at once.
    blobs.chunks(BLOBS_AT_ONCE).flat_map(|batch| in_slices(batch, wrong)).collect()
}

fn no_log() -> LedgerError {
    let reason = "it is missing: this ledger has no log yet, which begins with the next entry that is written";
    LedgerError::BadFile { path: CHECKPOINT_PATH.to_owned(), reason: reason.to_owned() }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
fn of_tile(error: TileError) -> LedgerError {
    let path = match &error {
        TileError::Unreadable { path, .. }
        | TileError::Missing { path }
        | TileError::Length { path, .. }
        | TileError::Changed { path } => path.clone(),
        _ => CHECKPOINT_PATH.to_owned(),
    };
    LedgerError::BadFile { path, reason: chain(&error) }
}

fn of_export(error: ExportError) -> LedgerError {
    match error {
        ExportError::Tile(error) => of_tile(error),
        ExportError::Unreadable { index, .. } | ExportError::TooLong { index, .. } => {
            LedgerError::BadEntry { index, reason: chain(&error) }
        }
        ExportError::Changed { index } => LedgerError::Forged { index, reason: chain(&error) },
        ExportError::OtherTree { .. } => LedgerError::BadFile { path: CHECKPOINT_PATH.to_owned(), reason: chain(&error) },
    }
}

#[cfg(test)]
mod tests;
