//! Envelopes that other tools signed: by a key that may, by one that nobody knows, and brought once more.

use std::process::Command;

use camino::Utf8PathBuf;
use serde_json::Value;
use tollgate_tests::{Answer, SignedShop};

use super::{envelope, image, result_of, shop};

/// A P-256 key that `openssl` made.
fn scanner(signed: &SignedShop) -> Utf8PathBuf {
    let key = signed.shop.world.path("scanner.pem");
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key.as_str()]);
    key
}

#[track_caller]
fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().expect("`openssl` is on this machine");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A result in an envelope that `openssl` signed.
fn signed_result(signed: &SignedShop, key: &Utf8PathBuf, result: &str) -> Value {
    let [message, signature] = ["message", "signature"].map(|name| signed.shop.world.path(name));
    envelope(&result_of(&image(signed), result), |bytes| {
        fs_err::write(&message, bytes).unwrap();
        openssl(&["dgst", "-sha256", "-sign", key.as_str(), "-out", signature.as_str(), message.as_str()]);
        fs_err::read(&signature).unwrap()
    })
}

fn add(signed: &SignedShop, envelope: &Value) -> Answer {
    let pretty = serde_json::to_string_pretty(envelope).unwrap();
    signed.cli("lead", &["evidence", "add", "-", "-o", "json"]).input(pretty).run().exits(0)
}

/// Lets a key sign statements, and nothing else.
fn allow(signed: &SignedShop, key: &Utf8PathBuf) {
    let public = signed.shop.world.path("scanner.pub");
    openssl(&["pkey", "-in", key.as_str(), "-pubout", "-out", public.as_str()]);
    let line = Command::new("ssh-keygen").args(["-i", "-m", "PKCS8", "-f", public.as_str()]).output().unwrap().stdout;
    let line = format!("tester@example.com namespaces=\"tollgate-evidence\" {}", String::from_utf8(line).unwrap());
    let deployment = &signed.shop.deployment;
    deployment.edit(".tollgate/allowed_signers", |text| format!("{text}{line}"));
    deployment.deliver("master", "the scanner may sign statements");
    signed.by("lead", &["policy", "accept", "HEAD"]).exits(0);
}

#[test]
fn the_envelope_of_a_stranger_counts_for_nothing_whoever_brings_it() {
    let signed = shop();
    let key = scanner(&signed);
    let added = add(&signed, &signed_result(&signed, &key, "PASSED"));
    assert!(added.json()["signer"].is_null());
    signed.shop.promote("v1").exits(4).says(&["is not signed by anybody who is known"]);
    // Nor does its failure.
    add(&signed, &signed_result(&signed, &key, "FAILED"));
    signed.shop.promote("v1").exits(4);
    let added = signed.shop.ledger().entries().into_iter().rfind(|entry| entry["type"] == "evidence").unwrap();
    assert!(added["body"]["signer"].is_null() && added["body"]["key"].is_null(), "{added}");
}

#[test]
fn a_key_that_may_sign_statements_speaks_for_its_owner_and_an_old_word_is_no_new_one() {
    let signed = shop();
    let key = scanner(&signed);
    allow(&signed, &key);
    let passed = signed_result(&signed, &key, "PASSED");
    assert_eq!(add(&signed, &passed).text_at("/signer"), "tester@example.com");
    add(&signed, &signed_result(&signed, &key, "FAILED"));
    signed.shop.promote("v1").exits(10).says(&["`FAILED`"]);
    // The first statement once more, in other bytes around the same signature: it was said before the failure.
    let mut again = passed;
    again["note"] = "again".into();
    add(&signed, &again);
    signed.shop.promote("v1").exits(10);
}

#[test]
fn a_changed_statement_in_a_good_envelope_is_nobodys() {
    let signed = shop();
    let key = scanner(&signed);
    allow(&signed, &key);
    let mut changed = signed_result(&signed, &key, "FAILED");
    changed["payload"] = signed_result(&signed, &key, "PASSED")["payload"].clone();
    assert!(add(&signed, &changed).json()["signer"].is_null());
    signed.shop.promote("v1").exits(4);
}
