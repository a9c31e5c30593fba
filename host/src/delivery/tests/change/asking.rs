//! Who asked for a change.

use tollgate_core::deciding::Vouching;

use super::super::world::tag;
use super::place::{MADE, Place, reason};

fn requester(place: &Place) -> Option<String> {
    place.read().change.requester.map(|person| person.principal)
}

#[test]
fn the_signer_of_the_tag_asked() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "v1");
    let change = place.read_tag("v1").change;
    assert_eq!((change.reference.as_str(), change.tag), ("tag v1", Some(Vouching::Signed(place.person("lead")))));
    assert_eq!(change.requester, Some(place.person("lead")));
}

#[test]
fn without_a_tag_the_signer_and_else_the_author_of_the_newest_commit_that_is_no_merge_asked() {
    let place = Place::with_people();
    place.signed_by("lead", "dev", MADE, "a", "one");
    assert_eq!(requester(&place).as_deref(), Some("dev@example.com"));
    place.commit("Lead", "a", "two");
    assert_eq!(requester(&place).as_deref(), Some("lead@example.com"));
    place.git(&["checkout", "--quiet", "-b", "feature"]);
    let feature = place.commit("other", "b", "three");
    place.switch("master");
    place.merge("dev", "dev", &feature);
    assert_eq!(requester(&place).as_deref(), Some("other@example.com"));
}

#[test]
fn a_plain_tag_and_an_unsigned_one_leave_it_to_the_commits_and_say_so() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.git(&["tag", "plain"]);
    place.git_as("lead", &["tag", "--annotate", "--message", "x", "annotated"]);
    place.git(&["push", "--quiet", "--tags", "origin"]);
    for (name, why) in [("plain", "it is a plain tag"), ("annotated", "it is not signed")] {
        let change = place.read_tag(name).change;
        assert!(reason(change.tag.unwrap()).starts_with(why), "{name}");
        assert_eq!(change.requester, Some(place.person("dev")));
    }
}

#[test]
fn a_machine_asks_for_nothing() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.signed("robot", "a", "two");
    assert_eq!(requester(&place).as_deref(), Some("dev@example.com"));
    place.sign_tag("robot", "v1");
    assert_eq!(place.read_tag("v1").change.requester, Some(place.person("dev")));
    place.signed_by("lead", "robot", MADE, "a", "three");
    assert_eq!(requester(&place).as_deref(), Some("lead@example.com"), "the machine signed for its author");
}

#[test]
fn where_only_machines_were_at_work_nobody_can_be_named() {
    let place = Place::with_people();
    place.signed("robot", "a", "one");
    assert_eq!(requester(&place), None);
}

#[test]
fn going_back_is_asked_for_by_whoever_made_what_is_gone_back_to() {
    let mut place = Place::with_people();
    let one = place.signed("dev", "a", "one");
    let two = place.signed("lead", "a", "two");
    place.decided("prod-apps", &super::super::world::branch("master", &two), MADE, true);
    place.switch(&one);
    let change = place.read().change;
    assert_eq!((change.commits.len(), change.requester), (0, Some(place.person("dev"))));
}

#[test]
fn a_signed_tag_under_another_name_says_nothing() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "v1");
    place.git(&["push", "--quiet", "origin", "refs/tags/v1:refs/tags/v2"]);
    let told = place.try_read(&tag("v2", &place.head())).unwrap();
    assert_eq!(reason(told.change.tag.unwrap()), "it was made as the tag `v1`, and not as `v2`");
    assert_eq!(told.change.requester, Some(place.person("dev")));
}

#[test]
fn a_tag_that_moves_while_it_is_read_is_not_believed() {
    let place = Place::with_people();
    let one = place.signed("dev", "a", "one");
    let two = place.signed("dev", "a", "two");
    place.sign_tag("lead", "v1");
    let told = place.try_read(&tag("v1", &one)).unwrap();
    assert!(reason(told.change.tag.unwrap()).contains(&two[..12]));
    place.git(&["push", "--quiet", "--delete", "origin", "v1"]);
    let told = place.try_read(&tag("v1", &two)).unwrap();
    assert_eq!(reason(told.change.tag.unwrap()), "the remote does not have it any more");
}

#[test]
fn a_tag_of_a_tag_is_not_believed() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.sign_tag("lead", "inner");
    place.git_with("lead", "lead", MADE, &["tag", "--sign", "--message", "x", "outer", "inner"]);
    place.push("refs/tags/outer");
    assert!(reason(place.read_tag("outer").change.tag.unwrap()).contains("a tag of a tag"));
}
