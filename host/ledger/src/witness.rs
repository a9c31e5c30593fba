//! A machine's memory of ledgers: what it trusts, and how far it saw.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::ports::LedgerError;

use crate::memory::MemoryFile;

/// Why entry 0 of a ledger is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrustBasis {
    /// The digest was given from outside, and is the one.
    Given,
    /// This machine saw the same entry 0 before.
    Remembered,
    /// Nobody said what to trust. From now on it is this entry 0. People have to be told.
    FirstSeen,
}

/// What `--trust` is compared with: the SHA-256 of the bytes of entry 0's envelope.
pub fn trust_digest(envelope: &[u8]) -> Digest {
    Digest::of(envelope)
}

/// Remembers ledgers in a directory of this machine, and refuses those that are not what they were.
#[derive(Clone, Debug)]
pub struct Witness {
    directory: Utf8PathBuf,
    given: Option<Digest>,
}

impl Witness {
    /// A memory in `directory`, made when it is needed. `given` is the digest of entry 0 that was given from outside.
    pub fn new(directory: &Utf8Path, given: Option<Digest>) -> Self {
        Self { directory: directory.to_owned(), given }
    }

    /// Checks a ledger, given as the digests of all its envelopes, and remembers it.
    ///
    /// # Errors
    /// When entry 0 is not the trusted one, or the ledger lacks what was seen of it before, or the memory can't be used.
    pub fn check(&self, branch: &dyn KeepBranch, envelopes: &[Digest]) -> Result<TrustBasis, LedgerError> {
        let missing = || LedgerError::BadEntry { index: 0, reason: "it is missing".to_owned() };
        let found = *envelopes.first().ok_or_else(missing)?;
        if let Some(expected) = self.given.filter(|given| *given != found) {
            return Err(LedgerError::Untrusted { expected, found });
        }
        let file = self.file(branch);
        // A digest that is given outweighs what was only seen first.
        let memory = file.load()?.filter(|memory| self.given.is_none() || memory.trust == found);
        let before = memory.as_ref().map(|memory| (memory.entries, memory.head));
        match &memory {
            Some(memory) if memory.trust != found => return Err(LedgerError::Rewritten { index: 0 }),
            Some(memory) => contains(envelopes, memory.entries, memory.head)?,
            None => {}
        }
        let now = (envelopes.len() as u64, head(envelopes));
        if before != Some(now) {
            file.store(found, now.0, now.1)?;
        }
        Ok(self.basis(memory.is_some()))
    }

    const fn basis(&self, remembered: bool) -> TrustBasis {
        match (self.given, remembered) {
            (Some(_), _) => TrustBasis::Given,
            (None, true) => TrustBasis::Remembered,
            (None, false) => TrustBasis::FirstSeen,
        }
    }

    /// Whether a ledger was ever seen on this branch.
    pub(crate) fn remembers(&self, branch: &dyn KeepBranch) -> Result<bool, LedgerError> {
        Ok(self.file(branch).load()?.is_some())
    }

    fn file(&self, branch: &dyn KeepBranch) -> MemoryFile {
        MemoryFile::new(&self.directory, branch.remote(), branch.branch())
    }
}

/// Whether a ledger begins with the one that was remembered.
fn contains(envelopes: &[Digest], entries: u64, remembered: Digest) -> Result<(), LedgerError> {
    let known = usize::try_from(entries).ok().and_then(|entries| envelopes.get(..entries));
    match known {
        Some(known) if head(known) == remembered => Ok(()),
        Some(_) => Err(LedgerError::Rewritten { index: entries.saturating_sub(1) }),
        None => Err(LedgerError::Rewritten { index: envelopes.len() as u64 }),
    }
}

/// One digest for all entries: whichever of them changes, it changes.
fn head(envelopes: &[Digest]) -> Digest {
    Digest::of(&envelopes.iter().flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>())
}
