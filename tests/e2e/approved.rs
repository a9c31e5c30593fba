//! no-apply-unapproved (§12.1): random stories of decisions, applies, changes of policy and hands at the target. What runs is
//! always what an approved decision of the ledger said, to the digest of its plan.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tollgate_tests::{Pipeline, Shop, soak};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A new version on master.
    Release,
    /// One that nobody recorded.
    Unrecorded,
    Promote,
    /// Decide, and leave it.
    Decide,
    /// Apply one of the promotions so far.
    Apply(usize),
    /// Another policy comes into force.
    Accept(bool),
    /// Somebody puts a file into the target, or takes it away.
    Hand,
    /// The remote takes so few pushes that a promotion ends half way.
    Interrupt(u32),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Release),
        1 => Just(Step::Unrecorded),
        3 => Just(Step::Promote),
        2 => Just(Step::Decide),
        3 => (0usize..8).prop_map(Step::Apply),
        1 => any::<bool>().prop_map(Step::Accept),
        1 => Just(Step::Hand),
        2 => (0u32..3).prop_map(Step::Interrupt),
    ]
}

/// What was decided and left does not keep the next promotion of the branch waiting.
fn mk_pipeline() -> Pipeline {
    Pipeline::deployment().line("queue: {supersede: true}")
}

fn step(shop: &Shop, number: usize, step: Step) {
    match step {
        Step::Release => drop(shop.release("cart", &format!("step {number}"))),
        Step::Unrecorded => {
            shop.use_image(&shop.build("cart", &format!("step {number}")));
            shop.deployment.deliver("master", "not recorded");
        }
        Step::Promote => drop(shop.promote("master")),
        Step::Decide => drop(shop.tollgate(&["promote", "master", "--no-apply"]).run()),
        Step::Apply(which) => {
            let decided = decisions(shop);
            if !decided.is_empty() {
                let promotion = decided[which % decided.len()]["subject"]["promotion"].as_str().unwrap();
                shop.tollgate(&["apply", promotion]).run();
            }
        }
        Step::Accept(is_strict) => {
            let enforcement = if is_strict { "mandatory" } else { "overridable" };
            let gate = format!("{{name: pod-security, enforcement: {enforcement}}}");
            shop.deployment.write("tollgate.yaml", mk_pipeline().gate(&gate).text());
            shop.deployment.deliver("master", "another policy");
            shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
        }
        Step::Hand => {
            let note = shop.target("preprod").path().join("note.txt");
            if note.exists() {
                fs_err::remove_file(note).unwrap();
            } else if shop.target("preprod").path().exists() {
                fs_err::write(note, "somebody was here\n").unwrap();
            }
        }
        Step::Interrupt(pushes) => {
            shop.deployment.take_pushes(pushes);
            assert_eq!(shop.promote("master").exit % 5, 0, "0, 10 or 15");
            shop.deployment.take_all_pushes();
        }
    }
}

fn decisions(shop: &Shop) -> Vec<Value> {
    shop.ledger().entries().into_iter().filter(|entry| entry["type"] == "decided").collect()
}

/// What the target says was written was approved under that plan, and begun by that attempt.
fn assert_approved(shop: &Shop) {
    let written = shop.target("preprod").state()["written"].clone();
    if written.is_null() {
        assert!(!shop.target("preprod").is_live());
        return;
    }
    let entries = shop.ledger().entries();
    let of_promotion = |kind: &str| {
        let is_it = |entry: &&Value| entry["type"] == kind && entry["subject"]["promotion"] == written["promotion"];
        entries.iter().filter(is_it).cloned().collect::<Vec<_>>()
    };
    let decided = of_promotion("decided");
    assert_eq!(decided.len(), 1, "{written}");
    assert_eq!(decided[0]["body"]["decision"], "approved", "{written}");
    for member in ["plan", "recipe"] {
        assert_eq!(decided[0]["subject"][member], written[member]);
    }
    let running = of_promotion("running");
    assert!(running.iter().any(|entry| entry["subject"]["attempt"] == written["attempt"]), "{written}: {running:#?}");
    assert_eq!(shop.target("preprod").path().join("current").read_link_utf8().unwrap().file_name(), written["release"].as_str());
}

#[test]
fn what_runs_was_approved_to_the_digest_of_its_plan() {
    let config = Config { cases: soak(3), max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let told = runner.run(&prop::collection::vec(any_step(), 10..18), |steps| {
        let shop = Shop::with(&["cart"], &mk_pipeline());
        for (number, next) in steps.iter().enumerate() {
            step(&shop, number, *next);
            assert_approved(&shop);
        }
        // Whatever happened, somebody can go on.
        let note = shop.target("preprod").path().join("note.txt");
        if note.exists() {
            fs_err::remove_file(note).unwrap();
        }
        shop.release("cart", "the last one");
        shop.promote("master").exits(0);
        assert_approved(&shop);
        Ok(())
    });
    told.unwrap();
}

#[test]
fn an_attempt_that_was_written_and_not_reported_is_closed_as_what_it_was() {
    let shop = Shop::new(&["cart"]);
    shop.deployment.take_pushes(2);
    shop.promote("master").exits(15);
    shop.deployment.take_all_pushes();
    assert!(shop.target("preprod").is_live());
    shop.tollgate(&["apply", "P-2"]).run().exits(0);
    let status = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    let preprod = &status["targets"][1];
    assert_eq!((preprod["runs"]["promotion"].as_str(), &preprod["drift"]), (Some("P-2"), &Value::Null));
    assert_eq!(status["open"], serde_json::json!([]));
    shop.deployment.tag("v1");
    shop.promote("v1").exits(0);
}
