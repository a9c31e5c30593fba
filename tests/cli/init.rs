//! `tollgate init --trust`.

use tollgate_tests::{Answer, Pipeline, Shop, manifest};

fn mk_shop() -> Shop {
    Shop::untrusted(&["cart"], &Pipeline::deployment())
}

fn init(shop: &Shop, arguments: &[&str]) -> Answer {
    shop.tollgate(&["init", "--trust", "HEAD"]).args(arguments).run()
}

#[test]
fn entry_0_names_the_commit_the_policy_ref_and_the_policy() {
    let shop = mk_shop();
    let answer = init(&shop, &[]).exits(0);
    insta::assert_snapshot!(answer.snapshot());
    let entries = shop.ledger().entries();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0]["type"].as_str(), entries[0]["index"].as_u64()), (Some("trust"), Some(0)));
    assert_eq!(entries[0]["body"]["commit"], shop.deployment.head());
    assert_eq!(entries[0]["body"]["policyRef"], "master");
    assert_eq!(entries[0]["by"]["principal"], "platform-lead@example.com");
}

#[test]
fn the_digest_it_prints_is_the_one_that_other_commands_take() {
    let shop = mk_shop();
    let answer = init(&shop, &["-o", "json"]).exits(0);
    let trust = answer.text_at("/trust");
    shop.tollgate(&["status", "--trust", &trust]).run().exits(0);
    shop.tollgate(&["status"]).env("TOLLGATE_TRUST", &trust).run().exits(0);
    let bytes = shop.world.git_bytes("remotes/deployment.git", &["show", "tollgate/ledger:entries/000/000/000.json"]);
    assert_eq!(tollgate_core::digest::Digest::of(&bytes).to_string(), trust, "sha256 of the entry's bytes");
}

#[test]
fn a_ledger_is_begun_once() {
    let shop = mk_shop();
    init(&shop, &[]).exits(0);
    let tip = shop.ledger().tip();
    init(&shop, &[]).exits(12).says(&["tollgate/ledger"]);
    assert_eq!(shop.ledger().tip(), tip);
}

#[test]
fn two_at_once_begin_one_ledger() {
    let shop = mk_shop();
    let start = || shop.tollgate(&["init", "--trust", "HEAD"]).into_command().spawn().unwrap();
    let mut codes = [start(), start()].map(|mut child| child.wait().unwrap().code().unwrap());
    codes.sort_unstable();
    assert_eq!(codes, [0, 12]);
    assert_eq!(shop.ledger().types(), ["trust"]);
}

#[test]
fn a_commit_must_be_on_the_policy_ref_at_the_remote() {
    let shop = mk_shop();
    shop.deployment.commit("only here");
    init(&shop, &[]).exits(12).says(&["is not on `master` at the remote"]);
    shop.deployment.push("feature/x");
    init(&shop, &[]).exits(12);
    init(&shop, &["--policy-ref", "feature/x"]).exits(0).says(&["`feature/x`"]);
}

#[test]
fn an_unknown_commit_or_policy_ref_is_refused() {
    let shop = mk_shop();
    shop.tollgate(&["init", "--trust", "nowhere"]).run().exits(13).says(&["`nowhere`"]);
    init(&shop, &["--policy-ref", "nowhere"]).exits(12).says(&["`nowhere`"]);
}

#[test]
fn without_a_remote_there_is_no_trust() {
    let shop = mk_shop();
    shop.deployment.git(&["remote", "remove", "origin"]);
    init(&shop, &[]).exits(12).says(&["git remote add origin"]);
}

#[test]
fn a_commit_without_a_configuration_is_refused() {
    let world = tollgate_tests::World::new();
    let repository = world.repository("empty");
    repository.write("README.md", "nothing yet\n");
    repository.deliver("master", "one");
    repository.tollgate().args(["init", "--trust", "HEAD"]).run().exits(12).says(&["tollgate.yaml"]);
}

#[test]
fn somebody_whom_git_does_not_know_can_not_begin_a_ledger() {
    let shop = mk_shop();
    let answer = shop.tollgate(&["init", "--trust", "HEAD"]).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", "/").run();
    answer.exits(12).says(&["git config user.email"]);
}

#[test]
fn a_ledger_may_live_in_a_repository_of_its_own() {
    let shop = mk_shop();
    let ledger = shop.world.repository("ledgers");
    let place = format!("{}#tollgate/ledger-deployment", ledger.remote());
    let line = format!("ledger: {{remote: {}, branch: tollgate/ledger-deployment}}\n", ledger.remote());
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}{line}"));
    shop.deployment.deliver("master", "a ledger elsewhere");
    shop.tollgate(&["init", "--trust", "HEAD", "--ledger", &place]).run().exits(0);
    assert_eq!(shop.world.git("remotes/ledgers.git", &["branch", "--list"]).trim(), "tollgate/ledger-deployment");
    shop.tollgate(&["status", "--ledger", &place]).run().exits(0);
    shop.tollgate(&["status"]).run().exits(15);
}

#[test]
fn a_repository_is_looked_at_and_gets_a_configuration_that_it_passes() {
    let world = tollgate_tests::World::new();
    let repository = world.repository("old");
    repository.write("services/cart/cart.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    repository.write("services/email/email.yaml", manifest::deployment("email", "registry.example.com/email:latest"));
    repository.write("services/email/settings.yaml", "colour: blue\n");
    repository.write("services/email/template.yaml", "{{ if .x }}\n");
    repository.write("infra/main.tf", "");
    repository.write(".github/workflows/build.yml", "on: push\n");
    repository.tollgate().arg("init").run().exits(2).says(&["--yes"]);
    assert!(!repository.has("tollgate.yaml"));
    let answer = repository.tollgate().args(["init", "--yes"]).run().exits(0);
    insta::assert_snapshot!(answer.snapshot());
    let text = repository.read("tollgate.yaml");
    assert!(answer.stdout.contains(&text), "what is written is shown first:\n{text}");
    repository.tollgate().args(["check"]).run().exits(0).says(&["image-pinned/latest", "advisory"]);
    repository.commit("begun");
    repository.tollgate().args(["check", "--rev", "HEAD"]).run().exits(0);
    repository.tollgate().args(["init", "--yes"]).run().exits(12).says(&["exists already", "init --trust"]);
}

#[test]
fn a_repository_without_manifests_gets_no_configuration() {
    let world = tollgate_tests::World::new();
    let repository = world.repository("empty");
    repository.write("README.md", "nothing yet\n");
    repository.tollgate().args(["init", "--yes"]).run().exits(12).says(&["holds manifests"]);
    assert!(!repository.has("tollgate.yaml"));
}

#[test]
fn a_repository_in_order_gets_gates_that_block() {
    let world = tollgate_tests::World::new();
    let repository = world.repository("new");
    repository.write("deploy/cart.yaml", manifest::deployment("cart", &format!("registry.example.com/cart:{}", "a".repeat(40))));
    repository.tollgate().args(["init", "--yes"]).run().exits(0);
    assert!(!repository.read("tollgate.yaml").contains("advisory"));
    repository.write("deploy/cart.yaml", manifest::deployment("cart", "registry.example.com/cart:latest"));
    repository.tollgate().arg("check").run().exits(10);
}
