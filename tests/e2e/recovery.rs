//! The policy in force can't judge any more: two people of another team go back to one that could, and nobody else, and to
//! nothing else.

use tollgate_tests::{Answer, Pipeline, Shop, SignedShop, guest};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("security", &["auditor", "second"])];

const OVERRIDES: &str =
    "overrides: {by: [platform], approvals: 1, reviewWithin: 24h, require: [reason, ticket], recoverBy: [security]}";

const GUARD: &str = "{name: guard, policy: ./guard.wasm, enforcement: mandatory, match: {change: policy}}";

/// A shop whose changes of policy are judged by a plugin of the house.
fn shop() -> SignedShop {
    let pipeline = Pipeline::deployment().gate(GUARD).line(OVERRIDES);
    let signed = SignedShop::prepared(&["cart"], &pipeline, &TEAMS, &|shop| {
        shop.deployment.write("guard.wasm", guest("floods-log"));
    });
    signed.shop.promote("master").exits(0);
    signed
}

/// A commit on master with another plugin, and its lock.
fn replace_guard(shop: &Shop, plugin: &str) {
    shop.deployment.write("guard.wasm", guest(plugin));
    shop.tollgate(&["policy", "update"]).run().exits(0);
    shop.deployment.deliver("master", plugin);
}

fn revert(shop: &Shop) -> String {
    shop.deployment.git(&["revert", "--no-edit", "HEAD"]);
    shop.deployment.push("master");
    shop.deployment.head()
}

fn accept(signed: &SignedShop) -> Answer {
    signed.by("lead", &["policy", "accept", "HEAD"])
}

/// A policy that panics is in force, and master has the one before again.
fn broken() -> SignedShop {
    let signed = shop();
    replace_guard(&signed.shop, "panics");
    accept(&signed).exits(0);
    revert(&signed.shop);
    accept(&signed).exits(11).says(&["gate `guard` could not judge", "tollgate override --recover"]);
    signed
}

fn recover(signed: &SignedShop, person: &str, subject: &str, more: &[&str]) -> Answer {
    let recover = ["override", "--recover", subject, "--reason", "it panics", "--ticket", "INC-9", "-o", "json"];
    signed.by(person, &[&recover[..], more].concat())
}

/// The id of a recovery that one person opened.
fn opened(signed: &SignedShop) -> String {
    format!("O-{}", recover(signed, "auditor", "HEAD", &["--gate", "guard"]).exits(0).json()["entry"])
}

#[test]
fn two_people_of_another_team_go_back_to_the_policy_that_judged_before() {
    let signed = broken();
    let id = opened(&signed);
    accept(&signed).exits(11);
    signed.by("auditor", &["override", &id]).exits(10).says(&["another person must"]);
    let commit = signed.shop.deployment.head();
    let complete = signed.by("second", &["override", &id]).exits(0);
    complete.says(&[&format!("tollgate policy accept {commit}"), "pass the errors of guard", "must review it by"]);
    accept(&signed).exits(0).says(&["gates: guard"]);
    let entries = signed.shop.ledger().entries();
    let accepted = entries.iter().rfind(|entry| entry["type"] == "policy-accepted").unwrap();
    assert_eq!(format!("O-{}", accepted["body"]["gates"][0]["passed_by"]), id);
    signed.by("lead", &["audit", "log"]).exits(0).says(&["lets the policies of commit", "come into force, by override"]);
    // What is in force judges again, and a review is owed.
    replace_guard(&signed.shop, "logs-what-it-sees");
    accept(&signed).exits(0);
    let owed = signed.shop.promote("master").exits(0);
    assert!(owed.findings().iter().any(|finding| finding["rule"] == "emergency-change/review-owed"), "{}", owed.raw());
    signed.by("lead", &["status"]).exits(0).says(&[&format!("the policy: {id}"), "a review is due by"]);
    signed.by("second", &["approve", &id]).exits(10).says(&["somebody else must review it"]);
    signed.by("lead", &["approve", &id]).exits(0);
    signed.by("lead", &["audit", "verify"]).exits(0);
    signed.by("lead", &["audit", "replay", "--all"]).exits(0);
}

#[test]
fn whoever_breaks_glass_recovers_nothing_and_who_recovers_breaks_none() {
    let signed = broken();
    for person in ["lead", "operator"] {
        recover(&signed, person, "HEAD", &["--gate", "guard"]).exits(10).says(&["may not sign this recovery", "security"]);
    }
    let id = opened(&signed);
    signed.by("lead", &["override", &id]).exits(10).says(&["may not sign this recovery"]);
    accept(&signed).exits(11);
    let promotion = signed.newest("preprod-apps");
    let open = ["override", &promotion, "--gate", "freeze", "--reason", "down", "--ticket", "INC-9"];
    signed.by("auditor", &open).exits(10).says(&["may not sign this override", "platform"]);
}

#[test]
fn a_recovery_goes_to_no_policy_that_was_never_in_force_and_to_no_promotion() {
    let signed = broken();
    let gate = ["--gate", "guard"];
    let promotion = signed.newest("preprod-apps");
    recover(&signed, "auditor", &promotion, &gate).exits(10).says(&["restores a policy revision", "is a promotion"]);
    let broken = signed.shop.deployment.git(&["rev-parse", "HEAD~1"]);
    recover(&signed, "auditor", &broken, &gate).exits(10).says(&["is the one in force"]);
    // A recovery of what was in force before is no way for anything else.
    let id = opened(&signed);
    signed.by("second", &["override", &id]).exits(0);
    signed.shop.deployment.edit("tollgate.yaml", |text| text.replace(&format!("  - {GUARD}\n"), ""));
    signed.shop.tollgate(&["policy", "update"]).run().exits(0);
    signed.shop.deployment.deliver("master", "without the guard");
    recover(&signed, "auditor", "HEAD", &gate).exits(10).says(&["was never in force"]);
    accept(&signed).exits(11);
    signed.shop.deployment.commit("only here");
    recover(&signed, "auditor", "HEAD", &gate).exits(12).says(&["is not on the policy ref"]);
}

#[test]
fn a_recovery_passes_named_gates_that_can_not_judge_and_for_a_time() {
    let signed = broken();
    recover(&signed, "auditor", "HEAD", &[]).exits(2).says(&["names the gates that it passes"]);
    recover(&signed, "auditor", "HEAD", &["--gate", "same-image"])
        .exits(12)
        .says(&["no gate `same-image` stands before changes of policy", "`guard`"]);
    let short = recover(&signed, "auditor", "HEAD", &["--gate", "guard", "--for", "1s"]).exits(0).json();
    std::thread::sleep(std::time::Duration::from_secs(2));
    signed.by("second", &["override", &format!("O-{}", short["entry"])]).exits(10).says(&["ended at"]);
    accept(&signed).exits(11);
}

#[test]
fn a_gate_that_can_judge_is_not_passed() {
    let signed = shop();
    replace_guard(&signed.shop, "logs-what-it-sees");
    accept(&signed).exits(0);
    revert(&signed.shop);
    recover(&signed, "auditor", "HEAD", &["--gate", "guard"]).exits(10).says(&["the gate `guard` can judge", "errors alone"]);
    accept(&signed).exits(0);
}
