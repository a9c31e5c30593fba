//! Quantities, as Kubernetes writes them.

const SUFFIXES: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Whether a text is a quantity of more than nothing: a number, then one of the suffixes or an exponent of ten (Kubernetes API,
/// `resource.Quantity`). One of zero is as good as none, and what is no quantity sets nothing.
pub(crate) fn is_positive(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let end = number.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(number.len());
    let (digits, suffix) = number.split_at(end);
    let is_number = digits.matches('.').count() <= 1 && digits.contains(|character: char| character.is_ascii_digit());
    is_number && digits.contains(|character: char| matches!(character, '1'..='9')) && is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    let exponent = suffix.strip_prefix(['e', 'E']).map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let is_exponent = |exponent: &str| !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit());
    SUFFIXES.contains(&suffix) || exponent.is_some_and(is_exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_kubernetes_takes_for_a_quantity_is_one() {
        for text in
            ["1", "+1", "0.5", ".5", "5.", "100m", "128974848", "129e6", "129M", "123Mi", "1Ki", "1E", "1E3", "1e-3", "1e+3", "2n"]
        {
            assert!(is_positive(text), "{text}");
        }
    }

    #[test]
    fn zero_is_nothing_in_every_unit() {
        for suffix in SUFFIXES.into_iter().chain(["e6", "E-3"]) {
            for zero in ["0", "00", "0.0", ".0", "+0"] {
                assert!(!is_positive(&format!("{zero}{suffix}")), "{zero}{suffix}");
            }
        }
    }

    #[test]
    fn what_is_less_than_nothing_or_no_quantity_sets_nothing() {
        for text in [
            "", "-1", "-1Gi", "lots", "1 Gi", " 1", "1gb", "1KB", "1ki", "1.2.3", ".", "Mi", "1e", "1e+", "1ee3", "++1", "1_000",
            "٣",
        ] {
            assert!(!is_positive(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_more_than_nothing_as_arithmetic_says(whole in 0..1000_u32, part in 0..100_u32, suffix in prop::sample::select(&SUFFIXES[..])) {
            let text = format!("{whole}.{part:02}{suffix}");
            prop_assert_eq!(is_positive(&text), whole > 0 || part > 0, "{}", text);
        }

        #[test]
        fn no_text_panics(text in "[+-]?[0-9.]{0,4}\\PC{0,4}") {
            let _ = is_positive(&text);
        }
    }
}
