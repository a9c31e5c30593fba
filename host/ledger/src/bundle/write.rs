//! Putting a bundle together.

use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::chain::{Chain, NoChain};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Entry, PromotionId};
use tollgate_core::ports::{LedgerError, ReadLedger as _, SignBytes, SignError};
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;

use super::manifest::{EntryMember, MANIFEST_TYPE, Manifest, StatementMember, VERSION};
use crate::evidence::dsse::{Dsse, STATEMENT_TYPE};
use crate::evidence::vsa::{self, STATEMENT_BLOB};
use crate::ledger::GitLedger;
use crate::log::proof::LogProof;

/// A bundle that was put together.
#[derive(Debug)]
pub struct Bundle {
    /// The file.
    pub text: String,
    /// How many lines it has of statements and of entries.
    pub statements: usize,
    pub entries: usize,
    /// Whether the promotion was verified with success.
    pub passed: bool,
    /// Why VSA and manifest have no plain signature; nothing: they have.
    pub no_plain: Option<SignError>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Chain(#[from] NoChain),
    #[error("entry {index} is not signed, so nobody could tell whose it is; only promotions of a signed ledger make bundles")]
    Unsigned { index: u64 },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the bundle can't be signed")]
    Sign(#[from] SignError),
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// The name of the log, as its checkpoints have it.
pub(super) fn log_name(checkpoint: &str) -> &str {
    checkpoint.lines().next().unwrap_or_default()
}

impl GitLedger {
    /// Puts the bundle of a promotion together, and signs it.
    ///
    /// # Errors
    /// When the promotion has not come to an end, the ledger can't be read, or the key can't be used.
    pub fn bundle(&self, id: &PromotionId, recipe: &Recipe, key: &dyn SignBytes, at: Timestamp) -> Result<Bundle, WriteError> {
        let history = self.history()?;
        let all: Vec<&Entry> = history.entries().iter().collect();
        let chain = Chain::find(&all, id, recipe)?;
        if let Some(unsigned) = chain.entries.iter().find(|entry| entry.by.key.is_none()) {
            return Err(WriteError::Unsigned { index: unsigned.index });
        }
        let indices: Vec<u64> = chain.entries.iter().map(|entry| entry.index).collect();
        let proofs = self.proofs(&indices)?;
        let checkpoint = proofs.first().map(|proof| proof.checkpoint.clone()).unwrap_or_default();
        let summary = vsa::summary(&chain, recipe, log_name(&checkpoint))?;
        let (vsa, no_plain) = Dsse::sign(STATEMENT_TYPE, summary, key)?;
        let vsa = vsa.write()?;
        let statements = self.statements(&chain)?;
        let manifest = Manifest {
            version: VERSION,
            promotion: id.clone(),
            at,
            checkpoint,
            recipe: recipe.clone(),
            vsa: Digest::of(vsa.as_bytes()),
            statements: statements.iter().map(|(entry, line)| statement_member(*entry, line)).collect(),
            entries: proofs.iter().map(entry_member).collect(),
        };
        let (manifest, _) = Dsse::sign(MANIFEST_TYPE, canonical::to_vec(&manifest)?, key)?;
        let entries = proofs.iter().map(|proof| String::from_utf8_lossy(proof.extra.as_deref().unwrap_or_default()).into_owned());
        let lines = [manifest.write()?, vsa].into_iter().chain(statements.iter().map(|(_, line)| line.clone())).chain(entries);
        Ok(Bundle {
            text: lines.map(|line| line + "\n").collect(),
            statements: statements.len(),
            entries: proofs.len(),
            passed: chain.outcome.is_some(),
            no_plain,
        })
    }

    /// The envelopes of the statements, as the ledger has them.
    fn statements(&self, chain: &Chain<'_>) -> Result<Vec<(u64, String)>, LedgerError> {
        let statement = |entry: &Entry| {
            let bad = |reason: &str| LedgerError::BadEntry { index: entry.index, reason: reason.to_owned() };
            let digest = entry.blobs.get(STATEMENT_BLOB).ok_or_else(|| bad("it has no statement"))?;
            let line = String::from_utf8(self.blob(*digest)?).map_err(|_| bad("its statement is not UTF-8"))?;
            if line.contains('\n') { Err(bad("its statement is not one line")) } else { Ok((entry.index, line)) }
        };
        chain.evidence.iter().map(|(entry, _)| statement(entry)).collect()
    }
}

fn statement_member(entry: u64, line: &str) -> StatementMember {
    StatementMember { entry, digest: Digest::of(line.as_bytes()) }
}

fn entry_member(proof: &LogProof) -> EntryMember {
    EntryMember {
        index: proof.index,
        digest: Digest::of(proof.extra.as_deref().unwrap_or_default()),
        proof: proof.hashes.iter().map(ToString::to_string).collect(),
    }
}
