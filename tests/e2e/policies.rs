//! no-self-approval (§12.5) for policies: a proposal is judged by what is in force, and never by its own tree.

use tollgate_tests::{Pipeline, Shop, SignedShop, manifest};

const STRICT: &str = "{name: workload-limits, enforcement: mandatory}";

fn weaken(shop: &Shop) {
    let weak = Pipeline::deployment().gate("{name: workload-limits, enforcement: advisory}");
    shop.deployment.write("tollgate.yaml", weak.text());
    let build = shop.last_build("cart");
    let root = manifest::deployment("cart", &build.image).replace("runAsNonRoot: true", "runAsUser: 0");
    shop.deployment.write("services/cart/deployment.yaml", root);
    shop.deployment.deliver("master", "run as root, and let it");
}

#[test]
fn a_commit_that_weakens_its_own_judge_is_judged_by_the_old_one() {
    let shop = Shop::with(&["cart"], &Pipeline::deployment().gate(STRICT));
    shop.promote("master").exits(0);
    let before = shop.target("preprod").everything();
    weaken(&shop);
    let answer = shop.promote("master").exits(10);
    assert_eq!(answer.denials(), ["workload-limits/non-root"]);
    answer.says(&["policy accept"]);
    assert_eq!(shop.target("preprod").everything(), before);
    // In CI it is the same: the work tree's own configuration does not judge.
    shop.tollgate(&["check", "-o", "json", "--trust", &shop.trust]).in_ci().run().exits(10);
}

#[test]
fn once_accepted_the_new_revision_judges() {
    let shop = Shop::with(&["cart"], &Pipeline::deployment().gate(STRICT));
    weaken(&shop);
    shop.promote("master").exits(10);
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0).says(&["gates: none"]);
    shop.promote("master").exits(0);
    shop.tollgate(&["status"]).run().exits(0).says(&["gates: none"]);
}

#[test]
fn a_revision_that_is_not_on_the_policy_ref_at_the_remote_is_not_accepted() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(STRICT).text());
    shop.deployment.commit("only here");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&["is not on the policy ref `master`"]);
    shop.deployment.push("feature/policy");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12);
}

#[test]
fn a_gate_on_changes_of_policy_judges_the_new_revision() {
    let gate =
        "{name: no-pipelines, policy: builtin:image-pinned, match: {change: policy}, settings: {pointers: [\"/registry/layout\"]}}";
    let shop = Shop::with(&["cart"], &Pipeline::deployment().gate(gate));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().text());
    shop.deployment.deliver("master", "without the gate");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(10).says(&["no-pipelines/"]);
}

#[test]
fn a_plugin_that_is_not_locked_does_not_judge_promotions() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.remove("plugins.lock");
    shop.deployment.deliver("master", "without a lock");
    shop.tollgate(&["init", "--trust", "HEAD"]).run().exits(12).says(&["plugins.lock", "tollgate policy update"]);
    shop.tollgate(&["check"]).run().exits(0);
}

#[test]
fn a_plugin_that_neither_binary_nor_ledger_has_is_named_by_its_digest() {
    let shop = Shop::new(&["cart"]);
    let other = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    shop.deployment.edit("plugins.lock", |text| {
        let start = text.find("sha256:").unwrap();
        text.replace(&text[start..start + other.len()], other)
    });
    shop.deployment.deliver("master", "another digest");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(12).says(&[other]);
}

#[test]
fn trust_is_set_up_once_and_only_from_what_the_remote_has() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["init", "--trust", "HEAD"]).run().exits(12);
    let fresh = Shop::untrusted(&["cart"], &Pipeline::deployment());
    fresh.deployment.commit("only here");
    fresh.tollgate(&["init", "--trust", "HEAD"]).run().exits(12).says(&["is not on"]);
    fresh.deployment.git(&["remote", "remove", "origin"]);
    fresh.tollgate(&["init", "--trust", "HEAD"]).run().exits(12);
}

#[test]
fn in_ci_a_promotion_must_be_told_what_to_trust() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["promote", "master"]).in_ci().run().exits(12).says(&["--trust"]);
    let wrong = "sha256:3333333333333333333333333333333333333333333333333333333333333333";
    shop.tollgate(&["promote", "master", "--trust", wrong]).in_ci().run().exits(15);
    assert!(!shop.target("preprod").is_live());
    shop.tollgate(&["promote", "master", "--trust", &shop.trust]).in_ci().run().exits(0);
}

#[test]
fn a_revision_that_asks_less_needs_the_review_of_people_who_did_not_write_it() {
    let integrity = "{name: policy-integrity, policy: builtin:policy-integrity, enforcement: mandatory, match: {change: policy}, settings: {approvals: 1, from: [platform]}}";
    let teams: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("developers", &["dev"])];
    let pipeline = Pipeline::deployment().gate(STRICT).gate(integrity);
    let signed = SignedShop::new(&["cart"], &pipeline, &teams);
    signed.commit_as("lead");
    let deployment = &signed.shop.deployment;
    deployment.edit("tollgate.yaml", |config| config.replace(STRICT, "{name: workload-limits, enforcement: advisory}"));
    deployment.deliver("master", "let them run as root");
    // Whoever wrote it may say yes as often as they like.
    signed.by("lead", &["approve", "master"]).exits(0);
    signed.by("lead", &["policy", "accept", "HEAD"]).exits(10).says(&["policy-integrity/", "gate `workload-limits` was mandatory"]);
    signed.by("dev", &["approve", "master"]).exits(0);
    signed.by("lead", &["policy", "accept", "HEAD"]).exits(10);
    signed.by("operator", &["approve", "master"]).exits(0);
    signed.by("lead", &["policy", "accept", "HEAD"]).exits(0).says(&["gates: policy-integrity"]);
}
