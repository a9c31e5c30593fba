//! What people stop stands still, and what break-glass passes is what it names, by the signatures that it needs.

use serde_json::Value;
use tollgate_tests::{Pipeline, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("security", &["auditor"])];

const OVERRIDES: &str = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";

fn shop() -> SignedShop {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().line(OVERRIDES), &TEAMS);
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.tag("v1");
    signed
}

fn gate(answer: &Value, name: &str) -> Value {
    let gates = answer["targets"][0]["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["name"] == name).unwrap_or_else(|| panic!("no gate {name} in {answer:#}")).clone()
}

#[test]
fn a_freeze_stops_what_it_covers_and_nothing_else() {
    let signed = shop();
    signed.by("lead", &["freeze", "--environment", "prod", "--reason", "year end"]).exits(0);
    let frozen = signed.shop.promote("v1").exits(4);
    let freeze = gate(&frozen.json(), "freeze");
    assert_eq!(freeze["verdict"], "pending");
    let reason = freeze["wait"]["reason"].as_str().unwrap();
    assert!(reason.contains("environment prod by lead@example.com") && reason.contains("year end"), "{reason}");
    signed.shop.release("cart", "two");
    signed.shop.promote("master").exits(0);
    signed.by("operator", &["thaw", "--environment", "prod", "--reason", "over"]).exits(0);
    signed.shop.promote("v1").exits(0);
}

#[test]
fn one_command_stops_everything_and_one_starts_it_again() {
    let signed = shop();
    signed.by("lead", &["freeze", "--all", "--reason", "incident 7"]).exits(0);
    signed.by("lead", &["freeze", "--component", "cart", "--reason", "cart is broken"]).exits(0);
    signed.shop.promote("v1").exits(4);
    signed.shop.promote("master").exits(4);
    signed.by("lead", &["thaw", "--all", "--reason", "mended"]).exits(0).says(&["all (entry", "component cart (entry"]);
    signed.shop.promote("v1").exits(0);
    signed.by("lead", &["thaw", "--all", "--reason", "again"]).exits(12);
}

#[test]
fn a_freeze_of_nothing_that_exists_is_refused() {
    let signed = shop();
    for arguments in [["--environment", "production"], ["--target", "prod"]] {
        let arguments = [&["freeze", "--reason", "x"][..], &arguments].concat();
        signed.by("lead", &arguments).exits(12);
    }
    signed.by("lead", &["freeze", "--reason", "x"]).exits(2);
    signed.by("lead", &["freeze", "--all", "--until", "2020-01-01T00:00:00Z", "--reason", "x"]).exits(2);
}

#[test]
fn break_glass_needs_two_people_passes_only_what_it_names_and_is_recorded() {
    let signed = shop();
    signed.by("lead", &["freeze", "--environment", "prod", "--reason", "year end"]).exits(0);
    signed.shop.promote("v1").exits(4);
    let promotion = signed.newest("prod-apps");
    let open = ["override", &promotion, "--gate", "freeze", "--reason", "prod is down", "--ticket", "INC-7"];
    signed.by("auditor", &open).exits(10).says(&["may not sign", "platform"]);
    signed.by("lead", &open[..6]).exits(2).says(&["--ticket"]);
    let mut two_days = open.to_vec();
    two_days.extend(["--for", "48h"]);
    signed.by("lead", &two_days).exits(2).says(&["maxDuration"]);
    let opened = signed.by("lead", &[&open[..], &["-o", "json"]].concat()).exits(0).json();
    let id = format!("O-{}", opened["entry"]);
    // One signature is not enough, and the same person's second one is none.
    signed.by("lead", &["override", &id]).exits(10).says(&["another person"]);
    signed.shop.promote("v1").exits(4);
    signed.by("operator", &["override", &id]).exits(0).says(&["passes freeze"]);
    let passed = signed.shop.promote("v1").exits(0).json();
    assert_eq!(gate(&passed, "freeze")["passedBy"], opened["entry"]);
    let entries = signed.shop.ledger().entries();
    let decided = entries.iter().rfind(|entry| entry["type"] == "decided").unwrap();
    assert_eq!(decided["body"]["overrides"], serde_json::json!([opened["entry"]]));
    // It was for this recipe alone.
    signed.shop.release("cart", "two");
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.tag("v2");
    signed.shop.promote("v2").exits(4);
}

#[test]
fn a_mandatory_gate_is_passed_by_nobody() {
    let signed = shop();
    signed.shop.use_image(&signed.shop.build("cart", "rebuilt"));
    signed.shop.deployment.deliver("master", "not recorded");
    signed.shop.promote("master").exits(10);
    let promotion = signed.newest("preprod-apps");
    let arguments = ["override", &promotion, "--gate", "same-image", "--reason", "hurry", "--ticket", "INC-8"];
    signed.by("lead", &arguments).exits(10).says(&["mandatory"]);
    let unknown = ["override", &promotion, "--gate", "same-imag", "--reason", "hurry", "--ticket", "INC-8"];
    signed.by("lead", &unknown).exits(12).says(&["same-image"]);
}

#[test]
fn a_review_is_owed_by_somebody_who_did_not_sign() {
    let signed = shop();
    signed.by("lead", &["freeze", "--all", "--reason", "incident"]).exits(0);
    signed.shop.promote("v1").exits(4);
    let promotion = signed.newest("prod-apps");
    let open = ["override", &promotion, "--gate", "freeze", "--reason", "down", "--ticket", "INC-7", "-o", "json"];
    let id = format!("O-{}", signed.by("lead", &open).exits(0).json()["entry"]);
    signed.by("operator", &["override", &id]).exits(0);
    for signer in ["lead", "operator"] {
        signed.by(signer, &["approve", &id]).exits(10).says(&["somebody else"]);
    }
    signed.by("auditor", &["approve", &id, "--note", "looked at the logs"]).exits(0).says(&["reviewed and accepted"]);
    assert_eq!(signed.shop.ledger().types().last().unwrap(), "review");
}

#[test]
fn whose_key_is_not_among_the_signers_writes_nothing() {
    let signed = shop();
    let before = signed.shop.ledger().tip();
    let key = signed.shop.world.path("stranger");
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", key.as_str()]).status();
    assert!(made.unwrap().success());
    let freeze = ["freeze", "--all", "--reason", "mischief"];
    signed.shop.tollgate(&freeze).env("TOLLGATE_KEY", key.as_str()).run().exits(12).says(&["SHA256:"]);
    signed.shop.tollgate(&freeze).without_env("TOLLGATE_KEY").run().exits(15).says(&["--key"]);
    assert_eq!(signed.shop.ledger().tip(), before);
}
