//! What an error of the parser means.

use granit_parser::{ErrorKind, ScanError};
use tollgate_core::document::Span;

use crate::source::{Refusal, SourceCode, SourceFinding};

/// Makes a finding of an error.
pub(crate) fn diagnose(text: &str, first_line: u32, error: &ScanError) -> Refusal {
    let mark = error.marker();
    let offset = mark.byte_offset().unwrap_or_default().min(text.len());
    let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let here = Span::point(first_line.saturating_add(clamp(mark.line())) - 1, clamp(mark.col()).saturating_add(1));
    // The parser does not always see that a tab is why the indentation is wrong.
    if let Some(tab) = indenting_tab(text, offset) {
        let line_start = text[..tab].rfind('\n').map_or(0, |at| at + 1);
        let line = first_line.saturating_add(clamp(text[..tab].matches('\n').count()));
        let place = Span::point(line, clamp(tab - line_start).saturating_add(1));
        return SourceFinding::refuse(SourceCode::Tab, place, "a tab is used as indentation");
    }
    let (code, message) = describe(error, text[offset..].trim_end().is_empty());
    SourceFinding::refuse(code, here, message)
}

fn describe(error: &ScanError, at_end: bool) -> (SourceCode, String) {
    match error.kind() {
        ErrorKind::UnknownAnchor => (SourceCode::AnchorUnknown, "the alias has no anchor before it".to_owned()),
        ErrorKind::RecursionLimitExceeded => (SourceCode::TooDeep, "the document nests too deep".to_owned()),
        ErrorKind::UnclosedQuotedScalar => (SourceCode::Truncated, "the quote that opens here is never closed".to_owned()),
        ErrorKind::UnclosedFlowCollection { open } => {
            (SourceCode::Truncated, format!("the `{open}` that opens here is never closed"))
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::ExpectedFlowMappingSeparator
            if at_end =>
        {
            (SourceCode::Truncated, "the document ends within brackets".to_owned())
        }
        ErrorKind::UnexpectedEof => (SourceCode::Truncated, "the document ends too early".to_owned()),
        kind => (SourceCode::NotYaml, format!("not YAML: {kind}")),
    }
}

/// Offset of a tab in the indentation of the line of the error, or of the line after it.
fn indenting_tab(text: &str, offset: usize) -> Option<usize> {
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let mut start = line_start;
    for line in text[line_start..].split_inclusive('\n').take(2) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Events;
    use crate::yaml::YamlEvents;

    fn code(text: &str) -> (SourceCode, u32, u32) {
        let mut events = YamlEvents::new(text, 1);
        loop {
            match events.next_event() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("`{text}` is fine"),
                Err(finding) => return (finding.code, finding.span.line, finding.span.column),
            }
        }
    }

    #[test]
    fn tabs_as_indentation_are_told_from_other_errors() {
        assert_eq!(code("a:\n\tb: 1\n"), (SourceCode::Tab, 2, 1));
        assert_eq!(code("a:\n  - b\n \t- c\n"), (SourceCode::Tab, 3, 2));
        assert_eq!(code("a: b: c\n"), (SourceCode::NotYaml, 1, 5));
    }

    #[test]
    fn text_that_ends_too_early_is_named_at_what_is_open() {
        assert_eq!(code("a: \"x\nb: \\\" 1\n"), (SourceCode::Truncated, 1, 4));
        assert_eq!(code("a: 'it''s\n"), (SourceCode::Truncated, 1, 4));
        assert_eq!(code("a: [1, {b: 2}\n"), (SourceCode::Truncated, 1, 4));
    }

    #[test]
    fn an_alias_without_an_anchor_is_named() {
        assert_eq!(code("é: *nobody\n"), (SourceCode::AnchorUnknown, 1, 4));
    }

    #[test]
    fn a_hundred_thousand_brackets_are_too_deep() {
        assert_eq!(code(&"[".repeat(100_000)).0, SourceCode::TooDeep);
        assert_eq!(code(&"{a: ".repeat(100_000)).0, SourceCode::TooDeep);
    }
}
