//! Break-glass is looked at afterwards, or nothing moves any more (`docs/scenarios/06-break-glass.md`).

use tollgate_tests::{Pipeline, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("security", &["auditor"])];

/// A shop in which glass was broken for `v1`, which runs in prod, and `v2` has been tested. Returns the override, too.
fn shop(review_within: &str) -> (SignedShop, String) {
    let overrides =
        format!("overrides: {{by: [platform], approvals: 2, reviewWithin: {review_within}, require: [reason, ticket]}}");
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().line(&overrides), &TEAMS);
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.tag("v1");
    signed.by("lead", &["freeze", "--environment", "prod", "--reason", "year end"]).exits(0);
    signed.shop.promote("v1").exits(4).says(&["year end"]);
    let promotion = signed.newest("prod-apps");
    let open = ["override", &promotion, "--gate", "freeze", "--reason", "payments fail", "--ticket", "INC-7", "-o", "json"];
    let id = format!("O-{}", signed.by("lead", &open).exits(0).json()["entry"]);
    signed.by("operator", &["override", &id]).exits(0);
    signed.shop.promote("v1").exits(0);
    signed.by("lead", &["thaw", "--environment", "prod", "--reason", "over"]).exits(0);
    (signed, id)
}

fn release(signed: &SignedShop, tag: &str) {
    signed.shop.release("cart", tag);
    signed.shop.deployment.tag(tag);
}

#[test]
fn a_review_that_is_not_given_in_time_blocks_everything_until_it_is_there() {
    let (signed, id) = shop("1s");
    release(&signed, "v2");
    std::thread::sleep(std::time::Duration::from_secs(2));
    // Any target is blocked, not only the one on whose way the glass was.
    let denied = signed.shop.promote("master").exits(10);
    assert_eq!(denied.denials(), ["emergency-change/review-overdue"]);
    denied.says(&["payments fail", "INC-7", "should have been reviewed", &format!("tollgate approve {id}")]);
    signed.shop.tollgate(&["status"]).run().exits(0).says(&[&id, "a review was due by", &format!("tollgate approve {id}")]);
    // Those who signed it can't review it, and what they say changes nothing.
    for signer in ["lead", "operator"] {
        signed.by(signer, &["approve", &id]).exits(10).says(&["somebody else must review it"]);
    }
    signed.shop.promote("master").exits(10);
    assert_eq!(signed.shop.target("preprod").digests(), signed.shop.target("prod").digests());
    signed.by("auditor", &["approve", &id, "--note", "looked at the incident"]).exits(0);
    signed.shop.promote("master").exits(0);
    signed.shop.promote("v2").exits(0);
}

#[test]
fn a_rollback_does_not_wait_for_a_review() {
    let (signed, id) = shop("1s");
    signed.by("auditor", &["approve", &id]).exits(0);
    release(&signed, "v2");
    signed.shop.promote("master").exits(0);
    signed.shop.promote("v2").exits(0);
    // Glass is broken once more, and nobody looks.
    release(&signed, "v3");
    signed.shop.promote("master").exits(0);
    signed.by("lead", &["freeze", "--environment", "prod", "--reason", "again"]).exits(0);
    signed.shop.promote("v3").exits(4);
    let promotion = signed.newest("prod-apps");
    let open = ["override", &promotion, "--gate", "freeze", "--reason", "again", "--ticket", "INC-8", "-o", "json"];
    let second = format!("O-{}", signed.by("lead", &open).exits(0).json()["entry"]);
    signed.by("operator", &["override", &second]).exits(0);
    signed.shop.promote("v3").exits(0);
    signed.by("lead", &["thaw", "--environment", "prod", "--reason", "over"]).exits(0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    signed.by("lead", &["rollback", "prod-apps", "--reason", "errors"]).exits(0).says(&[&second]);
}

#[test]
fn a_review_that_is_still_in_time_is_only_a_note() {
    let (signed, id) = shop("24h");
    release(&signed, "v2");
    let passed = signed.shop.promote("master").exits(0);
    let owed = |finding: &serde_json::Value| finding["rule"] == "emergency-change/review-owed" && finding["level"] == "note";
    assert!(passed.findings().iter().any(owed), "{}", passed.raw());
    signed.shop.tollgate(&["status"]).run().exits(0).says(&[&id, "a review is due by"]);
}
