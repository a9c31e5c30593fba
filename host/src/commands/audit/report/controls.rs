//! Which controls something answers to, and how often it was asked.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::decision::GateRecord;
use tollgate_core::history::Promotion;
use tollgate_report::audit::ControlRow;

use crate::wiring::Delivery;

/// Names of verdicts that let pass, as entries have them.
const PASSING: [&str; 3] = ["pass", "warn", "not-applicable"];

/// What answers to a control.
#[derive(Default)]
struct Answering<'a> {
    rules: BTreeSet<String>,
    gates: BTreeSet<&'a str>,
}

/// By the policy in force now: only its rules say to which controls they answer.
pub(super) fn rows(delivery: &Delivery, promotions: &[Promotion<'_>], standard: Option<&str>) -> Vec<ControlRow> {
    let in_force = &delivery.in_force;
    let gates = &in_force.configuration.pipeline.gates;
    let mut controls: BTreeMap<&str, Answering<'_>> = BTreeMap::new();
    for policy in in_force.policies.iter() {
        let name = policy.spec.name.as_str();
        for rule in &policy.loaded.description().rules {
            for control in rule.controls.iter().filter(|control| standard.is_none_or(|standard| is_of(control, standard))) {
                let answering = controls.entry(control).or_default();
                answering.rules.insert(format!("{name}/{}", rule.id));
                let asking = gates.iter().filter(|gate| gate.requirement.policies().contains(&name));
                answering.gates.extend(asking.map(|gate| gate.name.as_str()));
            }
        }
    }
    controls.into_iter().map(|(control, answering)| row(control, answering, promotions)).collect()
}

/// Names of controls begin with their standard: `PCI-6.5.1`.
fn is_of(control: &str, standard: &str) -> bool {
    control.to_ascii_lowercase().starts_with(&standard.to_ascii_lowercase())
}

fn row(control: &str, answering: Answering<'_>, promotions: &[Promotion<'_>]) -> ControlRow {
    let asked = |gate: &&GateRecord| answering.gates.contains(gate.name.as_str());
    let of_it = |promotion: &&Promotion<'_>| promotion.decided.gates.iter().any(|gate| asked(&gate));
    let stops = |gate: &GateRecord| !PASSING.contains(&gate.verdict.as_str());
    let judged: Vec<&Promotion<'_>> = promotions.iter().filter(of_it).collect();
    let stopped = judged.iter().filter(|promotion| promotion.decided.gates.iter().filter(asked).any(stops)).count();
    ControlRow {
        control: control.to_owned(),
        rules: answering.rules.into_iter().collect(),
        gates: answering.gates.into_iter().map(ToOwned::to_owned).collect(),
        judged: judged.len() as u64,
        stopped: stopped as u64,
    }
}
