//! Reading a quantity, digit by digit, so that no digit is lost before it is rounded.

use super::ONE;
use super::unit::{Notation, Unit};

/// Billionths of the most that a binary quantity can be.
const MOST_BINARY: i128 = i64::MAX as i128 * ONE;

const NO_NUMBER: &str = "it must begin with a number, such as `1.5`";
const NO_SUFFIX: &str =
    "its number must be followed by nothing, an exponent such as `e3`, or a suffix such as `m`, `k`, `Ki`, `Mi`";
const TOO_LARGE: &str = "it must be less than 1.7e29";

/// The billionths of a quantity, and how it is written.
pub(super) fn read(text: &str) -> Result<(i128, Notation), &'static str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if part.contains('.') || (whole.is_empty() && part.is_empty()) {
        return Err(NO_NUMBER);
    }
    let digits: Vec<u8> = whole.bytes().chain(part.bytes()).map(|byte| byte - b'0').collect();
    // Nine, because billionths are counted. No text is so long that its length does not fit.
    let power = 9 - i64::try_from(part.len()).map_err(|_| TOO_LARGE)?;
    let (nanos, notation) = match Unit::read(suffix).ok_or(NO_SUFFIX)? {
        Unit::Ten(exponent, notation) => (scaled(&digits, power + i64::from(exponent)).ok_or(TOO_LARGE)?, notation),
        Unit::Two(exponent) => binary(&digits, power, exponent),
    };
    Ok((if text.starts_with('-') { -nanos } else { nanos }, notation))
}

/// One that is less than one is written as a decimal: no binary suffix says it.
fn binary(digits: &[u8], power: i64, exponent: u32) -> (i128, Notation) {
    let nanos = scaled(&times(digits, 1 << exponent), power).unwrap_or(MOST_BINARY).min(MOST_BINARY);
    (nanos, if nanos > 0 && nanos < ONE { Notation::Decimal } else { Notation::Binary })
}

/// Digits times a factor of at most 2^60: ten times that still fits.
fn times(digits: &[u8], factor: u64) -> Vec<u8> {
    let mut carry = 0;
    let mut product = Vec::with_capacity(digits.len() + 19);
    let mut push = |value: u64| {
        product.push((value % 10) as u8);
        value / 10
    };
    for digit in digits.iter().rev() {
        carry = push(u64::from(*digit) * factor + carry);
    }
    while carry > 0 {
        carry = push(carry);
    }
    product.reverse();
    product
}

/// Digits times a power of ten. What is cut off counts as one more, as the API server has it: who asks for a little gets a
/// little.
fn scaled(digits: &[u8], power: i64) -> Option<i128> {
    let cut = usize::try_from(power.min(0).unsigned_abs()).unwrap_or(usize::MAX);
    let (kept, rest) = digits.split_at(digits.len().saturating_sub(cut));
    let append = |number: i128, digit: &u8| number.checked_mul(10)?.checked_add((*digit).into());
    let number = kept.iter().try_fold(0, append)?;
    if number == 0 || power < 0 {
        return number.checked_add(rest.iter().any(|digit| *digit > 0).into());
    }
    number.checked_mul(10_i128.checked_pow(u32::try_from(power).ok()?)?)
}
