//! Rules as text.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;

use super::period::Period;
use super::{OnWeekday, Recurrence, Until};

/// The longest rule that is read.
const LONGEST: usize = 1_000;

/// So many days are counted, at most: each of them is looked at again whenever the rule is asked.
const COUNTED: RangeInclusive<usize> = 1..=1_000;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// The parts of a rule, not yet compared with each other.
#[derive(Debug, Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u32>,
    count: Option<usize>,
    until: Option<Until>,
    weekdays: Vec<OnWeekday>,
    month_days: Vec<i8>,
    months: Vec<i8>,
    positions: Vec<i16>,
    week_start: Option<Weekday>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Reads a rule. What it does not say is taken from the first day, `start`.
///
/// # Errors
/// What is wrong with the text, or that it needs a start.
pub(crate) fn read(text: &str, start: Option<Date>) -> Result<Recurrence, String> {
    if text.len() > LONGEST {
        return Err(format!("must have at most {LONGEST} letters"));
    }
    let text = text.trim().to_ascii_uppercase();
    let mut parts = Parts::default();
    let mut seen = Vec::new();
    for part in text.strip_prefix("RRULE:").unwrap_or(&text).split(';') {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` must be a part such as `FREQ=WEEKLY`"))?;
        if seen.contains(&name) {
            return Err(format!("`{name}` is there twice"));
        }
        seen.push(name);
        parts.take(name, value)?;
    }
    parts.finish(start)
}

impl Parts {
    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "FREQ" => self.frequency = Some(frequency(value)?),
            "INTERVAL" => self.interval = Some(number(name, value, 1..=1_000)?),
            "COUNT" => self.count = Some(number(name, value, COUNTED)?),
            "UNTIL" => self.until = Some(until(value)?),
            "BYDAY" => self.weekdays = value.split(',').map(on_weekday).collect::<Result<_, _>>()?,
            "BYMONTHDAY" => self.month_days = numbers(name, value, -31..=31)?,
            "BYMONTH" => self.months = numbers(name, value, 1..=12)?,
            "BYSETPOS" => self.positions = numbers(name, value, -366..=366)?,
            "WKST" => self.week_start = Some(weekday(value)?),
            "BYSECOND" | "BYMINUTE" | "BYHOUR" => {
                return Err(format!("`{name}` is not known here: the time of day goes to `from`, or to `start`"));
            }
            "BYYEARDAY" | "BYWEEKNO" => return Err(format!("`{name}` is not known here: use `BYMONTH`, `BYMONTHDAY` or `BYDAY`")),
            _ => return Err(format!("`{name}` is no part of an RRULE (RFC 5545)")),
        }
        Ok(())
    }

    fn finish(self, start: Option<Date>) -> Result<Recurrence, String> {
        let frequency = self.frequency.ok_or("`FREQ` is missing: `FREQ=DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`")?;
        self.refuse_what_contradicts(frequency)?;
        let needs_start = |what: &str| format!("{what} counts from a first day: give `start`");
        if start.is_none() && self.count.is_some() {
            return Err(needs_start("`COUNT`"));
        }
        if start.is_none() && self.interval.is_some_and(|interval| interval > 1) {
            return Err(needs_start("`INTERVAL`"));
        }
        let period = match frequency {
            Frequency::Daily => Period::Day,
            Frequency::Weekly => Period::Week(self.week_start.unwrap_or(Weekday::Monday)),
            Frequency::Monthly => Period::Month,
            Frequency::Yearly => Period::Year,
        };
        let mut recurrence = Recurrence {
            period,
            interval: i64::from(self.interval.unwrap_or(1)),
            count: self.count,
            until: self.until.unwrap_or(Until::Never),
            weekdays: self.weekdays,
            month_days: self.month_days,
            months: self.months,
            positions: self.positions,
            start,
        };
        recurrence.take_from_start(frequency)?;
        Ok(recurrence)
    }

    fn refuse_what_contradicts(&self, frequency: Frequency) -> Result<(), String> {
        let chooses_days = !self.weekdays.is_empty() || !self.month_days.is_empty() || !self.months.is_empty();
        let has_ordinals = self.weekdays.iter().any(|on| on.ordinal.is_some());
        if self.count.is_some() && self.until.is_some() {
            Err("`COUNT` and `UNTIL` both say when it ends; keep one".to_owned())
        } else if !self.positions.is_empty() && !chooses_days {
            Err("`BYSETPOS` chooses among days: give `BYDAY`, `BYMONTHDAY` or `BYMONTH` too".to_owned())
        } else if has_ordinals && matches!(frequency, Frequency::Daily | Frequency::Weekly) {
            Err("`BYDAY` with a number is for `FREQ=MONTHLY` and `FREQ=YEARLY`".to_owned())
        } else if !self.month_days.is_empty() && frequency == Frequency::Weekly {
            Err("`BYMONTHDAY` is not for `FREQ=WEEKLY`".to_owned())
        } else {
            Ok(())
        }
    }
}

impl Recurrence {
    /// What no part says is as on the first day.
    fn take_from_start(&mut self, frequency: Frequency) -> Result<(), String> {
        if frequency == Frequency::Daily || !self.weekdays.is_empty() || !self.month_days.is_empty() {
            return Ok(());
        }
        let start = self.start.ok_or("it says no day: give `BYDAY` or `BYMONTHDAY`, or a first day by `start`")?;
        match frequency {
            Frequency::Daily => {}
            Frequency::Weekly => self.weekdays = vec![OnWeekday { weekday: start.weekday(), ordinal: None }],
            Frequency::Monthly | Frequency::Yearly => self.month_days = vec![start.day()],
        }
        if frequency == Frequency::Yearly && self.months.is_empty() {
            self.months = vec![start.month()];
        }
        Ok(())
    }
}

fn frequency(value: &str) -> Result<Frequency, String> {
    match value {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err(format!("`FREQ={value}` is not known here: `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`")),
    }
}

/// A whole number of digits alone, which may have a sign where negative numbers make sense.
fn number<N: FromStr + PartialOrd + Display>(name: &str, value: &str, range: RangeInclusive<N>) -> Result<N, String> {
    let wrong = || format!("`{name}={value}` must be between {} and {}", range.start(), range.end());
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(wrong)
}

/// A list of numbers, none of which is 0.
fn numbers<N: FromStr + PartialOrd + Display + Default + Clone>(
    name: &str,
    value: &str,
    range: RangeInclusive<N>,
) -> Result<Vec<N>, String> {
    let one = |value: &str| match number(name, value, range.clone()) {
        Ok(number) if number == N::default() => Err(format!("`{name}` counts from 1, or from -1 backwards")),
        other => other,
    };
    value.split(',').map(one).collect()
}

fn weekday(value: &str) -> Result<Weekday, String> {
    let found = WEEKDAYS.iter().find(|(name, _)| *name == value);
    found.map(|(_, weekday)| *weekday).ok_or_else(|| format!("`{value}` is no weekday: `MO`, `TU`, `WE`, `TH`, `FR`, `SA` or `SU`"))
}

fn on_weekday(value: &str) -> Result<OnWeekday, String> {
    let at = value.len().saturating_sub(2);
    let (ordinal, name) = value.split_at_checked(at).unwrap_or(("", value));
    let weekday = weekday(name)?;
    if ordinal.is_empty() {
        return Ok(OnWeekday { weekday, ordinal: None });
    }
    match number("BYDAY", ordinal, -53..=53)? {
        0 => Err("`BYDAY` counts from 1, or from -1 backwards".to_owned()),
        ordinal => Ok(OnWeekday { weekday, ordinal: Some(ordinal) }),
    }
}

/// `20261231`, `20261231T235900` or `20261231T235900Z`.
fn until(value: &str) -> Result<Until, String> {
    let wrong =
        || format!("`UNTIL={value}` must be a day `20261231`, a local time `20261231T170000` or one in UTC `20261231T160000Z`");
    let shape: String = value.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let local = |format: &str| DateTime::strptime(format, value).map_err(|_| wrong());
    match shape.as_str() {
        "00000000" => Date::strptime("%Y%m%d", value).map(Until::Day).map_err(|_| wrong()),
        "00000000T000000" => local("%Y%m%dT%H%M%S").map(Until::Local),
        "00000000T000000Z" => instant(local("%Y%m%dT%H%M%SZ")?).ok_or_else(wrong).map(Until::Instant),
        _ => Err(wrong()),
    }
}

fn instant(utc: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(utc).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> String {
        read(text, Some(date(2026, 1, 1))).unwrap_err()
    }

    #[test]
    fn a_rule_is_read_whatever_the_case_of_its_letters() {
        let rule = read("FREQ=MONTHLY;BYDAY=2TU", None).unwrap();
        assert_eq!(rule.weekdays, [OnWeekday { weekday: Weekday::Tuesday, ordinal: Some(2) }]);
        assert_eq!(read("rrule:freq=monthly;byday=+2tu", None).unwrap(), rule);
    }

    #[test]
    fn parts_that_choose_no_days_are_refused_by_name() {
        for (text, name) in [
            ("FREQ=DAILY;BYHOUR=9", "`BYHOUR` is not known here: the time of day goes to `from`"),
            ("FREQ=DAILY;BYMINUTE=0", "`BYMINUTE`"),
            ("FREQ=DAILY;BYSECOND=0,1,2", "`BYSECOND`"),
            ("FREQ=YEARLY;BYWEEKNO=20", "`BYWEEKNO`"),
            ("FREQ=YEARLY;BYYEARDAY=100", "`BYYEARDAY`"),
            ("FREQ=HOURLY", "`FREQ=HOURLY`"),
            ("FREQ=SECONDLY;COUNT=4", "`FREQ=SECONDLY`"),
            ("FREQ=DAILY;BYEASTER=0", "`BYEASTER` is no part"),
        ] {
            assert!(refused(text).contains(name), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for text in [
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=1001",
            "FREQ=DAILY;COUNT=99999999999999999999999",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=1,,2",
            "FREQ=MONTHLY;BYDAY=0MO",
            "FREQ=MONTHLY;BYDAY=54MO",
            "FREQ=MONTHLY;BYDAY=M",
            "FREQ=MONTHLY;BYDAY=é",
            "FREQ=MONTHLY;BYDAY=",
            "FREQ=YEARLY;BYMONTH=13",
            "FREQ=YEARLY;BYMONTH=-1",
            "FREQ=YEARLY;BYDAY=MO;BYSETPOS=367",
            "FREQ=DAILY;UNTIL=2026-12-31",
            "FREQ=DAILY;UNTIL=20261331",
            "FREQ=DAILY;WKST=1MO",
        ] {
            assert!(read(text, Some(date(2026, 1, 1))).is_err(), "{text}");
        }
    }

    #[test]
    fn parts_that_contradict_each_other_are_refused() {
        assert!(refused("FREQ=DAILY;COUNT=2;UNTIL=20270101").contains("keep one"));
        assert!(refused("FREQ=DAILY;FREQ=WEEKLY").contains("twice"));
        assert!(refused("FREQ=DAILY;BYSETPOS=1").contains("chooses among days"));
        assert!(refused("FREQ=WEEKLY;BYDAY=1MO").contains("with a number"));
        assert!(refused("FREQ=WEEKLY;BYMONTHDAY=1").contains("not for `FREQ=WEEKLY`"));
        assert!(refused("BYDAY=MO").contains("`FREQ` is missing"));
        assert!(refused("FREQ=DAILY;").contains("must be a part"));
    }

    #[test]
    fn a_rule_needs_a_start_where_it_counts_or_says_no_day() {
        for text in
            ["FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2"]
        {
            assert!(read(text, None).unwrap_err().contains("`start`"), "{text}");
            assert!(read(text, Some(date(2026, 1, 31))).is_ok(), "{text}");
        }
        for text in
            ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=1", "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYDAY=1MO"]
        {
            assert!(read(text, None).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read(text in "\\PC{0,40}", parts in "((FREQ|COUNT|UNTIL|BYDAY|BYSETPOS|WKST)=[-+0-9A-Zé,]{0,5};?){1,4}") {
            let _ = read(&text, None);
            let _ = read(&parts, Some(date(2026, 1, 1)));
        }
    }
}
