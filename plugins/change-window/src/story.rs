//! Promotions at some time, for tests.

use jiff::Timestamp;
use tollgate_sdk::promotion::{Answer, Request, Role, Target, Wait};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{promotion_request, proposed_in};

use crate::ChangeWindow;

pub(crate) fn target(name: &str, environment: &str, role: Role) -> Target {
    Target {
        name: name.to_owned(),
        environment: environment.to_owned(),
        role,
        promotable: true,
        after: Vec::new(),
        after_any: Vec::new(),
    }
}

pub(crate) fn prod() -> Target {
    target("prod-apps", "prod", Role::Apps)
}

pub(crate) fn request(target: Target) -> Request {
    let mut request = promotion_request(&target.environment);
    proposed_in(&mut request).target = target;
    request
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn seconds(text: &str) -> u64 {
    u64::try_from(instant(text).as_second()).unwrap()
}

/// What is answered to a promotion to a target, at an instant.
pub(crate) fn decide_for(settings: &str, at: &str, target: Target) -> Answer {
    testing::set_evaluation_time(seconds(at));
    testing::decide::<ChangeWindow>(settings, &request(target)).unwrap()
}

pub(crate) fn decide(settings: &str, at: &str) -> Answer {
    decide_for(settings, at, prod())
}

/// The windows of a list in JSON's flow style.
pub(crate) fn windows(windows: &str) -> String {
    format!(r#"{{"windows": [{windows}]}}"#)
}

#[track_caller]
pub(crate) fn pending(answer: Answer) -> Wait {
    match answer {
        Answer::Pending(wait) => wait,
        Answer::Findings(findings) => panic!("not pending: {findings:?}"),
    }
}

pub(crate) fn is_open(answer: &Answer) -> bool {
    matches!(answer, Answer::Findings(judgement) if judgement.findings.is_empty())
}
