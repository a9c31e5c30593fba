//! Comments in lines that are shown. Nobody judges them, and people write passwords into them: they stay where they are.

/// Stands for a comment.
const WITHHELD: &str = "# ...";

/// A line without its comment: what follows a `#` or `//` at its beginning or behind a blank, outside of quotes. One that begins
/// before `kept`, in characters, is what somebody points at, and stays.
pub(crate) fn without_comment(line: &str, kept: usize) -> String {
    match start(line) {
        Some(at) if line[..at].chars().count() >= kept => format!("{}{WITHHELD}", &line[..at]),
        _ => line.to_owned(),
    }
}

/// Where a comment begins, in bytes.
fn start(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut is_behind_blank = true;
    for (at, character) in line.char_indices() {
        let is_comment = character == '#' || line[at..].starts_with("//");
        match (quote, character) {
            (None, _) if is_comment && is_behind_blank => return Some(at),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        is_behind_blank = character.is_whitespace();
    }
    // Of a quote that nobody closed, nothing can be told: an apostrophe in a text is no quote.
    let bare = || line.match_indices('#').map(|(at, _)| at).find(|at| line[..*at].ends_with(char::is_whitespace));
    quote.and_then(|_| bare())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_withheld_and_values_are_not() {
        for (line, shown) in [
            ("# password: x", "# ..."),
            ("  image: cart:1 # was x", "  image: cart:1 # ..."),
            ("  a = 1 // x", "  a = 1 # ..."),
            ("url: https://example.com/#fragment", "url: https://example.com/#fragment"),
            ("a: \"b # c\"", "a: \"b # c\""),
            ("a: 'b' # c", "a: 'b' # ..."),
            ("a: don't # c", "a: don't # ..."),
            ("", ""),
        ] {
            assert_eq!(without_comment(line, 0), shown);
        }
    }

    #[test]
    fn a_comment_that_is_pointed_at_stays() {
        assert_eq!(without_comment("# expect: rule", 1), "# expect: rule");
        assert_eq!(without_comment("a: 1 # x", 2), "a: 1 # ...");
    }
}
