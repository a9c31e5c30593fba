//! Finding lines in manifests.

use crate::document::{Document, Span};
use crate::pointer::Pointer;

/// Finds the lines of values.
pub trait LocateValue: Send + Sync {
    /// The spans of values of one document, in the order of the pointers. What is missing has the span of its nearest
    /// ancestor's key.
    fn locate(&self, document: &Document, pointers: &[Pointer]) -> Vec<Span>;
}
