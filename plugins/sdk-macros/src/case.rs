//! Names as settings and types write them.

/// `max_count` as `maxCount`.
pub(crate) fn camel(snake: &str) -> String {
    let mut words = snake.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    first + &words.map(capitalised).collect::<String>()
}

/// `cost_centre` as `CostCentre`.
pub(crate) fn pascal(snake: &str) -> String {
    snake.split('_').filter(|word| !word.is_empty()).map(capitalised).collect()
}

/// `OnFailure` as `on-failure`.
pub(crate) fn kebab(pascal: &str) -> String {
    let mut text = String::new();
    for character in pascal.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(character.to_lowercase());
    }
    text
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_case_and_nothing_else() {
        assert_eq!((camel("max_count"), camel("own"), camel("_a__b")), ("maxCount".into(), "own".into(), "aB".into()));
        assert_eq!((pascal("cost_centre"), pascal("judge")), ("CostCentre".into(), "Judge".into()));
        assert_eq!((kebab("OnFailure"), kebab("Never"), kebab("V1")), ("on-failure".into(), "never".into(), "v1".into()));
    }
}
