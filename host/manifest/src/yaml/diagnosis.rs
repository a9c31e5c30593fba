//! What an error of the parser means, judged by the text around it: the parser has one kind of error for all.

use saphyr_parser::Marker;
use tollgate_core::document::Span;

use crate::source::{Refusal, SourceCode, SourceFinding};

/// The parser itself gives up at this many open brackets.
const PARSER_DEPTH: usize = 255;

/// Makes a finding of an error at a mark.
pub(crate) fn diagnose(text: &str, first_line: u32, mark: Marker, info: &str) -> Refusal {
    let offset = text.char_indices().nth(mark.index()).map_or(text.len(), |(offset, _)| offset);
    let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let here = Span::point(first_line.saturating_add(clamp(mark.line()) - 1), clamp(mark.col()).saturating_add(1));
    if let Some(tab) = indenting_tab(text, offset) {
        let line_start = text[..tab].rfind('\n').map_or(0, |at| at + 1);
        let line = first_line.saturating_add(clamp(text[..tab].matches('\n').count()));
        let place = Span::point(line, clamp(tab - line_start).saturating_add(1));
        return SourceFinding::refuse(SourceCode::Tab, place, "a tab is used as indentation");
    }
    if text[offset..].starts_with('*') {
        let name: String = text[offset + 1..].chars().take_while(|character| !character.is_whitespace()).take(64).collect();
        return SourceFinding::refuse(SourceCode::AnchorUnknown, here, format!("alias `*{name}` has no anchor before it"));
    }
    if open_brackets(&text[..offset]) >= PARSER_DEPTH {
        return SourceFinding::refuse(SourceCode::TooDeep, here, "brackets nest too deep");
    }
    if opens_quote_without_end(&text[offset..]) {
        return SourceFinding::refuse(SourceCode::Truncated, here, "the quote that opens here is never closed");
    }
    if text[offset..].trim_end().is_empty() && open_brackets(text) > 0 {
        return SourceFinding::refuse(SourceCode::Truncated, here, "the document ends within brackets");
    }
    SourceFinding::refuse(SourceCode::NotYaml, here, format!("not YAML: {info}"))
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

/// How many brackets are open at the end, roughly: brackets within quotes count, too.
fn open_brackets(text: &str) -> usize {
    text.bytes().fold(0, |open: usize, byte| match byte {
        b'[' | b'{' => open + 1,
        b']' | b'}' => open.saturating_sub(1),
        _ => open,
    })
}

fn opens_quote_without_end(text: &str) -> bool {
    let mut rest = text.bytes();
    match rest.next() {
        Some(b'\'') => rest.filter(|&byte| byte == b'\'').count() % 2 == 0,
        Some(b'"') => {
            while let Some(byte) = rest.next() {
                match byte {
                    b'\\' => drop(rest.next()),
                    b'"' => return false,
                    _ => {}
                }
            }
            true
        }
        _ => false,
    }
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
        assert_eq!(code("a: [1, {b: 2}\n"), (SourceCode::Truncated, 2, 1));
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
