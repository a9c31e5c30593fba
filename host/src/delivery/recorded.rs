//! What a decision is kept with, so that it can be made again.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::deciding::GateRequest;
use tollgate_core::digest::Digest;
use tollgate_core::document::{ObjectIdentity, Place};
use tollgate_core::entry::Entry;
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::way_back::Movement;
use tollgate_gate::JudgedDocument;

use crate::delivery::recipe::Candidate;

/// Names of the blobs of a decision. Its recipe is [`crate::delivery::proofs::RECIPE_BLOB`].
pub(crate) const DOCUMENTS_BLOB: &str = "documents";
pub(crate) const FINDINGS_BLOB: &str = "findings";
pub(crate) const PLAN_BLOB: &str = "plan";
pub(crate) const QUESTION_BLOB: &str = "question";

/// A document that was judged. Its body is a blob of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedDocument {
    pub(crate) component: Option<String>,
    pub(crate) file: String,
    /// Where in the file it stands; nothing in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
    /// The environments that it was rendered for; nothing: it stands in its file as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rendered_for: Option<Vec<String>>,
    pub(crate) identity: ObjectIdentity,
    /// Digest of the body as plugins saw it: Secret values withheld.
    pub(crate) digest: Digest,
    /// False where the document holds values that were withheld from the ledger, so that a policy which was granted them
    /// can't be asked again.
    pub(crate) replayable: bool,
}

/// What promotion gates were asked, and from what of the ledger that followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RecordedQuestion {
    /// How many entries the ledger had when it was asked.
    pub(crate) ledger: u64,
    pub(crate) movement: Movement,
    /// Git hash of the whole tree of the commit.
    pub(crate) tree: String,
    /// The plan whose deletes somebody had confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<Digest>,
    pub(crate) request: GateRequest,
}

impl RecordedQuestion {
    pub(crate) fn new(candidate: &Candidate, history: &Gist, request: GateRequest) -> Self {
        let Candidate { movement, tree, confirmed, .. } = candidate;
        Self { ledger: history.len(), movement: *movement, tree: tree.clone(), confirmed: *confirmed, request }
    }
}

/// The index of documents, with the bodies that it names.
pub(crate) fn documents<'d>(
    documents: impl Iterator<Item = &'d JudgedDocument> + Clone,
) -> Result<(Vec<u8>, Vec<Vec<u8>>), NotCanonical> {
    let recorded: Vec<RecordedDocument> = documents.clone().map(recorded).collect();
    Ok((canonical::to_vec(&recorded)?, documents.map(|judged| judged.withheld.to_vec()).collect()))
}

fn recorded(judged: &JudgedDocument) -> RecordedDocument {
    RecordedDocument {
        component: judged.component.clone(),
        file: judged.document.source.path.clone(),
        place: Some(judged.document.place.clone()),
        rendered_for: judged.document.rendered_for.clone(),
        identity: judged.document.identity.clone(),
        digest: Digest::of(&judged.withheld),
        replayable: judged.withheld == judged.document.body,
    }
}

/// Findings as they are kept.
pub(crate) fn findings(findings: &[Finding]) -> Result<Vec<u8>, NotCanonical> {
    canonical::to_vec(&findings)
}

/// What promotion gates were asked for a decision; nothing where they were not, or where it was not kept.
pub(crate) fn question_of(decision: &Entry, ledger: &dyn ReadLedger) -> Result<Option<RecordedQuestion>, LedgerError> {
    blob_of(decision, QUESTION_BLOB, ledger)
}

/// The findings of a decision.
pub(crate) fn findings_of(decision: &Entry, ledger: &dyn ReadLedger) -> Result<Vec<Finding>, LedgerError> {
    Ok(blob_of(decision, FINDINGS_BLOB, ledger)?.unwrap_or_default())
}

fn blob_of<T: DeserializeOwned>(entry: &Entry, name: &'static str, ledger: &dyn ReadLedger) -> Result<Option<T>, LedgerError> {
    let Some(digest) = entry.blobs.get(name) else { return Ok(None) };
    let bad = |error: serde_json::Error| LedgerError::BadEntry {
        index: entry.index,
        reason: format!("its `{name}` can't be read: {error}"),
    };
    serde_json::from_slice(&ledger.blob(*digest)?).map(Some).map_err(bad)
}
