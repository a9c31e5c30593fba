//! Days, local times and lengths, as the operator writes them.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};

/// The years in which a window can be. Within them no arithmetic reaches the end of time.
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1970..=2999;

/// The longest that a window can be by its `duration`.
const LONGEST_DAYS: i64 = 366;

/// A point of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// `2026-12-20`.
    Day(Date),
    /// `2026-12-20T18:00`.
    Local(DateTime),
    /// `09:00`.
    Time(Time),
    /// `24:00`, the end of a day.
    Midnight,
}

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    /// By the calendar: the same local time so many days later.
    pub(crate) days: i64,
    /// And so much more that passes really.
    pub(crate) exact: SignedDuration,
}

/// Reads a day, a local time or a time of day.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn read(text: &str) -> Result<Moment, String> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let moment = match shape.as_str() {
        "00:00" | "00:00:00" if matches!(text, "24:00" | "24:00:00") => Some(Moment::Midnight),
        "00:00" | "00:00:00" => text.parse().ok().map(Moment::Time),
        "0000-00-00" => text.parse().ok().map(Moment::Day),
        "0000-00-00T00:00" | "0000-00-00T00:00:00" => text.parse().ok().map(Moment::Local),
        _ => None,
    };
    let moment = moment.ok_or_else(|| {
        format!("`{text}` must be a day `2026-12-20`, a local time `2026-12-20T18:00`, or, with `rrule`, a time of day `09:00`")
    })?;
    let year = match moment {
        Moment::Day(day) => day.year(),
        Moment::Local(local) => local.year(),
        Moment::Time(_) | Moment::Midnight => return Ok(moment),
    };
    if YEARS.contains(&year) {
        Ok(moment)
    } else {
        Err(format!("`{text}` must be in the years {} to {}", YEARS.start(), YEARS.end()))
    }
}

/// Reads a length: `6h`, `1h 30m`, `2d`, or as in ISO 8601.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn read_length(text: &str) -> Result<Length, String> {
    let wrong = || format!("`{text}` must be a length such as `6h`, `90m` or `2d`, of at most {LONGEST_DAYS} days");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let time = span.years(0).months(0).weeks(0).days(0);
    let exact = SignedDuration::try_from(time).map_err(|_| wrong())?;
    let is_fine = span.get_years() == 0
        && span.get_months() == 0
        && !span.is_negative()
        && exact.subsec_nanos() == 0
        && days + exact.as_hours() / 24 <= LONGEST_DAYS;
    if !is_fine {
        return Err(wrong());
    }
    if span.is_zero() { Err("must not be empty".to_owned()) } else { Ok(Length { days, exact }) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_local_times_and_times_of_day_are_told_apart() {
        assert_eq!(read("2026-12-20"), Ok(Moment::Day(date(2026, 12, 20))));
        assert_eq!(read("2026-12-20T18:00"), Ok(Moment::Local(date(2026, 12, 20).at(18, 0, 0, 0))));
        assert_eq!(read("2026-12-20T18:00:30"), Ok(Moment::Local(date(2026, 12, 20).at(18, 0, 30, 0))));
        assert_eq!(read("09:05"), Ok(Moment::Time(time(9, 5, 0, 0))));
        assert_eq!(read("24:00"), Ok(Moment::Midnight));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "9:00",
            "25:00",
            "24:01",
            "2026-02-30",
            "2026-1-1",
            "2026-12-20 18:00",
            "2026-12-20T18:00Z",
            "2026-12-20T18:00+01:00",
            "2026-12-20T18:00:00.5",
            "2026-12-20T24:00",
            "1969-12-31",
            "3000-01-01",
            "tomorrow",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_of_the_calendar_and_hours_pass_really() {
        let length = |days, seconds| Ok(Length { days, exact: SignedDuration::from_secs(seconds) });
        assert_eq!(read_length("6h"), length(0, 6 * 3600));
        assert_eq!(read_length("1h 30m"), length(0, 5400));
        assert_eq!(read_length("90m"), length(0, 5400));
        assert_eq!(read_length("2d"), length(2, 0));
        assert_eq!(read_length("1w"), length(7, 0));
        assert_eq!(read_length("P1DT12H"), length(1, 12 * 3600));
    }

    #[test]
    fn what_is_no_length_is_refused() {
        for text in ["", "6", "0h", "-6h", "6h ago", "1mo", "1y", "500ms", "367d", "9000h", "long"] {
            assert!(read_length(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read(text in "\\PC{0,24}") {
            let _ = read(&text);
            let _ = read_length(&text);
        }

        #[test]
        fn what_is_written_is_what_is_read(year in 1970_i16..=2999, month in 1_i8..=12, day in 1_i8..=28, hour in 0_i8..=23, minute in 0_i8..=59) {
            let day = date(year, month, day);
            prop_assert_eq!(read(&day.to_string()), Ok(Moment::Day(day)));
            let local = format!("{day}T{hour:02}:{minute:02}");
            prop_assert_eq!(read(&local), Ok(Moment::Local(day.at(hour, minute, 0, 0))));
        }
    }
}
