//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Approval, Finding, Person, Request, SubjectOfRequest, Vouching};
use tollgate_sdk::testing::promotions::{approval, change_in, person, policy_request, promotion_request, rejection, review};
use tollgate_sdk::{PluginError, testing};

use crate::{PolicyIntegrity, Promotion as _, Settings};

const GONE: &str = "gate `four-eyes` is gone";
const FROM_SECURITY: &str = r#"{"from": ["security"]}"#;

/// A revision by `dev@example.com` that takes a gate away.
fn weaker(approvals: Vec<Approval>) -> Request {
    let mut request = Request { approvals, ..policy_request() };
    if let SubjectOfRequest::Policy(policy) = &mut request.subject {
        policy.weakened = vec![GONE.to_owned()];
    }
    request
}

fn security(name: &str) -> Person {
    person(&format!("{name}@example.com"), &["security"])
}

fn findings(settings: &str, request: &Request) -> Vec<Finding> {
    match testing::decide::<PolicyIntegrity>(settings, request).unwrap() {
        Answer::Findings(judgement) => judgement.findings,
        Answer::Pending(wait) => panic!("pending: {}", wait.reason),
    }
}

/// Rules and messages of what denies.
fn denied(settings: &str, request: &Request) -> Vec<(String, String)> {
    let denies = |finding: &Finding| !["approved", "files"].contains(&finding.rule.as_str());
    findings(settings, request).into_iter().filter(denies).map(|finding| (finding.rule, finding.message)).collect()
}

/// What denies as weakened, without the gate's name.
#[track_caller]
fn missing(settings: &str, approvals: Vec<Approval>) -> String {
    let denied = denied(settings, &weaker(approvals));
    assert_eq!(denied.len(), 1, "{denied:?}");
    assert_eq!(denied[0].0, "weakened");
    denied[0].1.strip_prefix(&format!("{GONE}; ")).unwrap().to_owned()
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&PolicyIntegrity::DESCRIPTION);
}

#[test]
fn a_revision_that_weakens_nothing_passes_with_the_files_it_changes() {
    let findings = findings("{}", &policy_request());
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule.as_str(), findings[0].message.as_str()), ("files", "it changes tollgate.yaml"));
}

#[test]
fn a_revision_that_weakens_nothing_needs_no_known_author() {
    let request = Request { change: None, ..policy_request() };
    assert_eq!(findings("{}", &request).len(), 1);
}

#[test]
fn a_weaker_policy_is_denied_until_two_have_reviewed_it() {
    assert_eq!(missing("{}", Vec::new()), "0 of 2 reviews");
    assert_eq!(missing("{}", vec![review(&security("ada"))]), "1 of 2 reviews: ada@example.com (entry 18)");
    let request = weaker(vec![review(&security("ada")), review(&security("bob"))]);
    assert!(denied("{}", &request).is_empty());
    let notes: Vec<_> = findings("{}", &request).into_iter().map(|one| one.rule).collect();
    assert_eq!(notes, ["approved", "files"]);
}

#[test]
fn each_gate_that_gets_weaker_is_a_finding() {
    let mut request = weaker(Vec::new());
    if let SubjectOfRequest::Policy(policy) = &mut request.subject {
        policy.weakened.push("gate `soak` is shorter".to_owned());
    }
    assert_eq!(denied("{}", &request).len(), 2);
}

#[test]
fn who_wrote_the_weaker_policy_does_not_review_it() {
    let own = review(&person("DEV@example.com", &["security"]));
    let sentence = missing(r#"{"approvals": 1}"#, vec![own]);
    assert!(sentence.ends_with("the same person is the author of 000000000000"), "{sentence}");
}

#[test]
fn the_same_person_does_not_review_it_twice() {
    assert!(missing("{}", vec![review(&security("ada")), review(&security("Ada"))]).starts_with("1 of 2 reviews"));
}

#[test]
fn an_approval_of_a_promotion_is_no_review_of_a_policy() {
    assert!(missing("{}", vec![approval(&security("ada")), review(&security("bob"))]).starts_with("1 of 2 reviews: bob"));
}

#[test]
fn machines_others_and_void_reviews_do_not_count() {
    let machine = Person { automation: true, ..security("robot") };
    let void = Approval { void: Some("it was given under another policy revision".to_owned()), ..review(&security("ada")) };
    let stranger = review(&person("friend@example.com", &["dev"]));
    let sentence = missing(FROM_SECURITY, vec![review(&machine), void, stranger]);
    assert!(sentence.starts_with("0 of 2 reviews; not counted: robot@example.com"), "{sentence}");
}

#[test]
fn who_can_give_it_is_said() {
    let remediation = |settings| findings(settings, &weaker(Vec::new()))[0].remediation.clone().unwrap();
    assert_eq!(remediation(FROM_SECURITY), "Let security review the revision");
    assert_eq!(remediation("{}"), "Let people who did not write it review the revision");
}

#[test]
fn a_rejection_denies_what_enough_have_reviewed() {
    let rejections = vec![rejection(&security("cy"), "we need that gate")];
    let request = Request { rejections, ..weaker(vec![review(&security("ada")), review(&security("bob"))]) };
    let expected = ("rejected".to_owned(), "cy@example.com says no (entry 19): we need that gate".to_owned());
    assert_eq!(denied("{}", &request), [expected]);
}

#[test]
fn a_weaker_policy_by_nobody_who_is_known_is_denied_whoever_reviews_it() {
    let reviewed = || weaker(vec![review(&security("ada")), review(&security("bob"))]);
    let mut unsigned = reviewed();
    change_in(&mut unsigned).commits[0].vouching = Vouching::Unsigned("it is not signed".to_owned());
    let mut incomplete = reviewed();
    change_in(&mut incomplete).is_complete = false;
    let mut nobody = reviewed();
    change_in(&mut nobody).requester = None;
    for request in [unsigned, incomplete, nobody] {
        let denied = denied("{}", &request);
        assert_eq!((denied.len(), denied[0].0.as_str()), (1, "unknown-author"), "{denied:?}");
    }
    let unknown = Request { change: None, ..reviewed() };
    assert!(matches!(testing::decide::<PolicyIntegrity>("{}", &unknown), Err(PluginError::Missing(_))));
}

#[test]
fn a_recipe_that_moves_gets_no_answer() {
    let answer = testing::decide::<PolicyIntegrity>("{}", &promotion_request("prod"));
    assert!(matches!(answer, Err(PluginError::BadInput(message)) if message.contains("`change: policy`")));
}
