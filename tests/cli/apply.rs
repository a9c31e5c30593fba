//! `tollgate apply`: the last step of a recorded decision.

use tollgate_tests::{Pipeline, Shop};

fn decide(shop: &Shop, reference: &str) -> String {
    shop.tollgate(&["promote", reference, "--no-apply", "-o", "json"]).run().exits(0).text_at("/targets/0/promotion")
}

#[test]
fn an_approved_promotion_is_applied_and_told() {
    let shop = Shop::new(&["cart"]);
    let promotion = decide(&shop, "master");
    insta::assert_snapshot!("applied", shop.tollgate(&["apply", &promotion]).run().exits(0).snapshot());
    assert!(shop.target("preprod").is_live());
    insta::assert_snapshot!("twice", shop.tollgate(&["apply", &promotion]).run().exits(14).snapshot());
    let json = shop.tollgate(&["apply", &promotion, "-o", "json"]).run().exits(14);
    json.says(&["succeeded"]);
}

#[test]
fn what_is_applied_is_what_was_decided_whatever_the_branch_has_now() {
    let shop = Shop::new(&["cart"]);
    let promotion = decide(&shop, "master");
    let decided = shop.last_build("cart");
    shop.release("cart", "two");
    shop.tollgate(&["apply", &promotion]).run().exits(0);
    assert_eq!(shop.target("preprod").digests(), [decided.digest]);
}

#[test]
fn a_denied_promotion_is_never_applied() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master", "--to", "prod-apps", "-o", "json"]).run().exits(10);
    let promotion = answer.text_at("/targets/0/promotion");
    insta::assert_snapshot!(shop.tollgate(&["apply", &promotion]).run().exits(10).snapshot());
    assert!(!shop.target("prod").path().exists());
}

#[test]
fn a_promotion_that_was_overtaken_is_not_applied() {
    let shop = Shop::new(&["cart"]);
    let first = decide(&shop, "master");
    shop.promote("master").exits(0);
    let answer = shop.tollgate(&["apply", &first]).run().exits(14);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn a_change_of_policy_after_the_decision_asks_for_a_new_one() {
    let shop = Shop::new(&["cart"]);
    let promotion = decide(&shop, "master");
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate("{name: pod-security, enforcement: mandatory}").text());
    shop.deployment.deliver("master", "stricter");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    let answer = shop.tollgate(&["apply", &promotion]).run().exits(14);
    insta::assert_snapshot!(answer.snapshot());
    assert!(!shop.target("preprod").is_live());
    shop.promote("master").exits(0);
}

#[test]
fn a_target_that_changed_after_the_decision_is_stale_and_not_written() {
    let shop = Shop::new(&["cart", "email"]);
    shop.promote("master").exits(0);
    shop.release("cart", "two");
    let promotion = decide(&shop, "master");
    let decided = shop.target("preprod").everything();
    shop.world.write("targets/preprod/notes.txt", "somebody was here\n");
    let answer = shop.tollgate(&["apply", &promotion]).run().exits(14);
    answer.says(&["not applied"]);
    let mut after = shop.target("preprod").everything();
    after.remove("notes.txt");
    let changed = |path: &&String| !path.starts_with("state.json") && !path.starts_with("releases/");
    assert_eq!(after.keys().filter(changed).collect::<Vec<_>>(), decided.keys().filter(changed).collect::<Vec<_>>());
    assert_eq!(after["current"], decided["current"]);
}

#[test]
fn an_unknown_promotion_is_12_and_says_where_they_are_listed() {
    let shop = Shop::new(&["cart"]);
    for promotion in ["P-99", "P-0", "17", "prod-apps"] {
        shop.tollgate(&["apply", promotion]).run().exits(12).says(&["tollgate status"]);
    }
}

#[test]
fn in_ci_apply_needs_trust() {
    let shop = Shop::new(&["cart"]);
    let promotion = decide(&shop, "master");
    shop.tollgate(&["apply", &promotion]).in_ci().run().exits(12).says(&["--trust"]);
    shop.tollgate(&["apply", &promotion]).in_ci().env("TOLLGATE_TRUST", &shop.trust).run().exits(0);
}
