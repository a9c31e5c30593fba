//! unknown-blocks (§12.7): one thing is broken at a time; nothing is applied, and the exit code says what it was.

use tollgate_tests::Shop;

/// A shop in which preprod runs a version, and master has another.
fn mk_shop() -> Shop {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    shop.release("cart", "two");
    shop
}

#[track_caller]
fn assert_blocked(shop: &Shop, code: i32, says: &[&str]) {
    let before = shop.target("preprod").everything();
    shop.tollgate(&["promote", "master"]).run().exits(code).says(says);
    assert_eq!(shop.target("preprod").everything(), before, "nothing is half written");
}

#[test]
fn a_remote_that_is_gone_blocks() {
    let shop = mk_shop();
    fs_err::rename(shop.deployment.remote(), shop.world.path("elsewhere")).unwrap();
    assert_blocked(&shop, 15, &["can't be reached"]);
}

#[test]
fn a_ledger_that_is_gone_was_rewritten_and_blocks() {
    let shop = mk_shop();
    shop.world.git("remotes/deployment.git", &["update-ref", "-d", "refs/heads/tollgate/ledger"]);
    assert_blocked(&shop, 15, &["rewritten"]);
}

#[test]
fn a_ledger_that_lost_its_last_entry_was_rewritten_and_blocks() {
    let shop = mk_shop();
    shop.world.git("remotes/deployment.git", &["update-ref", "refs/heads/tollgate/ledger", "refs/heads/tollgate/ledger~1"]);
    assert_blocked(&shop, 15, &["rewritten"]);
}

#[test]
fn a_remote_that_refuses_the_ledger_blocks() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = mk_shop();
    let hook = shop.deployment.remote().join("hooks/pre-receive");
    fs_err::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    fs_err::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_blocked(&shop, 15, &["refused"]);
}

#[test]
fn an_entry_of_an_unknown_type_blocks() {
    let shop = mk_shop();
    let clone = shop.world.path("forged");
    shop.world.git("", &["clone", "--quiet", "--branch", "tollgate/ledger", "remotes/deployment.git", "forged"]);
    let entries = clone.join("entries/000/000");
    let count = entries.read_dir_utf8().unwrap().count();
    let last = fs_err::read_to_string(entries.join(format!("{:03}.json", count - 1))).unwrap();
    fs_err::write(entries.join(format!("{count:03}.json")), last).unwrap();
    shop.world.git("forged", &["add", "--all"]);
    shop.world.git("forged", &["commit", "--quiet", "--message", "forged"]);
    shop.world.git("forged", &["push", "--quiet", "origin", "HEAD:tollgate/ledger"]);
    assert_blocked(&shop, 15, &["entry"]);
}

#[test]
fn a_registry_that_is_gone_blocks() {
    let shop = mk_shop();
    fs_err::rename(shop.world.path("registry"), shop.world.path("elsewhere")).unwrap();
    assert_blocked(&shop, 13, &["registry"]);
}

#[test]
fn an_image_that_is_gone_blocks() {
    let shop = mk_shop();
    shop.registry().remove(&shop.last_build("cart").image);
    assert_blocked(&shop, 13, &[&shop.service("cart").head()]);
}

#[test]
fn a_target_that_somebody_changed_blocks() {
    let shop = mk_shop();
    let current = shop.target("preprod").path().join("current/services/cart/deployment.yaml");
    fs_err::write(&current, "changed: by hand\n").unwrap();
    assert_blocked(&shop, 14, &["not as tollgate left it"]);
}

#[test]
fn a_manifest_that_can_not_be_parsed_blocks_and_the_rest_is_still_judged() {
    let shop = mk_shop();
    shop.deployment.write("services/cart/broken.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n");
    shop.deployment.write("services/cart/root.yaml", tollgate_tests::manifest::deployment("root", "x:latest"));
    shop.deployment.deliver("master", "broken");
    let denials = shop.promote("master").exits(10).denials();
    assert!(denials.iter().any(|rule| rule.starts_with("source/")), "{denials:?}");
    assert!(denials.contains(&"image-pinned/latest".to_owned()), "{denials:?}");
}

#[test]
fn a_file_that_is_no_manifest_a_link_and_an_unknown_reference_block() {
    let shop = mk_shop();
    shop.deployment.write("services/cart/notes.yaml", "just: notes\n");
    std::os::unix::fs::symlink("/etc/hostname", shop.deployment.path().join("services/cart/link.yaml")).unwrap();
    shop.deployment.deliver("master", "odd files");
    let denials = shop.promote("master").exits(10).denials();
    assert_eq!(denials, ["source/not-a-manifest", "source/symlink"]);
    shop.tollgate(&["promote", "no-such-branch"]).run().exits(13);
    shop.tollgate(&["promote", "master", "--to", "prod-app"]).run().exits(12).says(&["prod-apps"]);
}

#[test]
fn a_policy_whose_commit_is_gone_from_the_remote_blocks_a_fresh_clone() {
    let shop = mk_shop();
    shop.deployment.git(&["checkout", "--quiet", "--orphan", "other"]);
    shop.deployment.commit("history anew");
    shop.deployment.git(&["push", "--quiet", "--force", "origin", "HEAD:refs/heads/master"]);
    shop.world.git("remotes/deployment.git", &["reflog", "expire", "--expire=now", "--all"]);
    shop.world.git("remotes/deployment.git", &["gc", "--quiet", "--prune=now"]);
    shop.world.git("", &["clone", "--quiet", "--no-local", "remotes/deployment.git", "again"]);
    let before = shop.target("preprod").everything();
    let answer = shop.world.tollgate("again").args(["promote", "master", "--trust", &shop.trust]).run();
    assert!([12, 13].contains(&answer.exit), "{}", answer.raw());
    assert_eq!(shop.target("preprod").everything(), before);
}

#[test]
fn a_registry_that_lies_about_its_blobs_blocks() {
    let shop = mk_shop();
    let build = shop.last_build("cart");
    let blob = shop.registry().layout(&build.image).join("blobs/sha256").join(build.digest.trim_start_matches("sha256:"));
    fs_err::write(blob, "{}").unwrap();
    assert_blocked(&shop, 13, &["registry.example.com/cart", "bytes, and it has 2"]);
}

#[test]
fn a_ledger_of_another_repository_is_refused() {
    let shop = mk_shop();
    let other = Shop::new(&["cart"]);
    let place = other.deployment.remote();
    shop.tollgate(&["promote", "master", "--ledger", place.as_str()]).run().exits(12).says(&["ledger"]);
}

#[test]
fn a_machine_that_can_not_remember_ledgers_blocks() {
    let shop = mk_shop();
    fs_err::remove_dir_all(shop.world.path("state")).unwrap();
    shop.world.write("state", "a file where a directory should be\n");
    let before = shop.target("preprod").everything();
    let answer = shop.tollgate(&["promote", "master"]).run();
    assert!([12, 15].contains(&answer.exit), "{}", answer.raw());
    assert_eq!(shop.target("preprod").everything(), before);
}
