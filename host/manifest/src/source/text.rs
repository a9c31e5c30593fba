//! Checks that bytes are text that every reader sees alike.

use tollgate_core::document::Span;

use super::{Refusal, SourceCode, SourceFinding};

/// How much a format forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Only what no text may hold: NUL, and bytes that are no UTF-8.
    Json,
    /// What the API server's reader of YAML refuses or reads differently, too.
    Yaml,
}

/// The bytes without the byte order mark before them, which no column counts.
pub(crate) fn strip_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Reads bytes as text. `first_line` is the number of their first line.
///
/// # Errors
/// A finding at the first character that is wrong.
pub(crate) fn check_text(bytes: &[u8], first_line: u32, strictness: Strictness) -> Result<&str, Refusal> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(SourceFinding::refuse(SourceCode::NotUtf8, Span::point(first_line, 1), "the text is UTF-16, not UTF-8"));
    }
    let suspect = |from: usize| bytes[from..].iter().position(|&byte| SUSPECT[byte as usize]).map(|at| from + at);
    let mut next = suspect(0);
    while let Some(at) = next {
        if let Some((code, what)) = judge(&bytes[at..], strictness) {
            return Err(SourceFinding::refuse(code, place(bytes, at, first_line), what));
        }
        next = suspect(at + 1);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        SourceFinding::refuse(SourceCode::NotUtf8, place(bytes, at, first_line), format!("byte 0x{byte:02X} is not UTF-8"))
    })
}

/// First bytes of characters that need a look.
const SUSPECT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = !matches!(byte as u8, b'\t' | b'\n' | b'\r');
        byte += 1;
    }
    table[0x7F] = true;
    table[0xC2] = true;
    table[0xE2] = true;
    table[0xEF] = true;
    table
};

fn judge(bytes: &[u8], strictness: Strictness) -> Option<(SourceCode, String)> {
    if bytes[0] == 0 {
        return Some((SourceCode::Nul, "the text holds a NUL byte".to_owned()));
    }
    if strictness == Strictness::Json {
        return None;
    }
    let control =
        |character: u32| Some((SourceCode::ControlCharacter, format!("the text holds the control character U+{character:04X}")));
    let separator = |character: u32| {
        Some((SourceCode::LineSeparator, format!("the text holds U+{character:04X}, a line break that not every reader sees")))
    };
    match *bytes {
        [byte @ (..0x20 | 0x7F), ..] => control(byte.into()),
        [0xC2, 0x85, ..] => separator(0x85),
        [0xC2, byte @ 0x80..0xA0, ..] => control(byte.into()),
        [0xE2, 0x80, 0xA8, ..] => separator(0x2028),
        [0xE2, 0x80, 0xA9, ..] => separator(0x2029),
        [0xEF, 0xBF, 0xBE, ..] => control(0xFFFE),
        [0xEF, 0xBF, 0xBF, ..] => control(0xFFFF),
        _ => None,
    }
}

/// Line and column of a byte, for text that may be none.
fn place(bytes: &[u8], at: usize, first_line: u32) -> Span {
    let before = &bytes[..at];
    let is_break = |&index: &usize| match before[index] {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    let breaks = (0..at).filter(is_break).count();
    let line_start = (0..at).rev().find(is_break).map_or(0, |index| index + 1);
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Span::point(first_line.saturating_add(clamp(breaks)), clamp(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8], strictness: Strictness) -> Option<(SourceCode, u32, u32)> {
        check_text(bytes, 1, strictness).err().map(|finding| (finding.code, finding.span.line, finding.span.column))
    }

    #[test]
    fn ordinary_text_passes() {
        assert_eq!(refusal("a: é\u{20ac}\u{1F600}\t\r\n\u{FEFF}\u{A0}\u{2027}".as_bytes(), Strictness::Yaml), None);
    }

    #[test]
    fn what_hides_text_is_found_at_its_place() {
        assert_eq!(refusal(b"a: 1\nb: \0", Strictness::Yaml), Some((SourceCode::Nul, 2, 4)));
        assert_eq!(refusal("é: \u{1b}".as_bytes(), Strictness::Yaml), Some((SourceCode::ControlCharacter, 1, 4)));
        assert_eq!(refusal("a\r\n# \u{2028}b: 1".as_bytes(), Strictness::Yaml), Some((SourceCode::LineSeparator, 2, 3)));
        assert_eq!(refusal("\u{85}".as_bytes(), Strictness::Yaml), Some((SourceCode::LineSeparator, 1, 1)));
        assert_eq!(refusal("\u{9f}\u{ffff}".as_bytes(), Strictness::Yaml), Some((SourceCode::ControlCharacter, 1, 1)));
    }

    #[test]
    fn json_may_hold_what_it_can() {
        assert_eq!(refusal("\"\u{2028}\u{7f}\"".as_bytes(), Strictness::Json), None);
        assert_eq!(refusal(b"\0", Strictness::Json), Some((SourceCode::Nul, 1, 1)));
    }

    #[test]
    fn other_encodings_are_named() {
        assert_eq!(refusal(b"a: \xFF", Strictness::Yaml), Some((SourceCode::NotUtf8, 1, 4)));
        for utf16 in [b"\xFF\xFEa\0", b"\xFE\xFF\0a"] {
            assert_eq!(refusal(utf16, Strictness::Json), Some((SourceCode::NotUtf8, 1, 1)));
        }
    }
}
