//! When a key may be used.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tollgate_core::time::Timestamp;

/// A span of time, both ends included, in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) after: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
}

impl Validity {
    /// Whether the span holds a time. Parts of seconds don't count, as they don't for `ssh-keygen`.
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        let second = at.as_second();
        self.after.is_none_or(|after| after.as_second() <= second) && self.before.is_none_or(|before| second <= before.as_second())
    }

    /// Whether no time is in it, or but one second, which `ssh-keygen` refuses as well.
    pub(crate) fn is_empty(&self) -> bool {
        matches!((self.after, self.before), (Some(after), Some(before)) if before <= after)
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.after, self.before) {
            (None, None) => f.write_str("always"),
            (Some(after), None) => write!(f, "from {after}"),
            (None, Some(before)) => write!(f, "until {before}"),
            (Some(after), Some(before)) => write!(f, "from {after} until {before}"),
        }
    }
}

/// Reads `YYYYMMDD[HHMM[SS]]Z`.
///
/// `ssh-keygen` takes times without `Z` as well, and reads them in the time zone of the machine; here they are no times, since
/// a signature must be good or bad everywhere.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<i8>().ok());
    let year = digits.get(0..4)?.parse().ok()?;
    let time = DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?, 0).ok()?;
    let timestamp = TimeZone::UTC.to_timestamp(time).ok()?;
    // For OpenSSH the epoch and what was before it are no times.
    (timestamp > Timestamp::UNIX_EPOCH).then_some(timestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_to_the_day_the_minute_or_the_second() {
        for (text, time) in [
            ("20260102Z", "2026-01-02T00:00:00Z"),
            ("202601022359Z", "2026-01-02T23:59:00Z"),
            ("20260102235958Z", "2026-01-02T23:59:58Z"),
            ("20240229Z", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(parse_time(text), Some(time.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "20260102",
            "20260102z",
            "20260102UTC",
            "2026-01-02Z",
            "20260230Z",
            "20261301Z",
            "202601022400Z",
            "2026010223Z",
            "20260102235960Z",
            "+2260102Z",
            "19700101Z",
            "19691231Z",
            "2026010Z",
            "２0260102Z",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn both_ends_are_in_and_parts_of_seconds_are_not_counted() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let validity = Validity { after: parse_time("20260101Z"), before: parse_time("20260201Z") };
        for (at, held) in [
            ("2025-12-31T23:59:59.999Z", false),
            ("2026-01-01T00:00:00Z", true),
            ("2026-02-01T00:00:00.999Z", true),
            ("2026-02-01T00:00:01Z", false),
        ] {
            assert_eq!(validity.holds(time(at)), held, "{at}");
        }
        assert_eq!(validity.to_string(), "from 2026-01-01T00:00:00Z until 2026-02-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = parse_time(&text);
        }

        #[test]
        fn a_time_that_is_written_is_read_back(second in 1_i64..4_102_444_800) {
            let time = Timestamp::from_second(second).unwrap();
            let written = time.strftime("%Y%m%d%H%M%SZ").to_string();
            prop_assert_eq!(parse_time(&written), Some(time));
        }
    }
}
