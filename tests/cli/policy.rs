//! `tollgate policy accept|update`.

use tollgate_tests::{Pipeline, Shop, World, guest};

#[test]
fn a_lock_names_every_plugin_and_pack_and_is_kept_when_it_fits() {
    let world = World::new();
    world.write("tollgate.yaml", Pipeline::deployment().text());
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(12).says(&["tollgate policy update"]);
    let update = || world.tollgate("").args(["policy", "update"]).run().exits(0);
    update().says(&["builtin:same-image", "builtin:recommended", "wrote plugins.lock"]);
    let text = fs_err::read_to_string(world.path("plugins.lock")).unwrap();
    update().says(&["plugins.lock is up to date"]);
    assert_eq!(fs_err::read_to_string(world.path("plugins.lock")).unwrap(), text);
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(0);
}

#[test]
fn a_plugin_that_changed_changes_the_lock() {
    let world = World::new();
    world.write("house.wasm", guest("honest"));
    world.write("tollgate.yaml", Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text());
    world.tollgate("").args(["policy", "update"]).run().exits(0);
    world.write("house.wasm", guest("floods-log"));
    world.tollgate("").args(["policy", "update", "--check"]).run().exits(12);
    let answer = world.tollgate("").args(["policy", "update"]).run().exits(0);
    assert_eq!(answer.stdout.lines().filter(|line| line.starts_with('-')).count(), 2, "{}", answer.stdout);
}

#[test]
fn a_plugin_that_can_not_be_loaded_is_never_locked() {
    let world = World::new();
    world.write("house.wasm", guest("forbidden-import"));
    world.write("tollgate.yaml", Pipeline::deployment().gate("{name: house, policy: ./house.wasm}").text());
    world.tollgate("").args(["policy", "update"]).run().exits(12).says(&["house"]);
    assert!(!world.path("plugins.lock").exists());
}

#[test]
fn without_a_configuration_there_is_nothing_to_lock() {
    let world = World::new();
    world.tollgate("").args(["policy", "update"]).run().exits(12).says(&["tollgate.yaml"]);
}

fn stricter(shop: &Shop) -> String {
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate("{name: pod-security, enforcement: mandatory}").text());
    shop.deployment.deliver("master", "stricter")
}

#[test]
fn an_accepted_revision_is_in_force_from_then_on() {
    let shop = Shop::new(&["cart"]);
    let commit = stricter(&shop);
    insta::assert_snapshot!(shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0).snapshot());
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!((entry["type"].as_str(), entry["body"]["commit"].as_str()), (Some("policy-accepted"), Some(&*commit)));
    let answer = shop.promote("master").exits(0);
    let gates = answer.json()["targets"][0]["gates"].as_array().unwrap().clone();
    let gate = gates.iter().find(|gate| gate["name"] == "pod-security").unwrap();
    assert_eq!(gate["enforcement"], "mandatory");
}

#[test]
fn the_same_revision_again_is_in_force_already() {
    let shop = Shop::new(&["cart"]);
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["status"]).run().exits(0);
}

#[test]
fn an_older_revision_can_be_put_in_force_again() {
    let shop = Shop::new(&["cart"]);
    let first = shop.deployment.head();
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
    shop.tollgate(&["policy", "accept", &first]).run().exits(0);
    let json = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["policy"]["commit"], first);
}

#[test]
fn a_revision_that_can_not_be_read_is_refused_with_its_problems() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.edit("tollgate.yaml", |text| text.replace("packs:", "pakcs:"));
    shop.deployment.deliver("master", "broken");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["pakcs", "tollgate.yaml:"]);
    shop.promote("master").exits(0);
}

#[test]
fn a_revision_whose_lock_does_not_fit_is_refused() {
    let shop = Shop::new(&["cart"]);
    let gate = "{name: restricted, policy: ./house.wasm}";
    shop.deployment.write("house.wasm", guest("honest"));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(gate).text());
    shop.deployment.deliver("master", "not locked");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["./house.wasm", "tollgate policy update"]);
}

#[test]
fn in_ci_accept_needs_trust() {
    let shop = Shop::new(&["cart"]);
    stricter(&shop);
    shop.tollgate(&["policy", "accept", "HEAD"]).in_ci().run().exits(12).says(&["--trust"]);
    shop.tollgate(&["policy", "accept", "HEAD", "--trust", &shop.trust]).in_ci().run().exits(0);
}

#[test]
fn a_revision_is_never_put_in_force_by_a_promotion() {
    let shop = Shop::new(&["cart"]);
    let first = shop.deployment.head();
    stricter(&shop);
    shop.promote("master").exits(0).says(&["policy accept"]);
    assert!(!shop.ledger().types().contains(&"policy-accepted".to_owned()));
    let json = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["policy"]["commit"], first);
}

#[test]
fn what_judges_is_listed_with_where_it_comes_from_and_its_digest() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let json = shop.tollgate(&["policy", "list", "-o", "json"]).run().exits(0).json();
    let policies = json["policies"].as_array().unwrap();
    let names: Vec<&str> = policies.iter().filter_map(|policy| policy["name"].as_str()).collect();
    assert_eq!(names, ["freeze", "image-pinned", "pod-security", "same-image", "service-selects", "workload-limits"]);
    assert_eq!(policies[3]["gates"][0]["enforcement"], "mandatory");
    assert!(policies.iter().all(|policy| policy["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:"))));
    shop.tollgate(&["policy", "list"]).run().exits(0).says(&["builtin:pod-security", "builtin:recommended:", "of: work tree"]);
}

#[test]
fn one_policy_is_shown_whole_and_one_that_is_not_there_is_named() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.edit("tollgate.yaml", |text| {
        format!("{text}policies: [{{name: pod-security, levels: {{seccomp-profile-baseline: 'off', privileged: warn}}}}]\n")
    });
    let json = shop.tollgate(&["policy", "show", "pod-security", "-o", "json"]).run().exits(0).json();
    assert_eq!(json["off"], serde_json::json!(["seccomp-profile-baseline"]));
    let privileged = json["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "privileged").unwrap();
    assert_eq!((privileged["level"].as_str(), json["settings"]["level"].as_str()), (Some("warn"), Some("baseline")));
    shop.tollgate(&["policy", "show", "pod-security"]).run().exits(0).says(&["rules that are off", "judges: documents"]);
    shop.tollgate(&["policy", "show", "pod-securty"]).run().exits(12).says(&["`pod-security`"]);
}

const PACK: &str = "{apiVersion: tollgate.dev/v1alpha1, kind: Pack, policies: [{name: pods, policy: 'builtin:pod-security'}]}\n";

#[test]
fn packs_are_held_to_their_cases() {
    let world = World::new();
    world.write("policies/house/pack.yaml", PACK);
    world.write("policies/house/cases/pass/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n");
    world.write(
        "policies/house/cases/fail/b.yaml",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: []}} # expect: pods/host-namespaces\n",
    );
    let test = |arguments: &[&str]| world.tollgate("").args(["policy", "test"]).args(arguments).run();
    test(&["policies/house"]).exits(0).says(&["ok house: 2 cases, 0 otherwise"]);
    world.write("tollgate.yaml", Pipeline::deployment().packs(&["./policies/house"]).text());
    test(&[]).exits(0).says(&["ok house"]);
    world.write(
        "policies/house/cases/pass/c.yaml",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: []}}\n",
    );
    test(&[]).exits(12).says(&["failed house: 3 cases, 1 otherwise", "found, not expected: pods/host-namespaces"]);
}

#[test]
fn a_pack_without_cases_is_no_proof_and_what_is_no_pack_is_named() {
    let world = World::new();
    world.write("policies/house/pack.yaml", PACK);
    let test = |arguments: &[&str]| world.tollgate("").args(["policy", "test"]).args(arguments).run();
    test(&["policies/house"]).exits(12).says(&["there is no case under `policies/house/cases/pass`"]);
    test(&["policies"]).exits(12).says(&["it is no pack"]);
    test(&[]).exits(12).says(&["there is no tollgate.yaml"]);
}

/// Whoever signs commits by SSH has a key at hand from the first day on.
#[test]
fn a_key_at_hand_signs_nothing_before_the_ledger_has_signers_and_everything_after() {
    let shop = Shop::new(&["cart"]);
    let key = shop.world.path("key");
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", key.as_str()]).status();
    assert!(made.unwrap().success());
    let with_key = |arguments: &[&str]| shop.tollgate(arguments).env("TOLLGATE_KEY", key.as_str()).run();
    with_key(&["promote", "master"]).exits(0);
    let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
    let line = public.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    shop.deployment.write("allowed_signers", format!("platform-lead@example.com {line}\n"));
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}people: {{signers: allowed_signers}}\n"));
    shop.deployment.deliver("master", "who may sign");
    with_key(&["policy", "accept", "HEAD"]).exits(0);
    with_key(&["freeze", "--all", "--reason", "the first signed entry"]).exits(0);
    let keys: Vec<bool> = shop.ledger().entries().iter().map(|entry| entry["by"]["key"].is_string()).collect();
    assert_eq!(keys.iter().filter(|signed| **signed).count(), 1, "{keys:?}");
    assert!(keys.last().unwrap());
}
