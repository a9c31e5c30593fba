//! `tollgate policy accept|update`.

use tollgate_tests::{Pipeline, Shop, World, guest};

#[test]
fn a_lock_names_every_plugin_and_pack_and_is_kept_when_it_fits() {
    let world = World::new();
    world.write("tollgate.yaml", Pipeline::deployment().text());
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(12).says(&["tollgate policy update"]);
    let update = || world.tollgate("").args(["policy", "update"]).run().exits(0);
    update().says(&["builtin:same-image", "builtin:recommended", "wrote plugins.lock"]);
    let text = fs_err::read_to_string(world.path("plugins.lock")).unwrap();
    update().says(&["plugins.lock is up to date"]);
    assert_eq!(fs_err::read_to_string(world.path("plugins.lock")).unwrap(), text);
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(0);
}

#[test]
fn a_plugin_that_changed_changes_the_lock() {
    let world = World::new();
    world.write("house.wasm", guest("honest"));
    world.write("tollgate.yaml", Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text());
    world.tollgate("").args(["policy", "update"]).run().exits(0);
    world.write("house.wasm", guest("floods-log"));
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(12);
    let answer = world.tollgate("").args(["policy", "update"]).run().exits(0);
    assert_eq!(answer.stdout.lines().filter(|line| line.starts_with('-')).count(), 2, "{}", answer.stdout);
}

#[test]
fn a_plugin_that_can_not_be_loaded_is_never_locked() {
    let world = World::new();
    world.write("house.wasm", guest("forbidden-import"));
    world.write("tollgate.yaml", Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text());
    world.tollgate("").args(["policy", "update"]).run().exits(12).says(&["house"]);
    assert!(!world.path("plugins.lock").exists());
}

#[test]
fn without_a_configuration_there_is_nothing_to_lock() {
    let world = World::new();
    world.tollgate("").args(["policy", "update"]).run().exits(12).says(&["tollgate.yaml"]);
}

fn stricter(shop: &Shop) -> String {
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate("{name: pod-security, enforcement: mandatory}").text());
    shop.deployment.deliver("master", "stricter")
}

#[test]
fn an_accepted_revision_is_in_force_from_then_on() {
    let shop = Shop::new(&["cart"]);
    let commit = stricter(&shop);
    insta::assert_snapshot!(shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0).snapshot());
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!((entry["type"].as_str(), entry["body"]["commit"].as_str()), (Some("policy-accepted"), Some(&*commit)));
    let answer = shop.promote("master").exits(0);
    let gates = answer.json()["targets"][0]["gates"].as_array().unwrap().clone();
    let gate = gates.iter().find(|gate| gate["name"] == "pod-security").unwrap();
    assert_eq!(gate["enforcement"], "mandatory");
}

#[test]
fn the_same_revision_again_is_in_force_already() {
    let shop = Shop::new(&["cart"]);
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["status"]).run().exits(0);
}

#[test]
fn an_older_revision_can_be_put_in_force_again() {
    let shop = Shop::new(&["cart"]);
    let first = shop.deployment.head();
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["policy", "accept", &first]).run().exits(0);
    let json = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["policy"]["commit"], first);
}

#[test]
fn a_revision_that_can_not_be_read_is_refused_with_its_problems() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.edit("tollgate.yaml", |text| text.replace("packs:", "pakcs:"));
    shop.deployment.deliver("master", "broken");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["pakcs", "tollgate.yaml:"]);
    shop.promote("master").exits(0);
}

#[test]
fn a_revision_whose_lock_does_not_fit_is_refused() {
    let shop = Shop::new(&["cart"]);
    let gate = "{name: restricted, policy: ./house.wasm}";
    shop.deployment.write("house.wasm", guest("honest"));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(gate).text());
    shop.deployment.deliver("master", "not locked");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["./house.wasm", "tollgate policy update"]);
}

#[test]
fn in_ci_accept_needs_trust() {
    let shop = Shop::new(&["cart"]);
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).in_ci().run().exits(12).says(&["--trust"]);
    shop.tollgate(&["policy", "accept", "HEAD", "--trust", &shop.trust]).in_ci().run().exits(0);
}

#[test]
fn a_revision_is_never_put_in_force_by_a_promotion() {
    let shop = Shop::new(&["cart"]);
    let first = shop.deployment.head();
    stricter(&shop);
    shop.promote("master").exits(0).says(&["policy accept"]);
    assert!(!shop.ledger().types().contains(&"policy-accepted".to_owned()));
    let json = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["policy"]["commit"], first);
}
