//! `tollgate recipe build|show|diff|verify`.

use tollgate_tests::{Shop, manifest};

#[test]
fn a_recipe_is_built_shown_and_compared() {
    let shop = Shop::new(&["cart", "email"]);
    insta::assert_snapshot!("build", shop.tollgate(&["recipe", "build", "HEAD"]).run().exits(0).snapshot());
    shop.promote("master").exits(0);
    shop.release("cart", "two");
    shop.deployment.write("services/ads/map.yaml", manifest::config_map("ads", "b"));
    shop.deployment.remove("services/email");
    shop.deployment.deliver("master", "three changes");
    insta::assert_snapshot!("diff", shop.tollgate(&["recipe", "diff", "preprod-apps", "HEAD"]).run().exits(0).snapshot());
    insta::assert_snapshot!("show", shop.tollgate(&["recipe", "show", "preprod-apps"]).run().exits(0).snapshot());
    insta::assert_snapshot!("verify", shop.tollgate(&["recipe", "verify", "preprod-apps"]).run().exits(0).snapshot());
}

#[test]
fn every_way_to_name_a_recipe_leads_to_the_same_one() {
    let shop = Shop::new(&["cart"]);
    let promotion = shop.promote("master").exits(0).text_at("/targets/0/promotion");
    let id = |name: &str| shop.tollgate(&["recipe", "show", name, "-o", "json"]).run().exits(0).text_at("/id");
    let head = id("HEAD");
    assert_eq!([id("preprod-apps"), id(&promotion), id(&head)], [head.clone(), head.clone(), head]);
}

#[test]
fn the_id_depends_on_what_is_delivered_and_on_nothing_else() {
    let shop = Shop::new(&["cart"]);
    let id = || shop.tollgate(&["recipe", "build", "HEAD", "-o", "json"]).run().exits(0).text_at("/id");
    let first = id();
    shop.deployment.write("README.md", "words\n");
    shop.deployment.commit("words");
    assert_eq!(id(), first, "what is in no component does not count");
    shop.deployment.write("services/cart/NOTES", "words\n");
    shop.deployment.commit("words in a component");
    assert_ne!(id(), first, "the whole directory counts");
    shop.deployment.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(id(), first, "a revert is the recipe of before");
    shop.registry().push(&shop.last_build("cart").image, "other contents");
    assert_ne!(id(), first, "the digest counts");
}

#[test]
fn an_image_that_can_not_be_resolved_is_an_error_and_no_empty_field() {
    let shop = Shop::new(&["cart"]);
    shop.registry().remove(&shop.last_build("cart").image);
    let answer = shop.tollgate(&["recipe", "build", "HEAD", "-o", "json"]).run().exits(13);
    answer.says(&[&shop.last_build_commit("cart")]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn a_tag_that_moved_is_named_with_both_digests() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    let good = shop.last_build("cart");
    let evil = shop.registry().push(&good.image, "other contents");
    let answer = shop.tollgate(&["recipe", "verify", "preprod-apps"]).run().exits(10);
    answer.says(&[&good.digest, &evil]);
}

#[test]
fn what_names_no_recipe_is_refused() {
    let shop = Shop::new(&["cart"]);
    let refused = |name: &str| {
        let answer = shop.tollgate(&["recipe", "show", name]).run();
        assert!([12, 13].contains(&answer.exit), "`{name}`: {}", answer.raw());
    };
    refused("prod-apps");
    refused("P-99");
    refused("nowhere");
    refused(&format!("sha256:{}", "0".repeat(64)));
}
