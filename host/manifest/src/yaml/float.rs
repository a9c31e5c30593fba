//! Floats as Go reads and writes them.

/// Reads a float in decimal notation, as goyaml does for what starts with a digit or a sign. Nothing for infinity.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    is_decimal(text.as_bytes()).then(|| text.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (whole, text) = digits(text);
    let (fraction, text) = match text {
        [b'.', rest @ ..] => digits(rest),
        _ => (0, text),
    };
    if whole + fraction == 0 {
        return false;
    }
    match text {
        [] => true,
        [b'e' | b'E', b'-' | b'+', rest @ ..] | [b'e' | b'E', rest @ ..] => {
            let (exponent, rest) = digits(rest);
            exponent > 0 && rest.is_empty()
        }
        _ => false,
    }
}

/// How many digits a text starts with, and what follows.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}

/// Reads a float that starts with a dot: here, other than elsewhere, Go's own rule for underscores holds.
pub(crate) fn parse_dotted_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    let misplaced = |(at, byte): (usize, u8)| byte == b'_' && !between_digits(at);
    if bytes.iter().copied().enumerate().any(misplaced) {
        return None;
    }
    parse_float(&text.replace('_', ""))
}

/// Shortest decimal digits that read back as the same number, and the exponent of the first: `(-, "15", 3)` for -1500.
fn digits_and_exponent(scientific: &str) -> (bool, String, i32) {
    let (negative, magnitude) = scientific.strip_prefix('-').map_or((false, scientific), |rest| (true, rest));
    let (mantissa, exponent) = magnitude.split_once('e').unwrap_or((magnitude, "0"));
    (negative, mantissa.replace('.', ""), exponent.parse().unwrap_or_default())
}

/// Writes a finite float as Go's `encoding/json` does: plain between 1e-6 and 1e21, else with an exponent.
pub(crate) fn write_float(out: &mut Vec<u8>, value: f64) {
    let (negative, digits, exponent) = digits_and_exponent(&format!("{value:e}"));
    let magnitude = value.abs();
    let text = if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        scientific(&digits, exponent, 1)
    } else {
        positional(&digits, exponent)
    };
    write_signed(out, negative, &text);
}

/// Writes a float that is a key: the YAML library of the API server shortens it to 32 bits on the way.
#[expect(clippy::cast_possible_truncation, reason = "the loss is the point")]
pub(crate) fn write_float_key(out: &mut Vec<u8>, value: f64) {
    let value = value as f32;
    if !value.is_finite() {
        let name: &[u8] = if value.is_nan() {
            b".nan"
        } else if value < 0.0 {
            b"-.inf"
        } else {
            b".inf"
        };
        out.extend_from_slice(name);
        return;
    }
    let (negative, digits, exponent) = digits_and_exponent(&format!("{value:e}"));
    let text =
        if value != 0.0 && !(-4..6).contains(&exponent) { scientific(&digits, exponent, 2) } else { positional(&digits, exponent) };
    write_signed(out, negative, &text);
}

fn write_signed(out: &mut Vec<u8>, negative: bool, text: &str) {
    if negative {
        out.push(b'-');
    }
    out.extend_from_slice(text.as_bytes());
}

/// `1.5e+21`, with at least so many digits in the exponent.
fn scientific(digits: &str, exponent: i32, exponent_digits: usize) -> String {
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{rest}e{sign}{:0exponent_digits$}", exponent.unsigned_abs())
}

/// `1500`, `0.0015`, `1.5`.
fn positional(digits: &str, exponent: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if exponent < 0 {
        return format!("0.{}{digits}", zeros(-exponent - 1));
    }
    if count <= exponent + 1 {
        return format!("{digits}{}", zeros(exponent + 1 - count));
    }
    let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or_default());
    format!("{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: f64) -> String {
        let mut out = Vec::new();
        write_float(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    fn key(value: f64) -> String {
        let mut out = Vec::new();
        write_float_key(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_floats_look_as_go_writes_them() {
        let cases = [(1.0, "1"), (-0.0, "-0"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.5e300, "1.5e+300")];
        let small = [(1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-9, "1.25e-9"), (0.5, "0.5"), (1234.5678, "1234.5678")];
        for (value, text) in cases.into_iter().chain(small) {
            assert_eq!(written(value), text);
        }
    }

    #[test]
    fn keys_are_shortened_to_32_bits() {
        let cases =
            [(0.1, "0.1"), (1e6, "1e+06"), (1e5, "100000"), (123456789.5, "1.2345679e+08"), (1e-5, "1e-05"), (1e300, ".inf")];
        for (value, text) in cases {
            assert_eq!(key(value), text);
        }
    }

    #[test]
    fn only_decimal_floats_are_read() {
        for text in ["1", "1.", ".5", "-.5", "+1e3", "1E-3", "08", "0.0e0"] {
            assert!(parse_float(text).is_some(), "{text}");
        }
        for text in ["", ".", "-", "e3", "1e", "1e+", "1.2.3", "inf", "nan", "0x1p3", "1e999", "1 "] {
            assert_eq!(parse_float(text), None, "{text}");
        }
        assert_eq!(parse_dotted_float(".5_0"), Some(0.5));
        assert_eq!(parse_dotted_float("._5"), None);
        assert_eq!(parse_dotted_float(".5_"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same_number(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(written(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
