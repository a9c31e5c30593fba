//! Rules against examples, and against two implementations of others: the crate `rrule`, and what Python's `dateutil` 2.9 said
//! (`dateutil.txt`). Both take `BYDAY=MO,1TU` for what is a Monday and a first Tuesday at once, so no rule here mixes the two.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::read;

const FAR: Date = date(2100, 1, 1);

fn first(text: &str, start: Date, number: usize) -> Vec<String> {
    read(text, Some(start)).unwrap().days(start, FAR).take(number).map(|day| day.to_string()).collect()
}

#[test]
fn a_patch_tuesday_is_the_second_tuesday() {
    let days = first("FREQ=MONTHLY;BYDAY=2TU", date(2026, 1, 13), 4);
    assert_eq!(days, ["2026-01-13", "2026-02-10", "2026-03-10", "2026-04-14"]);
}

#[test]
fn the_last_working_day_of_a_quarter_is_found_by_position() {
    let days = first("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", date(2026, 1, 1), 4);
    assert_eq!(days, ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]);
}

#[test]
fn a_day_that_a_month_does_not_have_is_left_out() {
    let days = first("FREQ=MONTHLY", date(2026, 1, 31), 4);
    assert_eq!(days, ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]);
    assert_eq!(first("FREQ=YEARLY", date(2024, 2, 29), 2), ["2024-02-29", "2028-02-29"]);
    assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=-1", date(2026, 1, 1), 2), ["2026-01-31", "2026-02-28"]);
}

#[test]
fn a_weekday_with_a_number_and_one_without_are_both_days() {
    let days = first("FREQ=MONTHLY;BYDAY=MO,1TU", date(2026, 12, 1), 4);
    assert_eq!(days, ["2026-12-01", "2026-12-07", "2026-12-14", "2026-12-21"]);
}

/// The example of RFC 5545 for `WKST`.
#[test]
fn the_start_of_the_week_decides_which_weeks_are_skipped() {
    let start = date(1997, 8, 5);
    let monday = first("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start, 9);
    assert_eq!(monday, ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
    let sunday = first("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start, 9);
    assert_eq!(sunday, ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
}

#[test]
fn a_start_that_does_not_fit_the_rule_is_no_day_of_it() {
    assert_eq!(first("FREQ=WEEKLY;BYDAY=MO;COUNT=2", date(2026, 12, 1), 9), ["2026-12-07", "2026-12-14"]);
}

#[test]
fn a_rule_without_a_start_has_neither_beginning_nor_end() {
    let rule = read("FREQ=WEEKLY;BYDAY=FR", None).unwrap();
    assert_eq!(rule.days(date(1969, 12, 29), FAR).next(), Some(date(1970, 1, 2)));
    assert_eq!(rule.days(date(2999, 12, 1), date(2999, 12, 31)).count(), 4);
}

#[test]
fn a_rule_that_never_fits_is_known_to_and_looking_for_it_ends() {
    for never in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "FREQ=DAILY;UNTIL=20251231"] {
        assert!(!read(never, Some(date(2026, 1, 1))).unwrap().occurs_within(40), "{never}");
    }
    assert!(read("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", None).unwrap().occurs_within(40));
}

#[test]
fn dateutil_says_the_same() {
    let mut cases = 0;
    for line in include_str!("dateutil.txt").lines() {
        let mut fields = line.split(' ');
        let (start, rule) = (fields.next().unwrap(), fields.next().unwrap());
        let days: Vec<&str> = fields.collect();
        assert_eq!(first(rule, start.parse().unwrap(), 8), days, "{start} {rule}");
        cases += 1;
    }
    assert!(cases > 200, "{cases}");
}

/// What the crate `rrule` says of the first days.
fn peer(text: &str, start: Date, number: u16) -> Vec<String> {
    let whole = format!("DTSTART:{}T000000Z\nRRULE:{text}", start.strftime("%Y%m%d"));
    let set: rrule::RRuleSet = whole.parse().unwrap();
    set.all(number).dates.iter().map(|day| day.format("%Y-%m-%d").to_string()).collect()
}

fn list<T: std::fmt::Display>(name: &str, values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    if values.is_empty() { String::new() } else { format!(";{name}={}", values.join(",")) }
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule that both can read.
fn rule() -> impl Strategy<Value = String> {
    let weekday = prop::sample::select(WEEKDAYS.to_vec());
    let ordinal = prop::sample::select(vec!["1", "2", "-1", "-2", "4"]);
    let parts = (
        prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        1..5_u32,
        prop::collection::btree_map(weekday.clone(), ordinal, 0..3),
        prop::collection::btree_set(prop_oneof![1..=31_i8, -31..=-1_i8], 0..3),
        prop::collection::btree_set(1..=12_i8, 0..3),
        prop::collection::btree_set(prop_oneof![1..=4_i16, -3..=-1_i16], 0..2),
        (weekday, any::<bool>()),
    );
    parts.prop_map(|(frequency, interval, weekdays, month_days, months, positions, (week_start, counts_weekdays))| {
        let is_long = matches!(frequency, "MONTHLY" | "YEARLY");
        let weekdays: Vec<String> = weekdays
            .into_iter()
            .map(|(day, ordinal)| if is_long && counts_weekdays { format!("{ordinal}{day}") } else { day.to_owned() })
            .collect();
        let month_days: Vec<i8> = if frequency == "WEEKLY" { Vec::new() } else { month_days.into_iter().collect() };
        let months: Vec<i8> = months.into_iter().collect();
        let chooses = !(weekdays.is_empty() && month_days.is_empty());
        // Where a week has begun before the start, implementations differ in which days they count positions of.
        let positions: Vec<i16> = if chooses && is_long { positions.into_iter().collect() } else { Vec::new() };
        format!(
            "FREQ={frequency};INTERVAL={interval};WKST={week_start}{}{}{}{}",
            list("BYDAY", &weekdays),
            list("BYMONTHDAY", &month_days),
            list("BYMONTH", &months),
            list("BYSETPOS", &positions)
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_crate_rrule_says_the_same(rule in rule(), start in 0..3_000_i32) {
        let start = date(2020, 1, 1).checked_add(jiff::Span::new().days(start)).unwrap();
        let until = format!("{rule};UNTIL=20450101T000000Z");
        let days: Vec<String> = read(&rule, Some(start)).unwrap().days(start, date(2045, 1, 1)).take(12).map(|day| day.to_string()).collect();
        prop_assert_eq!(days, peer(&until, start, 12), "{} {}", start, rule);
    }

    /// Looking from the middle gives the same days as following the rule from its start.
    #[test]
    fn the_days_after_some_day_are_the_same_wherever_one_looks_from(rule in rule(), start in 0..3_000_i32, from in 0..4_000_i32, counted in prop::option::of(1..40_usize)) {
        let day = |days: i32| date(2020, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let rule = counted.map_or(rule.clone(), |count| format!("{rule};COUNT={count}"));
        let (start, from, to) = (day(start), day(from), date(2035, 1, 1));
        let rule = read(&rule, Some(start)).unwrap();
        let all: Vec<Date> = rule.days(start, to).filter(|day| *day >= from).collect();
        prop_assert_eq!(rule.days(from, to).collect::<Vec<_>>(), all);
    }
}
