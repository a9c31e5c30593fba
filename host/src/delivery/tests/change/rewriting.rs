//! Branches that were forced, and tags that were moved.

use tollgate_core::recipe::Provenance;

use super::super::world::{branch, tag};
use super::place::{MADE, Place, TARGET};

fn rewritten(place: &Place, provenance: &Provenance) -> Option<String> {
    place.try_read(provenance).unwrap().change.rewritten
}

/// A line of two commits, and another of one from the same start.
fn mk_lines() -> (Place, String, String, String) {
    let place = Place::with_people();
    let one = place.commit("dev", "a", "one");
    let two = place.commit("dev", "a", "two");
    place.git(&["checkout", "--quiet", "-b", "other", &place.start]);
    let other = place.commit("dev", "a", "other");
    place.push("other");
    (place, one, two, other)
}

#[test]
fn a_branch_that_goes_forward_is_as_it_was() {
    let (mut place, one, two, _) = mk_lines();
    place.decided(TARGET, &branch("master", &one), MADE, true);
    for commit in [&one, &two] {
        assert_eq!(rewritten(&place, &branch("master", commit)), None);
    }
}

#[test]
fn a_forced_branch_is_named_with_both_commits() {
    let (mut place, _, two, other) = mk_lines();
    let promotion = place.decided(TARGET, &branch("master", &two), MADE, true);
    let sentence = rewritten(&place, &branch("master", &other)).unwrap();
    let expected = format!(
        "branch master was forced: its commit {} does not have {}, which was there for {promotion}",
        &other[..12],
        &two[..12]
    );
    assert_eq!(sentence, expected);
    assert_eq!(rewritten(&place, &branch("other", &other)), None, "another branch");
}

#[test]
fn a_branch_that_goes_back_was_forced() {
    let (mut place, one, two, _) = mk_lines();
    place.decided(TARGET, &branch("master", &two), MADE, true);
    assert!(rewritten(&place, &branch("master", &one)).is_some());
}

#[test]
fn asking_twice_does_not_make_a_forced_branch_straight_and_what_was_applied_does() {
    let (mut place, _, two, other) = mk_lines();
    place.decided(TARGET, &branch("master", &two), MADE, true);
    place.decided(TARGET, &branch("master", &other), MADE, false);
    assert!(rewritten(&place, &branch("master", &other)).is_some());
    place.decided("preprod-apps", &branch("master", &other), MADE, true);
    assert!(rewritten(&place, &branch("master", &other)).is_some(), "it was applied elsewhere");
    place.decided(TARGET, &branch("master", &other), MADE, true);
    assert_eq!(rewritten(&place, &branch("master", &other)), None);
}

#[test]
fn a_commit_that_is_gone_was_on_a_branch_that_was_forced() {
    let (mut place, _, _, other) = mk_lines();
    place.decided("preprod-apps", &branch("master", "0123456789012345678901234567890123456789"), MADE, false);
    assert!(rewritten(&place, &branch("master", &other)).unwrap().contains("does not have 012345678901"));
}

#[test]
fn a_moved_tag_is_named_with_both_commits_for_ever() {
    let (mut place, one, two, _) = mk_lines();
    place.switch(&two);
    place.sign_tag("lead", "v1");
    assert_eq!(rewritten(&place, &tag("v1", &two)), None);
    let promotion = place.decided("preprod-apps", &tag("v1", &one), MADE, false);
    place.decided(TARGET, &tag("v1", &two), MADE, true);
    let sentence = rewritten(&place, &tag("v1", &two)).unwrap();
    let expected = format!("tag v1 was moved: it was on the commit {} for {promotion}, and is on {} now", &one[..12], &two[..12]);
    assert_eq!(sentence, expected);
}
