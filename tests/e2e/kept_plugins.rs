//! Plugins that only the ledger still has: a newer binary judges with the old ones until the lock moves.

use tollgate_tests::{Pipeline, Shop, guest};

const HOUSE: &str = "{name: house, policy: ./house.wasm}";

/// A shop whose ledger keeps the bytes of a plugin, and the digest of these.
fn mk_shop() -> (Shop, String) {
    let mut shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write("house.wasm", guest("floods-log"));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(HOUSE).text());
    shop.tollgate(&["policy", "update"]).run().exits(0);
    let digest = locked(&shop, "./house.wasm");
    shop.deployment.deliver("master", "a plugin of the house");
    shop.init();
    shop.record(&shop.last_build("cart"), "master").exits(0);
    (shop, digest)
}

/// The digest that the lock has for a plugin.
fn locked(shop: &Shop, plugin: &str) -> String {
    let lock: serde_json::Value = serde_yaml::from_str(&shop.deployment.read("plugins.lock")).unwrap();
    lock["plugins"][plugin]["digest"].as_str().unwrap().to_owned()
}

/// Locks the built-in `image-pinned` to other bytes, as a lock that an older binary wrote.
fn lock_image_pinned(shop: &Shop, digest: &str) {
    let own = locked(shop, "builtin:image-pinned");
    shop.deployment.edit("plugins.lock", |text| text.replace(&own, digest));
}

#[test]
fn a_locked_plugin_that_the_binary_no_longer_brings_comes_from_the_ledger() {
    let (shop, digest) = mk_shop();
    lock_image_pinned(&shop, &digest);
    shop.deployment.deliver("master", "locked to the older one");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    let answer = shop.promote("master").exits(0);
    let rules: Vec<String> = answer.findings().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    assert!(rules.contains(&"image-pinned/rule".to_owned()), "the older plugin judged: {rules:?}");
    let decided = shop.ledger().entries().into_iter().rfind(|entry| entry["type"] == "decided").unwrap();
    assert_eq!(decided["blobs"]["plugin:builtin:image-pinned"], digest, "every decision keeps what it was judged by");
}

#[test]
fn in_a_fresh_clone_on_another_machine_it_is_the_same() {
    let (shop, digest) = mk_shop();
    lock_image_pinned(&shop, &digest);
    shop.deployment.deliver("master", "locked to the older one");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.world.git("", &["clone", "--quiet", "remotes/deployment.git", "again"]);
    let place = |name: &str| shop.world.path(name).to_string();
    let fresh = shop.world.tollgate("again").args(["plan", "master", "-o", "json", "--trust", &shop.trust]);
    let answer = fresh.env("TOLLGATE_CACHE_DIR", &place("other/cache")).env("TOLLGATE_STATE_DIR", &place("other/state")).run();
    assert!(answer.exits(0).findings().iter().any(|finding| finding["rule"] == "image-pinned/rule"));
}

#[test]
fn a_plugin_that_changed_in_the_tree_is_not_what_judges_until_it_is_accepted() {
    let (shop, digest) = mk_shop();
    shop.deployment.write("house.wasm", guest("panics"));
    shop.tollgate(&["policy", "update"]).run().exits(0);
    assert_ne!(locked(&shop, "./house.wasm"), digest);
    shop.deployment.deliver("master", "a plugin that panics");
    shop.promote("master").exits(0);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.promote("master").exits(11);
}

#[test]
fn bytes_that_do_not_have_the_locked_digest_never_judge() {
    let (shop, _) = mk_shop();
    shop.deployment.write("house.wasm", guest("panics"));
    shop.deployment.deliver("master", "other bytes under the old lock");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["./house.wasm", "is locked to"]);
    shop.promote("master").exits(0);
}
