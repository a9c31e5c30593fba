//! Cuts the text of an instruction into words.

use std::ops::Range;

/// Words between blanks.
pub(super) fn plain_words(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let part = text.get(within.clone()).unwrap_or_default();
    part.split_whitespace()
        .map(|word| {
            let start = within.start + (word.as_ptr().addr() - part.as_ptr().addr());
            start..start + word.len()
        })
        .collect()
}

/// Words between blanks, where blanks within quotes and after an escape are part of a word. Quotes stay as they are written.
pub(super) fn quoted_words(text: &str, within: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = within.start;
    while let Some(rest) = text.get(at..within.end).filter(|rest| !rest.is_empty()) {
        let blanks = rest.len() - rest.trim_start().len();
        let length = word_length(&rest[blanks..], escape);
        let start = at + blanks;
        at = start + length;
        if length > 0 {
            words.push(start..at);
        }
    }
    words
}

/// Length of the word that a text starts with.
pub(super) fn word_length(text: &str, escape: char) -> usize {
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match quote {
            None if character.is_whitespace() => return at,
            _ if character == escape && quote != Some('\'') => drop(characters.next()),
            None if matches!(character, '"' | '\'') => quote = Some(character),
            Some(open) if character == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> Vec<&str> {
        quoted_words(text, 0..text.len(), '\\').into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn blanks_within_quotes_and_after_an_escape_are_part_of_a_word() {
        assert_eq!(quoted(r#" a=1  b="two words" c='x" y' d\ e "#), ["a=1", "b=\"two words\"", "c='x\" y'", "d\\ e"]);
        assert_eq!(quoted("a \"open b"), ["a", "\"open b"]);
    }

    proptest! {
        #[test]
        fn words_lose_nothing_but_blanks(text in "[a\"'\\\\é ]{0,20}") {
            for words in [quoted_words(&text, 0..text.len(), '\\'), plain_words(&text, 0..text.len())] {
                let kept: usize = words.iter().map(|word| text[word.clone()].chars().filter(|c| !c.is_whitespace()).count()).sum();
                prop_assert_eq!(kept, text.chars().filter(|c| !c.is_whitespace()).count());
            }
        }
    }
}
