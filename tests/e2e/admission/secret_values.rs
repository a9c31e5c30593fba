//! Values of Secrets: what was approved is let in, another value is not, and nobody is told either.

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life};
use tollgate_tests::{Shop, manifest};

use super::{APPROVED, Guarded, denied, mk_pipeline_with};

const SECRET: &str = "/api/v1/namespaces/shop/secrets/cart";
const ENCODED: &str = "cGxhbnRlZC1zZWNyZXQtb25l";
const PLAIN: &str = "planted-secret-two";

#[test]
fn another_value_of_a_secret_is_denied_and_neither_value_is_told() {
    let Some(cluster) = Cluster::start(Life::Whole) else { return };
    let keys = tempfile::tempdir().unwrap();
    let key = keys.path().join("plan.key");
    fs_err::write(&key, "a key of the operator's that is long enough for this").unwrap();
    let pipeline = mk_pipeline_with(&cluster, &format!(", planKey: {{file: {}}}", key.display())).gate(APPROVED);
    let mut shop = Shop::untrusted(&["cart"], &pipeline);
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", ENCODED, PLAIN));
    shop.deployment.deliver("master", "a secret");
    shop.init();
    let build = shop.last_build("cart");
    shop.record(&build, "master").exits(0);
    let guarded = Guarded::of(cluster, shop);
    let live = guarded.get(SECRET);
    let values = live["data"].as_object().unwrap();
    let again = json!({"metadata": {"labels": null}, "data": values});
    guarded.change("alice@example.com", SECRET, &again).unwrap();
    for name in values.keys() {
        let patch: Value = json!({"data": {name: "YW5vdGhlci1wbGFudGVk"}});
        let refused = guarded.change("alice@example.com", SECRET, &patch).unwrap_err();
        assert!(!refused.said.contains("YW5vdGhlci1wbGFudGVk") && !refused.said.contains(PLAIN), "{}", refused.said);
        denied(Err(refused), &["approved-recipe/differs", name]);
    }
    let journal = format!("{:?}", guarded.guard.webhook.journal());
    assert!(!journal.contains("YW5vdGhlci1wbGFudGVk") && !journal.contains(PLAIN) && !journal.contains(ENCODED));
}
