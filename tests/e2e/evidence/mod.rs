//! Evidence: results that gates wait for, and promotions that are proved to whoever has nothing but public keys.

mod bundled;
mod counted;
mod stranger;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tollgate_tests::{Pipeline, SignedShop};

/// Who tests, and who leads.
const TEAMS: [(&str, &[&str]); 2] = [("ci", &["tester"]), ("platform", &["lead"])];

const TESTED: &str = "{name: tested, policy: builtin:test-evidence, enforcement: mandatory, match: {environment: prod}, grants: {clock: true}, settings: {require: [{from: [ci]}]}}";

const JUNIT: &str = r#"<testsuite name="cart" tests="1" failures="0"><testcase classname="cart" name="adds"/></testsuite>"#;

/// A shop whose recipe is proven on preprod, and has a tag for prod.
fn shop() -> SignedShop {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().gate(TESTED), &TEAMS);
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.tag("v1");
    signed
}

/// The digest of the image that the shop's recipe has.
fn image(signed: &SignedShop) -> String {
    signed.shop.last_build("cart").digest
}

/// A statement that a digest passed, or not.
fn result_of(digest: &str, result: &str) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "cart", "digest": {"sha256": digest.trim_start_matches("sha256:")}}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {"result": result, "configuration": []},
    })
}

/// What DSSE has signed.
fn message(kind: &str, payload: &[u8]) -> Vec<u8> {
    [format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(), payload].concat()
}

/// An envelope around a statement, as anybody's tool makes it.
fn envelope(statement: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> Value {
    let (kind, payload) = ("application/vnd.in-toto+json", statement.to_string().into_bytes());
    let sig = BASE64_STANDARD.encode(sign(&message(kind, &payload)));
    json!({"payloadType": kind, "payload": BASE64_STANDARD.encode(&payload), "signatures": [{"keyid": "", "sig": sig}]})
}
