//! Lengths of time that an operator sets: `24h`, `90m`, `30d`.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::setting::{Schema, Setting};

/// Units, the longest first, and how many seconds each has.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A length of time in whole seconds. A day has 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// None at all.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// So many hours.
    pub const fn from_hours(hours: u32) -> Self {
        Self(hours as u64 * 3_600)
    }

    /// So many days of 24 hours.
    pub const fn from_days(days: u32) -> Self {
        Self(days as u64 * 86_400)
    }

    /// How many seconds it has.
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

/// As people say it, to the second: `1d 3h 20m`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0;
        let mut separator = "";
        // Weeks are for settings: what is left of three weeks is told in days.
        for (unit, seconds) in UNITS.into_iter().skip(1) {
            let count = left / seconds;
            left %= seconds;
            if count > 0 {
                write!(f, "{separator}{count}{unit}")?;
                separator = " ";
            }
        }
        if self.0 == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

/// Why a text is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADuration;

impl fmt::Display for NotADuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write whole numbers with `w`, `d`, `h`, `m` or `s`, such as `24h` or `1d 12h`")
    }
}

impl std::error::Error for NotADuration {}

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        let mut rest = text.trim();
        let mut total = 0_u64;
        if rest.is_empty() {
            return Err(NotADuration);
        }
        while !rest.is_empty() {
            let digits = rest.find(|character: char| !character.is_ascii_digit()).ok_or(NotADuration)?;
            let count: u64 = rest[..digits].parse().map_err(|_| NotADuration)?;
            let unit = rest[digits..].chars().next().ok_or(NotADuration)?;
            let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or(NotADuration)?;
            total = count.checked_mul(seconds).and_then(|part| total.checked_add(part)).ok_or(NotADuration)?;
            // A unit is one ASCII letter, or it would not have been found.
            rest = rest[digits + 1..].trim_start();
        }
        Ok(Self(total))
    }
}

impl Setting for Duration {
    fn schema() -> Schema {
        let mut schema = Schema::of("string");
        schema.set("examples", ["24h", "30d"]);
        schema
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|why| D::Error::custom(format_args!("`{text}` is no length of time: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_operators_write_is_read() {
        for (text, seconds) in [
            ("24h", 86_400),
            ("86400s", 86_400),
            ("90m", 5_400),
            ("30d", 2_592_000),
            ("2w", 1_209_600),
            ("1d 12h", 129_600),
            ("0s", 0),
        ] {
            assert_eq!(text.parse(), Ok(Duration::from_seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in
            ["", " ", "24", "h", "24 h", "-1h", "1.5h", "1y", "24hours", "1µ", "18446744073709551616s", "99999999999999999w"]
        {
            assert_eq!(text.parse::<Duration>(), Err(NotADuration), "{text}");
        }
    }

    #[test]
    fn it_is_told_as_people_say_it() {
        for (seconds, text) in [(0, "0s"), (59, "59s"), (3_600, "1h"), (98_400, "1d 3h 20m"), (1_209_600, "14d")] {
            assert_eq!(Duration::from_seconds(seconds).to_string(), text);
        }
    }

    #[test]
    fn a_setting_that_is_none_says_what_to_write() {
        let refused = serde_json::from_str::<Duration>("\"soon\"").unwrap_err();
        assert!(refused.to_string().starts_with("`soon` is no length of time: write whole numbers"), "{refused}");
        assert!(serde_json::from_str::<Duration>("24").is_err());
    }

    proptest! {
        #[test]
        fn what_is_told_is_read_as_the_same(seconds: u64) {
            prop_assert_eq!(Duration::from_seconds(seconds).to_string().parse(), Ok(Duration::from_seconds(seconds)));
        }

        #[test]
        fn no_text_makes_reading_panic(text in "\\PC{0,12}|[0-9wdhms ]{0,24}") {
            let _ = text.parse::<Duration>();
        }
    }
}
