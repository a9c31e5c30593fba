//! From what policies answered to the verdicts of gates.

use tollgate_core::decision::GateVerdict;
use tollgate_core::pipeline::{Gate, Requirement};
use tollgate_core::verdict::Verdict;

use crate::judgement::Judgements;

/// The verdict of each gate. A policy that was never asked is an error: what is unknown blocks.
pub fn gate_verdicts<'a>(gates: impl IntoIterator<Item = &'a Gate>, judgements: &Judgements) -> Vec<GateVerdict> {
    let verdict = |gate: &'a Gate| GateVerdict {
        name: gate.name.clone(),
        enforcement: gate.enforcement,
        verdict: requirement_verdict(&gate.requirement, gate, judgements),
    };
    gates.into_iter().map(verdict).collect()
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
