//! Finding lines in manifests.

use crate::document::{Place, SourceFile, Span};
use crate::pointer::Pointer;

/// Finds the lines of values.
pub trait LocateValue: Send + Sync {
    /// The spans of values of the document at a place of a file, in the order of the pointers. What is missing has the span
    /// of its nearest ancestor's key.
    fn locate(&self, source: &SourceFile, place: &Place, pointers: &[Pointer]) -> Vec<Span>;
}
