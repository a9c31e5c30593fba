//! Services come, change and go: from their own repositories to the targets, with real git and nobody in between.

use serde_json::Value;
use tollgate_tests::{Pipeline, Shop, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead"]), ("developers", &["dev"])];

const DESTRUCTIVE: &str =
    "{name: destructive-change, policy: builtin:destructive-change, enforcement: mandatory, match: {environment: preprod}}";

/// A shop whose services all have manifests of their own.
fn mk_shop(services: &[&str]) -> Shop {
    let shop = Shop::new(services);
    services.iter().for_each(|service| shop.write_manifests(service));
    shop
}

/// A file as it runs in staging.
fn staged(shop: &Shop, service: &str) -> String {
    let files = shop.target("staging").files();
    let file = files.iter().find(|(path, _)| path.contains(service)).map(|(_, text)| text.clone());
    file.unwrap_or_else(|| panic!("{service} does not run in staging: {files:?}"))
}

/// The digests of own images that a new clone of the deployment repository would promote.
fn promote_in_fresh_clone(shop: &Shop, name: &str, reference: &str) {
    shop.world.git("", &["clone", "--quiet", shop.deployment.remote().as_str(), name]);
    shop.world.tollgate(name).args(["promote", reference, "-o", "json"]).run().exits(0);
}

#[test]
fn what_a_service_brings_is_signed_and_goes_all_the_way() {
    let signed = SignedShop::new(&["cart", "mail"], &Pipeline::deployment(), &TEAMS);
    let shop = &signed.shop;
    shop.write_manifests("cart");
    let build = shop.build("cart", "two");
    assert_eq!(shop.sync_command(&build, "master").args(["-o", "json"]).run().exits(0).json()["signed"], true);
    let signers = format!("gpg.ssh.allowedSignersFile={}", shop.deployment.path().join(".tollgate/allowed_signers"));
    let verified = shop
        .world
        .git_command("remotes/deployment.git", &["-c", "gpg.format=ssh", "-c", &signers, "verify-commit", "--raw", "master"]);
    let verified = { verified }.output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && said.contains("deployer@example.com"), "{said}");
    let by = shop.world.git("remotes/deployment.git", &["show", "--no-patch", "--format=%an %ae, %ce", "master"]);
    assert_eq!(by, "Platform Lead platform-lead@example.com, deployer@example.com");
    shop.promote("master").exits(0);
    assert!(shop.target("preprod").digests().contains(&build.digest));
    shop.deployment.git(&["fetch", "-q", "origin"]);
    shop.deployment.git(&["tag", "v1", "origin/master"]);
    shop.deployment.git(&["push", "-q", "origin", "v1"]);
    shop.promote("v1").exits(0);
    assert_eq!(shop.target("prod").files(), shop.target("preprod").files());
    assert_eq!(shop.ledger().entries().last().unwrap()["by"]["principal"], "deployer@example.com");
}

#[test]
fn of_many_services_that_come_at_once_all_are_there() {
    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
    let shop = mk_shop(&NAMES);
    let builds: Vec<_> = NAMES.iter().map(|name| shop.build(name, "two")).collect();
    let commands = builds.iter().map(|build| shop.sync_command(build, "master").into_command());
    let children: Vec<_> = commands.map(|mut command| command.spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for build in &builds {
        let path = format!("master:services/{}/deployment.yaml", build.service);
        assert!(shop.world.git("remotes/deployment.git", &["show", &path]).contains(&build.commit), "{}", build.service);
    }
    let commits = shop.world.git("remotes/deployment.git", &["rev-list", "--count", "master"]);
    assert_eq!(commits, "6", "one a service, each on the one before");
    assert_eq!(shop.ledger().types().iter().filter(|kind| *kind == "service-built").count(), 10);
    shop.promote("master").exits(0);
}

#[test]
fn a_branch_of_a_service_runs_in_staging_until_it_is_deleted_and_then_the_service_is_put_back() {
    let shop = mk_shop(&["cart", "mail"]);
    let delivered = shop.build("cart", "two");
    shop.sync(&delivered, "master").exits(0);
    shop.service("mail").switch("y");
    shop.sync(&shop.build("mail", "three"), "y").exits(0);
    shop.promote("feature/mail/y").exits(0);
    shop.service("cart").switch("x");
    let tried = shop.build("cart", "four");
    shop.sync(&tried, "x").exits(0);
    shop.promote("feature/cart/x").exits(0);
    assert!(staged(&shop, "cart").contains(&tried.digest));
    let mail = staged(&shop, "mail");
    let branch = || shop.world.git("remotes/deployment.git", &["branch", "--list", "feature/cart/x"]);

    let waits = shop.delete_branch("cart", "x").exits(4);
    waits.says(&["staging-apps still runs", "tollgate promote feature/cart/x"]);
    assert!(!branch().is_empty() && staged(&shop, "cart").contains(&tried.digest));
    shop.delete_branch("cart", "x").exits(4);
    shop.promote("feature/cart/x").exits(0);
    assert!(staged(&shop, "cart").contains(&delivered.digest));
    assert_eq!(staged(&shop, "mail"), mail, "what others brought stays");
    shop.delete_branch("cart", "x").exits(0).says(&["is removed"]);
    assert_eq!(branch(), "");
    shop.delete_branch("cart", "x").exits(0);
    // Staging goes on without the branch, also where nobody has its commits.
    promote_in_fresh_clone(&shop, "fresh", "feature/mail/y");
    assert!(staged(&shop, "cart").contains(&delivered.digest));
}

#[test]
fn what_ran_from_a_branch_that_somebody_deleted_by_hand_is_put_back_by_the_next_promotion() {
    let shop = mk_shop(&["cart", "mail"]);
    let delivered = shop.build("cart", "two");
    shop.sync(&delivered, "master").exits(0);
    shop.service("cart").switch("x");
    let tried = shop.build("cart", "three");
    shop.sync(&tried, "x").exits(0);
    shop.promote("feature/cart/x").exits(0);
    assert!(staged(&shop, "cart").contains(&tried.digest));
    shop.world.git("remotes/deployment.git", &["branch", "-D", "feature/cart/x"]);
    shop.service("mail").switch("y");
    shop.sync(&shop.build("mail", "three"), "y").exits(0);
    promote_in_fresh_clone(&shop, "fresh", "feature/mail/y");
    assert!(staged(&shop, "cart").contains(&delivered.digest));
}

#[test]
fn a_branch_that_is_brought_again_goes_on_where_others_have_never_seen_what_ran() {
    let shop = mk_shop(&["cart", "mail"]);
    shop.service("cart").switch("x");
    for text in ["two", "three"] {
        let build = shop.build("cart", text);
        shop.sync(&build, "x").exits(0);
        promote_in_fresh_clone(&shop, text, "feature/cart/x");
        assert!(staged(&shop, "cart").contains(&build.digest));
    }
}

#[test]
fn a_new_service_is_added_proposed_brought_and_promoted() {
    let shop = Shop::new(&["cart", "mail"]);
    let mut files: Vec<String> = Vec::new();
    // Only the cart is deployed at first.
    shop.deployment.remove("services/mail");
    shop.deployment.deliver("master", "no mail yet");
    shop.promote("master").exits(0);
    let build = shop.last_build("mail");
    shop.tollgate(&["service", "add", "mail", "--image", &build.image]).run().exits(0).says(&["check: approved"]);
    shop.deployment.switch("add-mail");
    shop.deployment.commit("add mail");
    shop.tollgate(&["check", "--base", "origin/master"]).run().exits(0);
    shop.deployment.push("master");
    for path in ["deployment.yaml", "service.yaml", "kustomization.yaml"] {
        let text = shop.deployment.read(&format!("services/mail/{path}"));
        files.push(text.clone());
        shop.service("mail").write(&format!("deploy/{path}"), text);
    }
    let next = shop.build("mail", "two");
    shop.sync(&next, "master").exits(0);
    shop.promote("master").exits(0);
    assert!(shop.target("preprod").digests().contains(&next.digest));
}

fn gate(answer: &Value, name: &str) -> Value {
    let gates = answer["targets"][0]["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["name"] == name).unwrap_or_else(|| panic!("no gate {name} in {answer:#}")).clone()
}

#[test]
fn the_removal_of_a_service_needs_approval_and_prunes_what_it_had() {
    let signed = SignedShop::new(&["cart", "mail"], &Pipeline::deployment().gate(DESTRUCTIVE), &TEAMS);
    let shop = &signed.shop;
    shop.promote("master").exits(0);
    assert!(shop.target("preprod").files().keys().any(|path| path.contains("mail")));
    signed.commit_as("dev");
    let removed =
        shop.tollgate(&["service", "remove", "mail", "--write", "--reason", "the shop sends no mail", "-o", "json"]).run().exits(0);
    let json = removed.json();
    assert_eq!(json["targets"][0]["deletes"].as_array().unwrap().len(), 1, "{json:#}");
    assert!(json["targets"][0]["gates"].as_array().unwrap().contains(&"destructive-change".into()), "{json:#}");
    shop.deployment.deliver("master", &removed.text_at("/commitMessage"));

    let waits = shop.promote("master").exits(4).json();
    let asked = gate(&waits, "destructive-change");
    assert_eq!(asked["verdict"], "pending");
    assert!(asked["wait"]["reason"].as_str().unwrap().contains("mail"), "{asked}");
    assert!(shop.target("preprod").files().keys().any(|path| path.contains("mail")));
    signed.by("dev", &["approve", &signed.newest("preprod-apps")]).exits(0);
    shop.promote("master").exits(4);
    signed.by("lead", &["approve", &signed.newest("preprod-apps")]).exits(0);
    shop.promote("master").exits(0);
    let files = shop.target("preprod").files();
    assert!(!files.keys().any(|path| path.contains("mail")) && files.keys().any(|path| path.contains("cart")), "{files:?}");
    let entries = shop.ledger().entries();
    let kinds: Vec<&str> = entries.iter().filter_map(|entry| entry["type"].as_str()).collect();
    assert!(kinds.ends_with(&["decided", "approval", "decided", "running", "outcome"]), "{kinds:?}");
    let outcome = shop.tollgate(&["status", "-o", "json"]).run().exits(0).raw();
    assert!(!outcome.contains("\"mail\""), "{outcome}");
}
