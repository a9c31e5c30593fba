//! The gates on the way to one target, and how what they answer becomes a decision: the same for whoever decides first, and for
//! whoever makes that decision again from what the ledger kept.

use tollgate_core::cache::Forgetful;
use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::Context;
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::{Gate, Pipeline, Target};
use tollgate_core::ports::LocateValue;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Verdict;
use tollgate_gate::{Evaluator, JudgedDocument, Judgements, Policies, gate_verdicts};

use crate::delivery::way::{DecideError, seconds};
use crate::inline_waivers;

/// Who judges, by which rules, and when.
#[derive(Clone, Copy)]
pub(crate) struct Jury<'a> {
    pub(crate) target: &'a Target,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) policies: &'a Policies,
    pub(crate) locate: &'a dyn LocateValue,
    pub(crate) now: Timestamp,
}

/// What everybody said, before it is folded.
pub(crate) struct Heard<'a> {
    /// What the host itself found.
    pub(crate) host: Vec<Finding>,
    pub(crate) judgements: Judgements,
    /// What overrides may pass.
    pub(crate) passes: Passes,
    /// What the findings are about, where objects carry waivers.
    pub(crate) documents: &'a [JudgedDocument],
}

impl<'a> Jury<'a> {
    /// The gates on the way, in the order of the configuration. Those that are implied don't make a way safe by themselves.
    pub(crate) fn gates(&self) -> Result<Vec<&'a Gate>, DecideError> {
        let gates: Vec<&Gate> = self.pipeline.gates_to(self.target).collect();
        if gates.iter().all(|gate| gate.is_implied) {
            return Err(DecideError::NoGate { target: self.target.name.clone() });
        }
        Ok(gates)
    }

    /// The policies that the gates name.
    pub(crate) fn policies(&self, gates: &[&Gate]) -> Policies {
        let names: Vec<&str> = gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
        self.policies.only(&names)
    }

    /// Where its questions come from.
    pub(crate) fn context(&self) -> Context {
        Context::promote(Some(self.target.name.clone()))
    }

    /// Asks the validators.
    pub(crate) fn judge_documents(&self, policies: &Policies, documents: &[JudgedDocument]) -> Judgements {
        let evaluator = Evaluator {
            policies,
            context: self.context(),
            evaluation_time: seconds(self.now),
            cache: &Forgetful,
            locate: self.locate,
        };
        evaluator.judge(documents)
    }

    /// What overrides may pass here and now.
    pub(crate) fn passes(&self, history: &Gist, recipe: Digest) -> Passes {
        let Some(terms) = &self.pipeline.overrides else { return Passes::new() };
        history.passes(&self.pipeline.people, terms, recipe, self.target, self.now)
    }

    /// Lets waivers and overrides do what they may, and folds.
    pub(crate) fn fold(&self, gates: &[&Gate], heard: Heard<'_>) -> Result<(Decision, Judgements), DecideError> {
        let Heard { host, mut judgements, passes, documents } = heard;
        let of_files = |files: &std::collections::BTreeSet<String>| {
            let is_in = |document: &&JudgedDocument| files.contains(&document.document.source.path);
            documents.iter().filter(is_in).cloned().collect()
        };
        inline_waivers::accept(self.pipeline, self.now, &mut judgements, of_files, self.locate);
        let mut verdicts = gate_verdicts(gates.iter().copied(), &judgements);
        if says_nothing(gates, &verdicts) {
            return Err(DecideError::NothingJudged { target: self.target.name.clone() });
        }
        verdicts.iter_mut().for_each(|gate| gate.pass(&passes));
        let decision = Decision::fold(verdicts, host, judgements.findings());
        Ok((decision, judgements))
    }
}

/// Whether no gate that somebody asked for had anything to judge.
fn says_nothing(gates: &[&Gate], verdicts: &[GateVerdict]) -> bool {
    let asked = gates.iter().zip(verdicts).filter(|(gate, _)| !gate.is_implied);
    asked.into_iter().all(|(_, verdict)| verdict.verdict == Verdict::NotApplicable)
}

/// Without a recipe there is nothing to ask promotion gates about. The candidate's findings deny already; their gates say so.
pub(crate) fn ask_nothing_of_promotion_gates(policies: &Policies, judgements: &mut Judgements) {
    for policy in policies.iter() {
        judgements.by_policy.entry(policy.spec.name.clone()).or_default();
    }
}

/// What is found before promotion gates are asked: approvals are compared with it.
pub(crate) fn known(host: &[Finding], judgements: &Judgements) -> Vec<Finding> {
    host.iter().cloned().chain(judgements.findings()).collect()
}
