//! A few lines of a source file around a place, for miette to draw.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use tollgate_core::document::{Location, Span};

use crate::clean;
use crate::text::comment::without_comment;
use crate::text::source::SourceText;

/// Room that miette takes for line numbers and borders.
const MARGIN: usize = 12;

/// Stands for what is cut off.
const CUT: &str = "...";

/// Lines to draw, and the part of them to point at.
#[derive(Debug)]
pub(crate) struct Excerpt {
    name: String,
    text: String,
    /// The line (from 0) of the file that the text begins with.
    first_line: usize,
    /// Where the label stands in the file, from 1.
    place: (usize, usize),
    label: SourceSpan,
}

impl Excerpt {
    /// The lines around a place, at most one before and one after; nothing where they must not or can't be drawn.
    pub(crate) fn new(location: &Location, source: &SourceText, width: usize) -> Option<Self> {
        let line = index(location.span.line);
        let drawable = source.drawable(line)?;
        let window = Window::around(index(location.span.column), width.saturating_sub(MARGIN).max(40));
        let first_line = line.saturating_sub(1).max(drawable.start);
        let mut text = String::new();
        let mut label = 0..0;
        for current in first_line..(line + 2).min(drawable.end) {
            let kept = if current == line { index(location.span.column) + 1 } else { 0 };
            let shown = window.cut(&without_comment(&clean::text(source.line(current)?), kept));
            if current == line {
                label = label_in(&shown, window.start, location.span, text.len());
            }
            text.push_str(&shown);
            text.push('\n');
        }
        let place = (line + 1, index(location.span.column) + 1);
        Some(Self { name: clean::line(&location.file), text, first_line, place, label: (label.start, label.len()).into() })
    }

    pub(crate) const fn label(&self) -> SourceSpan {
        self.label
    }
}

/// Lines and columns count from 1.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1)
}

/// The columns to show.
struct Window {
    start: usize,
    width: usize,
}

impl Window {
    /// From the beginning of the line where the column is visible then, else from a little before it.
    const fn around(column: usize, width: usize) -> Self {
        let start = if column + width / 4 < width { 0 } else { column - width / 4 };
        Self { start, width }
    }

    fn cut(&self, line: &str) -> String {
        let mut shown: String = line.chars().skip(self.start).take(self.width).collect();
        if self.start > 0 && !shown.is_empty() {
            shown = CUT.chars().chain(shown.chars().skip(CUT.len())).collect();
        }
        if line.chars().count() > self.start + self.width {
            shown.push_str(CUT);
        }
        shown
    }
}

/// The bytes of a line that a span covers. What goes on in further lines is cut off.
fn label_in(shown: &str, start: usize, span: Span, offset: usize) -> std::ops::Range<usize> {
    let byte_of = |column: usize| {
        let at = column.saturating_sub(start);
        shown.char_indices().nth(at).map_or(shown.len(), |(byte, _)| byte)
    };
    let from = byte_of(index(span.column));
    let to = if span.end_line == span.line { byte_of(index(span.end_column)) } else { shown.len() };
    offset + from..offset + to.max(from)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, lines_before, lines_after)?;
        // Asked for the label alone, miette wants to know what to write after the file's name.
        let is_label = lines_before == 0 && lines_after == 0 && *span == self.label;
        let (line, column) =
            if is_label { (self.place.0 - 1, self.place.1 - 1) } else { (self.first_line + inner.line(), inner.column()) };
        let contents =
            MietteSpanContents::new_named(self.name.clone(), inner.data(), *inner.span(), line, column, inner.line_count());
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn excerpt(text: &str, span: Span, width: usize) -> Option<Excerpt> {
        let location = Location { file: "x.yaml".to_owned(), span };
        Excerpt::new(&location, &SourceText::new(text.as_bytes()), width)
    }

    fn labelled(excerpt: &Excerpt) -> &str {
        &excerpt.text[excerpt.label.offset()..excerpt.label.offset() + excerpt.label.len()]
    }

    const fn on_line(line: u32, column: u32, end_column: u32) -> Span {
        Span { line, column, end_line: line, end_column }
    }

    #[test]
    fn the_label_counts_characters_not_bytes() {
        let excerpt = excerpt("a: 1\nb: 'é', image: redis\nc: 3\n", on_line(2, 9, 14), 80).unwrap();
        assert_eq!(labelled(&excerpt), "image");
        assert_eq!((excerpt.first_line, excerpt.text.lines().count()), (0, 3));
    }

    #[test]
    fn a_label_over_several_lines_ends_with_the_first() {
        let span = Span { line: 1, column: 4, end_line: 3, end_column: 2 };
        assert_eq!(labelled(&excerpt("a: |\n  x\n  y\n", span, 80).unwrap()), "|");
    }

    #[test]
    fn a_huge_line_is_cut_around_the_label() {
        let text = format!("{}NEEDLE{}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let excerpt = excerpt(&text, on_line(1, 1_000_001, 1_000_007), 80).unwrap();
        assert_eq!(labelled(&excerpt), "NEEDLE");
        assert!(
            excerpt.text.len() < 100 && excerpt.text.starts_with("...x") && excerpt.text.ends_with("...\n"),
            "{}",
            excerpt.text
        );
    }

    #[test]
    fn a_place_that_the_file_does_not_have_is_not_drawn() {
        assert!(excerpt("a\n", Span::point(9, 1), 80).is_none());
    }

    #[test]
    fn a_place_after_the_end_of_its_line_is_drawn_at_the_end() {
        assert_eq!(labelled(&excerpt("abc\n", on_line(1, 40, 50), 80).unwrap()), "");
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_can_be_drawn_or_is_refused(text in any::<String>(), line in 0u32..9, column in 0u32..99, end in 0u32..99) {
            let span = Span { line, column, end_line: line, end_column: end };
            if let Some(excerpt) = excerpt(&text, span, 60) {
                prop_assert!(excerpt.text.is_char_boundary(excerpt.label.offset()));
                prop_assert!(excerpt.read_span(&excerpt.label, 1, 1).is_ok());
            }
        }
    }
}
