//! Break-glass in a cluster: what several people signed for passes for a time, and nothing else.

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life};
use tollgate_tests::SignedShop;

use super::{DEPLOYMENT, Guarded, denied, mk_pipeline};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("security", &["auditor"])];
const OVERRIDES: &str = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";
const GATE: &str = "{name: approved-recipe, policy: builtin:approved-recipe, enforcement: overridable}";

fn template(fields: &Value) -> Value {
    json!({"spec": {"template": {"spec": fields}}})
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
