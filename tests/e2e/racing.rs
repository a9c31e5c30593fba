//! one-at-a-time (§12.9): two promotions never write to one target at once, whatever dies when.

use std::process::Stdio;
use std::time::Duration;

use tollgate_tests::{Shop, soak};

/// Every attempt of the ledger has an outcome, and the target runs what succeeded last.
fn assert_settled(shop: &Shop) {
    let entries = shop.ledger().entries();
    let mut open = std::collections::BTreeSet::new();
    let mut last = None;
    for entry in &entries {
        let attempt = entry["subject"]["attempt"].as_u64();
        match entry["type"].as_str().unwrap() {
            "running" => assert!(open.insert(attempt), "attempt {attempt:?} began twice"),
            "outcome" => {
                assert!(open.remove(&attempt), "attempt {attempt:?} ended without having begun");
                if entry["body"]["state"] == "succeeded" {
                    last = Some(entry["subject"]["promotion"].clone());
                }
            }
            _ => {}
        }
    }
    assert_eq!(open, std::collections::BTreeSet::new());
    assert_eq!(shop.target("preprod").state()["written"]["promotion"], last.unwrap());
}

#[test]
fn two_promotions_at_once_both_end_and_the_target_is_whole() {
    let shop = Shop::new(&["cart"]);
    for round in 0..soak(4) {
        shop.release("cart", &format!("round {round}"));
        let start =
            || shop.tollgate(&["promote", "master"]).into_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let codes: Vec<i32> = [start(), start()].map(|mut child| child.wait().unwrap().code().unwrap()).into();
        assert!(codes.iter().all(|code| [0, 14].contains(code)), "{codes:?}");
        assert!(codes.contains(&0), "{codes:?}");
        shop.promote("master").exits(0);
        assert_settled(&shop);
        assert!(shop.target("preprod").digests().contains(&shop.last_build("cart").digest));
    }
}

#[test]
fn a_promotion_killed_at_any_moment_is_closed_by_the_next_one() {
    let shop = Shop::new(&["cart"]);
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..soak(6) {
        shop.release("cart", &format!("round {round}"));
        let mut child =
            shop.tollgate(&["promote", "master"]).into_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.u64(20..900)));
        child.kill().unwrap();
        child.wait().unwrap();
        shop.promote("master").exits(0);
        assert_settled(&shop);
        assert!(shop.target("preprod").digests().contains(&shop.last_build("cart").digest));
    }
}
