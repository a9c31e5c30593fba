//! Back to what was healthy, and held there.

use tollgate_tests::{Pipeline, Shop, SignedShop};

/// Two recipes went all the way to prod.
fn shop() -> Shop {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    shop.release("cart", "two");
    shop.promote_to_prod("v2");
    shop
}

fn recipe(shop: &Shop, target: &str) -> String {
    shop.deployment.recipe_at(target)
}

fn rollback(shop: &Shop, more: &[&str]) -> tollgate_tests::Answer {
    shop.tollgate(&[&["rollback", "prod-apps", "--reason", "errors since v2", "-o", "json"][..], more].concat()).run()
}

#[test]
fn a_rollback_restores_the_recipe_before_and_holds_it_until_a_thaw() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let first = recipe(&shop, "prod-apps");
    let manifest = shop.target("prod").files();
    shop.release("cart", "two");
    shop.promote_to_prod("v2");
    rollback(&shop, &[]).exits(0);
    assert_eq!(recipe(&shop, "prod-apps"), first);
    assert_eq!(shop.target("prod").files(), manifest);
    assert_eq!(shop.ledger().types()[shop.ledger().types().len() - 4..], ["decided", "hold", "running", "outcome"]);
    // What was rolled back does not come back by itself, nor does anything newer.
    shop.promote("v2").exits(4);
    shop.release("cart", "three");
    shop.promote("master").exits(0);
    shop.deployment.tag("v3");
    shop.promote("v3").exits(4);
    shop.tollgate(&["thaw", "--target", "prod-apps", "--reason", "mended"]).run().exits(0);
    shop.promote("v3").exits(0);
}

#[test]
fn what_was_rolled_back_is_no_way_back() {
    let shop = shop();
    let second = recipe(&shop, "prod-apps");
    rollback(&shop, &[]).exits(0);
    let answer = rollback(&shop, &["--to", &second]).exits(10);
    assert_eq!(answer.denials(), ["structure/rollback"]);
    rollback(&shop, &[]).exits(10);
}

#[test]
fn a_rollback_goes_to_any_recipe_that_was_healthy_there() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let first = recipe(&shop, "prod-apps");
    for version in ["v2", "v3"] {
        shop.release("cart", version);
        shop.promote_to_prod(version);
    }
    rollback(&shop, &["--to", &first]).exits(0);
    assert_eq!(recipe(&shop, "prod-apps"), first);
    rollback(&shop, &["--to", "sha256:00000000"]).exits(12);
}

#[test]
fn a_moved_tag_does_not_keep_prod_broken_but_a_missing_image_does() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let old = shop.last_build("cart");
    shop.release("cart", "two");
    shop.promote_to_prod("v2");
    shop.registry().push(&old.image, "something else under the old tag");
    rollback(&shop, &[]).exits(0);
    shop.tollgate(&["thaw", "--all", "--reason", "mended"]).run().exits(0);
    shop.promote_to_prod("v3");
    shop.registry().remove(&old.image);
    rollback(&shop, &[]).exits(14).says(&["no longer in the registry"]);
}

#[test]
fn a_revert_is_known_as_the_rollback_that_it_is() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    let first = recipe(&shop, "preprod-apps");
    shop.release("cart", "two");
    shop.promote("master").exits(0);
    shop.deployment.git(&["revert", "--no-edit", "HEAD"]);
    shop.deployment.push("master");
    shop.promote("master").exits(0);
    assert_eq!(recipe(&shop, "preprod-apps"), first);
    let entries = shop.ledger().entries();
    let decided = entries.iter().rfind(|entry| entry["type"] == "decided").unwrap();
    assert_eq!(decided["body"]["isRollback"], true);
    assert!(!shop.ledger().types().contains(&"hold".to_owned()));
    // What was left is proven there no more, so it does not move on.
    shop.deployment.git(&["tag", "v2", "HEAD~1"]);
    shop.deployment.git(&["push", "origin", "v2"]);
    assert!(shop.promote("v2").exits(10).denials().contains(&"structure/after".to_owned()));
}

#[test]
fn a_rollback_waits_for_a_freeze_as_everything_does() {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment(), &[("platform", &["lead"])]);
    signed.shop.promote_to_prod("v1");
    signed.shop.release("cart", "two");
    signed.shop.promote_to_prod("v2");
    signed.by("lead", &["freeze", "--all", "--reason", "forensics"]).exits(0);
    rollback(&signed.shop, &[]).exits(4);
    assert!(!signed.shop.ledger().types().contains(&"hold".to_owned()));
    signed.by("lead", &["thaw", "--all", "--reason", "done"]).exits(0);
    rollback(&signed.shop, &[]).exits(0);
}
