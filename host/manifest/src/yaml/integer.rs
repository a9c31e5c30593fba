//! Integers as Go reads them (`strconv.ParseInt` and `ParseUint` with base 0).

/// An integer that fits 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Integer {
    Signed(i64),
    /// Past what fits a signed one.
    Unsigned(u64),
}

/// Reads `12`, `-012` (octal), `0o17`, `0b11`, `0x1F`. Underscores are gone already.
pub(crate) fn parse_integer(text: &str) -> Option<Integer> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = split_prefix(digits);
    // `from_str_radix` would take a second sign.
    let parsed = match digits.as_bytes().first() {
        Some(b'+' | b'-') | None => None,
        Some(_) => u64::from_str_radix(digits, radix).ok(),
    };
    match parsed {
        Some(magnitude) if negative => 0_i64.checked_sub_unsigned(magnitude).map(Integer::Signed),
        Some(magnitude) => match i64::try_from(magnitude) {
            Ok(value) => Some(Integer::Signed(value)),
            // An explicit sign keeps Go from trying an unsigned integer.
            Err(_) if text.starts_with('+') => None,
            Err(_) => Some(Integer::Unsigned(magnitude)),
        },
        None => parse_late_binary(text),
    }
}

fn split_prefix(digits: &str) -> (u32, &str) {
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    }
}

/// The API server's reader tries binary once more, with the sign behind the prefix: `0b-11` is -3.
fn parse_late_binary(text: &str) -> Option<Integer> {
    let digits = text.strip_prefix("0b")?;
    match digits.as_bytes().first()? {
        b'+' | b'-' => i64::from_str_radix(digits, 2).ok().map(Integer::Signed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_leading_zeros_choose_the_base() {
        let cases = [
            ("12", 12),
            ("-12", -12),
            ("+12", 12),
            ("012", 10),
            ("-012", -10),
            ("0o17", 15),
            ("0x1F", 31),
            ("0b11", 3),
            ("-0b11", -3),
        ];
        for (text, value) in cases {
            assert_eq!(parse_integer(text), Some(Integer::Signed(value)), "{text}");
        }
        assert_eq!(parse_integer("0b-11"), Some(Integer::Signed(-3)));
    }

    #[test]
    fn what_is_no_integer_is_none() {
        for text in ["", "-", "08", "0x", "0b", "1e3", "--1", "-+1", "0x-1", "+18446744073709551615", "18446744073709551616"] {
            assert_eq!(parse_integer(text), None, "{text}");
        }
    }

    #[test]
    fn the_edges_of_64_bits_are_kept() {
        assert_eq!(parse_integer("-9223372036854775808"), Some(Integer::Signed(i64::MIN)));
        assert_eq!(parse_integer("-9223372036854775809"), None);
        assert_eq!(parse_integer("18446744073709551615"), Some(Integer::Unsigned(u64::MAX)));
    }
}
