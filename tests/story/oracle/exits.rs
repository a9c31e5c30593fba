//! Every exit code is one of those that are documented, and what the report says is what the code and the ledger say.

use serde_json::Value;

use super::Look;
use crate::step::{Step, What};

/// What a command of a story may end with. 1, 2 and 11 would be faults of tollgate or of the story; nothing asks for 3.
const CODES: [i32; 7] = [0, 4, 10, 12, 13, 14, 15];

/// Where several apply, a command exits with the first of these.
const ORDER: [i64; 11] = [1, 2, 12, 13, 15, 11, 14, 10, 4, 3, 0];

pub(super) fn check(look: &Look<'_>) {
    for answer in &look.happened.answers {
        let raw = answer.raw();
        assert!(CODES.contains(&answer.exit), "exit code {}:\n{raw}", answer.exit);
        assert!(!raw.contains("panicked at"), "it panicked:\n{raw}");
        assert!(!is_misfit(look.step) || answer.exit != 0, "only what `on` says moves a target:\n{raw}");
        let report: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
        if report["exit"].is_i64() {
            assert_report(look, &report, answer.exit);
        }
    }
}

const fn is_misfit(step: Step) -> bool {
    matches!(step, Step::Promote(What::MasterToProd | What::TagToPreprod))
}

fn assert_report(look: &Look<'_>, report: &Value, exit: i32) {
    assert_eq!(report["exit"], exit, "the report says another exit code: {report:#}");
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let errors = list("errors").into_iter().map(|error| error["exit"].as_i64().unwrap());
    let targets = list("targets");
    let codes: Vec<i64> = targets.iter().map(code).chain(errors).collect();
    let worst = ORDER.into_iter().find(|code| codes.contains(code));
    assert_eq!(worst, Some(i64::from(exit)), "the exit code is not the first of {codes:?}: {report:#}");
    for target in targets {
        assert_recorded(look, &target);
    }
}

/// What one target comes to.
fn code(target: &Value) -> i64 {
    match target["state"].as_str().unwrap() {
        "succeeded" | "approved" => 0,
        "denied" => 10,
        "pending" => 4,
        _ => 14,
    }
}

/// A report names its decision, which says the same.
fn assert_recorded(look: &Look<'_>, target: &Value) {
    let Some(promotion) = target["promotion"].as_str() else { return };
    let decision = look.stage.chronicle.decision(promotion);
    let decision = decision.unwrap_or_else(|| panic!("{promotion} was reported, and is not in the ledger: {target:#}"));
    assert_eq!(decision.body()["decision"], target["decision"], "{}", decision.text());
    assert_eq!(decision.target(), target["target"].as_str(), "{}", decision.text());
    if target["state"] == "succeeded" {
        let succeeded = |entry: &crate::chronicle::Entry| entry.ended("succeeded") && entry.promotion() == promotion;
        assert!(look.stage.chronicle.entries().iter().any(succeeded), "{promotion} has not succeeded: {target:#}");
    }
}
