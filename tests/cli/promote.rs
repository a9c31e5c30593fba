//! `tollgate promote`: what it prints, and the codes with which it ends. What it may and may not move is told in `e2e`.

use tollgate_tests::{Pipeline, Shop, guest, manifest};

#[test]
fn a_promotion_tells_gates_state_and_release() {
    let shop = Shop::new(&["cart"]);
    insta::assert_snapshot!("approved", shop.tollgate(&["promote", "master"]).run().exits(0).snapshot());
    shop.registry().push(&shop.last_build("cart").image, "other contents");
    shop.deployment.tag("v1");
    insta::assert_snapshot!("rebuilt", shop.tollgate(&["promote", "v1"]).run().exits(10).snapshot());
}

#[test]
fn a_denial_by_a_validator_points_at_the_line() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.edit("services/cart/deployment.yaml", |text| {
        text.replace("          resources:", "          securityContext: {privileged: true}\n          resources:")
    });
    shop.deployment.deliver("master", "privileged");
    let answer = shop.tollgate(&["promote", "master"]).run().exits(10);
    insta::assert_snapshot!(answer.snapshot());
    assert!(!shop.target("preprod").is_live());
}

#[test]
fn a_decision_is_recorded_and_not_applied_on_request() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master", "--no-apply"]).run().exits(0);
    insta::assert_snapshot!(answer.snapshot());
    assert_eq!(shop.ledger().types(), ["trust", "service-built", "decided"]);
    assert!(!shop.target("preprod").path().exists());
}

#[test]
fn an_empty_plan_is_decided_and_recorded_like_any_other() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    let files = shop.target("preprod").files();
    let answer = shop.promote("master").exits(0);
    assert_eq!(answer.json()["targets"][0]["plan"]["unchanged"], 1);
    assert_eq!(answer.json()["targets"][0]["attempt"], 2);
    assert_eq!(shop.target("preprod").files(), files);
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!((entry["type"].as_str(), entry["body"]["state"].as_str()), (Some("outcome"), Some("succeeded")));
}

#[test]
fn several_targets_are_moved_in_the_order_in_which_they_depend_on_each_other() {
    let environments = [
        "{name: two, after: {all: [one]}, targets: [{name: two-apps, role: apps, on: {branch: master}, directory: {path: ../targets/two}}]}",
        "{name: one, targets: [{name: one-apps, role: apps, on: {branch: master}, directory: {path: ../targets/one}}]}",
    ];
    let shop = Shop::with(&["cart"], &Pipeline::deployment().environments(&environments));
    let answer = shop.promote("master").exits(0);
    assert_eq!(answer.text_at("/targets/0/target"), "one-apps");
    assert_eq!(answer.text_at("/targets/1/target"), "two-apps");
    assert_eq!(shop.target("one").files(), shop.target("two").files());
}

#[test]
fn one_denied_target_does_not_keep_another_from_its_answer() {
    let environments = [
        "{name: one, targets: [{name: one-apps, role: apps, on: {branch: master}, directory: {path: ../targets/one}}]}",
        "{name: two, targets: [{name: two-apps, role: apps, on: {branch: master}, directory: {path: ../targets/two}}]}",
    ];
    let strict = "{name: strict, policy: builtin:pod-security, settings: {level: restricted}, match: {environment: one}}";
    let shop = Shop::with(&["cart"], &Pipeline::deployment().environments(&environments).gate(strict));
    let answer = shop.promote("master").exits(10);
    let states: Vec<String> =
        answer.json()["targets"].as_array().unwrap().iter().map(|target| target["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["denied", "succeeded"]);
    assert!(!shop.target("one").is_live() && shop.target("two").is_live());
}

/// A gate asks a plugin that can't judge.
fn mk_shop_whose_plugin_panics(enforcement: &str) -> Shop {
    let gate = format!("{{name: house, policy: ./house.wasm, enforcement: {enforcement}}}");
    let mut shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write("house.wasm", guest("panics"));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(&gate).text());
    shop.tollgate(&["policy", "update"]).run().exits(0);
    shop.deployment.deliver("master", "a plugin that panics");
    shop.init();
    shop.record(&shop.last_build("cart"), "master").exits(0);
    shop
}

#[test]
fn a_plugin_that_can_not_judge_is_11_and_nothing_is_applied() {
    let shop = mk_shop_whose_plugin_panics("mandatory");
    let answer = shop.tollgate(&["promote", "master"]).run().exits(11);
    insta::assert_snapshot!(answer.snapshot());
    assert!(!shop.target("preprod").is_live());
    let decided = shop.ledger().entries().pop().unwrap();
    assert_eq!((decided["type"].as_str(), decided["body"]["decision"].as_str()), (Some("decided"), Some("pending")));
    shop.tollgate(&["explain", "preprod-apps"]).run().exits(0).says(&["gate house", "could not judge"]);
}

#[test]
fn the_error_of_an_advisory_gate_is_told_and_blocks_nothing() {
    let shop = mk_shop_whose_plugin_panics("advisory");
    shop.tollgate(&["promote", "master"]).run().exits(0).says(&["house", "could not judge"]);
    assert!(shop.target("preprod").is_live());
}

#[test]
fn the_first_sight_of_a_ledger_is_told() {
    let shop = Shop::new(&["cart"]);
    fs_err::remove_dir_all(shop.world.path("state")).unwrap();
    shop.tollgate(&["promote", "master"]).run().exits(0).says(&["for the first time", &shop.trust]);
    let again = shop.tollgate(&["promote", "master"]).run().exits(0);
    assert!(!again.raw().contains("for the first time"));
}

#[test]
fn without_git_nothing_is_promoted_and_the_reason_is_said() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master"]).env("PATH", "/nowhere").run();
    assert!([13, 15].contains(&answer.exit), "{}", answer.raw());
    answer.says(&["git"]);
    assert!(!shop.target("preprod").path().exists());
}

#[test]
fn somebody_whom_git_does_not_know_can_not_promote() {
    let shop = Shop::new(&["cart"]);
    let answer = shop.tollgate(&["promote", "master"]).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", "/").run();
    answer.exits(12).says(&["git config user.email"]);
    assert_eq!(shop.ledger().types().len(), 2);
}

#[test]
fn a_target_that_can_not_be_written_is_14_and_recorded() {
    let shop = Shop::new(&["cart"]);
    shop.world.write("targets", "a file where a directory should be\n");
    let answer = shop.tollgate(&["promote", "master"]).run();
    assert!([13, 14].contains(&answer.exit), "{}", answer.raw());
    answer.says(&["targets/preprod"]);
}

#[test]
fn promotions_do_not_need_a_cache() {
    let shop = Shop::new(&["cart"]);
    fs_err::remove_dir_all(shop.world.path("cache")).unwrap();
    shop.promote("master").exits(0);
    shop.deployment.write("services/cart/map.yaml", manifest::config_map("a", "b"));
    shop.deployment.deliver("master", "two");
    shop.tollgate(&["promote", "master"]).without_env("TOLLGATE_CACHE_DIR").run().exits(0);
}
