//! Where a finding or a failure stands, with numbers that every format takes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate_core::document::Span;

use crate::failure::Failure;
use crate::finding::FindingReport;

/// What stands for itself in a path (RFC 3986, `unreserved`), and what separates its steps. A colon does not: the first step
/// of a relative path would be taken for a scheme.
const IN_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// As reports name it: not cleaned.
    pub(crate) file: &'a str,
    /// Numbers from 1, and no end before the beginning.
    pub(crate) span: Option<Span>,
}

impl FindingReport {
    /// Nothing for what stands in no file.
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        let span = self.line.map(|line| ordered(line, self.column, self.end_line, self.end_column));
        Some(Place { file: self.file.as_deref()?, span })
    }
}

impl Failure {
    /// Nothing for what happened in no file.
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        Some(Place { file: self.file.as_deref()?, span: self.line.map(|line| ordered(line, self.column, None, None)) })
    }
}

fn ordered(line: u32, column: Option<u32>, end_line: Option<u32>, end_column: Option<u32>) -> Span {
    let (line, column) = (line.max(1), column.unwrap_or(1).max(1));
    let end_line = end_line.unwrap_or(line).max(line);
    let first = if end_line == line { column } else { 1 };
    Span { line, column, end_line, end_column: end_column.unwrap_or(first).max(first) }
}

impl Place<'_> {
    /// The line that it begins on; the first one where that is not known.
    pub(crate) fn line(&self) -> u32 {
        self.span.map_or(1, |span| span.line)
    }

    /// The line that it ends on.
    pub(crate) fn end_line(&self) -> u32 {
        self.span.map_or(1, |span| span.end_line)
    }

    /// The file as the path of a URI (RFC 3986).
    pub(crate) fn uri_path(&self) -> String {
        utf8_percent_encode(self.file, &IN_PATH).to_string()
    }

    /// From the root of the file system, not from that of the repository.
    pub(crate) fn is_absolute(&self) -> bool {
        self.file.starts_with('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn what_a_uri_can_not_hold_is_encoded() {
        let path = |file| Place { file, span: None }.uri_path();
        assert_eq!(path("services/cart/a-b_c.d~e.yaml"), "services/cart/a-b_c.d~e.yaml");
        assert_eq!(path("a b:c?d#é%"), "a%20b%3Ac%3Fd%23%C3%A9%25");
    }

    proptest! {
        #[test]
        fn any_numbers_become_a_span_that_begins_before_it_ends(line: u32, column: Option<u32>, end_line: Option<u32>, end_column: Option<u32>) {
            let span = ordered(line, column, end_line, end_column);
            prop_assert!(span.line >= 1 && span.column >= 1);
            prop_assert!((span.line, span.column) <= (span.end_line, span.end_column));
        }

        #[test]
        fn any_file_survives_in_a_uri(file in any::<String>()) {
            let path = Place { file: &file, span: None }.uri_path();
            prop_assert!(path.is_ascii());
            prop_assert_eq!(percent_decode_str(&path).decode_utf8().unwrap(), file);
        }
    }
}
