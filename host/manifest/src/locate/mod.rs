//! From a pointer back to the text: lines are computed when a finding needs them, by reading its document once more.
//!
//! - A value that is there is found at its own text, without its anchor and tag. A block mapping or sequence extends from its
//!   first key or dash to the end of its last value, a block text (`|`, `>`) over its lines. An empty value (`key:`) is found at its key.
//! - A value that came by an alias or a merge key is found where it is written, in the anchored node: that is the text to
//!   change. Only where an alias itself is meant as a key does the alias's own place count.
//! - A value that is missing is found at the key of its nearest ancestor that is there. An element of a sequence has no key;
//!   for it, and for a whole document, the first key in it stands in.

mod builder;

use tollgate_core::document::{SourceFile, Span};
use tollgate_core::pointer::Pointer;

pub(crate) use builder::build;

use crate::json::JsonEvents;
use crate::language::{FileLanguage, language};
use crate::languages::read_placed;
use crate::source::{Strictness, check_text, parts, strip_byte_order_mark};
use crate::tree::Tree;
use crate::yaml::YamlEvents;

/// Finds the places of values. `stream` and `base` are those of the document's place; the pointers lead on from `base`.
///
/// There is one span for each pointer, in the same order. Where the file has no such document, it is the file's start.
pub fn locate(source: &SourceFile, stream: u32, base: &Pointer, pointers: &[Pointer]) -> Vec<Span> {
    let tree = tree_of(source, stream);
    let find = |pointer: &Pointer| tree.as_ref().map_or(Span::START, |tree| tree.locate(&base.join(pointer)));
    pointers.iter().map(find).collect()
}

fn tree_of(source: &SourceFile, stream: u32) -> Option<Tree> {
    let bytes = strip_byte_order_mark(&source.bytes);
    let stream = usize::try_from(stream).ok()?;
    if let Some(reading) = read_placed(source) {
        return reading.ok()?.get(stream).map(|document| document.body.tree());
    }
    if language(&source.path) == FileLanguage::Json {
        let text = check_text(bytes, 1, Strictness::Json).ok()?;
        let mut events = JsonEvents::new(text, 1);
        for _ in 0..stream {
            events.start_value().then(|| build(&mut events, text, 1))?.ok()?;
        }
        return events.start_value().then(|| build(&mut events, text, 1).ok())?;
    }
    let part = parts(bytes).nth(stream)?;
    let as_json = || {
        let candidate = part.json_candidate()?;
        let text = check_text(candidate.bytes, candidate.first_line, Strictness::Json).ok()?;
        let mut events = JsonEvents::new(text, candidate.first_line);
        let tree = events.start_value().then(|| build(&mut events, text, candidate.first_line).ok())??;
        (!events.start_value()).then_some(tree)
    };
    let as_yaml = || {
        let text = check_text(part.bytes, part.first_line, Strictness::Yaml).ok()?;
        build(&mut YamlEvents::new(text, part.first_line), text, part.first_line).ok()
    };
    as_json().or_else(as_yaml)
}

#[cfg(test)]
mod tests;
