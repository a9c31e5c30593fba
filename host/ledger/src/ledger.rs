//! The ledger on a branch.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::ports::{LedgerError, ReadLedger, SignBytes, VerifySignature};

use crate::batch::Batch;
use crate::depth::Depth;
use crate::failure::from_branch;
use crate::keys::Keys;
use crate::layout::blob_path;
use crate::seen::{Added, Known, Seen};
use crate::witness::{TrustBasis, Witness};

/// A ledger on a branch at a remote. What was read once is not read again by the same value.
pub struct GitLedger {
    pub(crate) branch: Arc<dyn KeepBranch>,
    pub(crate) witness: Witness,
    pub(crate) keys: Keys,
    /// After how many new entries what they decide is written down.
    pub(crate) gist_every: u64,
    state: Mutex<State>,
}

/// Fewer entries are read faster than what they decide.
const GIST_EVERY: u64 = 32;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) seen: Seen,
    basis: Option<TrustBasis>,
    /// Up to which size it is written down what the entries decide.
    pub(crate) written: u64,
}

impl State {
    /// What this process saw first stays the answer: it was not known before.
    pub(crate) fn see(&mut self, seen: Seen, basis: TrustBasis) {
        self.seen = seen;
        self.basis.get_or_insert(basis);
    }
}

impl GitLedger {
    /// The ledger on `branch`, checked against what `witness` knows, read and written with `keys`.
    pub fn new(branch: Arc<dyn KeepBranch>, witness: Witness, keys: Keys) -> Self {
        Self { branch, witness, keys, gist_every: GIST_EVERY, state: Mutex::default() }
    }

    /// URL or path of the remote, without credentials.
    pub fn remote(&self) -> &str {
        self.branch.remote()
    }

    /// Name of the branch.
    pub fn branch(&self) -> &str {
        self.branch.branch()
    }

    /// Why entry 0 is believed; nothing before the ledger was read.
    pub fn trust_basis(&self) -> Option<TrustBasis> {
        self.state().basis
    }

    /// The digest of entry 0, which `--trust` is compared with; nothing before the ledger was read or created.
    pub fn trust_digest(&self) -> Option<Digest> {
        self.state().seen.trust
    }

    /// Fingerprint of the key that entries are signed with here.
    pub fn key(&self) -> Option<&str> {
        self.keys.own.as_ref().map(|key| key.key())
    }

    /// The key itself, for what is signed beside entries.
    pub fn own_key(&self) -> Option<&dyn SignBytes> {
        self.keys.own.as_deref()
    }

    /// Who may sign the next entry, once the ledger was read; nothing: nobody.
    pub fn signers(&self) -> Option<Arc<dyn VerifySignature>> {
        self.state().seen.vouched.signers()
    }

    /// How many entries came before the first signed one, once the ledger was read.
    pub fn unsigned(&self) -> u64 {
        self.state().seen.vouched.unsigned
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn remember(&self, seen: &Seen) -> Result<(), LedgerError> {
        self.witness.remember(self.branch.as_ref(), seen.sight())
    }

    /// Remembers a batch that the remote acknowledged, so that it is not read back. Should another thread have read on
    /// meanwhile, the next reading finds it.
    pub(crate) fn note(&self, before: Option<&str>, batch: &Batch, commit: &str) {
        let mut state = self.state();
        if state.seen.tip.as_deref() == before {
            let mut seen = std::mem::take(&mut state.seen);
            let added = Added {
                entries: batch.entries.clone(),
                digests: batch.envelopes.clone(),
                blobs: batch.blobs.keys().copied().collect(),
                vouched: batch.vouched.clone(),
                tree: batch.tree.clone(),
            };
            // What was not taken over is read again.
            if seen.extend(commit, added).is_ok() {
                // What was acknowledged must not vanish unnoticed. Where this can't be written, the next reading reports it.
                let _remembered = self.remember(&seen);
                state.seen = seen;
            }
        }
    }
}

impl ReadLedger for GitLedger {
    fn history(&self) -> Result<Arc<History>, LedgerError> {
        let seen = self.refresh()?;
        self.remember(&seen)?;
        match seen.known {
            Known::All(all) => Ok(all.history),
            Known::Gist(_) => Ok(Arc::default()),
        }
    }

    fn gist(&self) -> Result<Arc<Gist>, LedgerError> {
        let seen = self.refresh_gist(Depth::All)?;
        self.remember(&seen)?;
        Ok(Arc::clone(seen.gist()))
    }

    fn blob(&self, digest: Digest) -> Result<Vec<u8>, LedgerError> {
        let tip = self.state().seen.tip.clone();
        let tip = tip.map_or_else(|| self.refresh_gist(Depth::WhatIsAsked).map(|seen| seen.tip.unwrap_or_default()), Ok)?;
        let bytes = self.branch.read(&tip, &blob_path(digest)).map_err(|error| from_branch(self.branch.as_ref(), error))?;
        let bytes = bytes.ok_or(LedgerError::MissingBlob { digest })?;
        if Digest::of(&bytes) != digest {
            return Err(LedgerError::CorruptBlob { digest });
        }
        Ok(bytes)
    }
}

impl fmt::Debug for GitLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (remote, branch) = (self.branch.remote(), self.branch.branch());
        f.debug_struct("GitLedger").field("remote", &remote).field("branch", &branch).finish_non_exhaustive()
    }
}
