use proptest::prelude::*;
use tollgate_sdk::testing::promotions::proposed_in;

use crate::story::{BRANCH, Story, commit, decide, denials, digest, rules_of, subject};
use tollgate_sdk::promotion::Answer;

/// A promotion to prod, with cart and checkout proven in preprod and nothing told of the recipe yet.
fn to_prod() -> Story {
    Story::new("prod")
        .after("preprod-apps")
        .with_built("cart", 1, 1)
        .with_built("checkout", 2, 2)
        .proven("preprod-apps", true, true)
        .then()
}

/// Rule and component of each finding; the promotion as a whole is empty.
fn found(answer: &Answer) -> Vec<(String, String)> {
    denials(answer).iter().map(|finding| (finding.rule.clone(), subject(finding))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rule, subject)| ((*rule).to_owned(), (*subject).to_owned())).collect()
}

#[test]
fn the_recipe_that_succeeded_before_passes() {
    let answer = to_prod().with("cart", &commit(1), 1).with("checkout", &commit(2), 2).decide();
    assert!(rules_of(&answer).is_empty(), "{answer:?}");
}

#[test]
fn every_target_before_must_have_proven_it() {
    let story =
        Story::new("prod").after("preprod-apps").after("prod-ops").with_built("cart", 1, 1).proven("preprod-apps", true, true);
    let answer = story.clone().decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", "")]));
    let message = &denials(&answer)[0].message;
    assert!(message.ends_with("has not succeeded on `prod-ops` yet; it did on `preprod-apps` by promotion `p-0`"), "{message}");
    assert!(rules_of(&story.proven("prod-ops", true, true).decide()).is_empty());
}

#[test]
fn a_rebuilt_image_is_denied_with_both_digests_and_where_the_good_one_is_proven() {
    let answer = to_prod().with("cart", &commit(1), 7).with("checkout", &commit(2), 2).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("rebuilt", "cart")]));
    let message = &denials(&answer)[1].message;
    for part in [digest(7), digest(1), "on `preprod-apps` by promotion `p-0`".to_owned()] {
        assert!(message.contains(&part), "{message}");
    }
}

#[test]
fn an_image_that_nobody_tested_is_denied_with_the_one_that_is_proven() {
    let answer = to_prod().with_built("cart", 3, 3).with("checkout", &commit(2), 2).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("unproven-image", "cart")]));
    let message = &denials(&answer)[1].message;
    for part in [digest(3), digest(1), commit(1), "has succeeded nowhere".to_owned(), "`p-0`".to_owned()] {
        assert!(message.contains(&part), "{message}");
    }
}

#[test]
fn a_re_pushed_tag_that_was_only_ever_built_is_denied_with_the_digest_it_was_built_with() {
    let answer = to_prod().built("cart", 3, BRANCH, 3).with("cart", &commit(3), 4).with("checkout", &commit(2), 2).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("rebuilt", "cart")]));
    assert!(denials(&answer)[1].message.contains(&digest(3)));
}

#[test]
fn what_ran_in_an_unpromotable_environment_is_not_proven() {
    let story = Story::new("prod").after("preprod-apps").with_built("cart", 1, 1).proven("staging-apps", false, true);
    let answer = story.decide();
    assert_eq!(found(&answer), pairs(&[("unpromotable", ""), ("unpromotable", "cart")]));
    assert!(denials(&answer)[0].message.contains("environment `staging` is not promotable"));
}

#[test]
fn not_even_a_target_before_proves_anything_where_nothing_is_promoted_from() {
    let story = Story::new("prod").after("staging-apps").with_built("cart", 1, 1).proven("staging-apps", false, true);
    assert_eq!(found(&story.decide())[0], ("unpromotable".to_owned(), String::new()));
}

#[test]
fn an_image_from_an_unpromotable_environment_is_denied_within_a_proven_recipe() {
    let story = to_prod().with_built("cart", 3, 3).proven("staging-apps", false, true).then();
    let answer = story.with("cart", &commit(3), 3).with("checkout", &commit(2), 2).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("unpromotable", "cart")]));
    let message = &denials(&answer)[1].message;
    assert!(message.contains("on `staging-apps`") && message.contains(&digest(1)), "{message}");
}

#[test]
fn a_service_changed_by_hand_within_a_proven_recipe_is_denied() {
    let answer = to_prod().with("cart", &commit(1), 1).with_tree("edited").with("checkout", &commit(2), 2).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("hand-changed", "cart")]));
    let message = &denials(&answer)[1].message;
    assert!(message.contains("`edited`") && message.contains("`tree-of-cart`") && message.contains("`p-0`"), "{message}");
}

#[test]
fn a_rollback_or_a_later_failure_ends_the_proof() {
    let story = Story::new("prod").after("preprod-apps").with_built("cart", 1, 1).proven("preprod-apps", true, false);
    assert_eq!(found(&story.clone().decide()), pairs(&[("proof-ended", "")]));
    assert!(rules_of(&story.proven("preprod-apps", true, true).decide()).is_empty(), "a later success proves it again");
}

#[test]
fn an_image_whose_proof_ended_is_denied_in_another_recipe() {
    let ended = to_prod().with_built("cart", 3, 3).with("checkout", &commit(2), 2).proven("preprod-apps", true, false).then();
    let answer = ended.with("cart", &commit(3), 3).with("checkout", &commit(4), 4).built("checkout", 4, BRANCH, 4).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("proof-ended", "cart"), ("unproven-image", "checkout")]));
}

#[test]
fn parts_that_are_proven_apart_are_not_proven_together() {
    let story = to_prod().with_built("cart", 3, 3).with_built("checkout", 4, 4).proven("preprod-apps", true, true).then();
    let answer = story.with("cart", &commit(1), 1).with("checkout", &commit(4), 4).decide();
    let found = found(&answer);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(rule, _)| rule == "unproven-recipe"));
}

#[test]
fn an_added_and_a_removed_component_are_named() {
    let answer = to_prod().with("cart", &commit(1), 1).with_built("email", 5, 5).decide();
    assert_eq!(found(&answer), pairs(&[("unproven-recipe", ""), ("unproven-image", "email"), ("unproven-recipe", "")]));
    assert!(denials(&answer)[2].message.contains("`checkout` is missing"));
}

#[test]
fn where_images_are_built_from_is_no_part_of_what_is_proven() {
    let mut request = to_prod().with("cart", &commit(1), 1).with("checkout", &commit(2), 2).request();
    let components = proposed_in(&mut request).proofs.iter_mut().flat_map(|proof| &mut proof.recipe.components);
    components.for_each(|component| component.source = None);
    assert!(rules_of(&decide(&request)).is_empty());
}

#[test]
fn two_recipes_of_one_id_are_bad_input_and_no_answer() {
    let mut request = to_prod().with("cart", &commit(1), 9).request();
    let promotion = proposed_in(&mut request);
    promotion.recipe.id = promotion.proofs[0].recipe.id.clone();
    assert!(tollgate_sdk::testing::decide::<crate::SameImage>("{}", &request).is_err());
}

/// A few components, commits and digests, so that collisions are common.
fn story() -> impl Strategy<Value = Story> {
    let step = (0..7_u8, 0..3_usize, 0..4_u32, 0..4_u32, any::<bool>(), any::<bool>());
    let steps = prop::collection::vec(step, 0..24);
    let last = prop::collection::vec((0..4_u32, 0..4_u32), 1..4);
    let after = prop::collection::vec(0..3_usize, 0..3);
    (steps, last, after).prop_map(|(steps, last, after)| {
        const NAMES: [&str; 3] = ["cart", "checkout", "email"];
        const TARGETS: [&str; 3] = ["staging-apps", "preprod-apps", "prod-ops"];
        let mut story = after.iter().fold(Story::new("prod"), |story, &target| story.after(TARGETS[target]));
        for (what, which, commit_number, digest_number, yes, standing) in steps {
            story = match what {
                0..=1 => story.built(NAMES[which], commit_number, if yes { BRANCH } else { "feature/x" }, digest_number),
                2..=4 => story.with(NAMES[which], &commit(commit_number), digest_number),
                5 => story.proven(TARGETS[which], which != 0 || yes, standing),
                _ => story.then(),
            };
        }
        let story = story.then();
        last.into_iter()
            .zip(NAMES)
            .fold(story, |story, ((commit_number, digest_number), name)| story.with(name, &commit(commit_number), digest_number))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_own_image_that_is_not_proven_passes(story in story()) {
        let request = story.request();
        let passes = denials(&decide(&request)).is_empty();
        let promotion = request.promotion().unwrap();
        let own = || promotion.recipe.components.iter().flat_map(|component| component.images.iter().map(move |image| (component, image)));
        // Said again in the simplest words, independently of how the plugin looks things up.
        let is_built = own().all(|(component, image)| {
            let mut of_tag = promotion.built.iter().filter(|built| built.reference == image.reference);
            let first = of_tag.clone().min_by_key(|built| built.entry);
            first.is_some_and(|first| first.digest == image.digest)
                && of_tag.any(|built| built.service == component.name && built.digest == image.digest && built.branch == BRANCH)
        });
        let is_proven = promotion.target.after.iter().all(|target| {
            promotion.proofs.iter().any(|proof| {
                proof.target == *target && proof.promotable && proof.standing && proof.recipe.components == promotion.recipe.components
            })
        });
        let may_pass = if promotion.target.after.is_empty() { is_built } else { is_proven };
        prop_assert_eq!(passes, may_pass);
    }
}
