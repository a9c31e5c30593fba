//! What is asked about: documents as they were read, and documents that are known from before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Document, DocumentReference, ObjectIdentity, Place, SourceFile};
use tollgate_core::evaluate::VisibleDocument;

/// A document that is to be judged.
#[derive(Clone, Debug)]
pub struct JudgedDocument {
    pub document: Document,
    /// The component that brings it; nothing without a configuration.
    pub component: Option<String>,
    /// Its body with Secret values withheld. The same as the document's own where it holds none.
    pub withheld: Arc<[u8]>,
}

/// What is known of a document by the digest of its file, so that the file need not be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownDocument {
    pub place: Place,
    pub identity: ObjectIdentity,
    body: Digest,
    withheld: Digest,
}

/// A known document, with the file that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Remembered<'a> {
    pub source: &'a SourceFile,
    pub component: &'a Option<String>,
    pub known: &'a KnownDocument,
}

/// Which document it is, whatever is at hand of it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) source: &'a SourceFile,
    pub(crate) component: &'a Option<String>,
    pub(crate) place: &'a Place,
    pub(crate) identity: &'a ObjectIdentity,
}

impl JudgedDocument {
    pub(crate) fn visible(&self, secret_values: bool) -> VisibleDocument {
        let body = if secret_values { &self.document.body } else { &self.withheld };
        VisibleDocument { file: self.document.source.path.clone(), body: Arc::clone(body) }
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        let Document { source, place, identity, .. } = &self.document;
        Subject { source, component: &self.component, place, identity }
    }

    /// The document as remembered.
    pub fn remembered<'a>(&'a self, known: &'a KnownDocument) -> Remembered<'a> {
        Remembered { source: &self.document.source, component: &self.component, known }
    }
}

impl KnownDocument {
    /// What is to be kept of a document that was read.
    pub fn of(judged: &JudgedDocument) -> Self {
        let body = judged.document.digest();
        let withheld = if Arc::ptr_eq(&judged.document.body, &judged.withheld) { body } else { Digest::of(&judged.withheld) };
        Self { place: judged.document.place.clone(), identity: judged.document.identity.clone(), body, withheld }
    }

    /// The digest of what a plugin sees.
    pub(crate) const fn digest(&self, secret_values: bool) -> Digest {
        if secret_values { self.body } else { self.withheld }
    }
}

impl<'a> Remembered<'a> {
    pub(crate) const fn subject(&self) -> Subject<'a> {
        let Remembered { source, component, known } = *self;
        Subject { source, component, place: &known.place, identity: &known.identity }
    }
}

impl Subject<'_> {
    pub(crate) fn reference(&self) -> DocumentReference {
        DocumentReference { index: self.place.index, identity: self.identity.clone() }
    }
}
