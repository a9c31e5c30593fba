//! Whose configuration judges.

use tollgate_tests::{Pipeline, Shop, World, assert_report, manifest};

fn spoil(shop: &Shop) {
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
}

/// A configuration without any rule that could stand in the way.
fn weak() -> String {
    Pipeline::deployment().packs(&[]).text()
}

#[test]
fn without_a_configuration_the_recommended_pack_judges() {
    let world = World::new();
    world.write("redis.yaml", manifest::deployment("redis", "redis:alpine"));
    let json = world.tollgate("").args(["check", "-o", "json"]).run().exits(10).json();
    assert_eq!(json["policyRevision"], "builtin:recommended, not in force");
}

#[test]
fn on_a_laptop_the_work_tree_judges_and_is_said_not_to_be_in_force() {
    let shop = Shop::new(&["cart"]);
    spoil(&shop);
    shop.deployment.write("tollgate.yaml", weak());
    let json = shop.tollgate(&["check", "-o", "json"]).run().exits(12).json();
    assert_report(&json);
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().text());
    let json = shop.tollgate(&["check", "-o", "json"]).run().exits(10).json();
    assert_eq!(json["policyRevision"], "work tree, not in force");
}

#[test]
fn in_ci_the_revision_in_force_judges_and_never_the_tree() {
    let shop = Shop::new(&["cart"]);
    let accepted = shop.deployment.head();
    spoil(&shop);
    shop.deployment.write("tollgate.yaml", weak());
    let check = |arguments: &[&str]| shop.tollgate(&["check", "-o", "json"]).args(arguments).in_ci().run();
    let in_ci = check(&[]).exits(10);
    assert_report(&in_ci.json());
    assert_eq!(in_ci.denials(), ["image-pinned/latest"]);
    assert_eq!(in_ci.text_at("/policyRevision"), format!("commit {}, in force", &accepted[..12]));
    let weakened = shop.deployment.deliver("master", "weaker");
    assert_eq!(check(&["--rev", &weakened]).exits(10).denials(), ["image-pinned/latest"]);
    check(&["--trust", &shop.trust]).exits(10);
    check(&["--trust", &format!("sha256:{}", "0".repeat(64))]).exits(15);
}

#[test]
fn in_ci_settings_of_the_command_line_can_not_change_what_is_in_force() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["check", "--set", "pod-security.level=baseline"]).in_ci().run().exits(2);
    shop.tollgate(&["check", "--set", "pod-security.level=baseline"]).run().exits(0);
}

#[test]
fn in_ci_without_a_ledger_the_recommended_pack_judges_and_trust_is_said_to_be_missing() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    spoil(&shop);
    shop.deployment.write("tollgate.yaml", weak());
    let answer = shop.tollgate(&["check", "services", "-o", "json"]).in_ci().run().exits(10);
    answer.says(&["trust not initialised"]);
    assert_eq!(answer.denials(), ["image-pinned/latest"]);
}

#[test]
fn in_ci_outside_of_a_repository_the_recommended_pack_judges() {
    let world = World::new();
    world.write("redis.yaml", manifest::deployment("redis", "redis:alpine"));
    world.tollgate("").args(["check", "redis.yaml"]).in_ci().run().exits(10).says(&["trust not initialised"]);
}

#[test]
fn in_ci_a_ledger_that_can_not_be_reached_blocks() {
    let shop = Shop::new(&["cart"]);
    fs_err::rename(shop.deployment.remote(), shop.world.path("gone.git")).unwrap();
    let answer = shop.tollgate(&["check"]).in_ci().run();
    assert!([13, 15].contains(&answer.exit), "{}", answer.raw());
}

#[test]
fn check_writes_nothing_to_the_repository_or_the_ledger() {
    let shop = Shop::new(&["cart"]);
    let before = (shop.ledger().tip(), shop.deployment.git(&["status", "--porcelain"]), shop.deployment.git(&["for-each-ref"]));
    shop.tollgate(&["check"]).run().exits(0);
    shop.tollgate(&["check", "--rev", "HEAD"]).run().exits(0);
    let after = (shop.ledger().tip(), shop.deployment.git(&["status", "--porcelain"]), shop.deployment.git(&["for-each-ref"]));
    assert_eq!(before, after);
}
