//! A name that two patterns of references both fit.

use std::collections::BTreeSet;

use tollgate_core::pipeline::Glob;

/// A part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Character(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `**` between slashes; anywhere else it is no more than `*`.
    Deep,
}

impl Part {
    const fn repeats(self) -> bool {
        matches!(self, Self::Many | Self::Deep)
    }

    fn fits(self, character: char) -> bool {
        match self {
            Self::Character(own) => own == character,
            Self::One | Self::Many => character != '/',
            Self::Deep => true,
        }
    }
}

/// A name that both patterns fit, for sure. Nothing where there is none, or where none could be found: of classes nothing is
/// known here.
pub(crate) fn common_name(one: &Glob, other: &Glob) -> Option<String> {
    let fits = |name: &String| one.matches(name) && other.matches(name);
    let written = [one, other].map(|glob| glob.as_str().to_owned());
    let pairs = alternatives(one.as_str()).into_iter().flat_map(|one| {
        let one = parts(&one);
        alternatives(other.as_str()).into_iter().filter_map(move |other| meet(one.as_deref()?, &parts(&other)?))
    });
    let plain = |name: &String| !name.contains(['*', '?', '[', '{', '\\']);
    written.into_iter().filter(plain).chain(pairs).find(fits)
}

/// The patterns that a pattern with `{a,b}` stands for.
fn alternatives(pattern: &str) -> Vec<String> {
    let braces = pattern.find('{').and_then(|start| Some((start, start + pattern.get(start..)?.find('}')?)));
    let Some((start, end)) = braces else { return vec![pattern.to_owned()] };
    let (before, inside, after) = (&pattern[..start], &pattern[start + 1..end], &pattern[end + 1..]);
    if inside.contains('{') {
        return vec![pattern.to_owned()];
    }
    inside.split(',').flat_map(|word| alternatives(&format!("{before}{word}{after}"))).collect()
}

fn parts(pattern: &str) -> Option<Vec<Part>> {
    if pattern.contains(['[', ']', '{', '}', '\\']) {
        return None;
    }
    let part = |character| match character {
        '*' => Part::Many,
        '?' => Part::One,
        character => Part::Character(character),
    };
    let step = |step: &str| if step == "**" { vec![Part::Deep] } else { step.chars().map(part).collect() };
    let steps: Vec<Vec<Part>> = pattern.split('/').map(step).collect();
    Some(steps.join(&Part::Character('/')))
}

/// How far two patterns are used up.
type State = (usize, usize);

/// Walks through both patterns at once. Each pair of positions is looked at once, so that no pattern takes long.
fn meet(one: &[Part], other: &[Part]) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<(State, String)> = vec![((0, 0), String::new())];
    while let Some((state, name)) = open.pop() {
        if state == (one.len(), other.len()) {
            return Some(name);
        }
        if seen.insert(state) {
            // The last one is looked at first: names without empty places read better.
            open.extend(steps(state, one, other).into_iter().rev().map(|(next, character)| {
                let name = character.map_or_else(|| name.clone(), |character| format!("{name}{character}"));
                (next, name)
            }));
        }
    }
    None
}

/// Where a pair of positions leads, with the character that is used up; the best first.
fn steps((at_one, at_other): State, one: &[Part], other: &[Part]) -> Vec<(State, Option<char>)> {
    let (first, second) = (one.get(at_one).copied(), other.get(at_other).copied());
    let mut steps = Vec::new();
    if let (Some(first), Some(second)) = (first, second) {
        let character = match (first, second) {
            (Part::Character(character), _) | (_, Part::Character(character)) => character,
            _ => 'x',
        };
        if first.fits(character) && second.fits(character) {
            let next = |at: usize, part: Part| if part.repeats() { vec![at + 1, at] } else { vec![at + 1] };
            for next_one in next(at_one, first) {
                steps.extend(next(at_other, second).into_iter().map(|next_other| ((next_one, next_other), Some(character))));
            }
        }
    }
    if first.is_some_and(Part::repeats) {
        steps.push(((at_one + 1, at_other), None));
    }
    if second.is_some_and(Part::repeats) {
        steps.push(((at_one, at_other + 1), None));
    }
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn common(one: &str, other: &str) -> Option<String> {
        common_name(&Glob::new(one).unwrap(), &Glob::new(other).unwrap())
    }

    #[test]
    fn patterns_that_one_name_fits_are_told_with_such_a_name() {
        for (one, other, name) in [
            ("v*", "v*-rc", "vx-rc"),
            ("master", "**", "master"),
            ("feature/**", "*/cart", "feature/cart"),
            ("release-?", "release-*", "release-x"),
            ("{hotfix,feature}/*", "feature/**", "feature/x"),
            ("v[0-9]", "v7", "v7"),
            ("a/*/c", "a/b/*", "a/b/c"),
            ("**a/aaa", "?aa/**a", "xaa/aaa"),
            ("a**/b", "a*/b", "ax/b"),
        ] {
            assert_eq!(common(one, other).as_deref(), Some(name), "{one} {other}");
            assert!(common(other, one).is_some(), "{other} {one}");
        }
    }

    #[test]
    fn patterns_that_no_name_fits_have_none() {
        for (one, other) in
            [("v*", "staging-v*"), ("feature/*", "feature/a/b"), ("master", "feature/**"), ("a?", "a"), ("{a,b}/*", "c/*")]
        {
            assert_eq!(common(one, other), None, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn two_patterns_of_one_name_have_a_common_name(
            name in "[ab]{1,3}(/[ab]{1,3}){0,2}", one in prop::collection::vec(0u8..5, 9), other in prop::collection::vec(0u8..5, 9),
        ) {
            let loosen = |choices: &[u8]| -> String {
                let loose = |(index, character): (usize, char)| match (character, choices[index % choices.len()]) {
                    ('/', _) => '/',
                    (_, 0) => '*',
                    (_, 1) => '?',
                    _ => character,
                };
                name.chars().enumerate().map(loose).collect()
            };
            let (one, other) = (loosen(&one), loosen(&other));
            let fits = |pattern: &str| Glob::new(pattern).is_ok_and(|glob| glob.matches(&name));
            prop_assume!(fits(&one) && fits(&other));
            prop_assert!(common(&one, &other).is_some(), "{} {}", one, other);
        }

        #[test]
        fn what_is_found_fits_both_and_no_pattern_takes_long(one in "[a*?/{},]{0,40}", other in "[a*?/{},]{0,40}") {
            if let (Ok(one), Ok(other)) = (Glob::new(&one), Glob::new(&other))
                && let Some(name) = common_name(&one, &other)
            {
                prop_assert!(one.matches(&name) && other.matches(&name));
            }
        }
    }
}
