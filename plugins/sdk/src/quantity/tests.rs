use proptest::prelude::*;

use super::Quantity;
use super::unit::{BINARY, DECIMAL};

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn each_is_shown_in_the_canonical_form_of_the_api() {
    for (text, canonical) in [
        ("0", "0"),
        ("-0.0Gi", "0"),
        ("1.5", "1500m"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("1023Ki", "1023Ki"),
        ("0.5Gi", "512Mi"),
        ("1Ki", "1Ki"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("+5", "5"),
        ("-5", "-5"),
        ("5.", "5"),
        (".5", "500m"),
        ("1.500", "1500m"),
        ("1000000", "1M"),
        ("129e6", "129e6"),
        ("1E", "1E"),
        ("1E3", "1e3"),
        ("12e-1", "1200e-3"),
        ("5e0", "5"),
        ("100000n", "100u"),
    ] {
        assert_eq!(quantity(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn what_is_too_fine_is_rounded_away_from_zero_and_what_is_too_large_is_cut_or_refused() {
    assert_eq!(quantity("0.1n"), quantity("1n"));
    assert_eq!(quantity("-1.0000000001"), quantity("-1.000000001"));
    assert_eq!(quantity("1e-2000000000"), quantity("1n"));
    assert_eq!(quantity("9Ei"), quantity("9223372036854775807"));
    assert_eq!(quantity("-99999999999999999999999999999999999999999999Ki"), quantity("-9223372036854775807"));
    assert!("1e30".parse::<Quantity>().unwrap_err().contains("less than"));
    assert!("1".repeat(100).parse::<Quantity>().is_err());
}

#[test]
fn what_is_no_quantity_is_refused() {
    for text in [
        "",
        "-",
        ".",
        "Mi",
        "lots",
        "1 Gi",
        " 1",
        "1gb",
        "1KB",
        "1ki",
        "1.2.3",
        "1e",
        "1e+",
        "1ee3",
        "++1",
        "+-1",
        "1_000",
        "٣",
        "1i",
        "1e1.5",
        "1e99999999999",
        "NaN",
        "1Zi",
    ] {
        assert!(text.parse::<Quantity>().is_err(), "{text}");
    }
}

#[test]
fn sums_and_products_are_exact_and_say_when_they_are_too_large() {
    let sum = quantity("1Gi").checked_add(quantity("1n")).unwrap();
    assert!(sum > quantity("1Gi"));
    assert_eq!(sum.to_string(), "1073741824000000001n");
    assert_eq!(Quantity::ZERO.checked_add(quantity("1Mi")).unwrap().to_string(), "1Mi");
    assert_eq!(quantity("250m").checked_mul(8), Some(Quantity::from(2)));
    assert_eq!(quantity("1e29").checked_mul(i64::MAX), None);
    assert_eq!(quantity("1e29").checked_add(quantity("1e29")), None);
}

fn suffixes() -> Vec<&'static str> {
    DECIMAL.iter().map(|(suffix, _)| *suffix).chain(BINARY.iter().map(|(suffix, _)| *suffix)).chain(["e3", "E-3", "e+9"]).collect()
}

proptest! {
    #[test]
    fn what_is_shown_is_as_much_and_shown_the_same_again(number in "[+-]?[0-9]{1,9}(\\.[0-9]{0,12})?", suffix in prop::sample::select(suffixes())) {
        let read = quantity(&format!("{number}{suffix}"));
        let shown = read.to_string();
        prop_assert_eq!(quantity(&shown), read, "{}", shown);
        prop_assert_eq!(quantity(&shown).to_string(), shown);
    }

    #[test]
    fn order_and_sum_are_those_of_the_numbers(a in -1000..1000_i64, b in -1000..1000_i64, suffix in prop::sample::select(suffixes())) {
        // More than seven of the largest binary suffix are cut.
        prop_assume!(suffix != "Ei");
        let [x, y, sum] = [a, b, a + b].map(|number| quantity(&format!("{number}{suffix}")));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x.checked_add(y), Some(sum));
    }

    #[test]
    fn no_text_panics(text in "[+-]?[0-9.]{0,40}\\PC{0,14}") {
        let _ = text.parse::<Quantity>();
    }
}
