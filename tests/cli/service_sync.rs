//! `tollgate service sync`.

use tollgate_tests::{Answer, Build, Shop, manifest};

/// A shop of two services. The cart has manifests of its own, and a build that nobody has brought anywhere.
fn mk_shop() -> (Shop, Build) {
    let shop = Shop::new(&["cart", "mail"]);
    shop.write_manifests("cart");
    let build = shop.build("cart", "two");
    (shop, build)
}

/// A commit of the deployment repository's remote.
fn remote(shop: &Shop, arguments: &[&str]) -> String {
    shop.world.git("remotes/deployment.git", arguments)
}

fn tip(shop: &Shop, branch: &str) -> String {
    remote(shop, &["rev-parse", branch])
}

fn deployed(shop: &Shop, branch: &str) -> String {
    remote(shop, &["show", &format!("{branch}:services/cart/deployment.yaml")])
}

fn sync(shop: &Shop, build: &Build, branch: &str, rest: &[&str]) -> Answer {
    shop.sync_command(build, branch).args(rest).run()
}

#[test]
fn the_directory_of_the_service_becomes_what_was_built_and_nothing_else_changes() {
    let (shop, build) = mk_shop();
    let before = tip(&shop, "master");
    insta::assert_snapshot!(shop.sync(&build, "master").exits(0).snapshot());
    assert_eq!(remote(&shop, &["rev-parse", "master~1"]), before);
    let changed = remote(&shop, &["diff", "--name-only", &before, "master"]);
    assert_eq!(changed, "services/cart/README.md\nservices/cart/deployment.yaml");
    let expected = shop.service("cart").read("deploy/deployment.yaml").replace(":dev", &format!(":{}", build.commit));
    assert_eq!(deployed(&shop, "master"), expected.trim_end());
    let told = remote(&shop, &["show", "--no-patch", "--format=%ae %ce%n%B", "master"]);
    for text in [
        "platform-lead@example.com platform-lead@example.com",
        &format!("cart: commit {} of master", &build.commit[..12]),
        &format!("Service: cart\nSource-Commit: {}\nSource-Branch: master\nImage: {}@{}", build.commit, build.image, build.digest),
    ] {
        assert!(told.contains(text), "{text} is not in\n{told}");
    }
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!((&entry["type"], &entry["body"]["commit"]), (&"service-built".into(), &build.commit.clone().into()));
    assert_eq!(shop.service("cart").git(&["status", "--porcelain"]), "");
}

#[test]
fn what_is_there_already_is_not_written_again_and_that_is_said() {
    let (shop, build) = mk_shop();
    let first = sync(&shop, &build, "master", &["-o", "json"]).exits(0).json();
    assert_eq!((&first["state"], &first["recorded"]["new"]), (&"pushed".into(), &true.into()));
    let before = (tip(&shop, "master"), shop.ledger().tip());
    let again = sync(&shop, &build, "master", &["-o", "json"]).exits(0).json();
    assert_eq!((&again["state"], &again["recorded"]["new"]), (&"unchanged".into(), &false.into()));
    assert_eq!((&again["commit"], &again["recorded"]["entry"]), (&first["commit"], &first["recorded"]["entry"]));
    assert_eq!((tip(&shop, "master"), shop.ledger().tip()), before);
    shop.sync(&build, "master").exits(0).says(&["nothing is pushed", "says already"]);
}

#[test]
fn a_branch_goes_to_one_of_its_own_that_is_the_default_branch_with_one_service_changed() {
    let (shop, _) = mk_shop();
    shop.service("cart").switch("new-prices");
    let first = shop.build("cart", "three");
    let entries = shop.ledger().tip();
    shop.sync(&first, "new-prices").exits(0).says(&["feature/cart/new-prices", "no build is recorded"]);
    assert_eq!(shop.ledger().tip(), entries);
    let branch = "feature/cart/new-prices";
    let changed = |base: &str| remote(&shop, &["diff", "--name-only", base, branch]);
    assert_eq!(changed("master"), "services/cart/README.md\nservices/cart/deployment.yaml");
    // The default branch goes on, and so does the service's.
    shop.deployment.write("services/mail/extra.yaml", manifest::config_map("extra", "x"));
    shop.deployment.deliver("master", "more mail");
    let before = tip(&shop, branch);
    let second = shop.build("cart", "four");
    shop.sync(&second, "new-prices").exits(0);
    assert_eq!(changed("master"), "services/cart/README.md\nservices/cart/deployment.yaml");
    assert!(deployed(&shop, branch).contains(&second.commit));
    assert_eq!(remote(&shop, &["merge-base", "master", branch]), tip(&shop, "master"));
    assert_eq!(remote(&shop, &["merge-base", &before, branch]), before, "what ran from it can still be read");
    let after = tip(&shop, branch);
    assert_eq!(sync(&shop, &second, "new-prices", &["-o", "json"]).exits(0).text_at("/state"), "unchanged");
    assert_eq!(tip(&shop, branch), after);
}

#[test]
fn what_somebody_put_on_the_feature_branch_is_not_overwritten() {
    let (shop, _) = mk_shop();
    shop.service("cart").switch("x");
    let build = shop.build("cart", "three");
    shop.deployment.switch("theirs");
    let theirs = shop.deployment.deliver("feature/cart/x", "by hand");
    shop.sync(&build, "x").exits(10).says(&["feature/cart/x", &theirs]);
    shop.delete_branch("cart", "x").exits(10).says(&[&theirs]);
    assert_eq!(tip(&shop, "feature/cart/x"), theirs);
}

#[test]
fn a_push_that_does_not_come_to_be_is_made_up_for_by_the_next_run() {
    let (shop, build) = mk_shop();
    let before = tip(&shop, "master");
    shop.deployment.take_pushes(1);
    shop.sync(&build, "master").exits(14).says(&["`master` of the deployment repository", "run it again"]);
    assert_eq!(tip(&shop, "master"), before);
    shop.deployment.take_all_pushes();
    let entries = shop.ledger().tip();
    let done = sync(&shop, &build, "master", &["-o", "json"]).exits(0).json();
    assert_eq!((&done["state"], &done["recorded"]["new"]), (&"pushed".into(), &false.into()));
    assert_eq!(shop.ledger().tip(), entries);
}

#[test]
fn an_older_commit_does_not_take_the_place_of_a_newer_one() {
    let (shop, older) = mk_shop();
    let newer = shop.build("cart", "three");
    shop.sync(&newer, "master").exits(0);
    let before = tip(&shop, "master");
    let late = sync(&shop, &older, "master", &["-o", "json"]).exits(0).json();
    assert_eq!((&late["state"], &late["supersededBy"]), (&"superseded".into(), &newer.commit.clone().into()));
    assert_eq!(late["recorded"]["new"], true, "it was built all the same");
    assert_eq!(tip(&shop, "master"), before);
}

#[test]
fn a_kustomization_gets_the_tag_and_keeps_its_comments() {
    let (shop, _) = mk_shop();
    let kustomization = "resources: [deployment.yaml]\nimages:\n  # built by this repository\n  - name: registry.example.com/cart\n    newTag: dev # set by sync\n";
    shop.service("cart").write("deploy/kustomization.yaml", kustomization);
    let build = shop.build("cart", "three");
    shop.sync(&build, "master").exits(0);
    let there = remote(&shop, &["show", "master:services/cart/kustomization.yaml"]);
    assert_eq!(there, kustomization.replace(": dev", &format!(": {}", build.commit)).trim_end());
}

#[test]
fn a_service_that_is_not_there_is_refused_with_how_to_add_it() {
    let (shop, build) = mk_shop();
    let before = shop.ledger().tip();
    let other = Build { service: "cart".to_owned(), ..build };
    let arguments = ["service", "sync", "basket", "--image", &other.image, "--branch", "master"];
    let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
    let answer = shop.service("cart").tollgate().args(arguments).args(places).run().exits(12);
    answer.says(&["no service `basket`", "tollgate service add basket"]);
    assert_eq!(shop.ledger().tip(), before);
}

#[test]
fn nothing_is_written_unless_everything_about_the_build_is_right() {
    let (shop, build) = mk_shop();
    let before = (tip(&shop, "master"), shop.ledger().tip());
    let with_image = |image: &str| shop.sync(&Build { image: image.to_owned(), ..build.clone() }, "master");
    with_image("registry.example.com/cart:latest").exits(10).says(&["is not a commit"]);
    with_image(&format!("other.example.com/cart:{}", build.commit)).exits(13);
    shop.registry().push(&format!("other.example.com/cart:{}", build.commit), "elsewhere");
    with_image(&format!("other.example.com/cart:{}", build.commit))
        .exits(10)
        .says(&["none of the own images", "registry.example.com/*"]);
    shop.registry().push(&format!("registry.example.com/mail:{}", build.commit), "mail");
    with_image(&format!("registry.example.com/mail:{}", build.commit)).exits(12).says(&["nothing in `deploy`", "--manifests"]);
    sync(&shop, &build, "master", &["--manifests", "nowhere"]).exits(12).says(&["`nowhere`"]);
    sync(&shop, &build, "release", &[]).exits(13).says(&["release"]);
    shop.registry().remove(&build.image);
    shop.sync(&build, "master").exits(13);
    assert_eq!((tip(&shop, "master"), shop.ledger().tip()), before);
}

#[test]
fn links_and_submodules_among_the_manifests_are_refused_by_name() {
    let (shop, _) = mk_shop();
    let cart = shop.service("cart");
    std::os::unix::fs::symlink("/etc/passwd", cart.path().join("deploy/link.yaml")).unwrap();
    let build = shop.build("cart", "a link");
    shop.sync(&build, "master").exits(10).says(&["`deploy/link.yaml`", "symbolic link"]);
    cart.git(&["rm", "-q", "deploy/link.yaml"]);
    cart.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},deploy/module", build.commit)]);
    cart.git(&["commit", "-q", "-m", "a submodule"]);
    cart.push("master");
    let image = format!("registry.example.com/cart:{}", cart.head());
    shop.registry().push(&image, "a submodule");
    shop.sync(&Build { image, ..build }, "master").exits(10).says(&["`deploy/module`", "submodule"]);
}

#[test]
fn a_name_that_git_can_not_have_is_refused_and_the_source_branch_is_not_put_back() {
    let (shop, _) = mk_shop();
    shop.delete_branch("cart", "a..b").exits(2).says(&["feature/cart/a..b"]);
    shop.delete_branch("cart", "master").exits(12).says(&["is delivered from the branch `master`", "service remove"]);
    shop.delete_branch("cart", "x").exits(0).says(&["there is no `feature/cart/x`"]);
}

#[test]
fn what_must_be_said_is_asked_for() {
    let (shop, build) = mk_shop();
    let run = |arguments: &[&str]| shop.service("cart").tollgate().args(["service", "sync", "cart"]).args(arguments).run();
    run(&["--branch", "master"]).exits(2).says(&["--image"]);
    run(&["--branch", "master", "--image", &build.image]).exits(2).says(&["--ledger"]);
    run(&["--branch", "x", "--image", &build.image, "--delete"]).exits(2);
    shop.sync_command(&build, "master").in_ci().run().exits(12).says(&["--trust"]);
}

#[test]
fn a_ledger_elsewhere_needs_the_deployment_repository_named() {
    let (shop, build) = mk_shop();
    shop.world.git("remotes", &["clone", "-q", "--bare", "deployment.git", "elsewhere.git"]);
    let arguments = ["service", "sync", "cart", "--image", &build.image, "--branch", "master", "--registry", "../registry"];
    let places = ["--ledger", "../remotes/elsewhere.git", "--deployment", "../remotes/deployment.git"];
    shop.service("cart").tollgate().args(arguments).args(places).run().exits(0);
    assert!(deployed(&shop, "master").contains(&build.commit));
    assert_eq!(shop.world.ledger("elsewhere").types().last().unwrap(), "service-built");
}

#[test]
fn a_shallow_clone_is_enough() {
    let (shop, build) = mk_shop();
    let url = format!("file://{}", shop.service("cart").remote());
    shop.world.git("", &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let arguments = ["service", "sync", "cart", "--image", &build.image, "--branch", "master"];
    let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
    shop.world.tollgate("shallow").args(arguments).args(places).run().exits(0);
    assert!(deployed(&shop, "master").contains(&build.commit));
}
