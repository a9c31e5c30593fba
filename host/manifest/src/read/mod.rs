//! From bytes to documents.

mod anchors;
mod document;
mod list;
mod members;
mod merge;
mod plan;
mod reading;
mod writer;

pub use reading::{OtherDocument, Reading, read};
pub(crate) use writer::Writer;
