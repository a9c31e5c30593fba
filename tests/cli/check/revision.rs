//! `check --rev`: blobs, not the work tree.

use tollgate_tests::{Pipeline, Shop, World, assert_report, manifest};

fn shop() -> Shop {
    Shop::untrusted(&["cart"], &Pipeline::deployment())
}

#[test]
fn a_revision_is_read_from_git_and_not_from_the_work_tree() {
    let shop = shop();
    let good = shop.deployment.head();
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    let at_revision = shop.tollgate(&["check", "--rev", "HEAD", "-o", "json"]).run().exits(0).json();
    assert_report(&at_revision);
    assert_eq!(at_revision["policyRevision"], format!("commit {}, not in force", &good[..12]));
    shop.tollgate(&["check"]).run().exits(10);
    let bad = shop.deployment.commit("bad");
    shop.tollgate(&["check", "--rev", &bad]).run().exits(10);
    shop.tollgate(&["check", "--rev", &good]).run().exits(0);
    shop.tollgate(&["check", "--rev", "HEAD~1"]).run().exits(0);
}

#[test]
fn the_work_tree_and_its_commit_give_the_same_findings() {
    let shop = shop();
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    shop.deployment.commit("bad");
    let check = |arguments: &[&str]| shop.tollgate(&[&["check", "-o", "json"], arguments].concat()).run().exits(10).findings();
    assert_eq!(check(&[]), check(&["--rev", "HEAD"]));
}

#[test]
fn paths_at_a_revision_are_named_as_in_the_work_tree() {
    let shop = shop();
    shop.deployment.write("services/email/deployment.yaml", manifest::deployment("email", "registry.example.com/email:latest"));
    shop.deployment.commit("two");
    shop.deployment.remove("services/email");
    shop.tollgate(&["check", "--rev", "HEAD", "services/cart"]).run().exits(0);
    shop.tollgate(&["check", "--rev", "HEAD", "services/cart/deployment.yaml"]).run().exits(0);
    let inside = shop.world.tollgate("deployment/services").args(["check", "--rev", "HEAD", "email", "-o", "json"]).run();
    assert_eq!(inside.exits(10).findings()[0]["file"], "services/email/deployment.yaml");
    shop.tollgate(&["check", "--rev", "HEAD", "services/nowhere"]).run().exits(12).says(&["`services/nowhere`"]);
    shop.tollgate(&["check", "--rev", "HEAD", "../cart"]).run().exits(12).says(&["not in this repository"]);
}

#[test]
fn the_configuration_of_the_revision_judges_and_not_that_of_the_work_tree() {
    let shop = shop();
    shop.deployment.write("services/cart/deployment.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    shop.deployment.commit("bad");
    shop.deployment.edit("tollgate.yaml", |text| text.replace("builtin:recommended", "builtin:none"));
    let answer = shop.tollgate(&["check", "--rev", "HEAD", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["image-pinned/latest"]);
}

#[test]
fn an_unknown_revision_is_13_and_names_it() {
    let shop = shop();
    shop.tollgate(&["check", "--rev", "nowhere"]).run().exits(13).says(&["`nowhere`"]);
}

#[test]
fn a_revision_outside_of_a_repository_is_13() {
    let world = World::new();
    world.tollgate("").args(["check", "--rev", "HEAD"]).run().exits(13);
}

#[test]
fn links_and_submodules_of_a_revision_are_denied_in_components() {
    let shop = shop();
    std::os::unix::fs::symlink("deployment.yaml", shop.deployment.path().join("services/cart/link.yaml")).unwrap();
    let module = format!("160000,{},services/cart/module", shop.deployment.head());
    shop.deployment.git(&["add", "--all"]);
    shop.deployment.git(&["update-index", "--add", "--cacheinfo", &module]);
    shop.deployment.git(&["commit", "--quiet", "--message", "links"]);
    let answer = shop.tollgate(&["check", "--rev", "HEAD", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["source/submodule", "source/symlink"]);
}

#[test]
fn links_outside_of_components_are_listed_at_a_revision_as_in_the_work_tree() {
    let world = World::new();
    let repository = world.repository("manifests");
    repository.write("a.yaml", manifest::config_map("a", "b"));
    std::os::unix::fs::symlink("a.yaml", repository.path().join("link.yaml")).unwrap();
    repository.commit("one");
    let left = |arguments: &[&str]| {
        let json = repository.tollgate().args(["check", "-o", "json"]).args(arguments).run().exits(0).json();
        json["notEvaluated"].clone()
    };
    assert_eq!(left(&["--rev", "HEAD"])[0]["file"], "link.yaml");
    assert_eq!(left(&["--rev", "HEAD"]), left(&[]));
}

#[test]
fn a_shallow_clone_says_that_more_must_be_fetched() {
    let shop = shop();
    let first = shop.deployment.head();
    shop.deployment.deliver("master", "two");
    let remote = format!("file://{}", shop.deployment.remote());
    shop.world.git("", &["clone", "--quiet", "--depth=1", &remote, "shallow"]);
    shop.world.tollgate("shallow").args(["check", "--rev", "HEAD"]).run().exits(0);
    shop.world.tollgate("shallow").args(["check", "--rev", &first]).run().exits(13).says(&["fetch"]);
}
