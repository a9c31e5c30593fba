//! one-at-a-time (§12.9): two promotions never write to one target at once, whatever dies when.

use std::fs::File;
use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tollgate_tests::{Pipeline, Shop, soak};

/// Whoever is killed is taken over after little more than a second.
fn mk_shop() -> Shop {
    Shop::with(&["cart"], &Pipeline::deployment().line("queue: {lease: 1s}"))
}

fn start(shop: &Shop, arguments: &[&str]) -> Child {
    shop.tollgate(arguments).into_command().spawn().unwrap()
}

/// Every attempt of the ledger has an outcome, and the target runs what succeeded last.
fn assert_settled(shop: &Shop) {
    let entries = shop.ledger().entries();
    let mut open = std::collections::BTreeSet::new();
    let mut last = None;
    for entry in &entries {
        let attempt = entry["subject"]["attempt"].as_u64();
        match entry["type"].as_str().unwrap() {
            "running" => assert!(open.insert(attempt), "attempt {attempt:?} began twice"),
            // A promotion that never began was superseded.
            "outcome" if attempt.is_none() => assert_eq!(entry["body"]["state"], "aborted"),
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
fn two_promotions_at_once_are_applied_one_after_the_other() {
    let shop = mk_shop();
    for round in 0..soak(3) {
        shop.release("cart", &format!("round {round}"));
        let both = [start(&shop, &["promote", "master", "--wait"]), start(&shop, &["promote", "master", "--wait"])];
        let codes: Vec<i32> = both.map(|mut child| child.wait().unwrap().code().unwrap()).into();
        // Both bring the same recipe: the one that decides it anew may take the place of the other.
        assert!(codes.iter().all(|code| [0, 14].contains(code)) && codes.contains(&0), "{codes:?}");
        assert_settled(&shop);
        assert_eq!(attempts_that_wrote(&shop).len(), round as usize + 1, "something was written twice");
        assert!(shop.target("preprod").digests().contains(&shop.last_build("cart").digest));
    }
}

/// Attempts that succeeded with something to do, by their numbers.
fn attempts_that_wrote(shop: &Shop) -> Vec<u64> {
    let entries = shop.ledger().entries();
    let plan = |entry: &serde_json::Value| {
        let is_decision = |other: &&serde_json::Value| {
            other["type"] == "decided" && other["subject"]["promotion"] == entry["subject"]["promotion"]
        };
        let digest = entries.iter().find(is_decision).unwrap()["blobs"]["plan"].as_str().unwrap().to_owned();
        serde_json::from_slice::<serde_json::Value>(&shop.ledger().blob(&digest)).unwrap()
    };
    let succeeded = entries.iter().filter(|entry| entry["type"] == "outcome" && entry["body"]["state"] == "succeeded");
    let wrote = succeeded.filter(|entry| !plan(entry)["actions"].as_array().unwrap().is_empty());
    wrote.map(|entry| entry["subject"]["attempt"].as_u64().unwrap()).collect()
}

#[test]
fn a_promotion_killed_at_any_moment_is_closed_by_the_next_one() {
    let shop = mk_shop();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..soak(6) {
        shop.release("cart", &format!("round {round}"));
        let mut child = start(&shop, &["promote", "master"]);
        std::thread::sleep(Duration::from_millis(random.u64(20..900)));
        child.kill().unwrap();
        child.wait().unwrap();
        shop.tollgate(&["promote", "master", "--wait"]).run().exits(0);
        assert_settled(&shop);
        assert!(shop.target("preprod").digests().contains(&shop.last_build("cart").digest));
    }
}

/// Holds the target as a reader does: plans are made, and whoever has the lease stands right before it writes.
fn hold_target(shop: &Shop) -> File {
    let directory = shop.target("preprod").path().to_owned();
    fs_err::create_dir_all(directory.join("releases")).unwrap();
    let file = File::options().create(true).truncate(false).write(true).open(directory.join(".lock")).unwrap();
    file.lock_shared().unwrap();
    file
}

/// Starts a promotion, and waits until its attempt has begun in the ledger and its lease tells the number, so that its
/// worker is at the target.
fn start_and_stand(shop: &Shop) -> Child {
    let mut child = start(shop, &["promote", "master"]);
    let lease = || {
        let shown = ["show", "refs/tollgate/leases/preprod-apps:lease.json"];
        let output: std::process::Output = shop.world.git_command("remotes/deployment.git", &shown).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap_or_default()
    };
    while lease()["attempt"].is_null() {
        assert!(child.try_wait().unwrap().is_none(), "it ended without having been at the target");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn outcomes(shop: &Shop) -> Vec<(u64, String)> {
    let entries = shop.ledger().entries();
    let outcomes = entries.iter().filter(|entry| entry["type"] == "outcome" && entry["subject"]["attempt"].is_u64());
    let told = |entry: &serde_json::Value| {
        (entry["subject"]["attempt"].as_u64().unwrap(), entry["body"]["message"].as_str().unwrap().to_owned())
    };
    outcomes.map(told).collect()
}

#[test]
fn who_is_killed_while_it_applies_is_taken_over_and_the_ledger_tells_the_story() {
    let shop = mk_shop();
    let held = hold_target(&shop);
    let mut child = start_and_stand(&shop);
    child.kill().unwrap();
    child.wait().unwrap();
    shop.promote("master").exits(4).says(&["the lease is held by"]);
    drop(held);
    shop.tollgate(&["promote", "master", "--wait"]).run().exits(0);
    let dead = "the target says that it was not applied; its worker never reported";
    assert_eq!(outcomes(&shop), [(1, dead.to_owned()), (2, "applied as planned".to_owned())]);
    assert_settled(&shop);
    assert_eq!(attempts_that_wrote(&shop), [2]);
}

#[test]
fn who_is_paused_past_its_lease_and_wakes_up_changes_nothing() {
    let shop = mk_shop();
    let held = hold_target(&shop);
    let mut child = start_and_stand(&shop);
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::STOP).unwrap();
    drop(held);
    shop.release("cart", "two");
    shop.tollgate(&["promote", "master", "--wait"]).run().exits(0);
    let before = shop.target("preprod").everything();
    kill_process(pid, Signal::CONT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(14));
    let unchanged = |path: &str| before[path] == shop.target("preprod").everything()[path];
    assert!(unchanged("state.json") && unchanged("current"));
    assert!(shop.target("preprod").digests().contains(&shop.last_build("cart").digest));
    let told = outcomes(&shop);
    assert_eq!((told.len(), told[1].0, told[1].1.as_str()), (2, 2, "applied as planned"));
    assert_settled(&shop);
    assert_eq!(shop.world.git("remotes/deployment.git", &["for-each-ref", "refs/tollgate/"]), "", "a lease is left");
}
