//! What is asked about: documents as they were read, and documents that are known from before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Document, DocumentReference, ObjectIdentity, Place, SourceFile, Span};
use tollgate_core::evaluate::VisibleDocument;
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;

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
    pub rendered: Option<RenderedBody<'a>>,
}

/// What was rendered, where a document does not stand in its file as it is.
#[derive(Clone, Copy, Debug)]
pub struct RenderedBody<'a> {
    body: &'a [u8],
    environments: &'a [String],
}

/// Which document it is, whatever is at hand of it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) source: &'a SourceFile,
    pub(crate) component: &'a Option<String>,
    pub(crate) place: &'a Place,
    pub(crate) identity: &'a ObjectIdentity,
    pub(crate) rendered: Option<RenderedBody<'a>>,
}

impl JudgedDocument {
    pub(crate) fn visible(&self, secret_values: bool) -> VisibleDocument {
        let body = if secret_values { &self.document.body } else { &self.withheld };
        VisibleDocument { file: self.document.source.path.clone(), body: Arc::clone(body) }
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        let Document { source, place, identity, .. } = &self.document;
        Subject { source, component: &self.component, place, identity, rendered: self.rendered() }
    }

    /// The document as remembered.
    pub fn remembered<'a>(&'a self, known: &'a KnownDocument) -> Remembered<'a> {
        Remembered { source: &self.document.source, component: &self.component, known, rendered: self.rendered() }
    }

    fn rendered(&self) -> Option<RenderedBody<'_>> {
        let environments = self.document.rendered_for.as_deref()?;
        Some(RenderedBody { body: &self.withheld, environments })
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
        let Remembered { source, component, known, rendered } = *self;
        Subject { source, component, place: &known.place, identity: &known.identity, rendered }
    }
}

impl Subject<'_> {
    pub(crate) fn reference(&self) -> DocumentReference {
        let rendered_for = self.rendered.map(|rendered| rendered.environments.to_vec());
        DocumentReference { index: self.place.index, identity: self.identity.clone(), rendered_for }
    }

    /// Where values of it are written.
    pub(crate) fn locate(&self, locate: &dyn LocateValue, pointers: &[Pointer]) -> Vec<Span> {
        match self.rendered {
            Some(rendered) => locate.locate_rendered(self.source, self.place, rendered.body, pointers),
            None => locate.locate(self.source, self.place, pointers),
        }
    }
}
