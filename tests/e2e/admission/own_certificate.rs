//! The certificate that the webhook makes itself, kept in a cluster.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tollgate_tests::guard::stranger;

use super::{APPROVED, Guarded, MERGE, PODS, denied};

const SECRET: &str = "/api/v1/namespaces/tollgate/secrets/tollgate-admission-certificate";
const CONFIGURATION: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/tollgate-preprod-apps";

/// The authorities that the cluster trusts, which are those of the Secret.
fn trusted(guarded: &Guarded) -> String {
    let secret = guarded.get(SECRET);
    let bundle = guarded.get(CONFIGURATION)["webhooks"][0]["clientConfig"]["caBundle"].clone();
    assert_eq!((&bundle, &secret["type"]), (&secret["data"]["ca.crt"], &Value::from("kubernetes.io/tls")));
    String::from_utf8(BASE64_STANDARD.decode(bundle.as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn replicas_share_the_certificate_that_the_first_has_made_and_make_another_where_it_is_damaged() {
    let Some(guarded) = Guarded::start(APPROVED, &[]) else { return };
    let first = trusted(&guarded);
    let version = guarded.get(SECRET)["metadata"]["resourceVersion"].clone();
    let replica = guarded.guard.another(&guarded.shop.deployment);
    assert_eq!(guarded.get(SECRET)["metadata"]["resourceVersion"], version);
    // Who answers makes no difference to the cluster.
    let pod = stranger("shell", &format!("registry.example.com/shell@sha256:{}", "b".repeat(64)));
    guarded.cluster.serve_at(replica.address);
    guarded.guard.webhook.end();
    denied(guarded.create("alice@example.com", PODS, &pod), &["approved-recipe/"]);
    let damaged = json!({"data": {"tls.key": BASE64_STANDARD.encode("no key")}});
    guarded.send("somebody", "PATCH", SECRET, MERGE, &damaged).unwrap();
    let next = guarded.guard.another(&guarded.shop.deployment);
    let second = trusted(&guarded);
    assert!(second != first && second.contains(first.trim()), "{second}");
    guarded.cluster.serve_at(next.address);
    denied(guarded.create("alice@example.com", PODS, &pod), &["approved-recipe/"]);
    // One that still shows the certificate before is trusted, too.
    guarded.cluster.serve_at(replica.address);
    drop(next);
    denied(guarded.create("alice@example.com", PODS, &pod), &["approved-recipe/"]);
}
