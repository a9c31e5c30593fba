//! A squash by a forge counts as far as its request and the reviews of it bear it out.

use tollgate_core::deciding::{ChangeCommit, Vouching};
use tollgate_core::forge::ReviewState;

use super::place::{MADE, Place, reason};
use super::requests::{approved, mk_review};

/// Two commits by `dev` and `lead`, and what is checked out is the start.
fn feature(place: &Place) -> String {
    place.git(&["checkout", "--quiet", "-B", "feature", &place.start]);
    place.signed("dev", "feature", "one");
    let head = place.signed("lead", "feature", "two");
    place.switch("master");
    head
}

/// The squash of a head for which this was said, and the reason why it is nobody's.
#[track_caller]
fn refused(place: &Place) -> String {
    let reason = reason(place.tip());
    let rest = reason.strip_prefix("it is a squash by the forge, or an edit there; it needs the review fact for its head, and ");
    rest.unwrap_or_else(|| panic!("{reason}")).to_owned()
}

fn commits(place: &Place) -> Vec<ChangeCommit> {
    place.read().change.commits
}

#[test]
fn a_squash_of_a_reviewed_head_is_by_who_opened_the_request_and_brings_what_it_squashes() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("somebody", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    let commits = commits(&place);
    let vouchings: Vec<&Vouching> = commits.iter().map(|commit| &commit.vouching).collect();
    let (dev, lead) = (place.person("dev"), place.person("lead"));
    assert_eq!(vouchings, [&Vouching::Forge(dev.clone()), &Vouching::Signed(lead), &Vouching::Signed(dev.clone())]);
    assert_eq!((&commits[0].id, &commits[1].id), (&squash, &head));
    assert_eq!(place.read().change.requester, Some(dev));
}

/// The clone is one that has only what is on branches.
fn clone_anew(place: &Place) {
    place.git(&["clone", "--quiet", "--no-local", "../remote.git", "../again"]);
    fs_err::remove_dir_all(place.path("work")).unwrap();
    fs_err::rename(place.path("again"), place.path("work")).unwrap();
}

#[test]
fn the_head_is_brought_from_the_forge_when_its_branch_is_gone() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    place.git(&["push", "--quiet", "origin", "master", &format!("{head}:refs/pull/7/head")]);
    clone_anew(&place);
    assert_eq!(place.tip(), Vouching::Forge(place.person("dev")));
    place.git(&["push", "--quiet", "origin", "--delete", "refs/pull/7/head"]);
    clone_anew(&place);
    assert!(refused(&place).ends_with(&format!("its head {} is not at the remote any more", &head[..12])), "{}", refused(&place));
}

#[test]
fn a_squash_that_no_request_is_known_for_is_nobodys() {
    let place = Place::with_forge();
    let head = feature(&place);
    place.squash("dev", &head);
    assert_eq!(refused(&place), "the forge knows no pull request that was merged as it");
}

#[test]
fn a_squash_is_nobodys_while_the_forge_is_silent() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    place.forge.as_mut().unwrap().is_silent = true;
    assert_eq!(refused(&place), "the forge does not answer");
}

#[test]
fn a_squash_without_a_review_that_counts_is_nobodys_and_each_is_named() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[]);
    assert_eq!(refused(&place), format!("of pull request 7 it can't be had: no review of its head {} counts", &head[..12]));
    let no = mk_review("lead-1", ReviewState::ChangesRequested, &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("stranger-1", &head), no]);
    let refused = refused(&place);
    assert!(refused.contains("(stranger-1: `people.forge.accounts` does not have"), "{refused}");
    assert!(refused.contains("lead@example.com: it asks for changes)"), "{refused}");
}

#[test]
fn a_review_of_an_older_head_does_not_bear_the_squash_out() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let older = place.git(&["rev-parse", &format!("{head}^")]);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &older)]);
    assert!(refused(&place).contains(&format!("it is of the older head {}", &older[..12])), "{}", refused(&place));
}

#[test]
fn a_squash_with_something_of_its_own_in_it_is_nobodys() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    place.git(&["merge", "--quiet", "--squash", &head]);
    let squash = place.signed_by("dev", "forge", MADE, "backdoor", "squashed");
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    assert!(refused(&place).contains("gives the tree"), "{}", refused(&place));
}

#[test]
fn a_commit_that_nobody_vouches_for_does_not_come_in_by_being_squashed() {
    let mut place = Place::with_forge();
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let unsigned = place.commit("dev", "feature", "by whom?");
    let head = place.signed("dev", "feature", "more");
    place.switch("master");
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    let expected = format!("it squashes {}, for which nobody vouches (it is not signed)", &unsigned[..12]);
    assert!(refused(&place).ends_with(&expected), "{}", refused(&place));
}

#[test]
fn a_request_of_an_account_that_nobody_knows_is_nobodys() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("stranger-1", &head, &squash, &[approved("lead-1", &head)]);
    assert!(refused(&place).contains("it is by the account `stranger-1`"), "{}", refused(&place));
}

#[test]
fn a_squash_of_a_squash_is_nobodys_and_a_forge_that_answers_in_circles_ends() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let inner = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &inner, &[approved("lead-1", &head)]);
    place.merged_on_forge("dev-1", &inner, &inner, &[approved("lead-1", &inner)]);
    assert!(matches!(place.tip(), Vouching::Forge(_)), "the first of the two bears it out");
    let mut circle = Place::with_forge();
    let head = feature(&circle);
    let squash = circle.squash("dev", &head);
    circle.merged_on_forge("dev-1", &squash, &squash, &[approved("lead-1", &squash)]);
    assert!(refused(&circle).contains(&format!("it squashes {}, for which nobody vouches", &squash[..12])), "{}", refused(&circle));
}

#[test]
fn what_is_merged_onto_a_reviewed_squash_by_the_forge_is_vouched_for() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    place.git(&["checkout", "--quiet", "-b", "next", &place.start]);
    let next = place.signed("dev", "next", "next");
    place.switch("master");
    place.merge("lead", "forge", &next);
    assert_eq!(place.tip(), Vouching::Forge(place.person("lead")));
}
