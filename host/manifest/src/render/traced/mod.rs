//! From what was rendered back to what was written.

mod moved;
mod nearest;
mod origin;

use tollgate_core::document::Place;
use tollgate_core::document::{Document, SourceFile, Span};
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;

pub(crate) use origin::{Origins, place_in};

use crate::locate::locate;
use crate::render::inputs::is_kustomization;

/// What a tool rendered, document by document.
#[derive(Debug, Default)]
pub struct Traced {
    /// In the order of the tool.
    pub documents: Vec<Document>,
    /// What is no manifest, and what must not be rendered.
    pub findings: Vec<Finding>,
}

/// Finds the places of values of a document whose body was rendered from what stands at a place of a file. There is one span for
/// each pointer, in the same order.
///
/// - Where the file has the object itself, values are found in it as [`crate::locate`] finds them, elements of lists by their
///   names; what rendering brought in is found at the nearest thing that is there.
/// - Where a kustomization makes the object, it is found at the entry that does.
/// - In a template, the lines of the keys that lead to a value are looked for, one after the other.
pub fn locate_rendered(source: &SourceFile, place: &Place, body: &[u8], pointers: &[Pointer]) -> Vec<Span> {
    if is_kustomization(&source.path) {
        let entry = locate(source, place.stream, &place.base, &[Pointer::root()]).pop().unwrap_or(Span::START);
        return vec![entry; pointers.len()];
    }
    match origin::object_at(source, place, body) {
        Some((rendered, written)) => {
            let moved: Vec<Pointer> = pointers.iter().map(|pointer| moved::pointer(&rendered, &written, pointer)).collect();
            locate(source, place.stream, &place.base, &moved)
        }
        None => {
            let nearest = nearest::Nearest::new(source, body, place.index);
            pointers.iter().map(|pointer| nearest.span(pointer)).collect()
        }
    }
}
