//! Nobody's yes counts for their own change: reviews and approvals from commit to target.

use serde_json::Value;
use tollgate_tests::{Answer, Pipeline, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("developers", &["dev"])];

const FOUR_EYES: &str = "{name: four-eyes, policy: builtin:four-eyes, enforcement: mandatory, match: {environment: prod}, settings: {from: [platform, developers]}}";

/// A shop whose commits from now on are written and signed by `dev`, with one recipe that waits for prod.
fn shop() -> SignedShop {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().gate(FOUR_EYES), &TEAMS);
    signed.commit_as("dev");
    signed.shop.release("cart", "two");
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.git(&["tag", "-s", "-m", "to prod", "v1"]);
    signed.shop.deployment.git(&["push", "-q", "origin", "v1"]);
    signed
}

fn gate(answer: &Answer) -> Value {
    let json = answer.json();
    let gates = json["targets"][0]["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["name"] == "four-eyes").unwrap().clone()
}

#[test]
fn the_author_can_not_approve_and_another_person_can() {
    let signed = shop();
    let waiting = signed.shop.promote("v1").exits(4);
    assert_eq!(gate(&waiting)["verdict"], "pending", "{waiting:?}");
    let promotion = signed.newest("prod-apps");
    signed.by("dev", &["approve", &promotion]).exits(0);
    let own = gate(&signed.shop.promote("v1").exits(4));
    assert!(own["wait"]["reason"].as_str().unwrap().contains("dev@example.com"), "{own}");
    signed.by("lead", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.shop.promote("v1").exits(0);
    let entries = signed.shop.ledger().entries();
    let decided = entries.iter().rfind(|entry| entry["type"] == "decided").unwrap();
    assert_eq!(decided["body"]["requester"], "dev@example.com");
}

#[test]
fn a_no_stands_until_the_same_person_says_yes() {
    let signed = shop();
    signed.shop.promote("v1").exits(4);
    let promotion = signed.newest("prod-apps");
    signed.by("operator", &["reject", &promotion, "--reason", "no rollback plan"]).exits(0);
    signed.by("lead", &["approve", &promotion]).exits(0);
    let denied = signed.shop.promote("v1").exits(10);
    denied.says(&["no rollback plan"]);
    signed.by("operator", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.shop.promote("v1").exits(0);
}

#[test]
fn an_approval_is_of_one_plan_and_of_none_that_does_more() {
    let signed = shop();
    signed.shop.promote("v1").exits(4);
    signed.by("lead", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.shop.release("cart", "three");
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.git(&["tag", "-s", "-m", "to prod", "v2"]);
    signed.shop.deployment.git(&["push", "-q", "origin", "v2"]);
    let other = gate(&signed.shop.promote("v2").exits(4));
    assert!(other["wait"]["reason"].as_str().unwrap().contains("it is of the recipe"), "{other}");
    signed.shop.promote("v1").exits(0);
}
