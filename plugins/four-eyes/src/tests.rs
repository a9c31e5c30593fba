//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Person, Request, Wait};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{approval, change_in, person, policy_request, promotion_request, rejection, review};
use tollgate_sdk::{Level, PluginError};

use crate::{FourEyes, Promotion as _, Settings};

pub(crate) const FROM_PLATFORM: &str = r#"{"from": ["platform"]}"#;

pub(crate) fn lead() -> Person {
    person("lead@example.com", &["platform"])
}

pub(crate) fn second() -> Person {
    person("second@example.com", &["platform"])
}

#[track_caller]
pub(crate) fn decide(settings: &str, request: &Request) -> Answer {
    testing::decide::<FourEyes>(settings, request).unwrap()
}

#[track_caller]
pub(crate) fn pending(answer: Answer) -> Wait {
    match answer {
        Answer::Pending(wait) => wait,
        Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
    }
}

/// Rules and messages of what it finds; it must not be pending.
#[track_caller]
pub(crate) fn found(answer: &Answer) -> Vec<(&str, &str)> {
    assert!(matches!(answer, Answer::Findings(_)), "{answer:?}");
    answer.findings().iter().map(|finding| (finding.rule.as_str(), finding.message.as_str())).collect()
}

pub(crate) fn rules_of(answer: &Answer) -> Vec<&str> {
    found(answer).into_iter().map(|(rule, _)| rule).collect()
}

/// What is missing while one approval is there and another one is asked for.
fn request() -> Request {
    Request { approvals: vec![approval(&lead())], ..promotion_request("prod") }
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&FourEyes::DESCRIPTION);
}

#[test]
fn one_other_person_is_enough_unless_more_are_asked_for() {
    let answer = decide("{}", &request());
    assert_eq!(found(&answer), [("approved", "1 of 1 approvals of this promotion: lead@example.com (entry 17)")]);
    let wait = pending(decide(r#"{"approvals": 2}"#, &request()));
    assert_eq!(wait.reason, "1 of 2 approvals of this promotion: lead@example.com (entry 17)");
}

#[test]
fn it_waits_for_those_who_can_give_it() {
    let wait = pending(decide(FROM_PLATFORM, &promotion_request("prod")));
    assert_eq!((wait.from.as_slice(), wait.until), (["platform".to_owned()].as_slice(), None));
    assert!(pending(decide("{}", &promotion_request("prod"))).from.is_empty());
}

#[test]
fn reviews_are_of_the_content() {
    let reviewed = Request { approvals: vec![review(&lead())], ..promotion_request("prod") };
    assert_eq!(found(&decide(r#"{"at": "review"}"#, &reviewed)), [("approved", "1 of 1 reviews: lead@example.com (entry 18)")]);
    pending(decide(r#"{"at": "promotion"}"#, &reviewed));
    pending(decide(r#"{"at": "review"}"#, &request()));
}

#[test]
fn a_policy_revision_is_reviewed_whatever_is_set() {
    let reviewed = Request { approvals: vec![review(&lead())], ..policy_request() };
    assert_eq!(found(&decide(r#"{"at": "promotion"}"#, &reviewed))[0].0, "approved");
    pending(decide("{}", &Request { approvals: vec![approval(&lead())], ..policy_request() }));
}

#[test]
fn a_rejection_by_somebody_who_could_approve_denies_by_name() {
    let request = Request { rejections: vec![rejection(&second(), "the index is missing")], ..request() };
    for settings in ["{}", FROM_PLATFORM] {
        assert_eq!(
            found(&decide(settings, &request)),
            [
                ("rejected", "second@example.com says no (entry 19): the index is missing"),
                ("approved", "1 of 1 approvals of this promotion: lead@example.com (entry 17)")
            ]
        );
    }
}

#[test]
fn a_rejection_by_somebody_who_could_not_is_a_note() {
    let request = Request { rejections: vec![rejection(&person("guest@example.com", &[]), "no")], ..request() };
    let answer = decide(FROM_PLATFORM, &request);
    assert_eq!(rules_of(&answer), ["approved", "objection"]);
    assert_eq!(crate::rules::OBJECTION.level, Level::Note);
}

#[test]
fn a_waiver_of_a_finding_does_not_stand_for_an_approval() {
    let rejected = Request { rejections: vec![rejection(&second(), "no")], ..promotion_request("prod") };
    assert_eq!(rules_of(&decide("{}", &rejected)), ["rejected", "missing-approval"]);
    assert_eq!(crate::rules::MISSING_APPROVAL.level, Level::Deny);
}

#[test]
fn a_rollback_of_no_commits_needs_somebody_else_than_who_asks_for_it() {
    let mut request = request();
    change_in(&mut request).commits.clear();
    assert_eq!(found(&decide("{}", &request))[0].0, "approved");
    request.approvals = vec![approval(&person("dev@example.com", &[]))];
    assert!(pending(decide("{}", &request)).reason.ends_with("the same person asks for it"));
}

#[test]
fn a_change_that_git_tells_nothing_of_gets_no_answer() {
    let request = Request { change: None, ..request() };
    assert!(matches!(testing::decide::<FourEyes>("{}", &request), Err(PluginError::Missing(_))));
}

#[test]
fn no_approval_at_all_can_not_be_asked_for() {
    let refused = std::panic::catch_unwind(|| testing::settings::<Settings>(r#"{"approvals": 0}"#));
    assert!(refused.is_err());
}
