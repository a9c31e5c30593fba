//! no-secret-leaves (§12.8): planted values appear at the target, and nowhere else.

use camino::Utf8Path;
use tollgate_tests::{Pipeline, Shop, manifest};

const ENCODED: &str = "cGxhbnRlZC1zZWNyZXQtb25l";
const PLAIN: &str = "planted-secret-two";
const KEY: &str = "a key of the operator's that is long enough for this";

fn mk_shop() -> Shop {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment().plan_key("env: PLAN_KEY"));
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", ENCODED, PLAIN));
    shop.deployment.deliver("master", "a secret");
    let mut shop = shop;
    shop.init();
    let build = shop.last_build("cart");
    shop.record(&build, "master").exits(0);
    shop
}

fn assert_clean(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in [ENCODED, PLAIN, "planted-secret-one", KEY] {
        assert!(!text.contains(secret), "`{secret}` is in {name}");
    }
}

fn assert_directory_clean(directory: &Utf8Path) {
    for entry in directory.read_dir_utf8().into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            assert_directory_clean(entry.path());
        } else if entry.file_type().unwrap().is_file() {
            assert_clean(entry.path().as_str(), &fs_err::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn planted_values_reach_the_target_and_no_output_ledger_or_cache() {
    let shop = mk_shop();
    let run = |arguments: &[&str], code: i32| {
        let answer = shop.tollgate(arguments).env("PLAN_KEY", KEY).run();
        assert_clean(&arguments.join(" "), answer.raw().as_bytes());
        answer.exits(code);
    };
    run(&["check"], 0);
    run(&["check", "-o", "json", "--log"], 0);
    run(&["render", "master"], 0);
    run(&["plan", "master"], 0);
    run(&["plan", "master", "-o", "json"], 0);
    run(&["promote", "master"], 0);
    run(&["explain", "preprod-apps"], 0);
    run(&["recipe", "show", "preprod-apps", "-o", "json"], 0);
    shop.deployment.edit("services/cart/secret.yaml", |text| text.replace(PLAIN, "planted-secret-three"));
    shop.deployment.deliver("master", "another value");
    run(&["plan", "master"], 0);
    assert!(shop.target("preprod").read("services/cart/secret.yaml").contains(PLAIN), "it is delivered");
    assert_clean("the ledger", &shop.ledger().everything());
    assert_directory_clean(&shop.world.path("cache"));
    assert_directory_clean(&shop.world.path("state"));
    assert_clean("state.json", shop.target("preprod").state().to_string().as_bytes());
}

#[test]
fn a_plan_with_secret_values_and_no_key_is_shown_masked_and_can_not_be_promoted() {
    let shop = mk_shop();
    for command in [&["plan", "master"][..], &["promote", "master"]] {
        let answer = shop.tollgate(command).run().exits(12);
        assert_clean("the answer", answer.raw().as_bytes());
        answer.says(&["planKey"]);
    }
    assert!(!shop.target("preprod").is_live());
}

#[test]
fn a_broken_manifest_with_a_secret_is_named_by_its_place_alone() {
    let shop = mk_shop();
    let broken = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData:\n  a: \"{PLAIN}\n");
    shop.deployment.write("services/cart/broken.yaml", broken);
    let answer = shop.tollgate(&["check"]).run().exits(10);
    assert_clean("the answer", answer.raw().as_bytes());
    answer.says(&["services/cart/broken.yaml"]);
}
