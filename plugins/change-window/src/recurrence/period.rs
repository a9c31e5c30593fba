//! The periods that rules count: numbered days, weeks, months and years.

use jiff::Span;
use jiff::civil::{Date, Weekday, date};

/// What a rule repeats by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Day,
    /// A week that starts with this day.
    Week(Weekday),
    Month,
    Year,
}

/// A Monday.
const EPOCH: Date = date(1970, 1, 5);

impl Period {
    /// The number of the period that a day is in. The period before has one less.
    pub(crate) fn index(self, day: Date) -> i64 {
        match self {
            Self::Day => days_since_epoch(day),
            Self::Week(start) => (days_since_epoch(day) - offset(start)).div_euclid(7),
            Self::Month => i64::from(day.year()) * 12 + i64::from(day.month()) - 1,
            Self::Year => i64::from(day.year()),
        }
    }

    /// The first day of a period; nothing where the calendar ends.
    pub(crate) fn first_day(self, index: i64) -> Option<Date> {
        let days = |days: i64| EPOCH.checked_add(Span::new().try_days(days).ok()?).ok();
        match self {
            Self::Day => days(index),
            Self::Week(start) => days(index.checked_mul(7)?.checked_add(offset(start))?),
            Self::Month => {
                let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
                Date::new(year.try_into().ok()?, month.try_into().ok()?, 1).ok()
            }
            Self::Year => Date::new(index.try_into().ok()?, 1, 1).ok(),
        }
    }
}

fn offset(start: Weekday) -> i64 {
    i64::from(start.to_monday_zero_offset())
}

fn days_since_epoch(day: Date) -> i64 {
    day.duration_since(EPOCH).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERIODS: [Period; 5] =
        [Period::Day, Period::Week(Weekday::Monday), Period::Week(Weekday::Sunday), Period::Month, Period::Year];

    #[test]
    fn a_week_starts_with_the_day_that_it_is_said_to() {
        let sunday = date(2026, 11, 29);
        let first = |start| Period::Week(start).first_day(Period::Week(start).index(sunday)).unwrap();
        assert_eq!(first(Weekday::Monday), date(2026, 11, 23));
        assert_eq!(first(Weekday::Sunday), sunday);
        assert_eq!(first(Weekday::Saturday), date(2026, 11, 28));
    }

    #[test]
    fn beyond_the_calendar_there_are_no_periods() {
        for period in PERIODS {
            assert_eq!(period.first_day(i64::MAX), None);
            assert_eq!(period.first_day(i64::MIN), None);
        }
    }

    proptest! {
        #[test]
        fn a_day_is_in_the_period_of_its_number_and_in_no_other(days in -40_000_i64..400_000, period in prop::sample::select(PERIODS.to_vec())) {
            let day = EPOCH.checked_add(Span::new().days(days)).unwrap();
            let index = period.index(day);
            prop_assert!(period.first_day(index).unwrap() <= day && day < period.first_day(index + 1).unwrap());
        }
    }
}
