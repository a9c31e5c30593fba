//! `tollgate status`.

use tollgate_tests::{Pipeline, Shop};

#[test]
fn what_runs_where_is_told_by_environment_and_component() {
    let shop = Shop::new(&["cart", "email"]);
    insta::assert_snapshot!("nothing", shop.tollgate(&["status"]).run().exits(0).snapshot());
    shop.promote_to_prod("v1");
    shop.release("cart", "two");
    shop.promote("master").exits(0);
    insta::assert_snapshot!("running", shop.tollgate(&["status"]).run().exits(0).snapshot());
    let json = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    let recipe = |target: usize| json["targets"][target]["runs"]["recipe"].clone();
    assert_ne!(recipe(1), recipe(2));
    assert_eq!(json["targets"][0]["runs"], serde_json::Value::Null);
}

#[test]
fn what_waits_and_the_policy_that_waits_are_told() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["promote", "master", "--no-apply"]).run().exits(0);
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate("{name: pod-security, enforcement: mandatory}").text());
    shop.deployment.deliver("master", "stricter");
    insta::assert_snapshot!(shop.tollgate(&["status"]).run().exits(0).snapshot());
}

#[test]
fn a_target_that_says_something_else_than_the_ledger_is_told() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    fs_err::rename(shop.target("preprod").path(), shop.world.path("gone")).unwrap();
    shop.tollgate(&["status"]).run().exits(0).says(&["it is empty, and the ledger names `P-2`"]);
    fs_err::rename(shop.world.path("gone"), shop.target("preprod").path()).unwrap();
    fs_err::write(shop.target("preprod").path().join("state.json"), "{").unwrap();
    let answer = shop.tollgate(&["status"]).run().exits(0);
    answer.says(&["state.json"]);
}

#[test]
fn a_fresh_clone_tells_the_same() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let here = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    shop.world.git("", &["clone", "--quiet", "remotes/deployment.git", "again"]);
    let there = shop.world.tollgate("again").args(["status", "-o", "json", "--trust", &shop.trust]).run().exits(0).json();
    assert_eq!(there, here);
}

#[test]
fn an_attempt_without_an_end_is_told_with_the_command_that_ends_it() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.take_pushes(2);
    shop.tollgate(&["promote", "master"]).run().exits(15).says(&["attempt 1 ended as `succeeded`", "could not be written"]);
    shop.deployment.take_all_pushes();
    insta::assert_snapshot!(shop.tollgate(&["status"]).run().exits(0).snapshot());
    shop.tollgate(&["apply", "P-2"]).run().exits(0);
    assert_eq!(shop.ledger().types()[2..], ["decided", "running", "running", "outcome", "outcome"]);
    let answer = shop.tollgate(&["status"]).run().exits(0);
    assert!(!answer.raw().contains("tollgate apply"), "{}", answer.raw());
}
