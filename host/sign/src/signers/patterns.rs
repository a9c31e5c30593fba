//! Lists of patterns, as ssh_config(5) has them under PATTERNS.

use std::fmt;

/// Patterns with commas between them: `*` is any text, `?` any byte, and `!` in front forbids what matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternList(String);

impl PatternList {
    /// Takes a list, unless one of its patterns is empty.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let whole = text.split(',').all(|pattern| !pattern.trim_start_matches('!').is_empty());
        whole.then(|| Self(text.to_owned()))
    }

    /// Whether a pattern matches, and none forbids. A list that only forbids allows nothing.
    pub(crate) fn allows(&self, name: &str) -> bool {
        let mut allowed = false;
        for pattern in self.0.split(',') {
            match pattern.strip_prefix('!') {
                Some(forbidden) if matches(forbidden.as_bytes(), name.as_bytes()) => return false,
                Some(_) => {}
                None => allowed |= matches(pattern.as_bytes(), name.as_bytes()),
            }
        }
        allowed
    }
}

impl fmt::Display for PatternList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes time with the product of both lengths, whatever stars there are: only the last star is tried again.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == byte => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, from)) = last_star else { return false };
                last_star = Some((star, from + 1));
                p = star + 1;
                t = from + 1;
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(list: &str, name: &str) -> bool {
        PatternList::new(list).unwrap().allows(name)
    }

    #[test]
    fn stars_question_marks_and_negations_mean_what_ssh_says() {
        for (list, name, allowed) in [
            ("git", "git", true),
            ("git", "gits", false),
            ("git", "Git", false),
            ("git,tollgate", "tollgate", true),
            ("*", "", true),
            ("t*e", "tollgate", true),
            ("t*e", "tollgates", false),
            ("*l*g*", "tollgate", true),
            ("toll????", "tollgate", true),
            ("toll???", "tollgate", false),
            ("*,!git", "git", false),
            ("!git,*", "git", false),
            ("!git,*", "tollgate", true),
            ("!git", "tollgate", false),
            ("!g*,git", "git", false),
        ] {
            assert_eq!(allows(list, name), allowed, "{list} {name}");
        }
    }

    #[test]
    fn empty_patterns_are_no_patterns() {
        for list in ["", ",", "a,", ",a", "a,,b", "!", "a,!"] {
            assert_eq!(PatternList::new(list), None, "{list}");
        }
    }

    /// The definition, too slow for use.
    fn defined(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) if defined(rest, text) => true,
            (Some((b'*', _)), Some((_, after))) => defined(pattern, after),
            (Some((b'?', rest)), Some((_, after))) => defined(rest, after),
            (Some((wanted, rest)), Some((byte, after))) => wanted == byte && defined(rest, after),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_is_defined(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), defined(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
