//! Finding lines in manifests.

use crate::document::{Document, Place, SourceFile, Span};
use crate::pointer::Pointer;

/// Finds the lines of values.
pub trait LocateValue: Send + Sync {
    /// The spans of values of the document at a place of a file, in the order of the pointers. What is missing has the span
    /// of its nearest ancestor's key.
    fn locate(&self, source: &SourceFile, place: &Place, pointers: &[Pointer]) -> Vec<Span>;

    /// The same for a document whose body was rendered from what stands at that place: values are looked for under the names of
    /// their list elements, and what only came in by rendering has the span of the nearest thing that is there.
    fn locate_rendered(&self, source: &SourceFile, place: &Place, body: &[u8], pointers: &[Pointer]) -> Vec<Span>;

    /// The same for any document.
    fn locate_in(&self, document: &Document, pointers: &[Pointer]) -> Vec<Span> {
        let Document { source, place, body, rendered_for, .. } = document;
        match rendered_for {
            Some(_) => self.locate_rendered(source, place, body, pointers),
            None => self.locate(source, place, pointers),
        }
    }
}
