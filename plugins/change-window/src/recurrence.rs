//! On which days something recurs, by RRULE (RFC 5545, section 3.3.10).
//!
//! It is about days alone: what a day is made of, and in which zone, is not known here. Of the rule's parts there are those
//! that choose days; whatever else is refused by name.

mod period;
mod read;
#[cfg(test)]
mod tests;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Timestamp, ToSpan as _};

use period::Period;
pub(crate) use read::read;

/// A rule, with all that it takes from the first day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recurrence {
    period: Period,
    /// Every how many periods.
    interval: i64,
    /// After how many days it ends.
    count: Option<usize>,
    until: Until,
    weekdays: Vec<OnWeekday>,
    /// Days of the month; negative ones count from its end.
    month_days: Vec<i8>,
    months: Vec<i8>,
    /// Of the days of a period, those at these positions, from 1 or from -1 backwards. Empty: all.
    positions: Vec<i16>,
    /// Nothing comes before it.
    start: Option<Date>,
}

/// When a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Never,
    /// With this day.
    Day(Date),
    /// With what starts at this local time.
    Local(DateTime),
    /// With what starts at this instant.
    Instant(Timestamp),
}

/// A weekday, or one of those in the period: the second Tuesday, the last Friday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OnWeekday {
    weekday: Weekday,
    ordinal: Option<i16>,
}

impl Recurrence {
    /// The days of the rule from one day to another, both included, in order. `until` is left to who knows the time of day.
    pub(crate) fn days(&self, from: Date, to: Date) -> impl Iterator<Item = Date> {
        // A rule that counts its days has to be followed from its first one.
        let followed_from = match (self.start, self.count) {
            (Some(start), Some(_)) => start,
            (Some(start), None) => start.max(from),
            (None, _) => from,
        };
        let first = self.first_period(followed_from);
        let periods = (0..).map(move |number| first + number * self.interval);
        let days = periods.map_while(move |index| self.period.first_day(index).filter(|day| *day <= to).map(|day| (index, day)));
        let days = days.flat_map(move |(index, day)| self.days_of(index, day));
        let days = days.filter(move |day| self.start.is_none_or(|start| *day >= start));
        days.take(self.count.unwrap_or(usize::MAX)).skip_while(move |day| *day < from).take_while(move |day| *day <= to)
    }

    /// Whether the rule has ended before something that starts at this time.
    pub(crate) fn has_ended(&self, local: DateTime, instant: Timestamp) -> bool {
        match self.until {
            Until::Never => false,
            Until::Day(day) => local.date() > day,
            Until::Local(last) => local > last,
            Until::Instant(last) => instant > last,
        }
    }

    /// The first period that counts and does not end before a day.
    fn first_period(&self, day: Date) -> i64 {
        let index = self.period.index(day);
        let start = self.start.map_or(index, |start| self.period.index(start));
        let behind = (index - start).max(0);
        start + behind + (self.interval - behind % self.interval) % self.interval
    }

    /// The days of one period, in order.
    fn days_of(&self, index: i64, first: Date) -> Vec<Date> {
        let end = self.period.first_day(index + 1);
        let all = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| end.is_none_or(|end| *day < end));
        let days: Vec<Date> = all.filter(|day| self.fits(*day)).collect();
        if self.positions.is_empty() {
            return days;
        }
        let is_at = |position: i16, at: usize| {
            let steps = usize::from(position.unsigned_abs());
            if position > 0 { at + 1 == steps } else { at + steps == days.len() }
        };
        let is_chosen = |at: usize| self.positions.iter().any(|position| is_at(*position, at));
        days.iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, day)| *day).collect()
    }

    fn fits(&self, day: Date) -> bool {
        let from_end = day.day() - day.days_in_month() - 1;
        (self.months.is_empty() || self.months.contains(&day.month()))
            && (self.month_days.is_empty() || self.month_days.contains(&day.day()) || self.month_days.contains(&from_end))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|on| self.fits_weekday(*on, day)))
    }

    fn fits_weekday(&self, on: OnWeekday, day: Date) -> bool {
        if on.weekday != day.weekday() {
            return false;
        }
        let Some(ordinal) = on.ordinal else { return true };
        let (position, of) = if self.period == Period::Year && self.months.is_empty() {
            (day.day_of_year(), day.days_in_year())
        } else {
            (i16::from(day.day()), i16::from(day.days_in_month()))
        };
        ordinal == (position - 1) / 7 + 1 || ordinal == -((of - position) / 7 + 1)
    }

    /// Whether any day fits within so many years. A rule without a start is tried from 2000 on.
    pub(crate) fn occurs_within(&self, years: i16) -> bool {
        let start = self.start.unwrap_or(jiff::civil::date(2000, 1, 1));
        let end = start.checked_add(i64::from(years).years()).unwrap_or(Date::MAX);
        let end = if let Until::Day(day) = self.until { end.min(day) } else { end };
        self.days(start, end).next().is_some()
    }
}
