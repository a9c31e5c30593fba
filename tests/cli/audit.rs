//! `tollgate audit`.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]

use tollgate_tests::Shop;

/// Changes the ledger's branch behind everyone's back: one file gets other bytes, or goes.
fn tamper(shop: &Shop, path: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let at = shop.world.path("tampered");
    shop.world.git("", &["clone", "--quiet", "--branch", "tollgate/ledger", "remotes/deployment.git", "tampered"]);
    let file = at.join(path);
    let bytes = change(fs_err::read(&file).unwrap());
    fs_err::write(&file, bytes).unwrap();
    shop.world.git("tampered", &["commit", "--quiet", "--all", "-m", "tampered"]);
    shop.world.git("tampered", &["push", "--quiet", "origin", "HEAD:tollgate/ledger"]);
    fs_err::remove_dir_all(at).unwrap();
}

fn flip(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

/// `audit` of somebody who has never seen the ledger, in a directory that is no clone.
fn elsewhere(shop: &Shop, name: &str, arguments: &[&str]) -> tollgate_tests::Answer {
    fs_err::create_dir_all(shop.world.path(name)).unwrap();
    let state = shop.world.path(name).join("state");
    let cli = shop.world.tollgate(name).args(["--ledger", "../remotes/deployment.git", "audit"]).args(arguments);
    cli.env("TOLLGATE_STATE_DIR", state.as_str()).env("TOLLGATE_CACHE_DIR", state.as_str()).run()
}

#[test]
fn a_good_ledger_is_verified_from_a_clone_and_from_nowhere() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    shop.tollgate(&["audit", "verify"]).run().exits(0).says(&["8 entries, none is signed", "keys of the log", "verified"]);
    let answer = elsewhere(&shop, "auditor", &["verify", "-o", "json", "--trust", &shop.trust]).exits(0);
    assert_eq!((answer.json()["entries"].as_u64(), answer.json()["problems"].as_array().unwrap().len()), (Some(8), 0));
    assert_eq!(answer.text_at("/trust"), shop.trust);
    let other = format!("sha256:{}", "0".repeat(64));
    elsewhere(&shop, "pinned", &["verify", "--trust", &other]).exits(15).says(&["belongs to another ledger"]);
}

#[test]
fn one_flipped_byte_of_any_file_is_named_with_exit_15() {
    for (path, name) in [
        ("entries/000/000/002.json", "entry 2 "),
        ("checkpoint", "`checkpoint`"),
        ("tile/0/000", "`tile/0/000`"),
        ("index/preprod-apps", "`index/preprod-apps`"),
    ] {
        let shop = Shop::new(&["cart"]);
        shop.promote("master").exits(0);
        tamper(&shop, path, flip);
        elsewhere(&shop, "auditor", &["verify"]).exits(15).says(&["wrong", name, "not verified: one thing is wrong"]);
    }
}

#[test]
fn a_blob_that_was_changed_is_named() {
    let shop = Shop::new(&["cart"]);
    shop.promote("master").exits(0);
    let digest = shop.ledger().entries()[2]["blobs"]["recipe"].as_str().unwrap().to_owned();
    let hex = digest.trim_start_matches("sha256:");
    tamper(&shop, &format!("blobs/{}/{}", &hex[..2], &hex[2..]), flip);
    elsewhere(&shop, "auditor", &["verify"]).exits(15).says(&[&digest]);
}

#[test]
fn a_witness_file_convicts_a_ledger_that_was_put_back() {
    let shop = Shop::new(&["cart"]);
    let before = shop.ledger().tip();
    shop.promote("master").exits(0);
    shop.tollgate(&["audit", "verify", "--write-witness", "../witness"]).run().exits(0);
    elsewhere(&shop, "first", &["verify", "--witness", "../witness"]).exits(0);
    shop.world.git("remotes/deployment.git", &["update-ref", "refs/heads/tollgate/ledger", &before]);
    elsewhere(&shop, "second", &["verify"]).exits(0);
    elsewhere(&shop, "third", &["verify", "--witness", "../witness"]).exits(15).says(&["entry 2 is not what"]);
    shop.tollgate(&["audit", "verify"]).run().exits(15).says(&["ledger was rewritten: entry 2"]);
    elsewhere(&shop, "fourth", &["verify", "--witness", "../missing"]).exits(12);
}

#[test]
fn what_happened_is_told_newest_last_and_can_be_narrowed() {
    let shop = Shop::new(&["cart", "email"]);
    shop.promote_to_prod("v1");
    let told = |arguments: &[&str]| {
        let json = shop.tollgate(&["audit", "log", "-o", "json"]).args(arguments).run().exits(0).json();
        json["entries"].as_array().unwrap().iter().map(|entry| entry["index"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]), (0..9).collect::<Vec<_>>());
    assert_eq!(told(&["--target", "prod-apps"]), [6, 7, 8]);
    assert_eq!(told(&["--component", "email"]), [2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(told(&["--outcome", "succeeded"]), [5, 8]);
    assert_eq!(told(&["--outcome", "approved", "--target", "preprod-apps"]), [3]);
    assert_eq!(told(&["--person", "nobody@example.com"]), Vec::<u64>::new());
    assert_eq!(told(&["--until", "2020-01-01"]), Vec::<u64>::new());
    assert_eq!(told(&["--since", "2020-01-01"]).len(), 9);
    shop.tollgate(&["audit", "log"]).run().exits(0).says(&["trust begins", "cart was built", "P-3 approved", "P-3 succeeded"]);
    let csv = shop.tollgate(&["audit", "log", "-o", "csv"]).run().exits(0).stdout;
    assert_eq!((csv.lines().count(), csv.starts_with("index,at,by,")), (10, true));
    shop.tollgate(&["audit", "log", "--since", "yesterday"]).run().exits(2);
}

#[test]
fn an_entry_that_does_not_exist_is_not_proved_and_an_export_goes_nowhere_else() {
    let shop = Shop::new(&["cart"]);
    shop.tollgate(&["audit", "prove", "9"]).run().exits(15).says(&["entry 9"]);
    shop.tollgate(&["audit", "export", "."]).run().exits(12).says(&["is not empty"]);
}

#[test]
fn the_doctor_says_what_guards_the_branch_and_leaves_it_alone() {
    let shop = Shop::new(&["cart"]);
    let tip = shop.ledger().tip();
    shop.tollgate(&["audit", "doctor"]).run().exits(15).says(&[
        "forcing the branch",
        "the remote allows it",
        "receive.denyDeletes",
    ]);
    for setting in ["receive.denyNonFastForwards", "receive.denyDeletes"] {
        shop.world.git("remotes/deployment.git", &["config", setting, "true"]);
    }
    shop.tollgate(&["audit", "doctor"]).run().exits(0).says(&["configuration refuses it", "nothing must be mended"]);
    shop.tollgate(&["audit", "doctor", "--try-push"]).run().exits(0).says(&["tollgate/doctor-", "stays at the remote"]);
    assert_eq!(shop.ledger().tip(), tip);
    shop.tollgate(&["audit", "verify"]).run().exits(0);
}
