//! Patterns of addresses.
//!
//! Addresses have brackets and quotes in them (`module.a["x"].b.c[0]`), which other globs take for something else: here a `*`
//! stands for any text, and everything else for itself.

/// Whether one of some patterns fits.
pub(crate) fn fits_any(patterns: &[String], address: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, address))
}

fn fits(pattern: &str, address: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = address.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Whether a pattern can fit an address: it is not empty, and has blanks in keys alone.
pub(crate) fn is_sound(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.split('"').step_by(2).all(|part| !part.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_any_text_and_all_else_for_itself() {
        for (pattern, address, expected) in [
            ("aws_instance.a", "aws_instance.a", true),
            ("aws_instance.a", "aws_instance.ab", false),
            ("aws_instance.*", "aws_instance.a[0]", true),
            ("aws_instance.a[0]", "aws_instance.a[0]", true),
            ("aws_instance.a[0]", "aws_instance.a0", false),
            ("aws_instance.a[*]", "aws_instance.a[\"x/y\"]", true),
            ("module.*.aws_instance.a", "module.x[\"b.c\"].module.y.aws_instance.a", true),
            ("module.*.aws_instance.a", "module.x.aws_instance.b", false),
            ("*", "anything", true),
            ("*.a*", "b.a", true),
            ("a*a", "a", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
        ] {
            assert_eq!(fits(pattern, address), expected, "{pattern} {address}");
        }
    }

    #[test]
    fn a_pattern_is_one_that_could_fit_an_address() {
        assert!(["*", "a.b", "module.a[\"x y\"].*"].into_iter().all(is_sound));
        assert!(!["", " ", "a. b", "a b.c[\"x\"]"].into_iter().any(is_sound));
    }

    /// The same, by trying everything.
    fn slowly(pattern: &[u8], address: &[u8]) -> bool {
        match pattern.split_first() {
            None => address.is_empty(),
            Some((b'*', rest)) => (0..=address.len()).any(|skipped| slowly(rest, &address[skipped..])),
            Some((byte, rest)) => address.split_first().is_some_and(|(first, others)| first == byte && slowly(rest, others)),
        }
    }

    proptest! {
        #[test]
        fn it_fits_what_trying_everything_fits(pattern in "[ab*]{0,6}", address in "[ab]{0,8}") {
            prop_assert_eq!(fits(&pattern, &address), slowly(pattern.as_bytes(), address.as_bytes()));
        }

        #[test]
        fn no_text_makes_it_panic(pattern in "\\PC{0,12}", address in "\\PC{0,12}") {
            prop_assert_eq!(fits(&pattern, &address), slowly(pattern.as_bytes(), address.as_bytes()));
            let _ = is_sound(&pattern);
        }
    }
}
