//! What somebody perhaps meant.

/// The name that a mistyped word is closest to, if one is close.
pub(crate) fn closest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let near = |name: &str, distance: usize| distance * 3 <= name.chars().count().max(word.chars().count());
    let scored = names.into_iter().map(|name| (distance(name), name));
    scored.filter(|&(distance, name)| near(name, distance)).min().map(|(_, name)| name)
}

/// Words in backticks, as a sentence lists them: `` `a`, `b` or `c` ``.
pub(crate) fn one_of<'n>(words: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [single] => single.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_of_the_hand_finds_its_name() {
        let names = ["components", "environments", "gates", "packs"];
        assert_eq!(closest("enviroments", names), Some("environments"));
        assert_eq!(closest("gate", names), Some("gates"));
        assert_eq!(closest("Packs", names), Some("packs"));
    }

    #[test]
    fn what_resembles_nothing_gets_no_suggestion() {
        assert_eq!(closest("people", ["components", "gates", "packs"]), None);
        assert_eq!(closest("x", ["on"]), None);
        assert_eq!(closest("", ["on"]), None);
    }

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(one_of(["a"]), "`a`");
    }

    #[test]
    fn two_letters_the_wrong_way_round_are_one_slip() {
        assert_eq!(closest("gtase", ["gates", "packs"]), None, "two slips in five letters are too many");
        assert_eq!(closest("gatse", ["gates", "packs"]), Some("gates"));
    }

    #[test]
    fn of_equally_near_names_it_is_always_the_same() {
        assert_eq!(closest("cart", ["carx", "cara"]), closest("cart", ["cara", "carx"]));
    }

    proptest! {
        #[test]
        fn a_name_that_is_there_is_the_closest_to_itself(names in prop::collection::btree_set("[a-z]{1,8}", 1..6), at: prop::sample::Index) {
            let names: Vec<String> = names.into_iter().collect();
            let name = at.get::<String>(&names);
            prop_assert_eq!(closest(name, names.iter().map(String::as_str)), Some(name.as_str()));
        }

        #[test]
        fn a_suggestion_is_one_of_the_names(word in ".{0,12}", names in prop::collection::vec("[a-zA-Z-]{0,8}", 0..6)) {
            let suggested = closest(&word, names.iter().map(String::as_str));
            prop_assert!(suggested.is_none_or(|name| names.iter().any(|known| known == name)));
        }
    }
}
