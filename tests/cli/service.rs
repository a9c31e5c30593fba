//! `tollgate service record`.

use tollgate_tests::{Answer, Build, Shop};

/// A shop whose cart has a build that nobody recorded.
fn mk_shop() -> (Shop, Build) {
    let shop = Shop::new(&["cart"]);
    let build = shop.build("cart", "two");
    (shop, build)
}

fn record(shop: &Shop, image: &str, rest: &[&str]) -> Answer {
    let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
    shop.service("cart").tollgate().args(["service", "record", "cart", "--image", image]).args(places).args(rest).run()
}

#[test]
fn a_build_is_recorded_with_its_digest_branch_and_manifests() {
    let (shop, build) = mk_shop();
    insta::assert_snapshot!(shop.record(&build, "master").exits(0).snapshot());
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!(entry["type"], "service-built");
    let body = &entry["body"];
    assert_eq!(body["service"], "cart");
    assert_eq!(body["commit"], build.commit);
    assert_eq!(body["branch"], "master");
    assert_eq!(body["digest"], build.digest);
    assert_eq!(body["manifests"], shop.service("cart").git(&["rev-parse", "HEAD:deploy"]));
}

#[test]
fn the_same_again_writes_nothing_and_another_digest_is_refused_naming_both() {
    let (shop, build) = mk_shop();
    let first = record(&shop, &build.image, &["--branch", "master", "-o", "json"]).exits(0).json();
    let tip = shop.ledger().tip();
    let again = record(&shop, &build.image, &["--branch", "master", "-o", "json"]).exits(0).json();
    assert_eq!((again, shop.ledger().tip()), (first, tip.clone()));
    let other = shop.registry().push(&build.image, "built again");
    record(&shop, &build.image, &["--branch", "master"]).exits(10).says(&[&build.digest, &other, "the first digest stands"]);
    assert_eq!(shop.ledger().tip(), tip);
}

#[test]
fn a_commit_that_is_not_on_the_branch_at_the_remote_is_refused() {
    let (shop, _) = mk_shop();
    let commit = shop.service("cart").commit("not pushed");
    let image = format!("registry.example.com/cart:{commit}");
    shop.registry().push(&image, "not pushed");
    record(&shop, &image, &["--branch", "master"]).exits(10).says(&["is not on branch `master` at the remote"]);
    shop.service("cart").push("feature/x");
    record(&shop, &image, &["--branch", "master"]).exits(10);
    record(&shop, &image, &["--branch", "nowhere"]).exits(13).says(&["nowhere"]);
    record(&shop, &image, &["--branch", "feature/x"]).exits(0);
}

#[test]
fn a_tag_that_is_no_commit_is_refused_before_anything_is_looked_up() {
    let (shop, build) = mk_shop();
    for tag in ["latest", "v1", &build.commit[..12], &build.commit.to_uppercase()] {
        record(&shop, &format!("registry.example.com/cart:{tag}"), &["--branch", "master"]).exits(10).says(&["is not a commit"]);
    }
    record(&shop, "registry.example.com/cart", &["--branch", "master"]).exits(10);
    record(&shop, "not an image", &["--branch", "master"]).exits(2);
}

#[test]
fn an_image_that_is_not_in_the_registry_is_13() {
    let (shop, build) = mk_shop();
    shop.registry().remove(&build.image);
    record(&shop, &build.image, &["--branch", "master"]).exits(13).says(&[&build.commit]);
}

#[test]
fn manifests_that_are_not_there_are_refused_by_name() {
    let (shop, build) = mk_shop();
    let answer = record(&shop, &build.image, &["--branch", "master", "--manifests", "nowhere"]).exits(12);
    answer.says(&["`nowhere`", "--manifests"]);
}

#[test]
fn the_ledger_must_be_named_and_exist() {
    let (shop, build) = mk_shop();
    let arguments = ["service", "record", "cart", "--image", &build.image, "--branch", "master", "--registry", "../registry"];
    shop.service("cart").tollgate().args(arguments).run().exits(2).says(&["--ledger"]);
    shop.service("cart").tollgate().args(arguments).args(["--ledger", "../remotes/cart.git"]).run().exits(15);
    shop.service("cart").tollgate().args(arguments).env("TOLLGATE_LEDGER", "../remotes/deployment.git").run().exits(0);
}

#[test]
fn without_a_layout_the_registry_of_the_image_is_asked() {
    let (shop, build) = mk_shop();
    let image = format!("127.0.0.1:1/cart:{}", build.commit);
    let arguments = ["service", "record", "cart", "--image", &image, "--branch", "master"];
    let answer = shop.service("cart").tollgate().args(arguments).args(["--ledger", "../remotes/deployment.git"]).run();
    answer.exits(13).says(&["`127.0.0.1:1` can't be asked", &image]);
}

#[test]
fn in_ci_the_writer_is_automation_and_must_say_what_it_trusts() {
    let (shop, build) = mk_shop();
    shop.record_command(&build, "master").in_ci().run().exits(12).says(&["--trust"]);
    shop.record_command(&build, "master").in_ci().args(["--trust", &shop.trust]).run().exits(0);
    assert_eq!(shop.ledger().entries().pop().unwrap()["by"]["automation"], true);
}

#[test]
fn a_shallow_clone_is_enough_where_history_is_not_needed_and_says_so_where_it_is() {
    let (shop, first) = mk_shop();
    let second = shop.build("cart", "three");
    let remote = format!("file://{}", shop.service("cart").remote());
    shop.world.git("", &["clone", "--quiet", "--depth=1", &remote, "shallow"]);
    let record = |build: &Build| {
        let arguments = ["service", "record", "cart", "--image", &build.image, "--branch", "master"];
        let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
        shop.world.tollgate("shallow").args(arguments).args(places).run()
    };
    record(&second).exits(0);
    record(&first).exits(13).says(&["git fetch --unshallow"]);
}
