//! Whether two path patterns can match one path, or one a path inside what the other matches.

/// Whether a directory could belong to both patterns, or lie within a directory of the other.
///
/// It may say yes for patterns that no path fits (classes and braces are taken for "anything"), never no for patterns
/// that some path does fit.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    let steps = |pattern: &str| pattern.split('/').map(|step| step.chars().collect()).collect::<Vec<Vec<char>>>();
    nested(&steps(one), &steps(other))
}

fn nested(one: &[Vec<char>], other: &[Vec<char>]) -> bool {
    let (Some((first, rest)), Some((other_first, other_rest))) = (one.split_first(), other.split_first()) else {
        return true;
    };
    if crosses_steps(first) {
        return nested(rest, other) || nested(one, other_rest);
    }
    if crosses_steps(other_first) {
        return nested(one, other_rest) || nested(rest, other);
    }
    step(first, other_first) && nested(rest, other_rest)
}

fn crosses_steps(step: &[char]) -> bool {
    step == ['*', '*']
}

/// Whether some name fits both steps.
fn step(one: &[char], other: &[char]) -> bool {
    let literal = |step: &[char]| !step.iter().any(|character| "*?[]{}\\".contains(*character));
    let simple = |step: &[char]| !step.iter().any(|character| "[]{}\\".contains(*character));
    if literal(one) && literal(other) {
        return one == other;
    }
    // Brackets and braces could mean many things. Two equal patterns meet for sure; of others it is assumed.
    !simple(one) || !simple(other) || meet(one, other)
}

/// Whether some text fits two patterns of plain characters, `?` and `*`.
fn meet(one: &[char], other: &[char]) -> bool {
    match (one, other) {
        ([], []) => true,
        (['*', rest @ ..], _) if meet(rest, other) => true,
        (_, ['*', rest @ ..]) if meet(one, rest) => true,
        (['*', ..], [_, rest @ ..]) => meet(one, rest),
        ([_, rest @ ..], ['*', ..]) => meet(rest, other),
        ([first, rest @ ..], [other_first, other_rest @ ..]) => {
            (*first == '?' || *other_first == '?' || first == other_first) && meet(rest, other_rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tollgate_core::pipeline::Glob;

    #[test]
    fn what_can_match_one_directory_overlaps() {
        for (one, other) in
            [("a/*", "a/b"), ("a/*", "a/*"), ("a/x*", "a/*y"), ("**/b", "a/b"), ("a/**", "a/b/c"), ("a/{b,c}", "a/b")]
        {
            assert!(overlap(one, other), "{one} {other}");
            assert!(overlap(other, one), "{other} {one}");
        }
    }

    #[test]
    fn a_component_within_a_component_overlaps() {
        assert!(overlap("services", "services/cart"));
        assert!(overlap("services/*/base", "services/cart"));
    }

    #[test]
    fn what_can_not_meet_does_not_overlap() {
        for (one, other) in [("a/*", "b/*"), ("a/b", "a/c"), ("a/x-*", "a/y-*"), ("services", "services-old"), ("a/?", "a/bc")] {
            assert!(!overlap(one, other), "{one} {other}");
        }
    }

    /// A pattern that the path fits: some of its characters become wildcards.
    fn loosen(path: &str, choices: &[u8]) -> String {
        let loose = |(index, character): (usize, char)| match (character, choices[index % choices.len()]) {
            ('/', _) => '/',
            (_, 0) => '*',
            (_, 1) => '?',
            _ => character,
        };
        path.chars().enumerate().map(loose).collect()
    }

    proptest! {
        #[test]
        fn two_patterns_that_match_one_path_overlap(
            path in "[ab]{1,3}(/[ab]{1,3}){0,2}", one in proptest::collection::vec(0u8..4, 9), other in proptest::collection::vec(0u8..4, 9),
        ) {
            let (one, other) = (loosen(&path, &one), loosen(&path, &other));
            let matches = |pattern: &str| Glob::new(pattern).is_ok_and(|glob| glob.matches(&path));
            prop_assert!(matches(&one) && matches(&other));
            prop_assert!(overlap(&one, &other), "{} {}", one, other);
        }
    }

    proptest! {
        #[test]
        fn overlapping_is_mutual_and_every_pattern_overlaps_with_itself(one in "[ab*?]{1,3}(/[ab*?]{1,3}){0,3}", other in "[ab*?]{1,3}(/[ab*?]{1,3}){0,3}") {
            prop_assert!(overlap(&one, &one));
            prop_assert_eq!(overlap(&one, &other), overlap(&other, &one));
        }

        #[test]
        fn two_plain_paths_overlap_if_and_only_if_one_holds_the_other(one in "[ab]{1,2}(/[ab]{1,2}){0,3}", other in "[ab]{1,2}(/[ab]{1,2}){0,3}") {
            let holds = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
            prop_assert_eq!(overlap(&one, &other), holds(&one, &other) || holds(&other, &one));
        }
    }
}
