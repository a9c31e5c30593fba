//! Where things stand in what a cluster sends.

use tollgate_core::document::{Place, SourceFile, Span};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;

/// There are no lines in what a cluster sends.
pub(super) struct Nowhere;

impl LocateValue for Nowhere {
    fn locate(&self, _: &SourceFile, _: &Place, pointers: &[Pointer]) -> Vec<Span> {
        vec![Span::START; pointers.len()]
    }

    fn locate_rendered(&self, source: &SourceFile, place: &Place, _: &[u8], pointers: &[Pointer]) -> Vec<Span> {
        self.locate(source, place, pointers)
    }
}
