//! Cuts a file into its YAML documents before any of them is parsed, so that an error in one can't reach the next.
//!
//! A line that starts with `---` begins a document wherever it stands: the standard allows it within no scalar, not even
//! a quoted one (YAML 1.2.2, `c-forbidden`). So does `...` end one. This is what `kubectl` does, too.

use memchr::memchr2_iter;

/// One document of a file, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'s> {
    /// With the `---` before it and the `...` after it.
    pub(crate) bytes: &'s [u8],
    /// Number of its first line in the file, from 1.
    pub(crate) first_line: u32,
}

impl<'s> Part<'s> {
    /// The part without its marker, where it begins as a JSON object does. The API server takes such a document as JSON if
    /// it is JSON, and as YAML else.
    pub(crate) fn json_candidate(self) -> Option<Self> {
        let bytes = if is_marker(self.bytes, b"---") { &self.bytes[3..] } else { self.bytes };
        let before_brace = bytes.len() - bytes.trim_ascii_start().len();
        let starts_line = bytes.len() == self.bytes.len() || bytes[..before_brace].contains(&b'\n');
        (starts_line && bytes[before_brace..].starts_with(b"{")).then_some(Self { bytes, ..self })
    }
}

/// The documents of a file. Those that hold nothing but blanks and comments are left out.
pub(crate) fn parts(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut rest = Some(Part { bytes, first_line: 1 });
    std::iter::from_fn(move || {
        loop {
            let (part, after) = cut(rest.take()?);
            rest = after;
            if Content::of(part.bytes) == Content::Some {
                return Some(part);
            }
        }
    })
}

/// Takes the first document off.
fn cut(all: Part<'_>) -> (Part<'_>, Option<Part<'_>>) {
    let mut line = all.first_line;
    for at in memchr2_iter(b'\n', b'\r', all.bytes) {
        if all.bytes[at] == b'\r' && all.bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        line = line.saturating_add(1);
        let next = at + 1;
        let split = |at: usize, first_line: u32| {
            let (before, after) = all.bytes.split_at(at);
            (Part { bytes: before, ..all }, Some(Part { bytes: after, first_line }))
        };
        if is_marker(&all.bytes[next..], b"---") && Content::of(&all.bytes[..next]) != Content::Directives {
            return split(next, line);
        }
        if is_marker(&all.bytes[next..], b"...") {
            let end = next + line_length(&all.bytes[next..]);
            return split(end, line.saturating_add(1));
        }
    }
    (all, None)
}

/// Whether a line is this marker: nothing but blanks may touch it.
fn is_marker(line: &[u8], marker: &[u8; 3]) -> bool {
    line.starts_with(marker) && line.get(3).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Length of the first line, with its break.
fn line_length(bytes: &[u8]) -> usize {
    match memchr::memchr2(b'\n', b'\r', bytes) {
        Some(at) if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') => at + 2,
        Some(at) => at + 1,
        None => bytes.len(),
    }
}

/// Whether a comment may be more than a comment to some reader, who sees a line break in it where others see none.
fn may_hide_text(comment: &[u8]) -> bool {
    let breaks = ['\u{85}', '\u{2028}', '\u{2029}'];
    let is_suspect = |character: char| breaks.contains(&character) || character.is_control() && character != '\t';
    std::str::from_utf8(comment).map_or(true, |comment| comment.contains(is_suspect))
}

/// What stands in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Blanks and comments.
    None,
    /// Directives, which belong to the document after them.
    Directives,
    Some,
}

impl Content {
    fn of(mut bytes: &[u8]) -> Self {
        let mut content = Self::None;
        // A `%` after `---` is no directive, but the first character of the document.
        let directives_allowed = !is_marker(bytes, b"---");
        while !bytes.is_empty() {
            let (line, after) = bytes.split_at(line_length(bytes));
            bytes = after;
            if directives_allowed && line.starts_with(b"%") {
                content = Self::Directives;
                continue;
            }
            // Directives and their marker are a document already, however empty it is.
            if content == Self::Directives && is_marker(line, b"---") {
                return Self::Some;
            }
            let is_bare_marker = is_marker(line, b"---") || is_marker(line, b"...");
            let text = if is_bare_marker { &line[3..] } else { line }.trim_ascii();
            if !text.is_empty() && (!text.starts_with(b"#") || may_hide_text(text)) {
                return Self::Some;
            }
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cuts(text: &str) -> Vec<(&str, u32)> {
        parts(text.as_bytes()).map(|part| (std::str::from_utf8(part.bytes).unwrap(), part.first_line)).collect()
    }

    #[test]
    fn documents_are_cut_at_markers_in_the_first_column() {
        assert_eq!(cuts("a: 1\n---\nb: 2\n--- # c\nc: 3"), [("a: 1\n", 1), ("---\nb: 2\n", 2), ("--- # c\nc: 3", 4)]);
        assert_eq!(cuts("a: |\n  x\n  ---\n  y\n"), [("a: |\n  x\n  ---\n  y\n", 1)]);
        assert_eq!(cuts("a: 1\n---b: 2\n"), [("a: 1\n---b: 2\n", 1)]);
    }

    #[test]
    fn a_document_that_is_only_comments_is_none() {
        assert_eq!(cuts(""), []);
        assert_eq!(cuts("# a\n\n---\n# b\n---\n...\n"), []);
        assert_eq!(cuts("# a\n---\nb: 1\n---\n"), [("---\nb: 1\n", 2)]);
    }

    #[test]
    fn a_comment_that_hides_text_is_no_mere_comment() {
        for text in ["# a\u{2028}b: 1\n", "# a\u{85}b: 1\n", "# \0\n"] {
            assert_eq!(cuts(text), [(text, 1)]);
        }
        assert_eq!(parts(b"# \xFF\n").count(), 1);
        assert_eq!(cuts("# \u{a9}\t\u{2014}\r\n"), []);
    }

    #[test]
    fn the_end_marker_ends_a_document() {
        assert_eq!(cuts("a: 1\n...\nb: 2\n"), [("a: 1\n...\n", 1), ("b: 2\n", 3)]);
    }

    #[test]
    fn directives_stay_with_their_document() {
        assert_eq!(cuts("%YAML 1.1\n# c\n---\na: 1\n"), [("%YAML 1.1\n# c\n---\na: 1\n", 1)]);
        assert_eq!(cuts("a: 1\n...\n%YAML 1.1\n---\nb: 1\n"), [("a: 1\n...\n", 1), ("%YAML 1.1\n---\nb: 1\n", 3)]);
        assert_eq!(cuts("%YAML 1.1\n"), []);
    }

    #[test]
    fn carriage_returns_count_lines_as_yaml_does() {
        assert_eq!(cuts("a: 1\r\n---\r\nb: 2\r\n"), [("a: 1\r\n", 1), ("---\r\nb: 2\r\n", 2)]);
        assert_eq!(cuts("a: 1\r---\rb: 2"), [("a: 1\r", 1), ("---\rb: 2", 2)]);
    }

    #[test]
    fn only_a_brace_that_starts_a_line_may_begin_json() {
        let candidate = |text: &str| Part { bytes: text.as_bytes(), first_line: 1 }.json_candidate().is_some();
        assert!(candidate("{}") && candidate("---\n {}") && candidate("--- \r\n{}"));
        assert!(!candidate("--- {}") && !candidate("---{}") && !candidate("# c\n{}") && !candidate("a: {}"));
    }

    proptest! {
        #[test]
        fn parts_start_at_the_line_that_they_say(text in "([a% ]|---|\\.\\.\\.|\n|\r\n|\r|#){0,30}") {
            for part in parts(text.as_bytes()) {
                let offset = part.bytes.as_ptr() as usize - text.as_ptr() as usize;
                let before = text[..offset].replace("\r\n", "\n").replace('\r', "\n");
                prop_assert_eq!(part.first_line as usize, before.matches('\n').count() + 1);
            }
        }
    }
}
