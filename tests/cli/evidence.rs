//! `evidence`: what it takes, what it refuses, and what it says.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tollgate_tests::{Answer, Shop, World};

fn statement(digest: &str) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "cart", "digest": {"sha256": digest.trim_start_matches("sha256:")}}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {"result": "PASSED", "configuration": []},
    })
}

/// Adds a file of this text.
fn add(shop: &Shop, text: &str, arguments: &[&str]) -> Answer {
    shop.deployment.write("evidence.json", text);
    shop.tollgate(&["evidence", "add", "evidence.json"]).args(arguments).run()
}

#[test]
fn what_was_added_is_shown_and_in_a_ledger_that_nobody_signs_counts_for_nothing() {
    let shop = Shop::new(&["cart"]);
    let text = statement(&shop.last_build("cart").digest).to_string();
    insta::assert_snapshot!("added", add(&shop, &text, &[]).exits(0).snapshot());
    let json = add(&shop, &text, &["-o", "json"]).exits(0).json();
    assert_eq!((&json["entry"], &json["signer"]), (&json!(3), &Value::Null));
    let entry = shop.ledger().entries().pop().unwrap();
    assert_eq!((&entry["type"], &entry["body"]["predicateType"]), (&json!("evidence"), &json["predicateType"]));
    // What the ledger holds is the statement, byte for byte, in an envelope.
    let envelope: Value = serde_json::from_slice(&shop.ledger().blob(entry["blobs"]["statement"].as_str().unwrap())).unwrap();
    let payload = BASE64_STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(payload).unwrap(), text);
    assert_eq!(envelope["signatures"], json!([]));
}

#[test]
fn what_is_no_evidence_is_refused_at_its_line() {
    let shop = Shop::new(&["cart"]);
    let pretty = serde_json::to_string_pretty(&statement(&"0".repeat(64))).unwrap();
    let count = shop.ledger().types().len();
    for (text, says) in [
        (pretty.replace(&"0".repeat(64), "ABC"), &["`ABC` is no SHA-256 digest", "evidence.json:11"][..]),
        (
            pretty.replace("\"name\": \"cart\"", "\"name\": \"cart\",\n\"name\": \"ads\""),
            &["the key `name` stands twice", "evidence.json:"],
        ),
        (pretty.replace("PASSED", "GREEN"), &["`result` of a test result must be"]),
        (pretty.replace("Statement/v1", "Statement/v0.1"), &["`_type` is"]),
        ("{\"subject\": []".to_owned(), &["evidence.json:1"]),
        (String::new(), &["is no evidence"]),
        (json!({"payloadType": "text/plain", "payload": "", "signatures": []}).to_string(), &["of the type `text/plain`"]),
        (
            json!({"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}).to_string(),
            &["in its payload"],
        ),
    ] {
        add(&shop, &text, &[]).exits(13).says(says);
    }
    let cut = "<testsuite>\n<testcase name=\"a\">";
    add(&shop, cut, &["--type", "test-result", "--subject", &format!("sha256:{}", "0".repeat(64))])
        .exits(13)
        .says(&["evidence.json:2"]);
    shop.tollgate(&["evidence", "add", "not-there"]).run().exits(13);
    assert_eq!(shop.ledger().types().len(), count, "nothing was written");
}

#[test]
fn a_result_needs_a_type_that_is_known_and_a_subject_that_is_found() {
    let shop = Shop::new(&["cart"]);
    let (ticket, digest) = (r#"{"id": "CHG-7", "state": "open"}"#, format!("sha256:{}", "0".repeat(64)));
    add(&shop, ticket, &["--type", "ticket"]).exits(2).says(&["--subject"]);
    add(&shop, ticket, &["--type", "tickets", "--subject", &digest]).exits(2).says(&["`vulnerability-scan`"]);
    add(&shop, ticket, &["--type", "ticket", "--subject", "cart"]).exits(12).says(&["names neither a digest"]);
    let other = statement(&shop.last_build("cart").digest).to_string();
    add(&shop, &other, &["--subject", &digest]).exits(12).says(&["the statement is not about"]);
    add(&shop, &other, &["--type", "ticket", "--subject", &digest]).exits(13).says(&["leave `--type` away"]);
}

#[test]
fn a_bundle_needs_a_key_and_a_ledger_that_is_signed() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    shop.tollgate(&["evidence", "bundle", "P-2"]).run().exits(12).says(&["there is no key"]);
    let key = shop.world.path("key");
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", key.as_str()]).status();
    assert!(made.unwrap().success());
    let unsigned = shop.tollgate(&["evidence", "bundle", "P-2"]).env("TOLLGATE_KEY", key.as_str()).run();
    unsigned.exits(12).says(&["entry 0 is not signed"]);
}

#[test]
fn verifying_needs_keys_and_signers_that_can_be_read() {
    let world = World::new();
    world.write("bundle", "{}\n");
    world.write("signers", "");
    let verify = |key: &str, signers: &str, file: &str| {
        world.tollgate("").args(["evidence", "verify", file, "--log-key", key, "--signers", signers]).run()
    };
    let key = "example.com/log+fb87bf0a+AQ";
    verify("nonsense", "signers", "bundle").exits(2);
    assert_eq!(verify(key, "signers", "bundle").exit, 2, "a key with other digits than its name has");
    world.tollgate("").args(["evidence", "verify", "bundle", "--log-key", key]).run().exits(2).says(&["--signers"]);
}
