//! Quantities of the Kubernetes API: `512Mi`, `100m`, `2`, `1.5e3`.

mod read;
mod setting;
mod unit;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use unit::{BINARY, DECIMAL, Notation};

/// An amount of CPU, memory or another resource (Kubernetes API, `resource.Quantity`), exact down to a billionth.
///
/// Two are equal when they are as much, however they are written: `1Gi` is `1024Mi`. It is shown in the API's canonical form,
/// which keeps to the kind of suffix that was read. Reading rounds what is finer than a billionth away from zero, and cuts
/// binary quantities at 2^63 - 1, as the API server does. It refuses two things that the API server takes: a text without any
/// digit, and more than 1.7e29 of something.
///
/// ```
/// use tollgate_sdk::Quantity;
///
/// let limit: Quantity = "512Mi".parse()?;
/// assert!(limit < "1G".parse()?);
/// assert_eq!(limit.checked_mul(4).map(|all| all.to_string()).as_deref(), Some("2Gi"));
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nanos: i128,
    notation: Notation,
}

/// Billionths of one.
const ONE: i128 = 1_000_000_000;

impl Quantity {
    /// None of it.
    pub const ZERO: Self = Self { nanos: 0, notation: Notation::Decimal };

    /// Thousandths: `milli(250)` is `250m`.
    pub const fn milli(number: i64) -> Self {
        Self { nanos: number as i128 * (ONE / 1_000), notation: Notation::Decimal }
    }

    /// Multiples of 2^20: `mebi(512)` is `512Mi`.
    pub const fn mebi(number: i64) -> Self {
        Self { nanos: number as i128 * ONE * 1_048_576, notation: Notation::Binary }
    }

    /// The sum, unless it is too large. It is written as the first, or as the second where the first is zero.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let notation = if self.nanos == 0 { other.notation } else { self.notation };
        Some(Self { nanos: self.nanos.checked_add(other.nanos)?, notation })
    }

    /// So many times as much, unless it is too large.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        Some(Self { nanos: self.nanos.checked_mul(times.into())?, ..self })
    }
}

impl From<i64> for Quantity {
    fn from(number: i64) -> Self {
        Self { nanos: i128::from(number) * ONE, notation: Notation::Decimal }
    }
}

impl FromStr for Quantity {
    type Err = &'static str;

    /// Reads one.
    ///
    /// # Errors
    /// When the text is none: a lower-case fragment that says what must be otherwise.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read::read(text).map(|(nanos, notation)| Self { nanos, notation })
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_small = self.nanos.abs() < 1024 * ONE;
        match self.notation {
            _ if self.nanos == 0 => f.write_str("0"),
            Notation::Binary if !is_small && self.nanos % ONE == 0 => {
                let (number, steps) = without_factors(self.nanos / ONE, 1024, BINARY.len());
                let suffix = steps.checked_sub(1).and_then(|index| BINARY.get(index)).map_or("", |(suffix, _)| suffix);
                write!(f, "{number}{suffix}")
            }
            Notation::Exponent => {
                let (number, steps) = without_factors(self.nanos, 1000, usize::MAX);
                if steps == 3 { write!(f, "{number}") } else { write!(f, "{number}e{}", (3 * steps).cast_signed() - 9) }
            }
            Notation::Binary | Notation::Decimal => {
                let (number, steps) = without_factors(self.nanos, 1000, DECIMAL.len() - 1);
                write!(f, "{number}{}", DECIMAL.get(steps).map_or("", |(suffix, _)| suffix))
            }
        }
    }
}

/// What is left of a number without a factor, and how often it was in there, at most so often.
fn without_factors(mut number: i128, factor: i128, most: usize) -> (i128, usize) {
    let mut times = 0;
    while times < most && number != 0 && number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests;
