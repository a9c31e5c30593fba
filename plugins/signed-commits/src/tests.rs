//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Commit, Finding, Request, Vouching};
use tollgate_sdk::testing::promotions::{change_in, commit, person, policy_request, promotion_request};
use tollgate_sdk::{Level, PluginError, testing};

use crate::{Promotion as _, Settings, SignedCommits};

const FROM_DEV: &str = r#"{"from": ["dev"]}"#;

fn unsigned() -> Vouching {
    Vouching::Unsigned("the key is not allowed".to_owned())
}

fn findings(settings: &str, request: &Request) -> Vec<Finding> {
    match testing::decide::<SignedCommits>(settings, request).unwrap() {
        Answer::Findings(judgement) => judgement.findings,
        Answer::Pending(wait) => panic!("pending: {}", wait.reason),
    }
}

fn found(settings: &str, request: &Request) -> Vec<(String, String)> {
    findings(settings, request).into_iter().map(|finding| (finding.rule, finding.message)).collect()
}

#[track_caller]
fn denied(settings: &str, request: &Request) -> (String, String) {
    let found = found(settings, request);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn said(rule: &str, message: &str) -> (String, String) {
    (rule.to_owned(), message.to_owned())
}

fn by_tag(vouching: Option<Vouching>) -> Request {
    let mut request = promotion_request("prod");
    let change = change_in(&mut request);
    (change.reference, change.tag) = ("tag v1".to_owned(), vouching);
    request
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&SignedCommits::DESCRIPTION);
}

#[test]
fn what_is_signed_or_made_by_the_forge_passes_without_a_word() {
    assert!(found("{}", &promotion_request("prod")).is_empty());
    let mut request = by_tag(Some(Vouching::Signed(person("release@example.com", &[]))));
    change_in(&mut request).commits.push(Commit { vouching: Vouching::Forge(person("lead@example.com", &[])), ..commit(2, "x@y") });
    assert!(found("{}", &request).is_empty());
}

#[test]
fn one_unsigned_commit_among_many_denies_with_the_reason() {
    let mut request = promotion_request("prod");
    change_in(&mut request).commits.extend((2..9).map(|number| commit(number, "dev@example.com")));
    change_in(&mut request).commits[4].vouching = unsigned();
    let message = "nobody vouches for 1 of 8 commits: 000000000000 by dev@example.com (the key is not allowed)";
    assert_eq!(denied("{}", &request), said("unsigned", message));
}

#[test]
fn an_unsigned_merge_is_an_unsigned_commit() {
    let mut request = promotion_request("prod");
    change_in(&mut request).commits.push(Commit { is_merge: true, vouching: unsigned(), ..commit(2, "dev@example.com") });
    assert_eq!(denied("{}", &request).0, "unsigned");
}

#[test]
fn ten_unsigned_commits_are_named_and_the_others_counted() {
    let mut request = promotion_request("prod");
    change_in(&mut request).commits =
        (0..13).map(|number| Commit { vouching: unsigned(), ..commit(number, "dev@example.com") }).collect();
    let message = denied("{}", &request).1;
    assert!(message.starts_with("nobody vouches for 13 of 13 commits: ") && message.ends_with(" and 3 more"), "{message}");
    assert_eq!(message.matches("dev@example.com").count(), 10);
}

#[test]
fn an_unsigned_tag_denies_unless_it_is_optional() {
    for (tag, reason) in [(Some(unsigned()), "the key is not allowed"), (None, "nothing is known of its signature")] {
        let request = by_tag(tag);
        assert_eq!(denied("{}", &request), said("unsigned-tag", &format!("nobody vouches for tag v1: {reason}")));
        let optional = findings(r#"{"tags": "optional"}"#, &request);
        assert_eq!((optional.len(), optional[0].level), (1, Some(Level::Note)));
    }
}

#[test]
fn an_optional_tag_does_not_make_commits_optional() {
    let mut request = by_tag(None);
    change_in(&mut request).commits[0].vouching = unsigned();
    let levels: Vec<_> = findings(r#"{"tags": "optional"}"#, &request).into_iter().map(|one| (one.rule, one.level)).collect();
    assert_eq!(levels, [("unsigned".to_owned(), None), ("unsigned-tag".to_owned(), Some(Level::Note))]);
}

#[test]
fn a_signer_of_another_team_denies_by_name() {
    let mut request = by_tag(Some(Vouching::Signed(person("sales@example.com", &["sales"]))));
    change_in(&mut request).commits[0].vouching = Vouching::Signed(person("dev@example.com", &["dev"]));
    assert_eq!(denied(FROM_DEV, &request), said("other-team", "only dev can sign: tag v1 by sales@example.com"));
    change_in(&mut request).tag = Some(Vouching::Signed(person("dev@example.com", &["dev"])));
    assert!(found(FROM_DEV, &request).is_empty());
    change_in(&mut request).commits[0].vouching = Vouching::Forge(person("guest@example.com", &[]));
    assert_eq!(denied(FROM_DEV, &request), said("other-team", "only dev can sign: 000000000000 by guest@example.com"));
}

#[test]
fn an_author_of_the_team_does_not_make_up_for_a_signer_who_is_not() {
    let mut request = promotion_request("prod");
    change_in(&mut request).commits[0].vouching = Vouching::Signed(person("guest@example.com", &[]));
    assert_eq!(denied(r#"{"from": ["dev@example.com"]}"#, &request).0, "other-team");
}

#[test]
fn a_forced_branch_denies_with_the_sentence_of_the_ledger() {
    let mut request = promotion_request("prod");
    change_in(&mut request).rewritten = Some("branch master no longer contains 4f2a".to_owned());
    assert_eq!(denied("{}", &request), said("rewritten", "branch master no longer contains 4f2a"));
}

#[test]
fn an_unsigned_commit_below_the_last_that_is_looked_at_does_not_pass() {
    let mut request = promotion_request("prod");
    change_in(&mut request).is_complete = false;
    assert_eq!(denied("{}", &request).0, "incomplete");
}

#[test]
fn policy_revisions_are_judged_as_well() {
    assert!(found("{}", &policy_request()).is_empty());
    let mut request = policy_request();
    change_in(&mut request).commits[0].vouching = unsigned();
    assert_eq!(denied("{}", &request).0, "unsigned");
}

#[test]
fn a_change_that_git_tells_nothing_of_gets_no_answer() {
    let request = Request { change: None, ..promotion_request("prod") };
    assert!(matches!(testing::decide::<SignedCommits>("{}", &request), Err(PluginError::Missing(_))));
}
