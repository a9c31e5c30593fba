//! Reviews that stand in git.

use tollgate_core::deciding::{ApprovalKind, CountedApproval};

use super::place::{MADE, Place};

/// A merge of a line by `dev` onto the start.
fn merged(place: &Place, who: &str, key: &str) -> String {
    place.git(&["checkout", "--quiet", "-B", "feature", &place.start]);
    let feature = place.signed("dev", "feature", "feature");
    place.switch("master");
    place.merge(who, key, &feature)
}

#[track_caller]
fn only(place: &Place) -> CountedApproval {
    let mut approvals = place.read().approvals;
    assert_eq!(approvals.len(), 1, "{approvals:?}");
    approvals.remove(0)
}

/// Why the one approval there is does not count.
#[track_caller]
fn void(place: &Place) -> String {
    only(place).void.unwrap()
}

#[test]
fn who_merges_what_another_wrote_and_signs_it_approves_it() {
    let place = Place::with_people();
    let merge = merged(&place, "lead", "lead");
    place.push("master");
    let approval = only(&place);
    let expected = CountedApproval {
        kind: ApprovalKind::Review,
        by: place.person("lead"),
        at: super::place::time(MADE),
        source: format!("merge {merge}"),
        void: None,
    };
    assert_eq!(approval, expected);
}

#[test]
fn nobody_approves_what_they_wrote_by_merging_it() {
    let place = Place::with_people();
    merged(&place, "lead", "dev");
    assert!(void(&place).starts_with("its signer wrote "));
}

#[test]
fn who_is_named_as_a_co_author_wrote_it_too() {
    let place = Place::with_people();
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.signed("dev", "feature", "feature\n\nCo-authored-by: The Lead <LEAD@example.com>");
    place.switch("master");
    place.merge("lead", "lead", &feature);
    assert_eq!(void(&place), format!("its signer wrote {}, which it brings", &feature[..12]));
}

#[test]
fn who_merges_onto_their_own_commit_does_not_approve_that() {
    let place = Place::with_people();
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.signed("dev", "feature", "feature");
    place.switch("master");
    let own = place.signed("lead", "own", "own");
    place.merge("lead", "lead", &feature);
    assert_eq!(void(&place), format!("its signer wrote {}, which it brings", &own[..12]));
}

#[test]
fn a_merge_with_something_of_its_own_in_it_approves_nothing() {
    let place = Place::with_people();
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.signed("dev", "feature", "feature");
    place.switch("master");
    place.tampered_merge("lead", "lead", &feature);
    assert_eq!(void(&place), "it holds what its parents do not, which its signer wrote");
}

#[test]
fn merges_by_forges_and_machines_do_not_count_and_unsigned_ones_are_not_there() {
    let place = Place::with_people();
    merged(&place, "lead", "forge");
    assert!(void(&place).contains("the forge made it"));
    place.switch("master");
    place.git(&["reset", "--quiet", "--hard", &place.start]);
    merged(&place, "lead", "robot");
    assert_eq!(void(&place), "a machine signed it");
    place.git(&["reset", "--quiet", "--hard", &place.start]);
    merged(&place, "lead", "stranger");
    assert!(place.read().approvals.is_empty());
}

#[test]
fn a_merge_below_another_commit_is_of_another_tree() {
    let place = Place::with_people();
    merged(&place, "lead", "lead");
    place.signed("dev", "more", "more");
    assert!(place.read().approvals.is_empty());
}

#[test]
fn a_signed_tag_below_approve_approves_the_tree_of_its_commit() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "approve/2026/one");
    place.sign_tag("lead", "unrelated");
    let approval = only(&place);
    assert_eq!((approval.source.as_str(), &approval.by, &approval.void), ("tag approve/2026/one", &place.person("lead"), &None));
    place.git(&["checkout", "--quiet", "-b", "side", &place.start]);
    place.switch("master");
    place.git(&["commit", "--quiet", "--allow-empty", "--message", "same tree"]);
    assert_eq!(only(&place).void, None, "a review is of a tree");
    place.signed("dev", "a", "two");
    assert!(place.read().approvals.is_empty(), "the tree is another one");
}

#[test]
fn what_voids_a_tag_is_said_by_name() {
    let mut place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "v1");
    place.git(&["push", "--quiet", "origin", "refs/tags/v1:refs/tags/approve/0-renamed"]);
    place.sign_tag("forge", "approve/1-forge");
    place.sign_tag("robot", "approve/2-machine");
    place.sign_tag("stranger", "approve/3-stranger");
    place.git_as("lead", &["tag", "--annotate", "--message", "x", "approve/4-unsigned"]);
    place.git(&["tag", "approve/5-plain"]);
    place.git(&["push", "--quiet", "--tags", "origin"]);
    place.sign_tag_on("lead", "approve/6-old", "2026-05-01T00:00:00Z");
    place.sign_tag_on("lead", "approve/7-future", "2026-08-01T00:00:00Z");
    place.accept("2026-05-15T00:00:00Z");
    let found: Vec<String> = place.read().approvals.into_iter().map(|approval| approval.void.unwrap()).collect();
    let expected = [
        "it was made as the tag `v1`, and not as `approve/0-renamed`",
        "`forge@example.com` is a forge, which vouches for no person here",
        "a machine signed it",
        "no signer is allowed to use the key",
        "it is not signed",
        "it was given under another policy revision",
        "its date is in the future",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    found.iter().zip(expected).for_each(|(found, expected)| assert!(found.starts_with(expected), "{found}"));
}

#[test]
fn where_nobody_signs_nobody_approves() {
    let mut place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "approve/one");
    place.signers.clear();
    assert!(place.read().approvals.is_empty());
}
