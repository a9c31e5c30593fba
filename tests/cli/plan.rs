//! `tollgate plan`.

use tollgate_tests::{Pipeline, Shop, manifest};

#[test]
fn creates_changes_and_deletes_are_shown_with_their_differences() {
    let shop = Shop::new(&["cart", "email"]);
    insta::assert_snapshot!("creates", shop.tollgate(&["plan", "master"]).run().exits(0).snapshot());
    shop.promote("master").exits(0);
    shop.deployment.edit("services/cart/deployment.yaml", |text| text.replace("memory: 32Mi", "memory: 64Mi"));
    shop.deployment.remove("services/email");
    shop.deployment.write("services/cart/map.yaml", manifest::config_map("cart", "one"));
    shop.deployment.deliver("master", "all three");
    insta::assert_snapshot!("changes", shop.tollgate(&["plan", "master"]).run().exits(0).snapshot());
}

#[test]
fn the_exit_code_says_on_request_whether_something_would_change() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["plan", "master", "--exit-code"]).run().exits(3);
    shop.promote("master").exits(0);
    shop.tollgate(&["plan", "master", "--exit-code"]).run().exits(0).says(&["0 to create, 0 to change, 0 to delete"]);
    shop.deployment.edit("services/cart/deployment.yaml", |text| text.replace("registry.example.com/cart", "docker.io/cart"));
    shop.deployment.deliver("master", "unpinned");
    shop.tollgate(&["plan", "master", "--exit-code"]).run().exits(10);
}

#[test]
fn a_denial_is_10_with_the_plan_all_the_same() {
    let shop = Shop::new(&["cart"]);
    let build = shop.build("cart", "two");
    shop.use_image(&build);
    shop.deployment.deliver("master", "nobody recorded it");
    let answer = shop.tollgate(&["plan", "master", "-o", "json"]).run().exits(10);
    assert_eq!(answer.denials(), ["same-image/not-built"]);
    let target = &answer.json()["targets"][0];
    assert_eq!(target["plan"]["counts"]["creates"], 1);
    assert_eq!(target["verdicts"]["state"], "denied");
    insta::assert_snapshot!(shop.tollgate(&["plan", "master"]).run().exits(10).snapshot());
}

#[test]
fn what_plan_says_is_what_promote_does() {
    let shop = Shop::new(&["cart"]);
    let planned = shop.tollgate(&["plan", "master", "-o", "json"]).run().exits(0).json();
    let promoted = shop.promote("master").exits(0).json();
    let (planned, promoted) = (&planned["targets"][0], &promoted["targets"][0]);
    assert_eq!(planned["verdicts"]["recipe"], promoted["recipe"]);
    assert_eq!(planned["verdicts"]["gates"], promoted["gates"]);
    assert_eq!(planned["plan"]["counts"], promoted["plan"]);
    let decided = &shop.ledger().entries()[2];
    assert_eq!(planned["plan"]["digest"], decided["subject"]["plan"]);
}

#[test]
fn plan_and_render_write_nothing_anywhere() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    shop.release("cart", "two");
    let (tip, before) = (shop.ledger().tip(), shop.target("preprod").everything());
    shop.tollgate(&["plan", "master"]).run().exits(0);
    shop.tollgate(&["render", "master"]).run().exits(0);
    assert_eq!((shop.ledger().tip(), shop.target("preprod").everything()), (tip, before));
    assert!(!shop.target("prod").path().exists() && !shop.target("staging").path().exists());
}

#[test]
fn a_reference_is_resolved_at_the_remote_and_never_guessed() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.commit("only here");
    let at_remote = shop.deployment.git(&["rev-parse", "HEAD~1"]);
    shop.tollgate(&["plan", "master"]).run().exits(0);
    shop.tollgate(&["plan", "nowhere"]).run().exits(13).says(&["`nowhere` is neither a branch nor a tag at the remote"]);
    shop.tollgate(&["plan", "HEAD"]).run().exits(13);
    shop.deployment.git(&["tag", "master", &at_remote]);
    shop.deployment.git(&["push", "--quiet", "origin", "refs/tags/master"]);
    shop.tollgate(&["plan", "master"]).run().exits(13).says(&["refs/heads/master", "refs/tags/master"]);
    shop.tollgate(&["plan", "refs/heads/master"]).run().exits(0);
}

#[test]
fn a_reference_that_moves_no_target_is_12() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.push("chore/x");
    shop.tollgate(&["plan", "chore/x"]).run().exits(12).says(&["moves no target"]);
    let commit = shop.deployment.head();
    shop.tollgate(&["plan", &commit]).run().exits(12);
    shop.tollgate(&["plan", "master", "--to", "nowhere"]).run().exits(12).says(&["`nowhere`", "`preprod-apps`"]);
}

#[test]
fn a_bare_commit_fits_targets_that_are_moved_by_hand_alone() {
    let environments = [
        "{name: lab, targets: [{name: lab-apps, role: apps, on: manual, directory: {path: ../targets/lab}}]}",
        "{name: preprod, targets: [{name: preprod-apps, role: apps, on: {branch: master}, directory: {path: ../targets/preprod}}]}",
    ];
    let shop = Shop::with(&["cart"], &Pipeline::deployment().environments(&environments));
    let commit = shop.deployment.head();
    let answer = shop.tollgate(&["promote", &commit, "-o", "json"]).run().exits(0);
    assert_eq!(answer.text_at("/targets/0/target"), "lab-apps");
    shop.tollgate(&["promote", &commit, "--to", "preprod-apps"]).run().exits(10).says(&["structure/on"]);
    shop.deployment.commit("only here");
    shop.tollgate(&["plan", &shop.deployment.head()]).run().exits(13);
}

#[test]
fn secret_values_are_masked_and_their_change_is_shown_as_a_change() {
    let pipeline = Pipeline::deployment().plan_key("env: PLAN_KEY");
    let shop = Shop::with(&["cart"], &pipeline);
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", "b25l", "one"));
    shop.deployment.deliver("master", "a secret");
    let run = |arguments: &[&str]| shop.tollgate(arguments).env("PLAN_KEY", "0123456789abcdef0123456789abcdef").run();
    run(&["promote", "master"]).exits(0);
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", "dHdv", "two"));
    shop.deployment.deliver("master", "another value");
    let answer = run(&["plan", "master"]).exits(0);
    for value in ["b25l", "dHdv"] {
        assert!(!answer.raw().contains(value), "{}", answer.raw());
    }
    insta::assert_snapshot!(answer.snapshot());
    let other = shop.tollgate(&["plan", "master", "-o", "json"]).env("PLAN_KEY", "ffffffffffffffffffffffffffffffff").run().exits(0);
    let same = run(&["plan", "master", "-o", "json"]).exits(0);
    let digest = |answer: &tollgate_tests::Answer| answer.json()["targets"][0]["plan"]["digest"].clone();
    assert_ne!(digest(&other), digest(&same), "the digest depends on the key");
    assert_eq!(digest(&run(&["plan", "master", "-o", "json"])), digest(&same));
}

#[test]
fn a_plan_with_secrets_and_no_key_is_shown_without_a_digest_and_names_the_setting() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", "b25l", "one"));
    shop.deployment.deliver("master", "a secret");
    let answer = shop.tollgate(&["plan", "master"]).run().exits(12);
    answer.says(&["planKey"]);
    insta::assert_snapshot!(answer.snapshot());
}
