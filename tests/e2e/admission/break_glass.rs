//! Break-glass in a cluster: what several people signed for passes for a time, and nothing else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life};
use tollgate_tests::SignedShop;

use super::{DEPLOYMENT, Guarded, denied, mk_pipeline, mk_pipeline_with};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("security", &["auditor"])];
const OVERRIDES: &str = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";
const GATE: &str = "{name: approved-recipe, policy: builtin:approved-recipe, enforcement: overridable}";

fn template(fields: &Value) -> Value {
    json!({"spec": {"template": {"spec": fields}}})
}

/// Waits until the ledger has glass that was broken in the cluster: its entry, and what it says.
#[track_caller]
fn owed(signed: &SignedShop) -> (u64, Value) {
    let begun = Instant::now();
    loop {
        let entries = signed.shop.ledger().entries();
        let found = entries.iter().position(|entry| !entry["body"]["inCluster"].is_null());
        if let Some(index) = found {
            return (index.try_into().unwrap(), entries[index]["body"].clone());
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is never written to the ledger");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn an_override_that_two_people_signed_lets_pass_what_its_gate_denies_and_nothing_that_others_do() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let signed = SignedShop::new(&["cart"], &mk_pipeline(&cluster).gate(GATE).line(OVERRIDES), &TEAMS);
    let guarded = Guarded::of(cluster, signed.shop.clone());
    let promotion = signed.newest("preprod-apps");
    let hotfix = format!("registry.example.com/cart@sha256:{}", "b".repeat(64));
    let set_image = template(&json!({"containers": [{"name": "cart", "image": hotfix}]}));
    denied(guarded.change("alice@example.com", DEPLOYMENT, &set_image), &["approved-recipe/", "tollgate override"]);
    let reason = ["--reason", "carts are lost", "--ticket", "INC-7", "-o", "json"];
    let open = [&["override", &promotion, "--gate", "approved-recipe"][..], &reason].concat();
    let entry = signed.by("lead", &open).exits(0).json()["entry"].clone();
    // One signature is not enough.
    guarded.catch_up();
    denied(guarded.change("alice@example.com", DEPLOYMENT, &set_image), &["approved-recipe/"]);
    signed.by("operator", &["override", &format!("O-{entry}")]).exits(0).says(&["passes approved-recipe"]);
    // It passes as soon as it is in the ledger.
    guarded.change("alice@example.com", DEPLOYMENT, &set_image).unwrap();
    guarded.wait(DEPLOYMENT, |deployment| {
        let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
        *image == hotfix && deployment["status"]["updatedReplicas"] == 1 && deployment["status"]["availableReplicas"] == 1
    });
    let journal = guarded.guard.webhook.journal();
    let told = journal.iter().find(|line| line["user"] == "alice@example.com" && line["ruling"] == "allowed").unwrap();
    assert!(told["warnings"].to_string().contains(&format!("override of entry {entry}")), "{told}");
    let on_the_host = template(&json!({"hostNetwork": true}));
    denied(guarded.change("alice@example.com", DEPLOYMENT, &on_the_host), &["pod-security/"]);
    // Somebody else reviews it, and what was done by hand is told until it is set back.
    signed.by("auditor", &["approve", &format!("O-{entry}"), "--note", "looked at the logs"]).exits(0);
    signed.shop.tollgate(&["drift"]).run().exits(14).says(&["Deployment shop/cart"]);
}

#[test]
fn an_annotation_of_those_who_may_lets_a_rollout_pass_and_its_review_blocks_promotions_once_it_is_overdue() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let overrides = OVERRIDES.replace("reviewWithin: 24h", "reviewWithin: 3s");
    let admission = "admission: {breakGlass: {users: [alice@example.com], gates: [approved-recipe], maxDuration: 1h}}";
    // What was set by hand is taken back by the next promotion.
    let images = "{kind: Deployment, fields: ['.spec.template.spec.containers[name=\"cart\"].image']}";
    let pipeline = mk_pipeline_with(&cluster, &format!(", forceConflicts: [{images}]"));
    let pipeline = pipeline.gate(GATE).line(&overrides).line(admission);
    let signed = SignedShop::new(&["cart"], &pipeline, &TEAMS);
    let guarded = Guarded::of(cluster, signed.shop.clone());
    let hotfix = format!("registry.example.com/cart@sha256:{}", "c".repeat(64));
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30)).to_string();
    let marks = json!({"tollgate.dev/break-glass": "carts are lost", "tollgate.dev/break-glass-until": until,
        "tollgate.dev/break-glass-ticket": "INC-8"});
    let mut patch = template(&json!({"containers": [{"name": "cart", "image": hotfix}]}));
    patch["metadata"]["annotations"] = marks.clone();
    patch["spec"]["template"]["metadata"]["annotations"] = marks;
    denied(guarded.change("bob@example.com", DEPLOYMENT, &patch), &["`bob@example.com` may not break glass"]);
    guarded.change("alice@example.com", DEPLOYMENT, &patch).unwrap();
    guarded.wait(DEPLOYMENT, |deployment| {
        let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
        *image == hotfix && deployment["status"]["updatedReplicas"] == 1 && deployment["status"]["availableReplicas"] == 1
    });
    let journal = guarded.guard.webhook.journal();
    let told = journal.iter().find(|line| line["user"] == "alice@example.com" && line["level"] == "alert").unwrap();
    assert!(told["break-glass"].to_string().contains("carts are lost"), "{told}");
    let (entry, owed) = owed(&signed);
    assert_eq!((&owed["reason"], &owed["inCluster"]["object"]), (&json!("carts are lost"), &json!("Deployment shop/cart")));
    guarded.catch_up();
    // Whoever asks with the annotation again owes it for a moment again, for which nothing is written.
    let begun = Instant::now();
    while guarded.guard.webhook.metric("tollgate_break_glass_unrecorded") != 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:#?}", guarded.guard.webhook.journal());
        std::thread::sleep(Duration::from_millis(100));
    }
    // What was broken passes nothing on the way of a promotion, and is nobody's to sign.
    signed.by("lead", &["override", &format!("O-{entry}")]).exits(10).says(&["broken in a cluster"]);
    signed.shop.tollgate(&["status"]).run().exits(0).says(&["in the cluster by an annotation of Deployment shop/cart"]);
    std::thread::sleep(Duration::from_secs(4));
    signed.shop.release("cart", "the hotfix");
    signed.shop.promote("master").exits(10).says(&["emergency-change/review-overdue", "alice@example.com"]);
    signed.by("auditor", &["approve", &format!("O-{entry}"), "--note", "looked at the logs"]).exits(0);
    signed.shop.promote("master").exits(0);
    // The promotion has set back what was done by hand, and the annotation is in nobody's way.
    signed.shop.tollgate(&["drift"]).run().exits(0);
}
