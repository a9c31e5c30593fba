//! From what policies answered to the verdicts of gates.

use tollgate_core::decision::GateVerdict;
use tollgate_core::pipeline::{Gate, Requirement};
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Verdict;

use crate::judgement::Judgements;

/// The verdict of each gate. A policy that was never asked is an error: what is unknown blocks.
pub fn gate_verdicts<'a>(gates: impl IntoIterator<Item = &'a Gate>, judgements: &Judgements) -> Vec<GateVerdict> {
    let verdict = |gate: &'a Gate| GateVerdict {
        until: valid_until(gate, judgements),
        ..GateVerdict::new(&gate.name, gate.enforcement, requirement_verdict(&gate.requirement, gate, judgements))
    };
    gates.into_iter().map(verdict).collect()
}

/// The first time at which one of the gate's policies may say something else.
fn valid_until(gate: &Gate, judgements: &Judgements) -> Option<Timestamp> {
    let policies = gate.requirement.policies();
    policies.into_iter().filter_map(|policy| judgements.by_policy.get(policy)?.valid_until).min()
}

fn requirement_verdict(requirement: &Requirement, gate: &Gate, judgements: &Judgements) -> Verdict {
    let members = |members: &[Requirement]| members.iter().map(|member| requirement_verdict(member, gate, judgements)).collect();
    match requirement {
        Requirement::All(requirements) => Verdict::all(members(requirements)),
        Requirement::Any(requirements) => Verdict::any(members(requirements)),
        Requirement::Policy(name) => match judgements.by_policy.get(name) {
            // What belongs to no component concerns every gate.
            Some(judgement) => judgement.verdict(&|component| component.is_none_or(|component| gate.matches.component(component))),
            None => Verdict::Error { message: format!("policy `{name}` was not asked") },
        },
    }
}
