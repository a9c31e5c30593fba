//! What a forge signs counts as far as the host can make it again.

use tollgate_core::deciding::Vouching;

use super::place::{Place, reason};

#[test]
fn a_merge_that_git_makes_the_same_is_vouched_for_in_the_name_of_its_author() {
    let mut place = Place::with_people();
    place.allow("founder-2", "");
    let (_, feature) = place.two_lines();
    place.merge("lead", "forge", &feature);
    assert_eq!(place.tip(), Vouching::Forge(place.person("lead")));
}

#[test]
fn a_merge_onto_what_was_there_before_is_made_again_as_well() {
    let place = Place::with_people();
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.signed("dev", "feature", "feature");
    place.switch("master");
    place.merge("lead", "forge", &feature);
    assert_eq!(place.tip(), Vouching::Forge(place.person("lead")));
    place.git(&["checkout", "--quiet", "-b", "next"]);
    let next = place.signed("dev", "next", "next");
    place.switch("master");
    place.merge("lead", "forge", &next);
    assert_eq!(place.tip(), Vouching::Forge(place.person("lead")), "a merge of a merge by the forge");
}

#[test]
fn a_merge_that_holds_more_than_its_parents_names_both_trees() {
    let mut place = Place::with_people();
    place.allow("founder-2", "");
    let (_, feature) = place.two_lines();
    place.tampered_merge("lead", "forge", &feature);
    let tree = place.git(&["rev-parse", "HEAD^{tree}"]);
    let reason = reason(place.tip());
    assert!(reason.starts_with(&format!("the forge signed the tree {}, but", &tree[..12])), "{reason}");
}

#[test]
fn a_merge_of_what_nobody_vouches_for_names_the_commit() {
    let place = Place::with_people();
    let (master, feature) = place.two_lines();
    place.merge("lead", "forge", &feature);
    assert_eq!(reason(place.tip()), format!("the forge merged the commit {}, for which nobody vouches", &master[..12]));
}

#[test]
fn a_squash_needs_a_review_of_its_head() {
    let place = Place::with_people();
    place.signed_by("dev", "forge", super::place::MADE, "a", "squashed");
    let reason = reason(place.tip());
    assert!(reason.contains("squash by the forge") && reason.contains("needs the review fact for its head"), "{reason}");
}

#[test]
fn a_merge_that_solves_a_conflict_is_nobodys() {
    let mut place = Place::with_people();
    place.allow("founder-2", "");
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.signed("dev", "README", "theirs");
    place.switch("master");
    place.signed("founder-2", "README", "ours");
    let key = format!("user.signingKey={}", place.key("forge"));
    place.git_as(
        "lead",
        &["-c", "gpg.format=ssh", "-c", &key, "merge", "--quiet", "-X", "ours", "-S", "--no-ff", "-m", "x", &feature],
    );
    assert!(reason(place.tip()).contains("conflicts in `README`"), "{:?}", place.tip());
}

#[test]
fn an_octopus_of_the_forge_is_nobodys() {
    let place = Place::with_people();
    for name in ["one", "other"] {
        place.git(&["checkout", "--quiet", "-b", name, &place.start]);
        place.signed("dev", name, name);
    }
    place.switch("master");
    place.git_with(
        "lead",
        "forge",
        super::place::MADE,
        &["merge", "--quiet", "--no-ff", "--gpg-sign", "--message", "x", "one", "other"],
    );
    assert!(place.read().change.commits[0].is_merge);
    assert!(reason(place.tip()).contains("nobody") || reason(place.tip()).contains("more than two"), "{:?}", place.tip());
}

#[test]
fn a_forge_vouches_for_no_tag() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("forge", "v1");
    assert!(reason(place.read_tag("v1").change.tag.unwrap()).contains("is a forge"));
}
