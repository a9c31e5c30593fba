//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Approval, Commit, Person, Request, Vouching};
use tollgate_sdk::testing::promotions::{change_in, commit, person, policy_request, promotion_request, review};
use tollgate_sdk::{PluginError, testing};

use crate::{Promotion as _, SeparationOfDuties, Settings};

const DEV: &str = "dev@example.com";
const RELEASE: &str = "release@example.com";
const TEAMS: &str = r#"{"teams": {"author": ["dev"], "requester": ["release"]}}"#;

/// A change by a developer that a release manager asks for with a tag.
fn request() -> Request {
    let mut request = promotion_request("prod");
    let change = change_in(&mut request);
    change.reference = "tag v1".to_owned();
    change.commits = vec![Commit { vouching: Vouching::Signed(person(DEV, &["dev"])), ..commit(1, DEV) }];
    asked_by(request, &person(RELEASE, &["release"]))
}

fn asked_by(mut request: Request, requester: &Person) -> Request {
    let change = change_in(&mut request);
    change.requester = Some(requester.clone());
    change.tag = Some(Vouching::Signed(requester.clone()));
    request
}

fn found(settings: &str, request: &Request) -> Vec<(String, String)> {
    let answer = testing::decide::<SeparationOfDuties>(settings, request).unwrap();
    assert!(matches!(answer, Answer::Findings(_)), "time changes nothing");
    answer.findings().iter().map(|finding| (finding.rule.clone(), finding.message.clone())).collect()
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

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&SeparationOfDuties::DESCRIPTION);
}

#[test]
fn somebody_else_than_the_author_may_ask() {
    assert!(found("{}", &request()).is_empty());
    assert!(found(TEAMS, &request()).is_empty());
}

#[test]
fn the_author_asks_in_any_case_of_the_address() {
    for author in [DEV, "DEV@example.com"] {
        let request = asked_by(request(), &person(author, &["release"]));
        assert_eq!(denied("{}", &request), said("own-change", &format!("{author} asks for it, and is the author of 000000000000")));
        assert!(found(r#"{"requester": "any"}"#, &request).is_empty());
    }
}

#[test]
fn the_committer_asks_and_so_do_co_author_and_signer() {
    let trailers = vec![("Co-authored-by".to_owned(), "Pair <pair@example.com>".to_owned())];
    let vouching = Vouching::Signed(person("signer@example.com", &[]));
    let mut request = request();
    change_in(&mut request).commits =
        vec![Commit { committer: "picker@example.com".to_owned(), trailers, vouching, ..commit(1, DEV) }];
    for (who, how) in [("picker", "is the committer of"), ("pair", "is a co-author of"), ("signer", "signed")] {
        let request = asked_by(request.clone(), &person(&format!("{who}@example.com"), &[]));
        let (rule, message) = denied("{}", &request);
        assert!(rule == "own-change" && message.contains(how), "{message}");
    }
}

#[test]
fn the_author_signs_the_tag_where_another_is_said_to_ask() {
    let mut request = request();
    change_in(&mut request).tag = Some(Vouching::Signed(person(DEV, &["dev"])));
    assert_eq!(denied("{}", &request).0, "own-change");
}

#[test]
fn nobody_who_can_be_named_asks() {
    let mut request = request();
    change_in(&mut request).requester = None;
    for settings in ["{}", r#"{"requester": "any"}"#, r#"{"automation": true}"#] {
        assert_eq!(denied(settings, &request), said("no-requester", "nobody can be named who asks for tag v1"));
    }
}

#[test]
fn a_machine_asks_only_where_it_may() {
    let machine = Person { automation: true, ..person("robot@example.com", &["release"]) };
    let request = asked_by(request(), &machine);
    for settings in ["{}", r#"{"requester": "any"}"#] {
        assert_eq!(
            denied(settings, &request),
            said("no-requester", "robot@example.com is a machine, and asks for nothing by itself")
        );
    }
    assert!(found(r#"{"automation": true}"#, &request).is_empty());
}

#[test]
fn where_machines_may_ask_the_author_may_not() {
    let request = asked_by(request(), &person(DEV, &[]));
    assert_eq!(denied(r#"{"automation": true}"#, &request).0, "own-change");
}

#[test]
fn the_author_writes_another_name_on_an_unsigned_commit() {
    let mut request = asked_by(request(), &person(DEV, &[]));
    let unsigned = Vouching::Unsigned("it is not signed".to_owned());
    change_in(&mut request).commits = vec![Commit { vouching: unsigned, ..commit(1, "invented@example.com") }];
    let message = "nobody vouches for 000000000000 (it is not signed), so anybody may be the author";
    assert_eq!(denied("{}", &request), said("unknown-author", message));
    assert!(found(r#"{"claimedAuthors": true}"#, &request).is_empty());
    assert!(found(r#"{"requester": "any"}"#, &request).is_empty());
}

#[test]
fn the_author_hides_below_the_last_commit_that_is_looked_at() {
    let mut request = request();
    change_in(&mut request).is_complete = false;
    assert_eq!(denied("{}", &request).0, "unknown-author");
    assert_eq!(denied(r#"{"claimedAuthors": true}"#, &request).0, "unknown-author");
}

#[test]
fn who_is_in_neither_team_does_neither() {
    let stranger = person("stranger@example.com", &["sales"]);
    let asked = asked_by(request(), &stranger);
    assert_eq!(denied(TEAMS, &asked), said("other-team", "stranger@example.com asks for it, and only release can"));
    let mut written = request();
    change_in(&mut written).commits[0].vouching = Vouching::Signed(stranger);
    assert_eq!(denied(TEAMS, &written), said("other-team", "only dev can write a change: 000000000000 by stranger@example.com"));
}

#[test]
fn a_waiver_of_one_thing_does_not_hide_another() {
    let request = asked_by(request(), &person(DEV, &["dev"]));
    let rules: Vec<String> = found(TEAMS, &request).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["other-team", "own-change"]);
}

#[test]
fn a_commit_that_nobody_vouches_for_is_by_no_team() {
    let mut request = request();
    change_in(&mut request).commits[0].vouching = Vouching::Unsigned("it is not signed".to_owned());
    let settings = r#"{"claimedAuthors": true, "teams": {"author": ["dev"]}}"#;
    assert_eq!(
        denied(settings, &request),
        said("other-team", "only dev can write a change: 000000000000 by nobody (it is not signed)")
    );
    change_in(&mut request).commits.clear();
    change_in(&mut request).is_complete = false;
    let settings = r#"{"requester": "any", "teams": {"author": ["dev"]}}"#;
    assert!(denied(settings, &request).1.ends_with("commits that are not looked at"));
}

#[test]
fn who_only_merged_may_ask_and_needs_no_team_of_authors() {
    let release = person(RELEASE, &["release"]);
    let merge = Commit { is_merge: true, vouching: Vouching::Signed(release.clone()), ..commit(2, RELEASE) };
    let mut request = request();
    change_in(&mut request).commits.insert(0, merge);
    let rules: Vec<String> = found(TEAMS, &request).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["own-change", "other-team"], "the merge may have brought something");
    request.approvals = vec![Approval { source: format!("merge {:040x}", 2), ..review(&release) }];
    assert!(found(TEAMS, &request).is_empty());
}

#[test]
fn policy_revisions_are_judged_as_well() {
    assert_eq!(denied("{}", &policy_request()).0, "own-change");
    let request = Request { change: request().change, ..policy_request() };
    assert!(found("{}", &request).is_empty());
}

#[test]
fn a_change_that_git_tells_nothing_of_gets_no_answer() {
    let request = Request { change: None, ..request() };
    assert!(matches!(testing::decide::<SeparationOfDuties>("{}", &request), Err(PluginError::Missing(_))));
}
