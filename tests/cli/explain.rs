//! `tollgate explain`.

use tollgate_tests::Shop;

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
