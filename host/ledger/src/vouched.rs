//! Whose entries they are: the signers in force at each place of the ledger.
//!
//! Entry 0 names the first signers, and every accepted policy revision may bring others, for the entries after it. Before the
//! first signed entry, entries may be unsigned; afterwards none may be.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tollgate_core::entry::{Body, Entry};
use tollgate_core::ports::{LedgerError, ReadSigners, VerifySignature};
use tollgate_core::signature::NAMESPACE;

use crate::envelope::{Opened, Signed};

/// Reads a blob of an entry by its name; nothing where the entry has none of that name.
pub(crate) type ReadBlob<'a> = dyn Fn(&Entry, &str) -> Result<Option<Vec<u8>>, LedgerError> + 'a;

/// Name of the blob that holds the signers of a policy revision.
pub const SIGNERS_BLOB: &str = "signers";

/// The signers in force after some entry.
#[derive(Clone, Default)]
pub(crate) struct Vouched {
    signers: Option<Arc<dyn VerifySignature>>,
    /// What they were read from.
    text: Arc<str>,
    /// How many entries came before the first signed one.
    pub(crate) unsigned: u64,
    is_signed: bool,
}

/// What some signers say of an entry's signature. It counts only if they are still those in force when its turn comes.
pub(crate) struct Verified {
    by: Arc<dyn VerifySignature>,
    result: Result<(), LedgerError>,
}

/// What there is to know of signers, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VouchedText {
    text: String,
    unsigned: u64,
    is_signed: bool,
}

impl Vouched {
    /// To write down.
    pub(crate) fn to_text(&self) -> VouchedText {
        VouchedText { text: self.text.to_string(), unsigned: self.unsigned, is_signed: self.is_signed }
    }

    /// What was written down.
    ///
    /// # Errors
    /// When the signers can't be read.
    pub(crate) fn of_text(known: &VouchedText, reader: &dyn ReadSigners) -> Result<Self, LedgerError> {
        let VouchedText { text, unsigned, is_signed } = known;
        Ok(Self { signers: signers_of(0, text, reader)?, text: text.as_str().into(), unsigned: *unsigned, is_signed: *is_signed })
    }

    /// Whether an entry's signature is good, as far as the signers in force now can tell.
    pub(crate) fn verified(&self, opened: &Opened) -> Option<Verified> {
        let (by, signed) = (self.signers.as_ref()?, opened.signature.as_ref()?);
        Some(Verified { by: Arc::clone(by), result: verify(by.as_ref(), &opened.entry, signed) })
    }

    /// Checks one more entry, and takes the signers over that it brings. `blob` reads a blob of the ledger.
    /// `verified` is what was found out about its signature before its turn.
    ///
    /// # Errors
    /// When the entry is not signed although one before it was, or by nobody who may, or not by who it says.
    pub(crate) fn next(
        &mut self,
        opened: &Opened,
        verified: Option<Verified>,
        reader: &dyn ReadSigners,
        blob: &ReadBlob<'_>,
    ) -> Result<(), LedgerError> {
        let entry = &opened.entry;
        if let Body::Trust(trust) = &entry.body {
            self.put_in_force(entry.index, &trust.signers.join("\n"), reader)?;
        }
        match &opened.signature {
            Some(signed) => self.check(entry, signed, verified)?,
            None => self.check_unsigned(entry)?,
        }
        if matches!(entry.body, Body::PolicyAccept(_)) {
            self.accept(entry, reader, blob)?;
        }
        Ok(())
    }

    /// Whether an unsigned entry may follow.
    pub(crate) const fn needs_signature(&self) -> bool {
        self.is_signed
    }

    /// Whether anybody may sign an entry that would come next. Where nobody may, a signature would count as forged.
    pub(crate) fn may_be_signed(&self, entry: &Entry) -> bool {
        let brings_signers = matches!(&entry.body, Body::Trust(trust) if !trust.signers.is_empty());
        self.signers.is_some() || brings_signers
    }

    /// Who may sign the next entry; nothing: nobody.
    pub(crate) fn signers(&self) -> Option<Arc<dyn VerifySignature>> {
        self.signers.clone()
    }

    fn check(&mut self, entry: &Entry, signed: &Signed, verified: Option<Verified>) -> Result<(), LedgerError> {
        let Some(signers) = &self.signers else {
            let reason = format!("it is signed by `{}`, and the ledger has no signers", signed.key);
            return Err(LedgerError::Forged { index: entry.index, reason });
        };
        let verified = verified.filter(|verified| Arc::ptr_eq(&verified.by, signers));
        verified.map_or_else(|| verify(signers.as_ref(), entry, signed), |verified| verified.result)?;
        self.is_signed = true;
        Ok(())
    }

    fn put_in_force(&mut self, index: u64, text: &str, reader: &dyn ReadSigners) -> Result<(), LedgerError> {
        (self.signers, self.text) = (signers_of(index, text, reader)?, text.into());
        Ok(())
    }

    fn check_unsigned(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let index = entry.index;
        if self.is_signed {
            return Err(LedgerError::Forged { index, reason: "it is not signed, and entries before it are".to_owned() });
        }
        if entry.by.key.is_some() {
            return Err(LedgerError::Forged { index, reason: "it names a key and is not signed".to_owned() });
        }
        self.unsigned += 1;
        Ok(())
    }

    /// A revision without the blob leaves the signers as they are.
    fn accept(&mut self, entry: &Entry, reader: &dyn ReadSigners, blob: &ReadBlob<'_>) -> Result<(), LedgerError> {
        let Some(bytes) = blob(entry, SIGNERS_BLOB)? else { return Ok(()) };
        let text = String::from_utf8(bytes).map_err(|_| bad(entry.index, "its signers are not UTF-8"))?;
        self.put_in_force(entry.index, &text, reader)
    }
}

fn verify(signers: &dyn VerifySignature, entry: &Entry, signed: &Signed) -> Result<(), LedgerError> {
    let forged = |reason: String| LedgerError::Forged { index: entry.index, reason };
    let signer = signers.verify(NAMESPACE, &signed.message, &signed.signature, entry.at);
    let signer = signer.map_err(|error| forged(error.to_string()))?;
    if entry.by.key.as_ref() != Some(&signer.key) || signed.key != signer.key {
        return Err(forged(format!("it says that another key signed it than `{}`", signer.key)));
    }
    if !signers.principals(&signer.key, NAMESPACE, entry.at).contains(&entry.by.principal) {
        return Err(forged(format!("`{}` is not the key of `{}`", signer.key, entry.by.principal)));
    }
    Ok(())
}

fn signers_of(index: u64, text: &str, reader: &dyn ReadSigners) -> Result<Option<Arc<dyn VerifySignature>>, LedgerError> {
    let signers = reader.signers(text).map_err(|error| bad(index, &error.to_string()))?;
    Ok((!signers.is_empty()).then_some(signers))
}

fn bad(index: u64, reason: &str) -> LedgerError {
    LedgerError::BadEntry { index, reason: reason.to_owned() }
}

impl fmt::Debug for Vouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vouched").field("unsigned", &self.unsigned).field("is_signed", &self.is_signed).finish_non_exhaustive()
    }
}
