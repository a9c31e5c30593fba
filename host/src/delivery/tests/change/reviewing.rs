//! Reviews on a forge.

use tollgate_core::deciding::{ApprovalKind, CountedApproval, Vouching};
use tollgate_core::forge::{ReviewState, ReviewedHead};
use tollgate_core::ports::ForgeError;

use super::super::world::branch;
use super::place::{MADE, Place, time};
use super::requests::{approved, mk_review};
use crate::delivery::change::ChangeError;

/// A line by `dev`, and what is checked out is the start.
fn feature(place: &Place) -> String {
    place.git(&["checkout", "--quiet", "-B", "feature", &place.start]);
    let feature = place.signed("dev", "feature", "feature");
    place.switch("master");
    feature
}

/// Those on the forge, whether they count or not: who, and why not.
fn reviews(place: &Place) -> Vec<(String, Option<String>)> {
    let on_forge = place.read().approvals.into_iter().filter(|approval| approval.source.starts_with("pull request"));
    on_forge.map(|approval| (approval.by.principal, approval.void)).collect()
}

#[test]
fn a_review_of_the_head_counts_for_the_merge_of_it() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.merge("lead", "forge", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    let told = place.read();
    let expected = CountedApproval {
        kind: ApprovalKind::Review,
        by: place.person("lead"),
        at: time(MADE),
        source: "pull request 7".to_owned(),
        void: None,
    };
    assert_eq!(told.approvals.last(), Some(&expected), "{:?}", told.approvals);
    let [fact] = told.facts.as_slice() else { panic!("{:?}", told.facts) };
    assert_eq!((fact.name.as_str(), fact.source.as_str()), ("pull-request/7", "https://forge.example.com shop/deployment"));
    assert_eq!((&fact.value["request"]["head"], &fact.value["commit"]), (&head.into(), &merge.into()));
}

#[test]
fn a_review_counts_for_a_fast_forward_and_for_a_merge_that_somebody_made_in_a_clone() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    place.git(&["merge", "--quiet", "--ff-only", &head]);
    place.merged_on_forge("dev-1", &head, &head, &[approved("lead-1", &head)]);
    assert_eq!(reviews(&place), [("lead@example.com".to_owned(), None)]);
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.merge("dev", "dev", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    assert_eq!(reviews(&place), [("lead@example.com".to_owned(), None)]);
}

#[test]
fn what_voids_a_review_is_said_by_name() {
    let mut place = Place::with_forge();
    let older = feature(&place);
    place.switch("feature");
    let head = place.signed("dev", "feature", "newer");
    place.switch("master");
    let merge = place.merge("lead", "forge", &head);
    let mut unknown = approved("lead-1", &head);
    unknown.head = ReviewedHead::Unknown("it was long ago".to_owned());
    let mut early = approved("lead-1", &head);
    early.at = time("2026-05-01T00:00:00Z");
    let mut late = approved("lead-1", &head);
    late.at = time("2026-08-01T00:00:00Z");
    let given = [
        (approved("stranger-1", &head), "`people.forge.accounts` does not have the account `stranger-1`"),
        (approved("lead-1", &older), &format!("it is of the older head {}, and {} was merged", &older[..12], &head[..12])),
        (mk_review("lead-1", ReviewState::ChangesRequested, &head), "it asks for changes"),
        (mk_review("lead-1", ReviewState::Dismissed, &head), "it was dismissed"),
        (unknown, "the forge does not say of which head it is: it was long ago"),
        (approved("robot-1", &head), "a machine gave it"),
        (early, "it was given under another policy revision"),
        (late, "its date is in the future"),
    ];
    let all: Vec<_> = given.iter().map(|(review, _)| review.clone()).collect();
    place.merged_on_forge("dev-1", &head, &merge, &all);
    place.accept("2026-05-15T00:00:00Z");
    let found = reviews(&place);
    assert_eq!(found.len(), given.len(), "{found:#?}");
    for ((_, found), (_, expected)) in found.iter().zip(&given) {
        assert!(found.as_ref().is_some_and(|found| found.starts_with(*expected)), "{found:?} {expected}");
    }
}

#[test]
fn a_review_does_not_count_for_a_merge_with_something_of_its_own_in_it() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.tampered_merge("lead", "forge", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    let void = reviews(&place).remove(0).1.unwrap();
    assert!(void.starts_with(&format!("merging its head {} gives the tree", &head[..12])), "{void}");
}

#[test]
fn a_review_is_of_a_tree_and_does_not_count_for_what_came_after() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.merge("lead", "forge", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    place.signed("dev", "more", "more");
    assert_eq!(reviews(&place), []);
    assert!(!place.forge.as_ref().unwrap().asked().contains(&merge), "a commit with another tree is of no interest");
}

#[test]
fn a_way_back_is_borne_by_the_reviews_of_what_it_goes_back_to() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.merge("lead", "forge", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    let later = place.signed("dev", "more", "more");
    place.decided(super::place::TARGET, &branch("master", &later), MADE, true);
    place.switch(&merge);
    assert_eq!(reviews(&place), [("lead@example.com".to_owned(), None)]);
}

#[test]
fn nothing_of_a_silent_forge_counts_and_that_it_was_silent_is_kept() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let merge = place.merge("lead", "forge", &head);
    place.merged_on_forge("dev-1", &head, &merge, &[approved("lead-1", &head)]);
    place.forge.as_mut().unwrap().is_silent = true;
    let told = place.read();
    assert!(told.approvals.iter().all(|approval| approval.void.is_some()), "{:?}", told.approvals);
    assert!(matches!(told.unheard, Some(ForgeError::TimedOut { .. })));
    let [fact] = told.facts.as_slice() else { panic!("{:?}", told.facts) };
    assert_eq!((fact.name.as_str(), &fact.value["error"]), ("forge", &told.unheard.unwrap().to_string().into()));
}

#[test]
fn a_silent_forge_is_an_error_where_somebody_looks_at_what_it_says_itself() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    place.merge("lead", "forge", &head);
    place.forge.as_mut().unwrap().is_silent = true;
    place.must_answer = true;
    let error = place.try_read(&branch("master", &place.head())).unwrap_err();
    assert!(matches!(error, ChangeError::Forge(ForgeError::TimedOut { .. })), "{error}");
}

#[test]
fn where_only_machines_were_at_work_whoever_merged_it_on_the_forge_asked() {
    let mut place = Place::with_forge();
    place.git(&["checkout", "--quiet", "-b", "update"]);
    let head = place.signed("robot", "feature", "an update");
    place.switch("master");
    let merge = place.merge("robot", "forge", &head);
    assert_eq!(place.read().change.requester, None);
    place.merged_on_forge("robot-1", &head, &merge, &[]);
    assert_eq!(place.read().change.requester, Some(place.person("lead")));
}

#[test]
fn each_commit_is_asked_about_once() {
    let mut place = Place::with_forge();
    let head = feature(&place);
    let squash = place.squash("dev", &head);
    place.merged_on_forge("dev-1", &head, &squash, &[approved("lead-1", &head)]);
    assert!(matches!(place.tip(), Vouching::Forge(_)));
    assert_eq!(place.forge.as_ref().unwrap().asked(), [squash]);
}
