//! The statements of the ledger about what is judged, each with who vouches for it.

use std::collections::BTreeSet;

use tollgate_core::act::EvidenceAdded;
use tollgate_core::deciding::HeldEvidence;
use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::evidence::Touched;
use tollgate_core::people::{People, Person};
use tollgate_core::ports::{LedgerError, ReadLedger, VerifySignature as _};
use tollgate_core::signature::NAMESPACE;
use tollgate_core::time::Timestamp;
use tollgate_gate::ConfiguredPolicy;
use tollgate_ledger::evidence::dsse::{Dsse, STATEMENT_TYPE};
use tollgate_ledger::evidence::statement::Statement;
use tollgate_ledger::evidence::vsa::STATEMENT_BLOB;
use tollgate_sign::AllowedSigners;

use super::ledger_side::LedgerSide;

/// The statements about the recipe, its images, the directories of its components or the plan, in ledger order. They are read
/// only where a gate looks at them.
pub(crate) fn held(side: &LedgerSide<'_>) -> Result<Vec<HeldEvidence>, LedgerError> {
    let is_needed = |policy: &ConfiguredPolicy| match &policy.loaded {
        LoadedPolicy::Promotion(gate) => gate.needs().evidence,
        LoadedPolicy::Validator(_) => false,
    };
    if !side.policies.iter().any(is_needed) {
        return Ok(Vec::new());
    }
    let touched = Touched::new(side.id, side.recipe, Some(side.plan_digest));
    let mut said = BTreeSet::new();
    let mut held = Vec::new();
    for (entry, added) in touched.evidence(side.history.evidence().map(|(entry, _)| entry)) {
        let (envelope, statement) = read(entry, added, side.ledger)?;
        let written = Signature { key: entry.by.key.as_deref(), principal: &entry.by.principal, at: entry.at };
        let signer = signer(&envelope, written, &side.pipeline.people);
        if is_repeated(&envelope, entry, signer.as_ref(), &mut said) {
            continue;
        }
        held.push(HeldEvidence {
            statement: statement.value,
            subjects: statement.subjects.iter().map(|subject| subject.digest).collect(),
            predicate_type: statement.predicate_type,
            signer,
            at: entry.at,
            entry: entry.index,
        });
    }
    Ok(held)
}

/// The statement that an entry brought. One that says something else than its entry stops everything: somebody wrote what they
/// did not have.
fn read(entry: &Entry, added: &EvidenceAdded, ledger: &dyn ReadLedger) -> Result<(Dsse, Statement), LedgerError> {
    let bad = |reason: String| LedgerError::BadEntry { index: entry.index, reason };
    let digest = entry.blobs.get(STATEMENT_BLOB).ok_or_else(|| bad("it has no statement".to_owned()))?;
    let unread = |error: tollgate_ledger::evidence::Unreadable| bad(format!("its statement can't be read: {error}"));
    let envelope = Dsse::read(&ledger.blob(*digest)?).map_err(unread)?;
    let statement = Statement::read(&envelope.payload).map_err(unread)?;
    let is_same = envelope.payload_type == STATEMENT_TYPE
        && statement.predicate_type == added.predicate_type
        && statement.subjects == added.subjects
        && statement.trees == added.trees;
    if is_same { Ok((envelope, statement)) } else { Err(bad("its statement is about something else than it says".to_owned())) }
}

/// Whose key signed the entry that brought a statement.
#[derive(Clone, Copy)]
pub(crate) struct Signature<'a> {
    /// Nothing: it is not signed.
    pub(crate) key: Option<&'a str>,
    pub(crate) principal: &'a str,
    pub(crate) at: Timestamp,
}

/// Whose statement it is, by the people of the policy in force: whoever signed its envelope, and where nobody did, whoever
/// signed the entry. An envelope that somebody unknown signed is nobody's, whoever brought it.
pub(crate) fn signer(envelope: &Dsse, written: Signature<'_>, people: &People) -> Option<Person> {
    // A file of signers that can't be read allows nobody.
    let signers = people.signers.as_ref().and_then(|file| AllowedSigners::parse(&file.text).ok()).unwrap_or_default();
    let writer = written.key.filter(|key| {
        let principals = signers.principals(key, NAMESPACE, written.at);
        principals.iter().any(|principal| principal == written.principal)
    });
    if envelope.signatures.is_empty() {
        return writer.map(|_| people.person(written.principal));
    }
    let signer = envelope.signer(&signers, written.at).ok()?;
    // Of the several names of a key, the writer's own counts.
    let principal = if writer == Some(signer.key.as_str()) { written.principal } else { &signer.principal };
    Some(people.person(principal))
}

/// Whether a statement that somebody else signed was brought before. It is the same word, and not a later one: otherwise whoever
/// may write could bring an old result again after a newer one.
fn is_repeated(envelope: &Dsse, entry: &Entry, signer: Option<&Person>, said: &mut BTreeSet<(String, Digest)>) -> bool {
    let Some(signer) = signer else { return false };
    let is_new = said.insert((signer.principal.clone(), Digest::of(&envelope.payload)));
    !is_new && signer.principal != tollgate_core::people::address(&entry.by.principal)
}
