//! What `promote` and `apply` refuse, and what they say.

use tollgate_tests::{Pipeline, Shop, manifest};

#[test]
fn master_goes_to_preprod_and_a_tag_takes_the_same_release_to_prod() {
    let shop = Shop::new(&["cart", "ads"]);
    shop.promote_to_prod("v1");
    assert_eq!(shop.target("prod").files(), shop.target("preprod").files());
    assert_eq!(shop.target("prod").digests().len(), 2);
    let types = ["trust", "service-built", "service-built", "decided", "running", "outcome", "decided", "running", "outcome"];
    assert_eq!(shop.ledger().types(), types);
}

#[test]
fn a_tag_pushed_again_is_denied_with_both_digests_and_where_the_good_one_is_proven() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let before = shop.target("prod").everything();
    let good = shop.last_build("cart");
    let evil = shop.registry().push(&good.image, "something that nobody tested");
    let answer = shop.promote("v1").exits(10);
    answer.says(&[&good.digest, &evil, "proven on `prod-apps`"]);
    assert!(answer.denials().contains(&"same-image/rebuilt".to_owned()));
    assert_eq!(shop.target("prod").everything(), before);
}

#[test]
fn a_tag_pushed_again_before_preprod_is_denied_by_the_record_of_the_build() {
    let shop = Shop::new(&["cart"]);
    let good = shop.last_build("cart");
    let evil = shop.registry().push(&good.image, "other contents");
    let answer = shop.promote("master").exits(10);
    answer.says(&[&good.digest, &evil]);
    assert_eq!(answer.denials(), ["same-image/rebuilt"]);
    assert!(!shop.target("preprod").is_live());
}

#[test]
fn the_first_digest_recorded_for_a_tag_stands() {
    let shop = Shop::new(&["cart"]);
    let good = shop.last_build("cart");
    shop.record(&good, "master").exits(0);
    assert_eq!(shop.ledger().types(), ["trust", "service-built"], "the same record again writes nothing");
    let evil = shop.registry().push(&good.image, "other contents");
    shop.record(&good, "master").exits(10).says(&[&good.digest, &evil]);
    assert_eq!(shop.ledger().types().len(), 2);
}

#[test]
fn a_build_from_another_branch_is_not_recorded_as_of_master() {
    let shop = Shop::new(&["cart"]);
    shop.service("cart").switch("feature/x");
    let build = shop.build("cart", "two");
    shop.record(&build, "master").exits(10).says(&["is not on branch `master`"]);
}

#[test]
fn an_image_that_nobody_recorded_is_denied() {
    let shop = Shop::new(&["cart"]);
    let build = shop.build("cart", "two");
    shop.use_image(&build);
    shop.deployment.deliver("master", "two");
    assert_eq!(shop.promote("master").exits(10).denials(), ["same-image/not-built"]);
}

#[test]
fn an_image_of_a_feature_branch_is_denied_in_preprod() {
    let shop = Shop::new(&["cart"]);
    shop.service("cart").switch("feature/x");
    let build = shop.build("cart", "two");
    shop.record(&build, "feature/x").exits(0);
    shop.use_image(&build);
    shop.deployment.deliver("master", "two");
    assert_eq!(shop.promote("master").exits(10).denials(), ["same-image/wrong-branch"]);
}

#[test]
fn a_feature_branch_moves_what_it_changes_to_staging_and_goes_no_further() {
    let shop = Shop::new(&["cart", "ads"]);
    shop.service("cart").switch("feature/x");
    let build = shop.build("cart", "two");
    shop.deployment.switch("feature/x");
    shop.use_image(&build);
    shop.deployment.deliver("feature/x", "two");
    shop.promote("feature/x").exits(0);
    let files: Vec<String> = shop.target("staging").files().into_keys().filter(|path| path.starts_with("services/")).collect();
    assert_eq!(files, ["services/cart/deployment.yaml"], "only what the branch changed moves");
    shop.deployment.tag("v1");
    let denials = shop.promote("v1").exits(10).denials();
    assert!(
        denials.contains(&"structure/after".to_owned()) && denials.contains(&"same-image/unpromotable".to_owned()),
        "{denials:?}"
    );
    assert!(!shop.target("prod").is_live());
}

#[test]
fn a_service_changed_by_hand_within_a_tested_recipe_is_denied_by_name() {
    let shop = Shop::new(&["cart", "ads"]);
    shop.promote("master").exits(0);
    shop.deployment.edit("services/ads/deployment.yaml", |text| text.replace("replicas: 1", "replicas: 9"));
    shop.deployment.deliver("hotfix", "more replicas");
    shop.deployment.tag("v1");
    let answer = shop.promote("v1").exits(10);
    assert!(answer.denials().contains(&"same-image/hand-changed".to_owned()), "{:?}", answer.denials());
    let findings = answer.findings();
    let changed = findings.iter().find(|finding| finding["rule"] == "same-image/hand-changed").unwrap();
    assert_eq!(changed["component"], "ads");
}

#[test]
fn a_target_that_the_reference_does_not_move_is_denied_and_the_denial_is_recorded() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master", "--to", "prod-apps", "-o", "json"]).run().exits(10);
    assert!(answer.denials().contains(&"structure/on".to_owned()));
    assert_eq!(shop.ledger().types().last().unwrap(), "decided");
    assert!(!shop.target("prod").is_live());
}

#[test]
fn a_third_party_image_without_a_digest_makes_no_recipe() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.write("services/store/deployment.yaml", manifest::deployment("store", "redis:alpine"));
    shop.deployment.deliver("master", "a store");
    let answer = shop.promote("master").exits(10);
    assert!(answer.denials().contains(&"recipe/unpinned".to_owned()));
    answer.says(&["services/store/deployment.yaml"]);
    shop.tollgate(&["recipe", "build", "HEAD"]).run().exits(10).says(&["redis:alpine"]);
}

#[test]
fn a_tag_that_moves_between_decision_and_apply_aborts_with_both_digests() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master", "--no-apply", "-o", "json"]).run().exits(0);
    let promotion = answer.text_at("/targets/0/promotion");
    let good = shop.last_build("cart");
    let evil = shop.registry().push(&good.image, "other contents");
    shop.tollgate(&["apply", &promotion]).run().exits(14).says(&[&good.digest, &evil]);
    assert!(!shop.target("preprod").is_live());
    assert_eq!(shop.ledger().types().last().unwrap(), "outcome");
    shop.registry().push(&good.image, &format!("one of cart at {}", good.commit));
    shop.tollgate(&["apply", &promotion]).run().exits(14).says(&["is `aborted`"]);
    shop.promote("master").exits(0);
}

#[test]
fn a_plan_that_went_stale_is_not_applied() {
    let shop = Shop::new(&["cart"]);
    let first = shop.tollgate(&["promote", "master", "--no-apply", "-o", "json"]).run().exits(0).text_at("/targets/0/promotion");
    shop.release("cart", "two");
    let second = shop.promote("master").exits(4).text_at("/targets/0/promotion");
    shop.tollgate(&["apply", &first]).run().exits(0);
    let before = shop.target("preprod").files();
    shop.tollgate(&["apply", &second]).run().exits(14).says(&["the plan is another one"]);
    assert_eq!(shop.target("preprod").files(), before);
    shop.promote("master").exits(0);
}

#[test]
fn an_approved_promotion_can_be_applied_later_and_a_denied_one_never() {
    let shop = Shop::new(&["cart"]);
    let approved = shop.tollgate(&["promote", "master", "--no-apply", "-o", "json"]).run().exits(0).text_at("/targets/0/promotion");
    assert!(!shop.target("preprod").is_live());
    shop.tollgate(&["apply", &approved]).run().exits(0);
    assert!(shop.target("preprod").is_live());
    shop.tollgate(&["apply", &approved]).run().exits(14).says(&["is `succeeded`"]);
    let denied =
        shop.tollgate(&["promote", "master", "--to", "prod-apps", "-o", "json"]).run().exits(10).text_at("/targets/0/promotion");
    shop.tollgate(&["apply", &denied]).run().exits(10);
    assert!(!shop.target("prod").is_live());
    shop.tollgate(&["apply", "P-999"]).run().exits(12);
}

#[test]
fn a_target_that_no_gate_stands_before_is_refused() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().packs(&[]).without_gates().text());
    shop.tollgate(&["policy", "update"]).run().exits(12).says(&["gate"]);
    shop.tollgate(&["check"]).run().exits(12);
}

#[test]
fn a_removed_service_is_deleted_by_the_next_promotion() {
    let shop = Shop::new(&["cart", "ads"]);
    shop.promote("master").exits(0);
    shop.deployment.remove("services/ads");
    shop.deployment.deliver("master", "no ads");
    shop.tollgate(&["plan", "master", "--exit-code"]).run().exits(3).says(&["1 to delete"]);
    shop.promote("master").exits(0);
    assert!(!shop.target("preprod").files().contains_key("services/ads/deployment.yaml"));
    shop.tollgate(&["plan", "master", "--exit-code"]).run().exits(0).says(&["0 to create, 0 to change, 0 to delete"]);
}

#[test]
fn explain_puts_the_first_blocker_on_top_and_says_who_can_change_it() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["promote", "master", "--to", "prod-apps"]).run().exits(10);
    shop.tollgate(&["explain", "prod-apps"]).run().exits(0).says(&["is denied", "1. structure/", "why:", "by:"]);
    shop.tollgate(&["explain", "same-image/rebuilt"]).run().exits(0).says(&["digest"]);
    shop.tollgate(&["explain", "nothing-of-the-kind"]).run().exits(12).says(&["prod-apps"]);
}

#[test]
fn recipes_are_the_same_whatever_the_commit_and_show_what_differs() {
    let shop = Shop::new(&["cart", "ads"]);
    let id = |revision: &str| shop.tollgate(&["recipe", "build", revision, "-o", "json"]).run().exits(0).text_at("/id");
    let first = id("HEAD");
    shop.deployment.write("README.md", "not a component\n");
    shop.deployment.commit("a readme");
    assert_eq!(id("HEAD"), first);
    shop.release("cart", "two");
    assert_ne!(id("HEAD"), first);
    shop.tollgate(&["recipe", "diff", "HEAD~1", "HEAD"]).run().exits(0).says(&["~ cart", "1 of components changed"]);
    shop.promote("master").exits(0);
    shop.tollgate(&["recipe", "show", "preprod-apps"]).run().exits(0).says(&["ads", "cart"]);
    shop.tollgate(&["recipe", "verify", "preprod-apps"]).run().exits(0).says(&["proven on `preprod-apps`"]);
    shop.registry().push(&shop.last_build("cart").image, "other contents");
    shop.tollgate(&["recipe", "verify", "preprod-apps"]).run().exits(10);
}
