//! A recipe moves on once it has stood long enough, and no other one in its place (`docs/scenarios/04-recipe.md`).

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tollgate_tests::{Answer, Pipeline, Shop};

fn soaking(time: &str) -> Pipeline {
    Pipeline::deployment().soak(time)
}

/// What the gate says of the only target.
fn soak(answer: &Answer) -> Value {
    let json = answer.json();
    let gates = json["targets"][0]["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["name"] == "soak").unwrap_or_else(|| panic!("{json:#}")).clone()
}

/// A day after the newest success in preprod, as the ledger has it.
fn a_day_later(shop: &Shop) -> String {
    let entries = shop.ledger().entries();
    let succeeded = entries.iter().rfind(|entry| entry["type"] == "outcome" && entry["subject"]["target"] == "preprod-apps");
    let at: Timestamp = succeeded.unwrap()["at"].as_str().unwrap().parse().unwrap();
    (at + SignedDuration::from_hours(24)).to_string()
}

fn wait_for(seconds: u64) {
    std::thread::sleep(std::time::Duration::from_secs(seconds));
}

/// The same commit, judged by a policy with another time.
fn accept(shop: &Shop, time: &str) {
    shop.deployment.write("tollgate.yaml", soaking(time).text());
    shop.deployment.deliver("master", "another time");
    shop.tollgate(&["policy", "update"]).run().exits(0);
    shop.deployment.deliver("master", "its lock");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
}

#[test]
fn a_recipe_that_has_not_soaked_waits_until_it_has_and_then_goes() {
    let shop = Shop::with(&["cart", "email"], &soaking("24h"));
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    let waiting = shop.promote("v1").exits(4);
    let gate = soak(&waiting);
    assert_eq!((gate["verdict"].as_str(), gate["wait"]["until"].as_str()), (Some("pending"), Some(a_day_later(&shop).as_str())));
    assert!(gate["wait"]["reason"].as_str().unwrap().contains("has stood on `preprod-apps` for"), "{gate}");
    shop.tollgate(&["explain", "prod-apps"]).run().says(&["soak", "are left"]);
    shop.tollgate(&["status"]).run().exits(0).says(&["prod-apps", "are left"]);
    assert!(!shop.target("prod").is_live());
    accept(&shop, "1s");
    wait_for(2);
    shop.promote("v1").exits(0);
    assert_eq!(shop.target("prod").files(), shop.target("preprod").files());
}

#[test]
fn another_recipe_in_between_does_not_count() {
    let shop = Shop::with(&["cart", "email"], &soaking("24h"));
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    wait_for(1);
    let first = a_day_later(&shop);
    shop.release("cart", "two");
    shop.promote("master").exits(0);
    // The one that came later begins anew.
    let second = a_day_later(&shop);
    assert_ne!(first, second);
    shop.deployment.tag("v2");
    assert_eq!(soak(&shop.promote("v2").exits(4))["wait"]["until"], second);
    // The one before ripens no more, since it does not run there.
    let replaced = soak(&shop.promote("v1").exits(4));
    assert_eq!(replaced["wait"]["until"], Value::Null);
    assert!(replaced["wait"]["reason"].as_str().unwrap().contains("took its place; promote it there again"), "{replaced}");
    // Nor when it comes back: what it stood before is not added.
    wait_for(1);
    shop.deployment.git(&["revert", "--no-edit", "HEAD"]);
    shop.deployment.push("master");
    shop.promote("master").exits(0);
    let third = a_day_later(&shop);
    assert_ne!(second, third);
    assert_eq!(soak(&shop.promote("v1").exits(4))["wait"]["until"], third);
    assert!(!shop.target("prod").is_live());
}

#[test]
fn a_service_changed_by_hand_is_another_recipe_that_nobody_has_tested() {
    let shop = Shop::with(&["cart", "email"], &soaking("1s"));
    shop.promote("master").exits(0);
    shop.deployment.edit("services/email/deployment.yaml", |text| text.replace("replicas: 1", "replicas: 2"));
    shop.deployment.commit("by hand");
    shop.deployment.tag("v1");
    wait_for(2);
    assert!(shop.promote("v1").exits(10).denials().contains(&"structure/after".to_owned()));
}
