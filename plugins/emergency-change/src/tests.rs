//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Finding, Judgement, OverrideRecord, Person, Request};
use tollgate_sdk::testing::promotions::{NOW, person, policy_request, promotion_request, proposed_in};
use tollgate_sdk::{Level, PluginError, testing};

use crate::{EmergencyChange, Promotion as _, Settings};

const DAY: u64 = 24 * 60 * 60;
const OF_TARGET: &str = r#"{"scope": "target"}"#;

/// Used now on `prod-apps`, to be reviewed within a day.
fn used() -> OverrideRecord {
    OverrideRecord {
        target: "prod-apps".to_owned(),
        gates: vec!["soak".to_owned(), "window".to_owned()],
        by: vec![person("lead@example.com", &["platform"]), person("second@example.com", &["platform"])],
        at: NOW,
        reason: "checkout is down".to_owned(),
        ticket: Some("INC-4".to_owned()),
        review_by: NOW + DAY,
        reviewed: None,
        entry: 17,
    }
}

fn reviewed(by: Person, is_accepted: bool) -> OverrideRecord {
    OverrideRecord { reviewed: Some((by, is_accepted)), ..used() }
}

fn auditor() -> Person {
    person("audit@example.com", &["audit"])
}

fn request(overrides: Vec<OverrideRecord>) -> Request {
    Request { overrides, ..promotion_request("prod") }
}

fn judged(settings: &str, at: u64, request: &Request) -> Judgement {
    testing::set_evaluation_time(at);
    match testing::decide::<EmergencyChange>(settings, request).unwrap() {
        Answer::Findings(judgement) => judgement,
        Answer::Pending(wait) => panic!("pending: {}", wait.reason),
    }
}

#[track_caller]
fn found(at: u64, used: OverrideRecord) -> Finding {
    let findings = judged("{}", at, &request(vec![used])).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].clone()
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&EmergencyChange::DESCRIPTION);
}

#[test]
fn without_break_glass_there_is_nothing_to_say() {
    assert_eq!(judged("{}", NOW, &request(Vec::new())), Judgement { findings: Vec::new(), valid_until: None });
}

#[test]
fn what_was_reviewed_and_accepted_is_over() {
    assert_eq!(judged("{}", NOW + 2 * DAY, &request(vec![reviewed(auditor(), true)])).findings, []);
}

#[test]
fn an_overdue_review_denies_and_says_all_that_is_to_know() {
    let finding = found(NOW + DAY + 1, used());
    assert_eq!((finding.rule.as_str(), finding.level), ("review-overdue", None));
    assert_eq!(
        finding.message,
        "override O-17 of soak, window on prod-apps by lead@example.com, second@example.com at 2027-01-15T08:00:00Z \
         (checkout is down, INC-4), due at 2027-01-16T08:00:00Z, should have been reviewed"
    );
    assert_eq!(finding.remediation.unwrap(), "Review it: `tollgate approve O-17`");
}

#[test]
fn a_review_that_is_not_due_is_a_note_until_it_is() {
    let judgement = judged("{}", NOW + DAY, &request(vec![used()]));
    assert_eq!(judgement.findings[0].rule, "review-owed");
    assert!(judgement.findings[0].message.ends_with("is to be reviewed"), "{:?}", judgement.findings);
    let until = judgement.valid_until.unwrap();
    assert_eq!(judged("{}", until - 1, &request(vec![used()])).findings[0].rule, "review-owed");
    assert_eq!(judged("{}", until, &request(vec![used()])).findings[0].rule, "review-overdue");
}

#[test]
fn of_several_that_are_owed_the_first_that_is_due_ends_the_answer() {
    let soon = OverrideRecord { review_by: NOW + 60, entry: 18, ..used() };
    let judgement = judged("{}", NOW, &request(vec![used(), soon]));
    assert_eq!((judgement.findings.len(), judgement.valid_until), (2, Some(NOW + 61)));
}

#[test]
fn a_review_that_is_never_due_does_not_run_over() {
    let endless = OverrideRecord { review_by: u64::MAX, ..used() };
    assert_eq!(judged("{}", u64::MAX, &request(vec![endless])).valid_until, Some(u64::MAX));
}

#[test]
fn who_signed_it_does_not_review_it() {
    let finding = found(NOW + 2 * DAY, reviewed(person("LEAD@example.com", &["platform"]), true));
    assert_eq!(finding.rule, "review-overdue");
    assert!(finding.message.ends_with("should have been reviewed, and LEAD@example.com, who has, signed it"), "{finding:?}");
    assert_eq!(found(NOW, reviewed(person("second@example.com", &[]), true)).rule, "review-owed");
}

#[test]
fn a_machine_does_not_review_it() {
    let finding = found(NOW + 2 * DAY, reviewed(Person { automation: true, ..auditor() }, true));
    assert_eq!(finding.rule, "review-overdue");
    assert!(finding.message.ends_with("and audit@example.com, who has, is a machine"), "{finding:?}");
}

#[test]
fn who_signed_it_does_not_refuse_it_either() {
    assert_eq!(found(NOW + 2 * DAY, reviewed(person("lead@example.com", &[]), false)).rule, "review-overdue");
}

#[test]
fn what_was_not_accepted_warns_for_as_long_as_it_stands() {
    let finding = found(NOW + 2 * DAY, reviewed(auditor(), false));
    assert_eq!((finding.rule.as_str(), finding.level), ("review-refused", None));
    assert!(finding.message.starts_with("audit@example.com did not accept override O-17"), "{finding:?}");
    assert_eq!(crate::rules::REVIEW_REFUSED.level, Level::Warn);
}

#[test]
fn a_rollback_is_never_blocked() {
    let mut request = request(vec![used(), reviewed(auditor(), false)]);
    proposed_in(&mut request).is_rollback = true;
    let findings = judged("{}", NOW + 2 * DAY, &request).findings;
    assert_eq!(findings.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["passed-review"; 2]);
    assert_eq!(crate::rules::PASSED_REVIEW.level, Level::Note);
}

#[test]
fn overrides_of_other_targets_count_unless_the_scope_is_the_target() {
    let elsewhere = OverrideRecord { target: "staging-apps".to_owned(), ..used() };
    let request = request(vec![elsewhere, used()]);
    assert_eq!(judged("{}", NOW + 2 * DAY, &request).findings.len(), 2);
    let of_target = judged(OF_TARGET, NOW + 2 * DAY, &request).findings;
    assert_eq!(of_target.len(), 1);
    assert!(of_target[0].message.contains("on prod-apps"), "{of_target:?}");
}

#[test]
fn a_policy_revision_gets_no_answer() {
    assert!(matches!(testing::decide::<EmergencyChange>("{}", &policy_request()), Err(PluginError::BadInput(_))));
}
