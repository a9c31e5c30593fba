//! Checking a proof offline: a file, the log's keys, and perhaps who may sign.

use tollgate_core::entry::Entry;
use tollgate_core::ports::VerifySignature;
use tollgate_core::signature::{BadSignature, NAMESPACE, Signer};

use crate::envelope;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::note::VerifierKey;
use crate::log::proof::{InvalidLogProof, LogProof, LogProofError};

/// An entry that was proved to be in a log.
#[derive(Debug)]
pub struct ProvenEntry {
    pub entry: Entry,
    pub checkpoint: SignedCheckpoint,
    /// Whose signature the entry has; nothing where nobody said who may sign.
    pub signer: Option<Signer>,
}

/// Why a proof file shows nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error("the file is no proof")]
    Invalid(#[from] InvalidLogProof),
    #[error("the proof holds no entry")]
    NoEntry,
    #[error("no key of the log was given")]
    NoKey,
    #[error("the proof does not hold")]
    DoesNotHold(#[from] LogProofError),
    #[error("what was proved is no entry of a ledger")]
    NotAnEntry(#[source] tollgate_core::ports::LedgerError),
    #[error("the entry is not signed")]
    Unsigned,
    #[error("the entry's signature can't be believed")]
    Signature(#[from] BadSignature),
    #[error("the entry says that `{principal}` wrote it with the key `{key}`, and that is not whose signature it has")]
    OtherSigner { principal: String, key: String },
}

/// Checks a C2SP tlog-proof whose line `extra` holds the entry's envelope. The log is the one whose keys are given.
///
/// # Errors
/// When the proof does not hold, or `signers` are given and none of them signed the entry.
pub fn verify_proof(text: &str, keys: &[VerifierKey], signers: Option<&dyn VerifySignature>) -> Result<ProvenEntry, ProofError> {
    let proof: LogProof = text.parse()?;
    let bytes = proof.extra.as_deref().ok_or(ProofError::NoEntry)?;
    let origin = keys.first().ok_or(ProofError::NoKey)?.name().as_str();
    let checkpoint = proof.verify(bytes, origin, keys)?;
    let opened = envelope::open(proof.index, bytes).map_err(ProofError::NotAnEntry)?;
    let entry = opened.entry;
    if entry.index != proof.index {
        return Err(LogProofError::from(crate::log::merkle::BadProof::NotIncluded { index: entry.index }).into());
    }
    let signer = signers.map(|signers| {
        let signed = opened.signature.as_ref().ok_or(ProofError::Unsigned)?;
        let signer = signers.verify(NAMESPACE, &signed.message, &signed.signature, entry.at)?;
        let is_writer = entry.by.key.as_ref() == Some(&signer.key)
            && signers.principals(&signer.key, NAMESPACE, entry.at).contains(&entry.by.principal);
        let other = || ProofError::OtherSigner { principal: entry.by.principal.clone(), key: signer.key.clone() };
        if is_writer { Ok(Signer { principal: entry.by.principal.clone(), ..signer }) } else { Err(other()) }
    });
    Ok(ProvenEntry { signer: signer.transpose()?, entry, checkpoint })
}

#[cfg(test)]
mod tests {
    use tollgate_core::ports::ReadSigners as _;

    use super::*;
    use crate::testing::{NobodySigns, mk_ledger};

    fn mk_proof(index: u64) -> (LogProof, Vec<VerifierKey>) {
        let (_, machine) = mk_ledger(&["one", "two", "three"]);
        let ledger = machine.process(None);
        let keys = ledger.audit(None).unwrap().log_keys.into_iter().map(|key| key.key).collect();
        (ledger.prove(index).unwrap(), keys)
    }

    #[test]
    fn a_proof_file_says_its_entry_and_the_size_of_the_log() {
        let (proof, keys) = mk_proof(2);
        let proven = verify_proof(&proof.to_string(), &keys, None).unwrap();
        assert_eq!((proven.entry.index, proven.checkpoint.checkpoint().head().size), (2, 4));
        assert_eq!(proven.signer, None);
    }

    #[test]
    fn an_entry_that_nobody_signed_is_refused_by_whoever_names_signers() {
        let (proof, keys) = mk_proof(1);
        let signers = NobodySigns.signers("").unwrap();
        let refused = verify_proof(&proof.to_string(), &keys, Some(signers.as_ref())).unwrap_err();
        assert!(matches!(refused, ProofError::Unsigned), "{refused}");
    }

    #[test]
    fn what_shows_nothing_is_refused() {
        let ((proof, keys), (other, _)) = (mk_proof(1), mk_proof(2));
        let refused = |proof: &LogProof, keys: &[VerifierKey]| verify_proof(&proof.to_string(), keys, None).unwrap_err();
        assert!(matches!(refused(&LogProof { extra: None, ..proof.clone() }, &keys), ProofError::NoEntry));
        assert!(matches!(refused(&LogProof { extra: other.extra, ..proof.clone() }, &keys), ProofError::DoesNotHold(_)));
        assert!(matches!(refused(&proof, &[]), ProofError::NoKey));
        let stranger = crate::log::note::SignerKey::from_seed(keys[0].name().clone(), [9; 32]);
        assert!(matches!(refused(&proof, &[stranger.verifier().clone()]), ProofError::DoesNotHold(_)));
        assert!(matches!(verify_proof("", &keys, None), Err(ProofError::Invalid(_))));
    }
}
