//! Text from elsewhere, made safe to show: sources and messages are written by those who are judged.

/// Replaces what could move the cursor, hide text or speak to a terminal or CI system. One character stays one
/// character, so columns stay true. Line breaks and tabs are kept.
pub(crate) fn text(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// As [`text`], and on one line.
pub(crate) fn line(text: &str) -> String {
    self::text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters, those that change the direction of text (Unicode Standard Annex 9) or are invisible, and those that
/// XML 1.0 (production `Char`) forbids.
fn is_unsafe(c: char) -> bool {
    let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_invisible || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_turned_text_lose_their_effect() {
        assert_eq!(super::text("a\u{1b}[31mb\u{202e}c\rd"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        assert_eq!(super::text("ordinary, é, 日本\n\tkept"), "ordinary, é, 日本\n\tkept");
    }

    #[test]
    fn a_line_has_no_breaks() {
        assert_eq!(super::line("one\n::error::two\t three "), "one ::error::two three");
    }

    proptest! {
        #[test]
        fn no_character_is_lost_and_none_speaks_to_the_terminal(text in any::<String>()) {
            let clean = super::text(&text);
            prop_assert_eq!(clean.chars().count(), text.chars().count());
            prop_assert!(!clean.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
