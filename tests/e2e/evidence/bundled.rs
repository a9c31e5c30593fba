//! Bundles: what proves a promotion, far from any repository.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tollgate_ledger::bundle;
use tollgate_ledger::log::note::VerifierKey;
use tollgate_sign::AllowedSigners;
use tollgate_tests::{Answer, SignedShop};

use super::{JUNIT, image, message, shop};

/// A shop with a promotion to prod that rests on a test result, and its bundle.
fn bundled() -> (SignedShop, String) {
    let signed = shop();
    let image = image(&signed);
    let add = ["evidence", "add", "-", "--type", "test-result", "--subject", &image];
    signed.cli("tester", &add).input(JUNIT).run().exits(0);
    signed.shop.promote("v1").exits(0);
    let promotion = signed.newest("prod-apps");
    let made = signed.by("lead", &["evidence", "bundle", &promotion, "-o", "../bundle.intoto.jsonl"]).exits(0);
    made.says(&["VSA (PASSED)", "1 statement of evidence"]);
    fs_err::create_dir(signed.shop.world.path("far")).unwrap();
    let signers = signed.shop.deployment.read(".tollgate/allowed_signers");
    signed.shop.world.write("far/allowed_signers", signers);
    (signed, promotion)
}

fn log_key(signed: &SignedShop) -> String {
    signed.shop.tollgate(&["audit", "verify", "-o", "json"]).run().exits(0).text_at("/logKeys/0/key")
}

fn read(signed: &SignedShop) -> String {
    fs_err::read_to_string(signed.shop.world.path("bundle.intoto.jsonl")).unwrap()
}

/// Checks a file in a directory where there is nothing else but public keys.
fn verify(signed: &SignedShop, key: &str, text: &[u8]) -> Answer {
    signed.shop.world.write("far/bundle", text);
    let arguments = ["evidence", "verify", "bundle", "--log-key", key, "--signers", "allowed_signers", "-o", "json"];
    signed.shop.world.tollgate("far").args(arguments).without_env("TOLLGATE_KEY").run()
}

fn payload(line: &str) -> Value {
    let envelope: Value = serde_json::from_str(line).unwrap();
    serde_json::from_slice(&BASE64_STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_bundle_is_verified_where_there_is_nothing_but_public_keys() {
    let (signed, promotion) = bundled();
    let (text, key) = (read(&signed), log_key(&signed));
    let verified = verify(&signed, &key, text.as_bytes()).exits(0);
    assert_eq!((verified.text_at("/promotion"), verified.text_at("/result")), (promotion, "PASSED".to_owned()));
    assert_eq!(verified.text_at("/target"), "prod-apps");
    assert!(verified.text_at("/statements/0/signer").starts_with("tester@example.com (SHA256:"));
    assert!(verified.text_at("/bundledBy").starts_with("lead@example.com ("));
    let json = verified.json();
    let kinds: Vec<&str> = json["entries"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["trust", "service-built", "evidence", "decided", "running", "outcome"]);
    let vsa = payload(text.lines().nth(1).unwrap());
    assert_eq!(vsa["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(format!("sha256:{}", vsa["subject"][0]["digest"]["sha256"].as_str().unwrap()), image(&signed));
    let levels = vsa["predicate"]["verifiedLevels"].as_array().unwrap();
    assert!(levels.contains(&"TOLLGATE_GATE_tested".into()), "{levels:?}");
    // The statement that it rests on is the line that follows, by its digest.
    let statement = text.lines().nth(2).unwrap();
    let digest = tollgate_core::digest::Digest::of(statement.as_bytes()).hex();
    assert_eq!(vsa["predicate"]["inputAttestations"][0]["digest"]["sha256"], digest);
}

#[test]
fn the_same_vsa_is_made_whenever_it_is_asked_for() {
    let (signed, promotion) = bundled();
    signed.shop.release("cart", "two");
    signed.shop.promote("master").exits(0);
    let later = signed.by("lead", &["evidence", "bundle", &promotion]).exits(0).stdout;
    assert_eq!(later.lines().nth(1), read(&signed).lines().nth(1));
}

#[test]
fn openssl_verifies_the_vsa_by_its_plain_signature() {
    let (signed, _) = bundled();
    let world = &signed.shop.world;
    let envelope: Value = serde_json::from_str(read(&signed).lines().nth(1).unwrap()).unwrap();
    let decode = |text: &Value| BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap();
    let bytes = message(envelope["payloadType"].as_str().unwrap(), &decode(&envelope["payload"]));
    let public = fs_err::read_to_string(world.path("keys/lead.pub")).unwrap();
    let blob = BASE64_STANDARD.decode(public.split(' ').nth(1).unwrap()).unwrap();
    // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is these bytes and the 32 of the key.
    let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    world.write("lead.der", [&head[..], &blob[blob.len() - 32..]].concat());
    world.write("signature", decode(&envelope["signatures"][0]["sig"]));
    let verifies = |message: &[u8]| {
        world.write("message", message);
        let [key, message, signature] = ["lead.der", "message", "signature"].map(|name| world.path(name));
        let arguments = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key.as_str(), "-rawin"];
        let mut openssl = Command::new("openssl");
        openssl.args(arguments).args(["-in", message.as_str(), "-sigfile", signature.as_str()]);
        openssl.output().unwrap().status.success()
    };
    assert!(verifies(&bytes));
    assert!(!verifies(&[&bytes[..], b" "].concat()));
}

#[test]
fn every_flipped_byte_is_found() {
    let (signed, _) = bundled();
    let (text, key) = (read(&signed), log_key(&signed));
    let keys = [key.parse::<VerifierKey>().unwrap()];
    let signers = AllowedSigners::parse(&signed.shop.deployment.read(".tollgate/allowed_signers")).unwrap();
    bundle::verify(text.as_bytes(), &keys, &signers).unwrap();
    // Behind the manifest, digests find it: each byte goes the same way, so not all of them have to.
    let manifest = text.find('\n').unwrap() + 2;
    for at in (0..manifest).chain((manifest..text.len()).step_by(37)).chain([text.len() - 1]) {
        let mut flipped = text.clone().into_bytes();
        flipped[at] ^= 1 << (at % 8);
        let found = bundle::verify(&flipped, &keys, &signers);
        assert!(
            found.is_err(),
            "byte {at} of {}: {}",
            text.len(),
            String::from_utf8_lossy(&flipped[at..(at + 20).min(text.len())])
        );
    }
    let mut flipped = text.clone().into_bytes();
    let in_vsa = manifest + 100;
    flipped[in_vsa] ^= 1;
    verify(&signed, &key, &flipped).exits(15).says(&["line 2 of the bundle, the VSA", "not what the manifest lists"]);
}

#[test]
fn what_is_left_out_put_in_or_swapped_is_named() {
    let (signed, _) = bundled();
    let (text, key) = (read(&signed), log_key(&signed));
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let without_last = joined(&lines[..lines.len() - 1]);
    verify(&signed, &key, without_last.as_bytes()).exits(15).says(&["its manifest lists"]);
    let twice = joined(&[&lines[..], &lines[2..3]].concat());
    verify(&signed, &key, twice.as_bytes()).exits(15).says(&["its manifest lists"]);
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    verify(&signed, &key, joined(&swapped).as_bytes()).exits(15).says(&["line 4 of the bundle, entry"]);
    verify(&signed, &key, text.trim_end().as_bytes()).exits(15).says(&["line break"]);
    verify(&signed, &key, b"").exits(15);
    verify(&signed, &key, b"{}\n").exits(15).says(&["line 1 of the bundle, the manifest"]);
}

#[test]
fn a_bundle_by_a_stranger_or_of_another_log_is_refused() {
    let (signed, _) = bundled();
    let (text, key) = (read(&signed), log_key(&signed));
    let other = shop();
    verify(&signed, &log_key(&other), text.as_bytes()).exits(15).says(&["entry 0"]);
    let without = |name: &str| {
        let signers = signed.shop.deployment.read(".tollgate/allowed_signers");
        let lines = signers.lines().filter(|line| !line.starts_with(name)).map(|line| format!("{line}\n"));
        signed.shop.world.write("far/allowed_signers", lines.collect::<String>());
        verify(&signed, &key, text.as_bytes())
    };
    without("lead").exits(15).says(&["the manifest", "no key that may sign"]);
    without("deployer").exits(15).says(&["entry 0"]);
    // Whoever signed a statement alone may be unknown: it is then nobody's, and its entry's writer is not.
    without("nobody").exits(0);
}

#[test]
fn only_what_came_to_an_end_makes_a_bundle_and_a_denial_failed() {
    let signed = shop();
    signed.shop.promote("v1").exits(4);
    let pending = signed.newest("prod-apps");
    signed.by("lead", &["evidence", "bundle", &pending]).exits(4).says(&["is pending"]);
    signed.by("lead", &["evidence", "bundle", "P-999"]).exits(12);
    let failed = JUNIT.replace("failures=\"0\"", "failures=\"1\"");
    let add = ["evidence", "add", "-", "--type", "test-result", "--subject", &image(&signed)];
    signed.cli("tester", &add).input(failed).run().exits(0);
    signed.shop.promote("v1").exits(10);
    let denied = signed.newest("prod-apps");
    let bundle = signed.by("lead", &["evidence", "bundle", &denied]).exits(0).stdout;
    let vsa = payload(bundle.lines().nth(1).unwrap());
    assert_eq!(vsa["predicate"]["verificationResult"], "FAILED");
    assert_eq!(vsa["predicate"]["verifiedLevels"], serde_json::json!(["FAILED"]));
    fs_err::create_dir(signed.shop.world.path("far")).unwrap();
    signed.shop.world.write("far/allowed_signers", signed.shop.deployment.read(".tollgate/allowed_signers"));
    verify(&signed, &log_key(&signed), bundle.as_bytes()).exits(0).says(&["FAILED"]);
}

#[test]
fn an_rsa_key_signs_by_sshsig_alone_and_that_is_said() {
    let (signed, promotion) = bundled();
    let key = signed.shop.world.path("keys/auditor");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key.as_str()]).status();
    assert!(made.unwrap().success());
    let arguments = ["evidence", "bundle", &promotion, "-o", "../rsa"];
    let said = signed.cli("lead", &arguments).env("TOLLGATE_KEY", key.as_str()).run().exits(0);
    said.says(&["makes no plain signature", "rsa"]);
    let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
    let signers = signed.shop.deployment.read(".tollgate/allowed_signers");
    signed.shop.world.write("far/allowed_signers", format!("{signers}auditor@example.com namespaces=\"tollgate\" {public}"));
    let text = fs_err::read(signed.shop.world.path("rsa")).unwrap();
    let verified = verify(&signed, &log_key(&signed), &text).exits(0);
    assert_eq!(verified.json()["vsaIsPlain"], false);
}
