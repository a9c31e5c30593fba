//! An instruction as one line, with the way back to where its parts are written.

use std::ops::Range;

use tollgate_core::document::Span;

use crate::lines::Lines;

/// Lines joined to one, without what continues them.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) text: String,
    /// Where each part starts: in the joined text, and in the file. In order.
    parts: Vec<(usize, usize)>,
}

impl Joined {
    /// Adds what is written at an offset of the file.
    pub(super) fn push(&mut self, part: &str, offset: usize) {
        if !part.is_empty() {
            self.parts.push((self.text.len(), offset));
            self.text.push_str(part);
        }
    }

    /// Takes the blanks off at the end.
    pub(super) fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end().len());
    }

    pub(super) fn get(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The place of a part of the joined text. From one line to another, it covers what stands between them.
    pub(super) fn span(&self, range: Range<usize>, lines: &Lines<'_>) -> Span {
        let start = self.offset(range.start, range.start);
        let end = if range.is_empty() { start } else { self.offset(range.end - 1, range.end) };
        lines.span(start..end)
    }

    /// The offset in the file of an offset in the joined text, reckoned from the part that holds `within`.
    fn offset(&self, within: usize, offset: usize) -> usize {
        let after = self.parts.partition_point(|(start, _)| *start <= within);
        let (start, written) = self.parts.get(after.saturating_sub(1)).copied().unwrap_or_default();
        written + (offset - start.min(offset))
    }
}
