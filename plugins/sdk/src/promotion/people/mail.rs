//! Mail addresses, as the names of people.

/// Whether two addresses are of one person: case and what stands around an address make no other person of it.
pub fn is_same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// What all spellings of an address have in common. It is rather too coarse than too fine: who looks like the author is not
/// asked for a second opinion.
pub(super) fn fold(mail: &str) -> String {
    let is_around = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    mail.trim_matches(is_around).to_lowercase()
}

/// All addresses in the value of a trailer that names people: `Name <mail>`, a list of such, or addresses alone.
pub(super) fn of_trailer(value: &str) -> impl Iterator<Item = &str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | ',' | ';');
    let is_address = |word: &&str| word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    value.split(is_between).filter(is_address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_brackets_make_no_other_person() {
        assert!(is_same("dev@example.com", "Dev@EXAMPLE.com"));
        assert!(is_same(" <dev@example.com>\r", "dev@example.com"));
        assert!(is_same("Ä@example.com", "ä@example.com"));
        assert!(!is_same("dev@example.com", "dev2@example.com"));
        assert!(!is_same("dev@example.com", "dev@example.org"));
    }

    fn addresses(value: &str) -> Vec<&str> {
        of_trailer(value).collect()
    }

    #[test]
    fn a_trailer_names_an_address_with_or_without_a_name() {
        assert_eq!(addresses("Dev <dev@example.com>"), ["dev@example.com"]);
        assert_eq!(addresses("dev@example.com"), ["dev@example.com"]);
        assert_eq!(addresses("Dev dev@example.com"), ["dev@example.com"]);
        assert_eq!(addresses("Dev <the first> <dev@example.com> (at home)"), ["dev@example.com"]);
        for nobody in ["", "Dev", "Dev <>", "Dev <dev>", "@dev", "dev@"] {
            assert!(addresses(nobody).is_empty(), "{nobody}");
        }
    }

    #[test]
    fn nobody_hides_behind_another_name_in_one_trailer() {
        assert_eq!(addresses("Dev <dev@example.com>, Ops <ops@example.com>"), ["dev@example.com", "ops@example.com"]);
        assert_eq!(addresses("dev@example.com;ops@example.com"), ["dev@example.com", "ops@example.com"]);
    }

    proptest! {
        #[test]
        fn no_trailer_is_too_strange_to_be_read(value in "\\PC{0,40}") {
            for mail in addresses(&value) {
                prop_assert!(value.contains(mail) && mail.contains('@'));
            }
        }

        #[test]
        fn whatever_the_name_the_address_is_found(name in "[^@]{0,12}", mail in "[a-z]{1,8}@[a-z]{1,8}") {
            let value = format!("{name}<{mail}>");
            prop_assert_eq!(addresses(&value), [mail.as_str()]);
            prop_assert!(is_same(&mail.to_uppercase(), &mail));
        }
    }
}
