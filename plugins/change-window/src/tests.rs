//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Judgement, Role};
use tollgate_sdk::testing::promotions::proposed_in;
use tollgate_sdk::{Level, PluginError, testing};

use crate::settings::Settings;
use crate::story::{decide, decide_for, is_open, pending, prod, request, seconds, target, windows};
use crate::{ChangeWindow, Promotion as _};

/// As in the design of the configuration, to the letter.
const YEAR_END: &str = r#"{"name": "year-end", "deny": {"from": "2026-12-20", "to": "2027-01-03", "timeZone": "Europe/Oslo"}, "match": {"environment": "prod"}}"#;

const OFFICE_HOURS: &str = r#"{"name": "office-hours", "allow": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", "from": "09:00", "to": "16:00", "timeZone": "Europe/Oslo"}}"#;

const PATCH_TUESDAY: &str = r#"{"name": "patch-tuesday", "deny": {"start": "2026-01-13T18:00", "rrule": "FREQ=MONTHLY;BYDAY=2TU", "duration": "6h", "timeZone": "America/New_York"}}"#;

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&ChangeWindow::DESCRIPTION);
}

#[test]
fn a_day_as_end_is_included_whole() {
    let settings = windows(YEAR_END);
    assert!(is_open(&decide(&settings, "2026-12-19T22:59:59Z")));
    let wait = pending(decide(&settings, "2026-12-19T23:00:00Z"));
    assert_eq!(wait.until, Some(seconds("2027-01-03T23:00:00Z")));
    assert_eq!(wait.reason, "window `year-end` denies promotions to `prod-apps`; the next opening is at 2027-01-04 00:00+01");
    assert!(wait.from.is_empty());
    pending(decide(&settings, "2027-01-03T22:59:59Z"));
    assert!(is_open(&decide(&settings, "2027-01-03T23:00:00Z")));
}

#[test]
fn outside_of_what_allows_it_is_closed_until_that_comes_again() {
    let settings = windows(OFFICE_HOURS);
    // Thursday.
    assert!(is_open(&decide(&settings, "2026-12-03T14:59:59Z")));
    let wait = pending(decide(&settings, "2026-12-03T15:00:00Z"));
    assert_eq!(wait.until, Some(seconds("2026-12-07T08:00:00Z")));
    assert_eq!(
        wait.reason,
        "window `office-hours`, which allows promotions to `prod-apps`, is not open; the next opening is at 2026-12-07 09:00+01"
    );
}

#[test]
fn one_that_denies_again_and_again_opens_in_between() {
    let settings = windows(PATCH_TUESDAY);
    assert!(is_open(&decide(&settings, "2026-07-14T21:59:59Z")));
    assert_eq!(pending(decide(&settings, "2026-07-14T22:00:00Z")).until, Some(seconds("2026-07-15T04:00:00Z")));
    assert!(is_open(&decide(&settings, "2026-07-15T04:00:00Z")));
    // In winter, New York is an hour further from UTC.
    assert_eq!(pending(decide(&settings, "2026-12-08T23:00:00Z")).until, Some(seconds("2026-12-09T05:00:00Z")));
    // Before its start it denies nothing.
    assert!(is_open(&decide(&settings, "2025-12-09T23:30:00Z")));
}

#[test]
fn deny_beats_allow_and_both_are_named() {
    let settings = windows(&format!("{YEAR_END}, {OFFICE_HOURS}"));
    // A Tuesday at noon, and a night.
    let wait = pending(decide(&settings, "2026-12-22T11:00:00Z"));
    assert!(wait.reason.starts_with("window `year-end` denies promotions to `prod-apps`; "), "{}", wait.reason);
    // 4 January 2027 is a Monday.
    assert_eq!(wait.until, Some(seconds("2027-01-04T08:00:00Z")));
    let wait = pending(decide(&settings, "2026-12-22T22:00:00Z"));
    assert!(wait.reason.contains("denies promotions to `prod-apps`, and window `office-hours`, which allows"), "{}", wait.reason);
}

#[test]
fn several_windows_of_a_kind_are_all_named() {
    let other = YEAR_END.replace("year-end", "audit");
    let wait = pending(decide(&windows(&format!("{YEAR_END}, {other}")), "2026-12-22T11:00:00Z"));
    assert!(wait.reason.starts_with("windows `year-end` and `audit` deny promotions"), "{}", wait.reason);
    let evenings = OFFICE_HOURS.replace("office-hours", "evenings").replace("09:00", "20:00").replace("16:00", "22:00");
    let wait = pending(decide(&windows(&format!("{OFFICE_HOURS}, {evenings}")), "2026-12-03T15:00:00Z"));
    assert!(wait.reason.starts_with("none of the windows `office-hours` and `evenings`, which allow"), "{}", wait.reason);
    assert_eq!(wait.until, Some(seconds("2026-12-03T19:00:00Z")));
}

#[test]
fn a_target_that_no_window_matches_gets_a_note() {
    let answer = decide_for(&windows(YEAR_END), "2026-12-22T11:00:00Z", target("staging-apps", "staging", Role::Apps));
    let Answer::Findings(Judgement { findings, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "no window matches target `staging-apps` of environment `staging`");
    assert_eq!(ChangeWindow::DESCRIPTION.rules[0].level, Level::Note);
    assert_eq!(findings[0].level, None);
}

#[test]
fn without_windows_there_is_the_note_too() {
    for settings in ["{}", r#"{"windows": []}"#] {
        let answer = decide(settings, "2026-12-22T11:00:00Z");
        assert!(matches!(&answer, Answer::Findings(judgement) if judgement.findings[0].rule == "uncovered"), "{answer:?}");
    }
}

#[test]
fn environment_target_and_role_must_all_fit() {
    let window = |matching: &str| windows(&YEAR_END.replace(r#"{"environment": "prod"}"#, matching));
    let is_pending =
        |matching: &str, target| matches!(decide_for(&window(matching), "2026-12-22T11:00:00Z", target), Answer::Pending(_));
    assert!(is_pending("{}", target("staging-ops", "staging", Role::Ops)));
    assert!(is_pending(r#"{"environment": ["pre*", "prod"], "target": "*-apps", "role": ["apps"]}"#, prod()));
    assert!(is_pending(r#"{"environment": [], "role": "apps"}"#, prod()));
    assert!(!is_pending(r#"{"role": "ops"}"#, prod()));
    assert!(!is_pending(r#"{"environment": "prod", "target": "*-ops"}"#, prod()));
    assert!(!is_pending(r#"{"environment": ["pre*"]}"#, prod()));
}

#[test]
fn what_allows_once_and_is_over_never_opens_again() {
    let launch = r#"{"name": "launch", "allow": {"from": "2026-05-01T08:00", "duration": "4h", "timeZone": "Etc/UTC"}}"#;
    let wait = pending(decide(&windows(launch), "2026-05-01T12:00:00Z"));
    assert_eq!(wait.until, None);
    assert!(wait.reason.ends_with("is not open; nothing opens within five years"), "{}", wait.reason);
    assert_eq!(pending(decide(&windows(launch), "2024-01-01T00:00:00Z")).until, Some(seconds("2026-05-01T08:00:00Z")));
}

#[test]
fn a_time_beyond_the_calendar_gets_no_answer() {
    testing::set_evaluation_time(u64::MAX);
    let answer = testing::decide::<ChangeWindow>(&windows(YEAR_END), &request(prod()));
    assert!(matches!(answer, Err(PluginError::BadInput(_))));
}

#[test]
fn settings_that_were_never_accepted_get_no_answer() {
    let settings: Settings = serde_json::from_str(&windows(&YEAR_END.replace("Oslo", "Nowhere"))).unwrap();
    let answer = ChangeWindow::decide(&settings, &request(prod()));
    assert!(matches!(answer, Err(PluginError::BadInput(message)) if message.contains("Europe/Nowhere")));
}

#[test]
fn an_answer_holds_until_the_window_closes() {
    let open = decide(&windows(OFFICE_HOURS), "2026-01-12T10:00:00Z");
    let Answer::Findings(Judgement { valid_until, .. }) = open else { panic!("{open:?}") };
    assert_eq!(valid_until, Some(seconds("2026-01-12T15:00:00Z")));
}

#[test]
fn a_rollback_goes_with_a_note_unless_it_has_to_wait() {
    testing::set_evaluation_time(seconds("2026-01-12T20:00:00Z"));
    let mut request = request(prod());
    proposed_in(&mut request).is_rollback = true;
    let answer = testing::decide::<ChangeWindow>(&windows(OFFICE_HOURS), &request).unwrap();
    assert_eq!(answer.findings()[0].rule, "passed-window");
    assert!(answer.findings()[0].message.contains("office"), "{answer:?}");
    let waits = format!(r#"{{"rollbacksWait": true, "windows": [{OFFICE_HOURS}]}}"#);
    assert!(matches!(testing::decide::<ChangeWindow>(&waits, &request), Ok(Answer::Pending(_))));
}
