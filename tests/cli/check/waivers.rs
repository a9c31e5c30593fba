//! Waivers: known findings that are accepted for a time.

use tollgate_tests::{Answer, Pipeline, Shop, assert_report, manifest};

const CART: &str = "services/cart/deployment.yaml";

/// A shop with an image that is not pinned, and a file of waivers.
fn shop(waivers: &str) -> Shop {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write(CART, manifest::deployment("cart", "registry.example.com/cart:latest"));
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}waivers: {{files: [waivers.yaml]}}\n"));
    shop.deployment.write("waivers.yaml", format!("apiVersion: tollgate.dev/v1alpha1\nkind: Waivers\nwaivers:\n{waivers}"));
    shop.deployment.commit("waivers");
    shop
}

fn waiver(rule: &str, subject: &str, expires: &str) -> String {
    format!(
        "  - {{rule: {rule}, subject: {{{subject}}}, reason: Known for long., approver: lead@example.com, expires: {expires}}}\n"
    )
}

const SUBJECT: &str = "kind: Deployment, name: cart";

fn check(shop: &Shop, arguments: &[&str]) -> Answer {
    shop.tollgate(&["check", "-o", "json"]).args(arguments).run()
}

#[test]
fn a_waived_finding_is_shown_and_does_not_deny() {
    let shop = shop(&waiver("image-pinned/latest", SUBJECT, "2099-12-31"));
    let answer = check(&shop, &[]).exits(0);
    assert_report(&answer.json());
    let finding = &answer.findings()[0];
    assert_eq!((&finding["rule"], &finding["level"]), (&"image-pinned/latest".into(), &"deny".into()));
    let expected = serde_json::json!({"reason": "Known for long.", "approver": "lead@example.com", "expires": "2099-12-31", "file": "waivers.yaml", "line": 4});
    assert_eq!(finding["waiver"], expected);
    assert_eq!((&answer.json()["waivers"][0]["state"], &answer.json()["gates"][0]["verdict"]), (&"used".into(), &"pass".into()));
    insta::assert_snapshot!(shop.tollgate(&["check"]).run().exits(0).snapshot());
}

#[test]
fn a_waiver_that_holds_no_more_is_told_and_its_finding_is_back() {
    let shop = shop(&waiver("image-pinned/latest", SUBJECT, "2020-01-01"));
    let answer = check(&shop, &[]).exits(10);
    assert_eq!(answer.json()["waivers"][0]["state"], "expired");
    shop.tollgate(&["check"]).run().exits(10).says(&["expired on 2020-01-01: 1 finding is back"]);
}

#[test]
fn a_waiver_of_nothing_is_told_where_everything_was_judged() {
    let all = waiver("image-pinned/latest", SUBJECT, "2099-12-31")
        + &waiver("pod-security/privileged", "kind: Pod, name: gone", "2099-12-31");
    let shop = shop(&all);
    let states = |arguments: &[&str]| check(&shop, arguments).json()["waivers"].as_array().unwrap().len();
    assert_eq!((states(&[]), states(&["services/cart"])), (2, 1));
    shop.tollgate(&["check"]).run().exits(0).says(&["waivers.yaml:5: pod-security/privileged of Pod gone accepts nothing"]);
}

#[test]
fn a_rule_that_the_policy_does_not_have_can_not_be_waived() {
    let shop = shop(&waiver("image-pinned/tagg", SUBJECT, "2099-12-31"));
    check(&shop, &[]).exits(12).says(&["image-pinned/tagg", "waivers.yaml", "`image-pinned/tag`"]);
}

#[test]
fn a_proposal_can_not_waive_its_own_findings() {
    let shop = shop("  []\n");
    shop.deployment.edit("waivers.yaml", |text| text.replace("waivers:\n  []\n", "waivers: []\n"));
    shop.deployment.deliver("master", "no waivers yet");
    shop.deployment.switch("feature");
    shop.deployment.edit(CART, |text| format!("# a remark\n{text}"));
    shop.deployment.edit("waivers.yaml", |text| {
        text.replace("waivers: []\n", &format!("waivers:\n{}", waiver("image-pinned/latest", SUBJECT, "2099-12-31")))
    });
    shop.deployment.commit("waived by whoever it is about");
    let answer = check(&shop, &["--base", "master"]).exits(10);
    assert_eq!(answer.text_at("/proposal/ownPolicies/decision"), "approved");
}

#[test]
fn an_old_repository_is_taken_in_with_waivers_that_turn_nothing_off() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write(
        CART,
        manifest::deployment("cart", "registry.example.com/cart:latest").replace("limits: {memory: 32Mi}", "limits: {}"),
    );
    let write = ["check", "--write-waivers", "old.yaml", "--expires", "90d", "--reason", "It was so before."];
    shop.tollgate(&write).run().exits(10).says(&["waivers written to `old.yaml`: 2"]);
    shop.tollgate(&write).run().exits(2).says(&["never overwritten"]);
    shop.tollgate(&["check"]).run().exits(10);
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}waivers: {{files: [old.yaml]}}\n"));
    let json = check(&shop, &[]).exits(0).json();
    let waivers = json["waivers"].as_array().unwrap();
    assert!(waivers.iter().all(|waiver| waiver["state"] == "used" && waiver["reason"] == "It was so before."), "{json}");
    shop.deployment.edit(CART, |text| format!("{text}        - {{name: more, image: 'busybox:latest', resources: {{requests: {{cpu: 1m, memory: 1Mi}}, limits: {{memory: 1Mi}}}}}}\n"));
    let findings = check(&shop, &[]).exits(10).findings();
    let counting: Vec<_> = findings.iter().filter(|finding| finding["waiver"].is_null()).map(|finding| &finding["rule"]).collect();
    assert_eq!(counting, ["image-pinned/latest"]);
}

#[test]
fn what_can_not_be_waived_is_left_and_counted() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.write("services/cart/broken.yaml", "a: b: c\n");
    let answer = shop.tollgate(&["check", "--write-waivers", "old.yaml", "--expires", "2099-12-31", "--reason", "Known."]).run();
    answer.exits(10).says(&["nothing to waive", "not waived: 1 denied by tollgate itself"]);
    assert!(!shop.deployment.has("old.yaml"));
}

#[test]
fn waivers_are_not_written_without_a_reason_and_a_last_day() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    for arguments in [
        &["--expires", "90d"][..],
        &["--reason", "x"],
        &["--expires", "2020-01-01", "--reason", "x"],
        &["--expires", "90d", "--reason", ""],
    ] {
        shop.tollgate(&["check", "--write-waivers", "old.yaml"]).args(arguments).run().exits(2);
    }
    assert!(!shop.deployment.has("old.yaml"));
}

#[test]
fn an_object_waives_findings_about_itself_only_where_the_configuration_allows_it() {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let annotated = |annotation: &str| {
        let text = manifest::deployment("cart", "registry.example.com/cart:latest");
        let text = text.replacen("  name: cart\n", &format!("  name: cart\n  annotations:\n    {annotation}\n"), 1);
        shop.deployment.write(CART, text);
    };
    annotated("waiver.tollgate.dev/image-pinned.latest: 2099-12-31 lead@example.com Moves to the managed service.");
    check(&shop, &[]).exits(10);
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}waivers: {{inline: true}}\n"));
    let answer = check(&shop, &[]).exits(0);
    let expected = serde_json::json!({"reason": "Moves to the managed service.", "approver": "lead@example.com", "expires": "2099-12-31", "file": CART, "line": 6});
    assert_eq!(answer.findings()[0]["waiver"], expected);
    for (annotation, why) in [
        ("waiver.tollgate.dev/image-pinned.latest: 2099-12-31 lead@example.com", "DAY APPROVER REASON"),
        ("waiver.tollgate.dev/image-pinned.latest: soon lead@example.com It is fine.", "`soon` is no day"),
        ("waiver.tollgate.dev/same-image.rebuilt: 2099-12-31 lead@example.com It is fine.", "the gate `same-image` is mandatory"),
        ("waiver.tollgate.dev/latest: 2099-12-31 lead@example.com It is fine.", "`<policy>.<rule>`"),
    ] {
        annotated(annotation);
        check(&shop, &[]).exits(10).says(&[why]);
    }
    annotated("waiver.tollgate.dev/image-pinned.latest: 2020-01-01 lead@example.com It is over.");
    assert_eq!(check(&shop, &[]).exits(10).json()["waivers"][0]["state"], "expired");
}
