//! The text between two places.

use std::cell::Cell;
use std::ops::Range;

use tollgate_core::document::Span;

/// The lines of a text, to find places in it.
pub(crate) struct Lines<'s> {
    text: &'s str,
    first_line: u32,
    starts: Vec<usize>,
    /// The offset that was asked for last, and its column from 0: most questions lead on from it, in lines of any length.
    last: Cell<(usize, usize)>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(text: &'s str, first_line: u32) -> Self {
        let bytes = text.as_bytes();
        let is_break = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(*at + 1) != Some(&b'\n');
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(is_break).map(|at| at + 1)).collect();
        Self { text, first_line, starts, last: Cell::new((0, 0)) }
    }

    /// Offset of a place; the end of the text for what lies behind it.
    fn offset(&self, line: u32, column: u32) -> usize {
        let index = line.saturating_sub(self.first_line) as usize;
        let Some(&start) = self.starts.get(index) else { return self.text.len() };
        let characters = column.saturating_sub(1) as usize;
        self.text[start..].char_indices().nth(characters).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// The text itself.
    pub(crate) const fn text(&self) -> &'s str {
        self.text
    }

    /// The place of all of the text.
    pub(crate) fn whole(&self) -> Span {
        self.span(0..self.text.trim_ascii_end().len())
    }

    /// Where a part of the text is, by its place.
    pub(crate) fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.line, span.column);
        start..self.offset(span.end_line, span.end_column).max(start)
    }

    /// The place of a part of the text, by its offsets.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let (line, column) = self.place(range.start);
        let (end_line, end_column) = self.place(range.end.max(range.start));
        Span { line, column, end_line, end_column }
    }

    fn place(&self, offset: usize) -> (u32, u32) {
        let offset = self.text.floor_char_boundary(offset);
        let index = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or_default();
        let (last, column) = self.last.get();
        let (from, before) = if (start..=offset).contains(&last) { (last, column) } else { (start, 0) };
        let column = before + self.text[from..offset].chars().count();
        self.last.set((offset, column));
        let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (self.first_line.saturating_add(clamp(index)), clamp(column).saturating_add(1))
    }

    /// The span without the blanks and line breaks at its end.
    pub(crate) fn trimmed(&self, span: Span) -> Span {
        let Range { start, end } = self.range(span);
        let length = self.text.get(start..end).map_or(0, |text| text.trim_ascii_end().len());
        let (end_line, end_column) = self.place(start + length);
        Span { end_line, end_column, ..span }
    }

    /// Where a block sequence starts: at the dash of its first element, which the parser does not always say.
    pub(crate) fn dash_before(&self, span: Span) -> Span {
        let offset = self.offset(span.line, span.column);
        let line_start = self.starts.get(span.line.saturating_sub(self.first_line) as usize).copied().unwrap_or_default();
        if self.text[offset..].starts_with('-') {
            return span;
        }
        match self.text.get(line_start..offset).map(str::trim_ascii_end).filter(|before| before.ends_with('-')) {
            Some(before) => {
                let (line, column) = self.place(line_start + before.len() - 1);
                Span { line, column, ..span }
            }
            None => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blanks_at_the_end_are_no_part_of_a_span() {
        let lines = Lines::new("é: |\r\n  x\r\n\r\ny: 1\r\n", 5);
        let block = Span { line: 5, column: 4, end_line: 8, end_column: 1 };
        assert_eq!(lines.trimmed(block), Span { line: 5, column: 4, end_line: 6, end_column: 4 });
    }

    proptest! {
        #[test]
        fn places_and_offsets_agree(text in "[aé\n\r]{0,20}") {
            let lines = Lines::new(&text, 3);
            for (offset, _) in text.char_indices() {
                let (line, column) = lines.place(offset);
                prop_assert_eq!(lines.offset(line, column), offset);
            }
        }
    }
}
