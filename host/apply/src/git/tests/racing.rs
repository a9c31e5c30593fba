//! one-at-a-time: somebody moves the branch right before a push.

use std::sync::Arc;

use proptest::prelude::*;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};

use super::support::{files, mk_place, mk_rendered, noon, plain, recipe};
use crate::testing::config;

#[test]
fn a_foreign_file_that_comes_right_before_the_push_is_found_and_kept() {
    let place = mk_place();
    place.deliver(&mk_rendered(&[("cart", 1)]));
    let next = mk_rendered(&[("cart", 2)]);
    let plan = place.target().plan(recipe(&next), &next).unwrap();
    place.remote.before_the_next_push(|remote| remote.push(&[("hotfix.yaml", plain("kind: ConfigMap"))]));
    let applied = place.target().apply(place.ledger.approved(plan.recipe, plan.digest().unwrap()), &next, &noon);
    assert!(matches!(applied, Ok(Applied::Stale { .. })), "{applied:?}");
    assert!(place.remote.commits().pop().unwrap().files.contains_key("hotfix.yaml"));
}

#[test]
fn a_commit_that_changes_nothing_of_the_target_s_is_built_upon() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    place.remote.before_the_next_push(|remote| remote.push(&[]));
    let applied = place.target().apply(place.ledger.approved(plan.recipe, plan.digest().unwrap()), &rendered, &noon);
    assert!(matches!(applied, Ok(Applied::Done { .. })), "{applied:?}");
    assert_eq!(place.remote.commits().len(), 2);
}

#[test]
fn of_two_attempts_that_planned_from_one_commit_the_earlier_is_overtaken() {
    let place = Arc::new(mk_place());
    let (one, two) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    let plan = |rendered| place.target().plan(recipe(rendered), rendered).unwrap();
    let earlier = place.ledger.approved(recipe(&one), plan(&one).digest().unwrap());
    let later = place.ledger.approved(recipe(&two), plan(&two).digest().unwrap());
    let (other, wanted) = (Arc::clone(&place), two.clone());
    place.remote.before_the_next_push(move |_| {
        assert!(matches!(other.target().apply(later, &wanted, &noon), Ok(Applied::Done { .. })));
    });
    assert!(matches!(place.target().apply(earlier, &one, &noon), Ok(Applied::Overtaken { .. })));
    assert_eq!(place.manifests(), files(&two));
}

#[test]
fn a_branch_that_never_stands_still_is_given_up_on() {
    let place = mk_place();
    let rendered = mk_rendered(&[("cart", 1)]);
    let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
    for _ in 0..20 {
        place.remote.before_the_next_push(|remote| remote.push(&[]));
    }
    let applied = place.target().apply(place.ledger.approved(plan.recipe, plan.digest().unwrap()), &rendered, &noon);
    assert!(matches!(applied, Err(ApplyError::Io { .. })), "{applied:?}");
    assert!(place.manifests().is_empty());
}

proptest! {
    #![proptest_config(config(40))]

    /// Attempts that were approved at some time arrive at any other, in any order.
    #[test]
    fn whatever_arrives_when_the_target_only_goes_forward(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle(), values in prop::collection::vec(0..3u64, 6)) {
        let place = mk_place();
        let mut approved: Vec<_> = values.iter().map(|value| {
            let rendered = mk_rendered(&[("cart", *value)]);
            let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
            (Some(place.ledger.approved(plan.recipe, plan.digest().unwrap())), rendered)
        }).collect();
        let (mut highest, mut live) = (0, None);
        for index in order {
            let (token, rendered) = &mut approved[index];
            let attempt = token.as_ref().unwrap().attempt();
            let (before, commits) = (place.manifests(), place.remote.commits().len());
            match place.target().apply(token.take().unwrap(), rendered, &noon).unwrap() {
                Applied::Overtaken { before } => {
                    prop_assert!(attempt < highest && before.attempt == highest);
                    prop_assert_eq!(place.remote.commits().len(), commits);
                }
                Applied::Done { .. } => {
                    // All were planned for an empty target, so only the first of them can be what was approved.
                    prop_assert!(attempt > highest && live.is_none());
                    live = Some(files(rendered));
                }
                _ => prop_assert!(attempt > highest && place.manifests() == before),
            }
            highest = highest.max(attempt);
            prop_assert_eq!(place.target().state().unwrap().attempt, highest);
            prop_assert_eq!(place.manifests(), live.clone().unwrap_or_default());
        }
    }
}
