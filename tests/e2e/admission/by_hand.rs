//! What somebody does by hand in a cluster that asks.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_tests::guard::stranger;

use super::{APPROVED, DEPLOYMENT, Guarded, MERGE, PODS, denied};

#[test]
fn what_was_promoted_runs_and_what_somebody_does_by_hand_does_not() {
    let Some(guarded) = Guarded::start(APPROVED, &[]) else { return };
    let before = guarded.ready(1);
    // A drain: the pod is deleted, and its controller makes another one.
    guarded.send("drainer", "DELETE", &format!("{PODS}/{}", before[0]), "application/json", &Value::Null).unwrap();
    assert_ne!(guarded.ready(1), before);
    // An autoscaler, or `kubectl scale`.
    guarded.send("scaler", "PATCH", &format!("{DEPLOYMENT}/scale"), MERGE, &json!({"spec": {"replicas": 2}})).unwrap();
    guarded.ready(2);

    let container = |fields: Value| json!({"spec": {"template": {"spec": {"containers": [fields]}}}});
    let other = format!("registry.example.com/cart@sha256:{}", "b".repeat(64));
    // `kubectl set image`
    denied(
        guarded.change("alice@example.com", DEPLOYMENT, &container(json!({"name": "cart", "image": other}))),
        &["approved-recipe/", "/spec/template/spec/containers/0/image"],
    );
    // `kubectl edit`
    let on_the_host = json!({"spec": {"template": {"spec": {"hostNetwork": true}}}});
    denied(guarded.change("alice@example.com", DEPLOYMENT, &on_the_host), &["approved-recipe/", "hostNetwork"]);
    denied(guarded.create("alice@example.com", PODS, &stranger("shell", &other)), &["approved-recipe/"]);
    // An owner that does not own it.
    let replica_sets = guarded.get("/apis/apps/v1/namespaces/shop/replicasets");
    let owner = &replica_sets["items"][0];
    let mut forged = stranger("forged", &other);
    forged["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"], "controller": true,
    }]);
    denied(guarded.create("alice@example.com", PODS, &forged), &["approved-recipe/forged-owner"]);
    // A container that is put into a pod that runs.
    let pod = guarded.ready(2).remove(0);
    let debugger = json!({"spec": {"ephemeralContainers": [{"name": "debugger", "image": "registry.example.com/tools:1"}]}});
    denied(guarded.change("alice@example.com", &format!("{PODS}/{pod}/ephemeralcontainers"), &debugger), &["approved-recipe/"]);
    // Other policies judge here as well, and other namespaces are nobody's business.
    guarded.create("alice@example.com", "/api/v1/namespaces/default/configmaps", &json!({"metadata": {"name": "free"}})).unwrap();
    guarded.shop.tollgate(&["drift"]).run();
}

#[test]
fn a_release_and_a_rollback_pass_as_soon_as_they_are_in_the_ledger() {
    let Some(guarded) = Guarded::start(APPROVED, &[]) else { return };
    let first = guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    guarded.shop.release("cart", "second");
    guarded.shop.promote("master").exits(0);
    guarded.ready(1);
    let second = guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_ne!(first, second);
    // What is no longer approved passes until the ledger is read again.
    guarded.catch_up();
    // The one before was approved once, and is not what runs now.
    let back = json!({"spec": {"template": {"spec": {"containers": [{"name": "cart", "image": first}]}}}});
    denied(guarded.change("alice@example.com", DEPLOYMENT, &back), &["approved-recipe/"]);
    guarded.shop.tollgate(&["rollback", "preprod-apps", "--reason", "the second is slow"]).run().exits(0);
    guarded.ready(1);
    assert_eq!(guarded.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"], first);
    guarded.shop.tollgate(&["drift"]).run().exits(0);
}

#[test]
fn where_the_gate_only_warns_a_change_by_hand_passes_and_is_told() {
    let Some(guarded) = Guarded::start(&APPROVED.replace("mode: deny", "mode: warn"), &[]) else { return };
    let other = format!("registry.example.com/cart@sha256:{}", "b".repeat(64));
    let set_image = json!({"spec": {"template": {"spec": {"containers": [{"name": "cart", "image": other}]}}}});
    guarded.change("alice@example.com", DEPLOYMENT, &set_image).unwrap();
    let told = guarded.guard.webhook.told("admission");
    let journal = guarded.guard.webhook.journal();
    let by_alice = journal.iter().find(|line| line["user"] == "alice@example.com" && line["ruling"] == "allowed");
    let by_alice = by_alice.unwrap_or_else(|| panic!("{told}: {journal:#?}"));
    assert!(by_alice["warnings"].to_string().contains("approved-recipe/"), "{by_alice}");
    guarded.shop.tollgate(&["drift"]).run().exits(14).says(&["Deployment shop/cart"]);
}

#[test]
fn once_the_ledger_could_not_be_read_for_too_long_nothing_passes_and_the_reason_is_said() {
    let Some(guarded) = Guarded::start(APPROVED, &["admission: {staleness: 3s}"]) else { return };
    let remote = guarded.shop.world.path("remotes/deployment.git");
    let away = guarded.shop.world.path("remotes/away.git");
    fs_err::rename(&remote, &away).unwrap();
    std::thread::sleep(Duration::from_secs(6));
    let map = json!({"metadata": {"name": "late"}});
    let refused = guarded.create("alice@example.com", "/api/v1/namespaces/shop/configmaps", &map).unwrap_err();
    assert!(refused.said.contains("could not read its ledger"), "{}", refused.said);
    assert!(guarded.guard.webhook.probe("/readyz").1.contains("ledger stale"));
    fs_err::rename(&away, &remote).unwrap();
    wait_until_fresh(&guarded);
}

#[test]
fn a_ledger_whose_server_takes_questions_and_never_answers_is_read_again_once_it_does() {
    let Some(guarded) = Guarded::start(APPROVED, &["admission: {staleness: 3s}"]) else { return };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let point_at = |url: &str| guarded.shop.deployment.git(&["remote", "set-url", "origin", url]);
    let before = guarded.shop.deployment.git(&["remote", "get-url", "origin"]);
    point_at(&format!("http://{}/deployment.git", silent.local_addr().unwrap()));
    let map = json!({"metadata": {"name": "late"}});
    let begun = Instant::now();
    let refused = loop {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:#?}", guarded.guard.webhook.journal());
        std::thread::sleep(Duration::from_millis(200));
        match guarded.create("alice@example.com", "/api/v1/namespaces/shop/configmaps?dryRun=All", &map) {
            Ok(_) => {}
            Err(refused) => break refused,
        }
    };
    assert!(refused.said.contains("could not read its ledger"), "{}", refused.said);
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_ok(), "it was asked");
    point_at(&before);
    wait_until_fresh(&guarded);
}

#[track_caller]
fn wait_until_fresh(guarded: &Guarded) {
    let begun = Instant::now();
    while guarded.guard.webhook.probe("/readyz").1.contains("ledger stale") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:#?}", guarded.guard.webhook.journal());
        std::thread::sleep(Duration::from_millis(200));
    }
}
