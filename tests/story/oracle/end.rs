//! When the story is over: what was changed by hand is found, every decision comes out the same again (same-in-same-out, 3),
//! the ledger is whole, and each target is what it says.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_tests::Answer;

use super::{Oracle, secrets};
use crate::stage::{Happened, Stage};
use crate::step::{Person, Place, Scope, Step};

pub(super) fn check(oracle: &mut Oracle, stage: &mut Stage) {
    for step in [Step::Relent, Step::Thaw(Person::Lead, Scope::All)] {
        let happened = stage.take(0, step);
        oracle.look(stage, step, &happened);
    }
    close_attempts(oracle, stage);
    check_drift(oracle, stage);
    let happened = stage.take(0, Step::Mend);
    oracle.look(stage, Step::Mend, &happened);
    check_drift(oracle, stage);
    for arguments in [&["audit", "verify"][..], &["audit", "replay", "--all"], &["audit", "reconcile"], &["status"]] {
        ask(oracle, stage, arguments).exits(0);
    }
    secrets::check_kept(&stage.signed.shop.world, &oracle.forms);
}

/// Attempts whose workers died are closed by whoever comes next.
fn close_attempts(oracle: &mut Oracle, stage: &mut Stage) {
    for promotion in stage.chronicle.open_attempts().into_values() {
        let answer = stage.cli(None, &["apply", &promotion, "--wait=10s", "-o", "json"]).run();
        let happened = Happened { answers: vec![answer], is_killed: false };
        oracle.look(stage, Step::Apply, &happened);
    }
    assert_eq!(stage.chronicle.open_attempts(), BTreeMap::new(), "one-at-a-time: attempts without an outcome");
}

/// A target drifts where it was changed by hand, and nowhere else.
fn check_drift(oracle: &Oracle, stage: &Stage) {
    for place in Place::ALL {
        let answer = ask(oracle, stage, &["drift", &place.target(), "-o", "json"]);
        let expected = if stage.tampered.contains_key(&place) { 14 } else { 0 };
        assert_eq!(answer.exit, expected, "{place:?}: {}", answer.raw());
        assert!(answer.json()["targets"].as_array().is_some_and(|targets| targets.len() == 1), "{:#}", answer.json());
    }
}

fn ask(oracle: &Oracle, stage: &Stage, arguments: &[&str]) -> Answer {
    let answer = stage.cli(None, arguments).run();
    oracle.forms.assert_clean("the output", answer.raw().as_bytes());
    assert!(serde_json::from_str::<Value>(&answer.stdout).is_ok() || !arguments.contains(&"json"), "{}", answer.raw());
    answer
}
