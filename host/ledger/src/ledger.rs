//! The ledger on a branch.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::history::History;
use tollgate_core::ports::{LedgerError, ReadLedger, SignBytes, VerifySignature};

use crate::batch::Batch;
use crate::checked_log::{self, At};
use crate::failure::from_branch;
use crate::keys::Keys;
use crate::layout::blob_path;
use crate::memory::Recalled;
use crate::seen::{Added, Seen};
use crate::witness::{TrustBasis, Witness};

/// A ledger on a branch at a remote. What was read once is not read again by the same value.
pub struct GitLedger {
    pub(crate) branch: Arc<dyn KeepBranch>,
    witness: Witness,
    pub(crate) keys: Keys,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Seen,
    basis: Option<TrustBasis>,
}

impl GitLedger {
    /// The ledger on `branch`, checked against what `witness` knows, read and written with `keys`.
    pub fn new(branch: Arc<dyn KeepBranch>, witness: Witness, keys: Keys) -> Self {
        Self { branch, witness, keys, state: Mutex::default() }
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
        self.state().seen.envelopes.first().copied()
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commit that the branch has now, and what was known of the ledger before. A ledger that is gone is rewritten, not
    /// missing.
    pub(crate) fn fetch(&self) -> Result<(Option<String>, Option<Recalled>), LedgerError> {
        let recalled = self.witness.recall(self.branch.as_ref())?;
        let tip = self.branch.fetch().map_err(|error| from_branch(self.branch.as_ref(), error))?;
        if tip.is_none() && recalled.is_some() {
            return Err(LedgerError::Rewritten { index: 0 });
        }
        Ok((tip, recalled))
    }

    /// Reads on, and checks the whole against the witness. What a machine sees first is remembered here; what it sees
    /// later, by whoever relies on it.
    pub(crate) fn refresh(&self) -> Result<Seen, LedgerError> {
        let mut state = self.state();
        let (remote, branch) = (self.branch.remote(), self.branch.branch());
        let missing = || LedgerError::Missing { remote: remote.to_owned(), branch: branch.to_owned() };
        let (tip, recalled) = self.fetch()?;
        let tip = tip.ok_or_else(missing)?;
        let mut seen = state.seen.clone();
        let log = match &seen.tip {
            Some(known) if *known == tip => None,
            _ => Some(seen.advance(self.branch.as_ref(), &tip, self.keys.signers.as_ref())?),
        };
        let basis = self.witness.check(recalled, seen.sight())?;
        if let Some(log) = log {
            checked_log::check(At { branch: self.branch.as_ref(), commit: &tip }, &seen.tree, &log)?;
        }
        if basis == TrustBasis::FirstSeen {
            self.remember(&seen)?;
        }
        state.seen = seen;
        // What this process saw first stays the answer: it was not known before.
        state.basis.get_or_insert(basis);
        Ok(state.seen.clone())
    }

    pub(crate) fn remember(&self, seen: &Seen) -> Result<(), LedgerError> {
        self.witness.remember(self.branch.as_ref(), seen.sight())
    }

    /// Remembers a batch that the remote acknowledged, so that it is not read back. Should another thread have read on
    /// meanwhile, the next reading finds it.
    pub(crate) fn note(&self, before: &Seen, batch: &Batch, commit: &str) {
        let mut state = self.state();
        if state.seen.tip == before.tip {
            let blobs = before.blobs.iter().chain(batch.blobs.keys()).copied().collect();
            let mut seen = state.seen.clone();
            let added = Added {
                entries: batch.entries.clone(),
                digests: batch.envelopes.clone(),
                blobs,
                vouched: batch.vouched.clone(),
                tree: batch.tree.clone(),
            };
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
        Ok(seen.history)
    }

    fn blob(&self, digest: Digest) -> Result<Vec<u8>, LedgerError> {
        let tip = self.state().seen.tip.clone();
        let tip = tip.map_or_else(|| self.refresh().map(|seen| seen.tip.unwrap_or_default()), Ok)?;
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
