use super::*;
use crate::testing::promotions::{change, commit, person, review};

const DEV: &str = "dev@example.com";
const OPS: &str = "ops@example.com";
const LEAD: &str = "lead@example.com";

fn of(commits: Vec<Commit>) -> Involved {
    Involved::of(&Change { commits, ..change() }, &[])
}

/// A merge that its committer signed.
fn merge(number: u32, by: &str) -> Commit {
    Commit { is_merge: true, ..commit(number, by) }
}

fn approval_by_merge(number: u32, by: &str) -> Approval {
    Approval { source: format!("merge {number:040x}"), ..review(&person(by, &[])) }
}

#[test]
fn author_committer_and_signer_are_involved_and_it_is_said_how() {
    let signed_by_lead = Vouching::Signed(person(LEAD, &[]));
    let involved = of(vec![Commit { committer: OPS.to_owned(), vouching: signed_by_lead, ..commit(1, DEV) }]);
    assert_eq!(involved.how(DEV), Some("is the author of 000000000000"));
    assert_eq!(involved.how(OPS), Some("is the committer of 000000000000"));
    assert_eq!(involved.how(LEAD), Some("signed 000000000000"));
    assert_eq!(involved.how("other@example.com"), None);
}

#[test]
fn an_address_in_another_case_is_the_same_person() {
    assert!(of(vec![commit(1, "Dev@Example.COM")]).how(DEV).is_some());
    assert!(of(vec![commit(1, DEV)]).how(" DEV@example.com").is_some());
}

#[test]
fn co_authors_are_authors_whatever_the_case_of_the_trailer() {
    for key in ["Co-authored-by", "co-authored-by", "CO-AUTHORED-BY", "Co-developed-by"] {
        let trailers = vec![(key.to_owned(), format!("Ops <{OPS}>"))];
        let involved = of(vec![Commit { trailers, ..commit(1, DEV) }]);
        assert_eq!(involved.how(OPS), Some("is a co-author of 000000000000"), "{key}");
    }
    let trailers = vec![("Reviewed-by".to_owned(), format!("Ops <{OPS}>"))];
    assert_eq!(of(vec![Commit { trailers, ..commit(1, DEV) }]).how(OPS), None);
}

#[test]
fn a_co_author_without_an_address_may_be_anybody() {
    let trailers = vec![("Co-authored-by".to_owned(), "Ops".to_owned())];
    let involved = of(vec![Commit { trailers, ..commit(1, DEV) }]);
    assert_eq!(involved.doubts(false), ["commit 000000000000 has a co-author without a mail address: `Ops`"]);
}

#[test]
fn a_commit_without_author_or_committer_may_be_anybodys() {
    let involved = of(vec![Commit { author: " ".to_owned(), committer: "<>".to_owned(), ..commit(1, DEV) }]);
    assert_eq!(involved.doubts(false), ["commit 000000000000 has no author", "commit 000000000000 has no committer"]);
}

#[test]
fn what_is_not_looked_at_may_be_by_anybody() {
    let involved = Involved::of(&Change { is_complete: false, ..change() }, &[]);
    for believes_addresses in [false, true] {
        assert_eq!(involved.doubts(believes_addresses), ["the change has more than the 1 commits that are looked at"]);
    }
}

#[test]
fn a_commit_that_nobody_vouches_for_is_named_with_the_reason() {
    let unsigned = Vouching::Unsigned("it is not signed".to_owned());
    let involved = of(vec![Commit { vouching: unsigned, ..commit(1, DEV) }, commit(2, OPS)]);
    let sentence = "nobody vouches for 000000000000 (it is not signed), so anybody may be the author";
    assert_eq!(involved.doubts(false), [sentence]);
    assert!(involved.doubts(true).is_empty());
    assert!(involved.how(DEV).is_some(), "the claimed author is involved all the same");
}

#[test]
fn the_requester_and_the_signer_of_the_tag_are_involved_where_it_matters() {
    let asked = Change {
        requester: Some(person(OPS, &[])),
        tag: Some(Vouching::Signed(person(LEAD, &[]))),
        commits: Vec::new(),
        ..change()
    };
    assert_eq!(Involved::of(&asked, &[]).how(OPS), None);
    let involved = Involved::of(&asked, &[]).and_requester(&asked);
    assert_eq!((involved.how(OPS), involved.how(LEAD)), (Some("asks for it"), Some("signed the tag")));
    let by_nobody = Change { requester: None, ..change() };
    assert_eq!(
        Involved::of(&by_nobody, &[]).and_requester(&by_nobody).doubts(false),
        ["nobody can be named who asks for branch master"]
    );
}

#[test]
fn who_merges_may_have_changed_something_on_the_way() {
    assert!(of(vec![merge(2, LEAD), commit(1, DEV)]).how(LEAD).is_some());
    let unsigned = Vouching::Unsigned("it is not signed".to_owned());
    assert!(of(vec![Commit { vouching: unsigned, ..merge(2, LEAD) }]).how(LEAD).is_some());
}

#[test]
fn who_only_merged_is_not_involved() {
    let merged = Change { commits: vec![merge(2, LEAD), commit(1, DEV)], ..change() };
    let involved = Involved::of(&merged, &[approval_by_merge(2, LEAD)]);
    assert_eq!(involved.how(LEAD), None);
    assert!(involved.how(DEV).is_some());
    let by_forge = Commit { vouching: Vouching::Forge(person(LEAD, &[])), ..merge(2, LEAD) };
    assert_eq!(of(vec![by_forge, commit(1, DEV)]).how(LEAD), None);
}

#[test]
fn who_merged_own_work_is_involved_by_that() {
    let merged = Change { commits: vec![merge(2, DEV), commit(1, DEV)], ..change() };
    assert!(Involved::of(&merged, &[approval_by_merge(2, DEV)]).how(DEV).is_some());
}

#[test]
fn no_other_approval_makes_a_merge_harmless() {
    let merged = Change { commits: vec![merge(2, LEAD)], ..change() };
    let others = [
        approval_by_merge(3, LEAD),
        approval_by_merge(2, OPS),
        review(&person(LEAD, &[])),
        Approval { void: Some("its tree is another one".to_owned()), ..approval_by_merge(2, LEAD) },
        Approval { source: "merge ".to_owned(), ..approval_by_merge(2, LEAD) },
        Approval { source: "merge 0000".to_owned(), ..approval_by_merge(2, LEAD) },
    ];
    for other in others {
        assert!(Involved::of(&merged, std::slice::from_ref(&other)).how(LEAD).is_some(), "{}", other.source);
    }
    let no_merge = Change { commits: vec![commit(2, LEAD)], ..change() };
    assert!(Involved::of(&no_merge, &[approval_by_merge(2, LEAD)]).how(LEAD).is_some());
}

#[test]
fn a_squash_by_the_forge_is_by_its_author() {
    let squash =
        Commit { vouching: Vouching::Forge(person(LEAD, &[])), committer: "noreply@forge.example".to_owned(), ..commit(2, DEV) };
    let involved = of(vec![squash]);
    assert!(involved.how(DEV).is_some() && involved.how(LEAD).is_some());
}

#[test]
fn co_authors_of_a_merge_are_co_authors() {
    let trailers = vec![("Co-authored-by".to_owned(), format!("Ops <{OPS}>"))];
    let merged = Change { commits: vec![Commit { trailers, ..merge(2, LEAD) }], ..change() };
    assert!(Involved::of(&merged, &[approval_by_merge(2, LEAD)]).how(OPS).is_some());
}
