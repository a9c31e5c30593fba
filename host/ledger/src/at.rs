//! A commit on the ledger's branch.

use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::ports::LedgerError;

use crate::failure::from_branch;
use crate::layout::blob_path;
use crate::log::tiles::{ReadError, TilePlace};

/// Where files are read.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) branch: &'a dyn KeepBranch,
    pub(crate) commit: &'a str,
}

impl At<'_> {
    pub(crate) fn read(self, path: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        self.branch.read(self.commit, path).map_err(|error| from_branch(self.branch, error))
    }

    pub(crate) fn read_all(self, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, LedgerError> {
        self.branch.read_all(self.commit, paths).map_err(|error| from_branch(self.branch, error))
    }

    pub(crate) fn has_blob(self, digest: Digest) -> Result<bool, LedgerError> {
        self.branch.has(self.commit, &blob_path(digest)).map_err(|error| from_branch(self.branch, error))
    }

    /// Reads tiles, wherever they have to be checked against a head.
    pub(crate) fn tile(self, place: TilePlace) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.read(&place.path())?)
    }
}
