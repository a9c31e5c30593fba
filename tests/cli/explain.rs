//! `tollgate explain`.

use tollgate_tests::{Pipeline, Shop, SignedShop};

#[test]
fn a_denied_promotion_and_its_target_put_the_first_blocker_on_top() {
    let shop = Shop::new(&["cart", "email"]);
    shop.promote("master").exits(0);
    shop.deployment.edit("services/cart/deployment.yaml", |text| text.replace("replicas: 1", "replicas: 3"));
    shop.deployment.commit("by hand");
    shop.deployment.tag("v1");
    let answer = shop.promote("v1").exits(10);
    let promotion = answer.text_at("/targets/0/promotion");
    insta::assert_snapshot!("promotion", shop.tollgate(&["explain", &promotion]).run().exits(0).snapshot());
    insta::assert_snapshot!("target", shop.tollgate(&["explain", "prod-apps"]).run().exits(0).snapshot());
    let json = shop.tollgate(&["explain", "prod-apps", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["blockers"][0]["what"], "structure/after");
    assert!(json["blockers"].as_array().unwrap().len() >= 2, "the structure and the gate: {json:#}");
}

#[test]
fn what_moved_and_what_never_did_is_explained_too() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    insta::assert_snapshot!("moved", shop.tollgate(&["explain", "preprod-apps"]).run().exits(0).snapshot());
    insta::assert_snapshot!("never", shop.tollgate(&["explain", "prod-apps"]).run().exits(0).snapshot());
}

#[test]
fn rules_are_explained_anywhere_without_a_ledger() {
    let world = tollgate_tests::World::new();
    insta::assert_snapshot!("rule", world.tollgate("").args(["explain", "image-pinned/tag"]).run().exits(0).snapshot());
    for rule in ["source/duplicate-key", "structure/after", "recipe/unpinned", "pod-security/privileged", "same-image/rebuilt"] {
        world.tollgate("").args(["explain", rule]).run().exits(0).says(&[rule]);
    }
    for finding in ["workload-limits/requests", "service-selects/nothing"] {
        let json = world.tollgate("").args(["explain", finding, "-o", "json"]).run().exits(0).json();
        assert_eq!(json["subject"], finding);
    }
}

#[test]
fn every_rule_that_has_a_page_is_explained() {
    let world = tollgate_tests::World::new();
    let pages = camino::Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/findings"));
    let mut count = 0;
    for directory in pages.read_dir_utf8().unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        for page in directory.path().read_dir_utf8().unwrap().map(Result::unwrap) {
            let rule = format!("{}/{}", directory.file_name(), page.path().file_stem().unwrap());
            world.tollgate("").args(["explain", &rule]).run().exits(0);
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn what_is_nothing_of_these_is_12_with_the_targets_there_are() {
    let shop = Shop::new(&["cart"]);
    insta::assert_snapshot!(shop.tollgate(&["explain", "prod"]).run().exits(12).snapshot());
    shop.tollgate(&["explain", "P-99"]).run().exits(12);
    shop.tollgate(&["explain", "image-pinned/tga"]).run().exits(12);
}

/// What stands in the way of a target, the first on top.
fn blockers(shop: &Shop, subject: &str) -> Vec<String> {
    let json = shop.tollgate(&["explain", subject, "-o", "json"]).run().exits(0).json();
    let blockers = json["blockers"].as_array().into_iter().flatten();
    blockers.map(|blocker| blocker["what"].as_str().unwrap_or("nothing").to_owned()).collect()
}

#[test]
fn what_people_have_stopped_is_explained_whether_anything_was_decided_or_not() {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment(), &[("platform", &["lead"])]);
    let shop = &signed.shop;
    let freeze = ["freeze", "--environment", "prod", "--reason", "year end", "--until", "2099-01-03T00:00:00Z"];
    signed.by("lead", &freeze).exits(0);
    assert_eq!(blockers(shop, "prod-apps"), ["freeze of environment prod"]);
    let answer = shop.tollgate(&["explain", "prod-apps"]).run().exits(0);
    answer.says(&["year end", "lead@example.com", "2099-01-03T00:00:00Z", "tollgate thaw"]);
    assert!(blockers(shop, "preprod-apps").is_empty());
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    shop.promote("v1").exits(4);
    assert_eq!(blockers(shop, "prod-apps"), ["gate freeze"], "the decision tells it already");
    signed.by("lead", &["thaw", "--environment", "prod", "--reason", "over"]).exits(0);
    shop.tollgate(&["promote", "v1", "--no-apply"]).run().exits(0);
    signed.by("lead", &freeze).exits(0);
    for subject in ["prod-apps", &signed.newest("prod-apps")] {
        assert_eq!(blockers(shop, subject), ["freeze"], "it came after the decision");
    }
}

#[test]
fn an_approved_promotion_says_what_it_waits_for() {
    let shop = Shop::new(&["cart"]);
    let decide =
        || shop.tollgate(&["promote", "master", "--no-apply", "-o", "json"]).run().exits(0).text_at("/targets/0/promotion");
    let first = decide();
    shop.release("cart", "two");
    let second = decide();
    assert!(blockers(&shop, &first).is_empty());
    assert_eq!(blockers(&shop, &second), ["queue"]);
    shop.tollgate(&["explain", "preprod-apps"]).run().exits(0).says(&[&first, "promote --abort"]);
}

#[test]
fn a_target_that_somebody_changed_is_on_top() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    assert!(blockers(&shop, "preprod-apps").is_empty());
    fs_err::write(shop.target("preprod").path().join("state.json"), "{").unwrap();
    shop.release("cart", "two");
    shop.promote("master").exits(14);
    assert_eq!(blockers(&shop, "preprod-apps"), ["target preprod-apps"]);
    shop.tollgate(&["explain", "preprod-apps"]).run().exits(0).says(&["state.json", "tollgate drift preprod-apps"]);
}
