//! What really happened in the stories: a story in which nothing happens proves nothing.

use std::collections::BTreeMap;

use crate::chronicle::Entry;
use crate::stage::Happened;
use crate::step::Step;

/// Everything that the stories of a test run must have between them, beside all kinds of steps.
const OUTCOMES: [&str; 28] = [
    "decided approved for staging-apps",
    "decided approved for preprod-apps",
    "decided approved for prod-apps",
    "decided pending for prod-apps",
    "decided denied for preprod-apps",
    "decided denied for prod-apps",
    "decided denied for staging-apps",
    "decided by break-glass",
    "decided as a rollback",
    "succeeded at staging-apps",
    "succeeded at preprod-apps",
    "succeeded at prod-apps",
    "aborted",
    "closed by somebody else",
    "killed",
    "entry policy-accepted",
    "entry approval",
    "entry rejection",
    "entry override",
    "entry review",
    "entry freeze",
    "entry thaw",
    "entry hold",
    "entry service-built",
    "exit 0",
    "exit 4",
    "exit 10",
    "exit 15",
];

const STEPS: [&str; 23] = [
    "Deliver",
    "PushAgain",
    "Plant",
    "Branch",
    "Tag",
    "Promote",
    "Decide",
    "Race",
    "Kill",
    "Apply",
    "Withdraw",
    "Rollback",
    "Approve",
    "Reject",
    "BreakGlass",
    "Review",
    "Freeze",
    "Thaw",
    "ChangePolicy",
    "ReviewPolicy",
    "AcceptPolicy",
    "Tamper",
    "Refuse",
];

/// How often each thing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage(BTreeMap<String, u32>);

impl Coverage {
    /// Counts a step and what it ended with.
    pub(crate) fn step(&mut self, step: Step, happened: &Happened) {
        self.add(format!("step {}", step.kind()));
        for answer in &happened.answers {
            self.add(format!("exit {}", answer.exit));
        }
        if happened.is_killed {
            self.add("killed".to_owned());
        }
    }

    /// Counts what the ledger says came of all.
    pub(crate) fn entry(&mut self, entry: &Entry) {
        self.add(format!("entry {}", entry.kind()));
        let body = entry.body();
        let target = entry.target().unwrap_or_default();
        match entry.kind() {
            "decided" => {
                self.add(format!("decided {} for {target}", body["decision"].as_str().unwrap()));
                if body["isRollback"] == true {
                    self.add("decided as a rollback".to_owned());
                }
                if body["overrides"].as_array().is_some_and(|overrides| !overrides.is_empty()) {
                    self.add("decided by break-glass".to_owned());
                }
            }
            "outcome" if entry.ended("succeeded") => self.add(format!("succeeded at {target}")),
            "outcome" => self.add(body["state"].as_str().unwrap().to_owned()),
            _ => {}
        }
        if body["message"].as_str().is_some_and(|message| message.contains("never reported")) {
            self.add("closed by somebody else".to_owned());
        }
    }

    fn add(&mut self, what: String) {
        *self.0.entry(what).or_default() += 1;
    }

    /// What happened here happened there, too.
    pub(crate) fn join(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// All that should have happened and did not.
    pub(crate) fn missing(&self) -> Vec<String> {
        let steps = STEPS.iter().map(|step| format!("step {step}"));
        let all = OUTCOMES.iter().map(|outcome| (*outcome).to_owned()).chain(steps);
        all.filter(|what| !self.0.contains_key(what)).collect()
    }
}
