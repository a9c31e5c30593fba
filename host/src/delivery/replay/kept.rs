//! What the ledger kept of a decision.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Document, Place};
use tollgate_core::entry::{Body, Entry};
use tollgate_core::finding::Finding;
use tollgate_core::plan::Plan;
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::recipe::Recipe;
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_core::structure;
use tollgate_gate::{JudgedDocument, Policies};

use super::sources::Sources;
use crate::delivery::proofs::RECIPE_BLOB;
use crate::delivery::recorded::{DOCUMENTS_BLOB, FINDINGS_BLOB, PLAN_BLOB, QUESTION_BLOB, RecordedDocument, RecordedQuestion};

/// All of it.
pub(super) struct Kept {
    pub(super) documents: Vec<RecordedDocument>,
    bodies: BTreeMap<Digest, Arc<[u8]>>,
    /// As they were written, byte for byte.
    pub(super) findings: Vec<Finding>,
    /// Nothing where promotion gates were not asked, because there was no recipe.
    pub(super) question: Option<Asked>,
}

/// What promotion gates were asked, with what it was about.
pub(super) struct Asked {
    pub(super) recorded: RecordedQuestion,
    pub(super) recipe: Recipe,
    pub(super) id: Digest,
    pub(super) plan: Plan,
}

/// Reads blobs, and remembers those that are not there.
struct Shelf<'a> {
    entry: &'a Entry,
    ledger: &'a dyn ReadLedger,
    missing: Vec<String>,
}

impl Kept {
    /// Reads it all; or says all that is missing.
    pub(super) fn read(entry: &Entry, ledger: &dyn ReadLedger) -> Result<Result<Self, Vec<String>>, LedgerError> {
        let mut shelf = Shelf { entry, ledger, missing: Vec::new() };
        let documents: Vec<RecordedDocument> = shelf.named(DOCUMENTS_BLOB)?.unwrap_or_default();
        let findings = shelf.named(FINDINGS_BLOB)?.unwrap_or_default();
        let mut bodies = BTreeMap::new();
        for document in &documents {
            let what = format!("the document {} of `{}`", document.identity, document.file);
            if let Some(bytes) = shelf.blob(document.digest, &what)? {
                bodies.insert(document.digest, Arc::from(bytes));
            }
        }
        let question = if has_recipe(entry) { shelf.question()? } else { None };
        if !shelf.missing.is_empty() {
            return Ok(Err(shelf.missing));
        }
        Ok(Ok(Self { documents, bodies, findings, question }))
    }

    /// The documents as plugins saw them.
    pub(super) fn judged(&self, sources: &Sources) -> Vec<JudgedDocument> {
        let judged = |recorded: &RecordedDocument| {
            let body = Arc::clone(self.bodies.get(&recorded.digest)?);
            let nowhere = || Place { index: 0, stream: 0, base: Pointer::root() };
            let document = Document {
                source: sources.of(recorded),
                place: recorded.place.clone().unwrap_or_else(nowhere),
                identity: recorded.identity.clone(),
                body: Arc::clone(&body),
                rendered_for: recorded.rendered_for.clone(),
            };
            Some(JudgedDocument { document, component: recorded.component.clone(), withheld: body })
        };
        self.documents.iter().filter_map(judged).collect()
    }

    /// What the host found in files and registries.
    pub(super) fn findings_of_the_host(&self, policies: &Policies) -> Vec<Finding> {
        let is_made_again = |finding: &Finding| finding.policy == structure::POLICY || policies.get(&finding.policy).is_some();
        self.findings.iter().filter(|finding| !is_made_again(finding)).cloned().collect()
    }

    /// The objects, as far as structure looks at them: which there are, and where.
    pub(super) fn objects(&self) -> Rendered {
        let kubernetes = self.documents.iter().filter(|document| document.identity.is_kubernetes());
        let object = |document: &RecordedDocument| RenderedDocument {
            component: document.component.clone().unwrap_or_default(),
            path: document.file.clone(),
            identity: document.identity.clone(),
            body: serde_json::Value::Null,
        };
        Rendered::new(kubernetes.map(object).collect())
    }
}

/// Whether promotion gates were asked about a recipe. What says so anywhere is enough: then all of it must be there. Without a
/// recipe nothing is approved.
fn has_recipe(entry: &Entry) -> bool {
    let kept = [RECIPE_BLOB, PLAN_BLOB, QUESTION_BLOB];
    let is_approved = matches!(&entry.body, Body::Decided(decided) if decided.decision == DecisionWord::Approved);
    is_approved || entry.subject.recipe.is_some() || kept.iter().any(|name| entry.blobs.contains_key(*name))
}

impl Shelf<'_> {
    fn question(&mut self) -> Result<Option<Asked>, LedgerError> {
        let recipe: Option<Recipe> = self.named(RECIPE_BLOB)?;
        let plan: Option<Plan> = self.named(PLAN_BLOB)?;
        let recorded: Option<RecordedQuestion> = self.named(QUESTION_BLOB)?;
        let (Some(recipe), Some(plan), Some(recorded)) = (recipe, plan, recorded) else { return Ok(None) };
        let id = recipe.id().map_err(|error| self.bad(RECIPE_BLOB, &error))?;
        Ok(Some(Asked { recorded, recipe, id, plan }))
    }

    /// A blob that the entry names, read as what it is.
    fn named<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, LedgerError> {
        let Some(digest) = self.entry.blobs.get(name).copied() else {
            self.missing.push(format!("entry {} has no `{name}`", self.entry.index));
            return Ok(None);
        };
        let Some(bytes) = self.blob(digest, &format!("`{name}` of entry {}", self.entry.index))? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| self.bad(name, &error))
    }

    fn blob(&mut self, digest: Digest, what: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        match self.ledger.blob(digest) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(LedgerError::MissingBlob { .. }) => {
                self.missing.push(format!("{what}: no blob {digest}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn bad(&self, name: &str, error: &dyn std::error::Error) -> LedgerError {
        LedgerError::BadEntry { index: self.entry.index, reason: format!("its `{name}` can't be read: {error}") }
    }
}
