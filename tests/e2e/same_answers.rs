//! same-in-same-out (§12.3): one evaluator, wherever and however often it is asked.

use serde_json::Value;
use tollgate_tests::{Answer, Shop, manifest};

/// Something for every policy to say: a warning, a denial of a validator, one of the host, one of a promotion gate.
fn mk_shop() -> Shop {
    let shop = Shop::new(&["cart", "email"]);
    let build = shop.build("cart", "two");
    shop.use_image(&build);
    shop.deployment.write("services/ads/deployment.yaml", manifest::deployment("ads", "redis:alpine"));
    shop.deployment.write("services/email/broken.yaml", "apiVersion: v1\nkind: ConfigMap\na: 1\na: 2\n");
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: lost}\nspec: {selector: {app: nobody}, ports: [{port: 80}]}\n";
    shop.deployment.write("services/email/service.yaml", service);
    shop.deployment.deliver("master", "a bit of everything");
    shop
}

/// What validators and the host say about files.
fn about_files(answer: &Answer) -> Vec<Value> {
    let mut findings = answer.findings();
    findings.retain(|finding| finding["file"].is_string() && finding["policy"] != "recipe");
    findings.iter_mut().for_each(|finding| {
        finding.as_object_mut().unwrap().remove("status");
    });
    findings
}

#[test]
fn two_processes_and_two_clones_plan_alike() {
    let shop = mk_shop();
    let first = shop.tollgate(&["plan", "master", "-o", "json"]).run().exits(10).stdout;
    assert_eq!(shop.tollgate(&["plan", "master", "-o", "json"]).run().exits(10).stdout, first);
    fs_err::remove_dir_all(shop.world.path("cache")).unwrap();
    assert_eq!(shop.tollgate(&["plan", "master", "-o", "json"]).run().exits(10).stdout, first);
    shop.world.git("", &["clone", "--quiet", "remotes/deployment.git", "again"]);
    let again = shop.world.tollgate("again").args(["plan", "master", "-o", "json", "--trust", &shop.trust]).run();
    assert_eq!(again.exits(10).stdout, first);
}

#[test]
fn check_says_of_a_commit_what_promote_says_of_it() {
    let shop = mk_shop();
    let commit = shop.deployment.head();
    let checked = shop.tollgate(&["check", "--rev", &commit, "-o", "json", "--trust", &shop.trust]).in_ci().run().exits(10);
    let promoted = shop.promote("master").exits(10);
    assert!(about_files(&checked).len() >= 3, "{:#?}", about_files(&checked));
    assert_eq!(about_files(&checked), about_files(&promoted));
    let in_tree = shop.tollgate(&["check", "-o", "json"]).run().exits(10);
    assert_eq!(about_files(&in_tree), about_files(&checked));
}

#[test]
fn the_same_promotion_again_is_recorded_with_the_same_evidence() {
    let shop = mk_shop();
    shop.promote("master").exits(10);
    shop.promote("master").exits(10);
    let entries = shop.ledger().entries();
    let decided: Vec<&Value> = entries.iter().filter(|entry| entry["type"] == "decided").collect();
    assert_eq!(decided.len(), 2);
    assert_eq!(decided[0]["blobs"], decided[1]["blobs"]);
    assert_eq!(decided[0]["body"]["gates"], decided[1]["body"]["gates"]);
}
