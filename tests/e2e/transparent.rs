//! The ledger that the binary writes, in the eyes of other people's tools: Go's transparency log, torchwood, and OpenSSH.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8PathBuf;
use serde_json::{Value, json};
use tollgate_servers::TRANSPARENCY;
use tollgate_tests::{Pipeline, Shop};

const LEAD: &str = "platform-lead@example.com";

/// A shop whose entries its lead signs, with a promotion behind it. Returns the line of the signers' file as well.
fn mk_signed_shop() -> (Shop, Utf8PathBuf) {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let key = shop.world.path("key");
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "lead", "-f", key.as_str()], None);
    let public = fs_err::read_to_string(shop.world.path("key.pub")).unwrap();
    let pipeline = format!("{}people: {{signers: allowed_signers}}\n", Pipeline::deployment().text());
    shop.deployment.write("tollgate.yaml", pipeline);
    shop.deployment.write("allowed_signers", format!("{LEAD} {public}"));
    shop.tollgate(&["policy", "update"]).run().exits(0);
    shop.deployment.deliver("master", "who may sign");
    shop.tollgate(&["init", "--trust", "HEAD"]).env("TOLLGATE_KEY", key.as_str()).run().exits(0);
    let build = shop.last_build("cart");
    shop.record_command(&build, "master").env("TOLLGATE_KEY", key.as_str()).run().exits(0);
    shop.tollgate(&["promote", "master"]).env("TOLLGATE_KEY", key.as_str()).run().exits(0);
    (shop, key)
}

/// Runs a program to its end and returns its standard output.
#[track_caller]
fn run(program: &str, arguments: &[&str], input: Option<&[u8]>) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.unwrap_or_default()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Asks the program over Go's libraries; nothing where Go is missing, which only CI must not let pass.
fn ask(request: &Value) -> Option<Value> {
    let program = TRANSPARENCY.or_skip("Go's transparency log")?;
    let answer = run(program.as_str(), &[], Some(format!("{request}\n").as_bytes()));
    Some(serde_json::from_str(&answer).unwrap())
}

fn log_key(shop: &Shop) -> String {
    shop.tollgate(&["audit", "verify", "-o", "json"]).run().exits(0).text_at("/logKeys/0/key")
}

#[test]
fn go_reads_the_export_and_finds_one_changed_byte_of_it() {
    let (shop, _) = mk_signed_shop();
    shop.tollgate(&["audit", "export", "../exported"]).run().exits(0);
    let (key, directory) = (log_key(&shop), shop.world.path("exported"));
    let name = key.split('+').next().unwrap();
    let request = json!({"operation": "read-directory", "directory": directory, "name": name, "keys": [key]});
    let Some(answer) = ask(&request) else { return };
    assert_eq!(answer["error"], Value::Null);
    let root = shop.tollgate(&["audit", "verify", "-o", "json"]).run().exits(0).text_at("/root");
    assert_eq!(answer["root"], root);
    let count = shop.ledger().entries().len();
    let bundle = directory.join(format!("tile/entries/000.p/{count}"));
    let mut bytes = fs_err::read(&bundle).unwrap();
    bytes[100] ^= 1;
    fs_err::write(&bundle, bytes).unwrap();
    assert_ne!(ask(&request).unwrap()["error"], Value::Null);
}

#[test]
fn torchwood_checks_a_proof_with_the_entry_that_it_holds() {
    let (shop, _) = mk_signed_shop();
    let proof = shop.tollgate(&["audit", "prove", "2"]).run().exits(0).stdout;
    let entry = proof.lines().find_map(|line| line.strip_prefix("extra ")).unwrap();
    let entry = BASE64_STANDARD.decode(entry).unwrap();
    let leaf = tollgate_ledger::log::TreeHash::leaf(&entry).to_string();
    let key = log_key(&shop);
    let request = |leaf: &str| json!({"operation": "check-proof", "text": proof, "name": key.split('+').next().unwrap(), "keys": [key], "leaf": leaf});
    let Some(answer) = ask(&request(&leaf)) else { return };
    assert_eq!(answer["error"], Value::Null);
    let other = tollgate_ledger::log::TreeHash::leaf(b"other").to_string();
    assert_ne!(ask(&request(&other)).unwrap()["error"], Value::Null);
}

#[test]
fn ssh_keygen_checks_the_signature_of_an_entry() {
    let (shop, _) = mk_signed_shop();
    let envelope = shop.world.git("remotes/deployment.git", &["show", "tollgate/ledger:entries/000/000/001.json"]);
    let envelope: Value = serde_json::from_str(&envelope).unwrap();
    let decode = |text: &Value| BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap();
    let (payload, kind) = (decode(&envelope["payload"]), envelope["payloadType"].as_str().unwrap());
    let signed = [format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(), &payload].concat();
    let signature = shop.world.path("entry.sig");
    fs_err::write(&signature, decode(&envelope["signatures"][0]["sig"])).unwrap();
    let signers = shop.deployment.path().join("allowed_signers");
    let arguments = ["-Y", "verify", "-n", "tollgate", "-I", LEAD, "-s", signature.as_str(), "-f", signers.as_str()];
    assert!(run("ssh-keygen", &arguments, Some(&signed)).contains("Good"));
}

#[test]
fn a_proof_is_checked_far_from_any_repository() {
    let (shop, _) = mk_signed_shop();
    shop.tollgate(&["audit", "prove", "2", "-o", "../proof"]).run().exits(0);
    let (key, signers) = (log_key(&shop), shop.deployment.path().join("allowed_signers"));
    fs_err::create_dir(shop.world.path("far")).unwrap();
    let verify = |key: &str| {
        let arguments = ["audit", "verify-proof", "../proof", "--log-key", key, "--signers", signers.as_str()];
        shop.world.tollgate("far").args(arguments).run()
    };
    verify(&key).exits(0).says(&["entry 2 of", "signed by platform-lead@example.com", "the proof holds"]);
    let stranger = format!("{}+00000000+AAAA", key.split('+').next().unwrap());
    verify(&stranger).exits(2);
    let mut bytes = fs_err::read(shop.world.path("proof")).unwrap();
    bytes[40] ^= 2;
    fs_err::write(shop.world.path("proof"), bytes).unwrap();
    verify(&key).exits(15);
}
