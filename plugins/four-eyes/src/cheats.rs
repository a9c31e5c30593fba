//! How people come by an approval of their own change.

use tollgate_sdk::promotion::{Approval, Commit, Person, Request, Vouching};
use tollgate_sdk::testing::promotions::{approval, change_in, commit, person, promotion_request, rejection, review};

use crate::tests::{FROM_PLATFORM, decide, found, lead, pending, second};

const DEV: &str = "dev@example.com";

/// The change is by `dev@example.com`.
fn approved_by(approvals: Vec<Approval>) -> Request {
    Request { approvals, ..promotion_request("prod") }
}

/// The reason why the only approval does not count.
#[track_caller]
fn refused(request: &Request) -> String {
    let reason = pending(decide("{}", request)).reason;
    reason.strip_prefix("0 of 1 approvals of this promotion; not counted: ").unwrap_or_else(|| panic!("{reason}")).to_owned()
}

fn of_one_commit(commit: Commit, approver: &str) -> Request {
    let mut request = approved_by(vec![approval(&person(approver, &[]))]);
    change_in(&mut request).requester = Some(person("release@example.com", &[]));
    change_in(&mut request).commits = vec![commit];
    request
}

#[test]
fn the_author_approves() {
    assert!(refused(&of_one_commit(commit(1, DEV), DEV)).ends_with("the same person is the author of 000000000000"));
}

#[test]
fn the_author_approves_in_upper_case() {
    assert!(refused(&of_one_commit(commit(1, DEV), "DEV@Example.Com")).contains("is the author"));
    assert!(refused(&of_one_commit(commit(1, "DEV@Example.Com"), DEV)).contains("is the author"));
}

#[test]
fn the_committer_approves_what_another_is_the_author_of() {
    let picked = Commit { committer: "picker@example.com".to_owned(), ..commit(1, DEV) };
    assert!(refused(&of_one_commit(picked, "picker@example.com")).ends_with("is the committer of 000000000000"));
}

#[test]
fn the_signer_approves_what_bears_the_names_of_others() {
    let signed = Commit { vouching: Vouching::Signed(person("signer@example.com", &[])), ..commit(1, DEV) };
    assert!(refused(&of_one_commit(signed, "signer@example.com")).ends_with("signed 000000000000"));
}

#[test]
fn a_co_author_approves() {
    let trailers = vec![("co-authored-by".to_owned(), "Pair <Pair@example.com>".to_owned())];
    let paired = Commit { trailers, ..commit(1, DEV) };
    assert!(refused(&of_one_commit(paired, "pair@example.com")).ends_with("is a co-author of 000000000000"));
}

#[test]
fn the_author_of_one_commit_of_many_approves() {
    let mut request = of_one_commit(commit(1, DEV), DEV);
    change_in(&mut request).commits = (2..40).map(|number| commit(number, "other@example.com")).chain([commit(1, DEV)]).collect();
    assert!(refused(&request).contains("is the author"));
}

#[test]
fn the_requester_approves() {
    let request = of_one_commit(commit(1, DEV), "release@example.com");
    assert!(refused(&request).ends_with("the same person asks for it"));
}

#[test]
fn the_signer_of_the_tag_approves_where_another_is_said_to_ask() {
    let mut request = of_one_commit(commit(1, DEV), "tagger@example.com");
    change_in(&mut request).tag = Some(Vouching::Signed(person("tagger@example.com", &[])));
    assert!(refused(&request).ends_with("signed the tag"));
}

#[test]
fn the_author_writes_another_name_on_an_unsigned_commit() {
    let unsigned = Vouching::Unsigned("it is not signed".to_owned());
    let request = of_one_commit(Commit { vouching: unsigned, ..commit(1, "invented@example.com") }, DEV);
    let message = "nobody vouches for 000000000000 (it is not signed), so anybody may be the author";
    assert_eq!(found(&decide("{}", &request))[0], ("unknown-author", message));
    assert_eq!(found(&decide(r#"{"claimedAuthors": true}"#, &request))[0].0, "approved");
}

#[test]
fn the_author_writes_an_own_commit_below_the_last_that_is_looked_at() {
    let mut request = of_one_commit(commit(1, "other@example.com"), DEV);
    change_in(&mut request).is_complete = false;
    for settings in ["{}", r#"{"claimedAuthors": true}"#] {
        assert_eq!(found(&decide(settings, &request))[0].0, "unknown-author");
    }
}

#[test]
fn a_co_author_is_named_in_a_way_that_nobody_can_match() {
    let trailers = vec![("Co-authored-by".to_owned(), "the one from ops".to_owned())];
    let request = of_one_commit(Commit { trailers, ..commit(1, DEV) }, "ops@example.com");
    assert_eq!(found(&decide("{}", &request))[0].0, "unknown-author");
}

#[test]
fn nobody_asks_for_it_so_that_nobody_is_excluded() {
    let mut request = of_one_commit(commit(1, "other@example.com"), DEV);
    change_in(&mut request).requester = None;
    assert_eq!(found(&decide("{}", &request))[0], ("unknown-author", "nobody can be named who asks for branch master"));
}

#[test]
fn the_same_person_approves_twice() {
    let again = Approval { source: "entry 20".to_owned(), ..approval(&lead()) };
    let wait = pending(decide(r#"{"approvals": 2}"#, &approved_by(vec![approval(&lead()), again])));
    assert_eq!(
        wait.reason,
        "1 of 2 approvals of this promotion: lead@example.com (entry 17); not counted: lead@example.com (entry 20): the same \
         person has said yes before (entry 17)"
    );
}

#[test]
fn one_person_approves_with_two_keys() {
    // A key is its principal: keys of one person differ in nothing that a gate sees, or in the case of the address.
    let other_key = Approval { source: "tag approve/4f2a".to_owned(), ..approval(&person("Lead@example.com", &["platform"])) };
    let request = approved_by(vec![approval(&lead()), other_key]);
    assert!(pending(decide(r#"{"approvals": 2}"#, &request)).reason.starts_with("1 of 2"));
}

#[test]
fn a_machine_approves() {
    let request = approved_by(vec![approval(&Person { automation: true, ..lead() })]);
    assert!(refused(&request).ends_with("a machine is no person"));
}

#[test]
fn an_approval_of_another_plan_is_used_again() {
    let void = Some("what was approved had not the delete of a database".to_owned());
    let request = approved_by(vec![Approval { void, ..approval(&lead()) }]);
    assert!(refused(&request).ends_with("what was approved had not the delete of a database"));
}

#[test]
fn a_review_is_used_as_an_approval_of_the_promotion() {
    assert!(refused(&approved_by(vec![review(&lead())])).contains("it is a review of the content"));
}

#[test]
fn somebody_of_another_team_approves() {
    let request = approved_by(vec![approval(&person("friend@example.com", &["dev"]))]);
    let reason = pending(decide(FROM_PLATFORM, &request)).reason;
    assert!(reason.ends_with("friend@example.com (entry 17): only platform can give it"), "{reason}");
}

#[test]
fn somebody_whose_address_is_the_name_of_a_team_is_not_that_team() {
    let request = approved_by(vec![approval(&person("platform@example.com", &["Platform"]))]);
    pending(decide(FROM_PLATFORM, &request));
}

#[test]
fn it_is_rejected_after_it_was_approved_by_enough() {
    let rejections = vec![rejection(&lead(), "I saw it too late")];
    let request = Request { rejections, ..approved_by(vec![approval(&lead()), approval(&second())]) };
    assert_eq!(found(&decide("{}", &request))[0], ("rejected", "lead@example.com says no (entry 19): I saw it too late"));
}

#[test]
fn a_merge_that_is_no_mere_merge_hides_what_its_signer_wrote() {
    let merge = Commit { is_merge: true, ..commit(2, "lead@example.com") };
    let mut request = approved_by(vec![approval(&lead())]);
    change_in(&mut request).commits.insert(0, merge);
    assert!(refused(&request).contains("is the author of 000000000000"));
    // The host says of a merge that is one that it counts as the yes of who signed it.
    let source = format!("merge {:040x}", 2);
    request.approvals.push(Approval { source, ..review(&lead()) });
    assert_eq!(found(&decide("{}", &request))[0].0, "approved");
}
