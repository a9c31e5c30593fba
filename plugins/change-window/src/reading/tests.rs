//! Settings that are refused, at their place.

use tollgate_sdk::testing;

use crate::settings::Settings;
use crate::story::windows;

/// Where the first problem is, and what it says.
#[track_caller]
fn refused(settings: &str) -> (String, String) {
    let settings: Settings = serde_json::from_str(settings).unwrap_or_else(|error| panic!("{settings}: {error}"));
    let errors = super::read(&settings).expect_err("settings should be refused");
    (errors[0].pointer.clone(), errors[0].message.clone())
}

#[track_caller]
fn assert_refused(span: &str, pointer: &str, message: &str) {
    for effect in ["allow", "deny"] {
        let (at, why) = refused(&windows(&format!(r#"{{"name": "w", "{effect}": {{{span}}}}}"#)));
        assert_eq!(at, format!("/windows/0/{effect}{pointer}"), "{span}: {why}");
        assert!(why.contains(message), "{span}: {why}");
    }
}

const ZONE: &str = r#""timeZone": "Europe/Oslo""#;

#[test]
fn a_zone_is_there_and_of_the_database() {
    assert_refused(r#""from": "2026-12-20", "to": "2026-12-21""#, "", "`timeZone` is missing");
    let bad = r#""from": "2026-12-20", "to": "2026-12-21", "timeZone": "Oslo""#;
    assert_refused(bad, "/timeZone", "did you mean `Europe/Oslo`?");
}

#[test]
fn a_window_that_is_once_has_a_beginning_and_an_end_after_it() {
    let once = |members: &str| format!("{members}, {ZONE}");
    assert_refused(&once(r#""to": "2026-12-21""#), "", "`from` is missing");
    assert_refused(&once(r#""from": "2026-12-21""#), "", "`to` or `duration` is missing");
    assert_refused(&once(r#""from": "2026-12-21", "to": "2026-12-20""#), "/to", "must end after it starts");
    assert_refused(&once(r#""from": "2026-12-21T09:00", "to": "2026-12-21T09:00""#), "/to", "must end after it starts");
    assert_refused(&once(r#""from": "2026-12-32", "to": "2027-01-01""#), "/from", "`2026-12-32` must be a day");
    assert_refused(&once(r#""from": "2026-12-20", "to": "soon""#), "/to", "`soon` must be a day");
    assert_refused(&once(r#""from": "09:00", "to": "10:00""#), "/from", "alone recurs");
    assert_refused(&once(r#""from": "2026-12-20", "to": "10:00""#), "/to", "alone recurs");
    assert_refused(&once(r#""from": "2026-12-20", "to": "2026-12-21", "duration": "1d""#), "/duration", "keep one");
    assert_refused(&once(r#""from": "2026-12-20", "duration": "0h""#), "/duration", "must not be empty");
    assert_refused(&once(r#""start": "2026-12-20", "duration": "1h""#), "/start", "write `from`");
}

#[test]
fn a_window_that_recurs_has_times_of_day() {
    let recurring = |rule: &str, members: &str| format!(r#""rrule": "{rule}", {members}, {ZONE}"#);
    let daily = |members: &str| recurring("FREQ=DAILY", members);
    assert_refused(&daily(r#""from": "09:00""#), "", "`to` or `duration` is missing");
    assert_refused(&daily(r#""from": "09:00", "to": "09:00""#), "/to", "the window is empty");
    assert_refused(&daily(r#""from": "2026-12-20", "to": "10:00""#), "/from", "the first day goes to `start`");
    assert_refused(&daily(r#""from": "24:00", "to": "10:00""#), "/from", "is a time of day");
    assert_refused(&daily(r#""from": "09:00", "to": "2026-12-20""#), "/to", "`UNTIL`");
    assert_refused(&daily(r#""start": "09:00", "to": "10:00""#), "/start", "must be the first day");
    assert_refused(&daily(r#""start": "2026-01-01T09:00", "from": "09:00", "to": "10:00""#), "/from", "keep one");
    let times = r#""from": "09:00", "to": "10:00""#;
    assert_refused(&recurring("FREQ=SECONDLY", times), "/rrule", "`FREQ=SECONDLY` is not known here");
    assert_refused(&recurring("FREQ=DAILY;COUNT=5", times), "/rrule", "give `start`");
    assert_refused(&recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", times), "/rrule", "no day fits in 40 years");
    assert_refused(&recurring("FREQ=DAILY;COUNT=999999999", times), "/rrule", "must be between 1 and 1000");
}

#[test]
fn a_window_either_allows_or_denies() {
    let span = format!(r#"{{"from": "2026-12-20", "to": "2026-12-21", {ZONE}}}"#);
    let both = windows(&format!(r#"{{"name": "w", "allow": {span}, "deny": {span}}}"#));
    assert_eq!(refused(&both).0, "/windows/0/deny");
    assert!(refused(&both).1.contains("make two of it"));
    assert_eq!(refused(&windows(r#"{"name": "w"}"#)).0, "/windows/0");
}

#[test]
fn each_window_has_its_own_name() {
    let window = |name: &str| format!(r#"{{"name": "{name}", "deny": {{"from": "2026-12-20", "duration": "1d", {ZONE}}}}}"#);
    assert_eq!(refused(&windows(&window(""))).0, "/windows/0/name");
    let (pointer, message) = refused(&windows(&format!("{}, {}", window("a"), window("a"))));
    assert_eq!(pointer, "/windows/1/name");
    assert!(message.contains("another window `a`"));
}

#[test]
fn globs_and_roles_that_match_nothing_are_refused() {
    let window = |matching: &str| {
        windows(&format!(r#"{{"name": "w", "deny": {{"from": "2026-12-20", "duration": "1d", {ZONE}}}, "match": {matching}}}"#))
    };
    assert_eq!(refused(&window(r#"{"environment": ["prod", "a[b"]}"#)).0, "/windows/0/match/environment/1");
    assert_eq!(refused(&window(r#"{"target": "!prod"}"#)).0, "/windows/0/match/target");
    assert_eq!(refused(&window(r#"{"role": ["apps", "app"]}"#)).0, "/windows/0/match/role/1");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let settings = windows(
        r#"{"name": "", "deny": {"from": "x", "to": "y", "timeZone": "Etc/UTC"}}, {"name": "b", "allow": {}, "match": {"role": "x"}}"#,
    );
    let errors = super::read(&serde_json::from_str::<Settings>(&settings).unwrap()).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/windows/0/name", "/windows/0/deny/from", "/windows/1/match/role", "/windows/1/allow"]);
}

#[test]
fn members_that_are_not_known_are_named() {
    for (settings, member) in [
        (r#"{"window": []}"#, "window"),
        (r#"{"windows": [{"nam": "a"}]}"#, "nam"),
        (r#"{"windows": [{"name": "a", "deny": {"timezone": "Etc/UTC"}}]}"#, "timezone"),
        (r#"{"windows": [{"name": "a", "match": {"environments": ["a"]}}]}"#, "environments"),
    ] {
        let error = serde_json::from_str::<Settings>(settings).unwrap_err().to_string();
        assert!(error.contains(&format!("unknown field `{member}`, expected")), "{error}");
    }
    let error = serde_json::from_str::<Settings>(r#"{"windows": [{"match": {"target": 1}}]}"#).unwrap_err().to_string();
    assert!(error.contains("must be a glob, or a list of globs"), "{error}");
}

#[test]
fn the_example_of_each_kind_is_accepted() {
    for span in [
        r#""from": "2026-12-20", "to": "2026-12-20""#,
        r#""from": "2026-12-20T18:00", "to": "2026-12-21T06:00:30""#,
        r#""from": "2026-12-20", "to": "2026-12-21T06:00""#,
        r#""from": "2026-12-20T18:00", "duration": "1d 6h""#,
        r#""rrule": "FREQ=WEEKLY;BYDAY=MO", "from": "22:00", "to": "04:00""#,
        r#""rrule": "FREQ=WEEKLY;BYDAY=FR", "duration": "1d""#,
        r#""rrule": "FREQ=WEEKLY;INTERVAL=2", "start": "2026-12-20", "from": "09:00", "to": "24:00""#,
        r#""rrule": "FREQ=MONTHLY;BYDAY=2TU", "start": "2026-01-13T18:00", "to": "23:00""#,
    ] {
        let settings = windows(&format!(r#"{{"name": "w", "deny": {{{span}, {ZONE}}}}}"#));
        let settings: Settings = testing::settings(&settings);
        assert_eq!(super::read(&settings).unwrap().windows.len(), 1);
    }
}
