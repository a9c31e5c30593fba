//! Asking everybody who has a say on one recipe and one target.

use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::Gate;
use tollgate_core::ports::ApplyPlan;
use tollgate_core::structure;
use tollgate_core::verdict::Verdict;
use tollgate_core::way_back::Movement;
use tollgate_gate::{Evaluator, Judgements, Policies, gate_verdicts, judge_promotion};

use crate::delivery::question::Question;
use crate::delivery::recipe::Candidate;
use crate::delivery::render::render;
pub(crate) use crate::delivery::way::{DecideError, Prepared, Way, seconds};
use crate::inline_waivers;

/// A decision with all that it rests on.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) decision: Decision,
    pub(crate) judgements: Judgements,
    /// Recipe, rendered documents and plan; nothing when an image has no digest, so that there is no recipe.
    pub(crate) prepared: Option<Prepared>,
}

impl Way<'_> {
    /// Renders, plans, asks every gate, and folds.
    pub(crate) fn judge(&self, candidate: &Candidate, history: &Gist) -> Result<Judged, DecideError> {
        let gates: Vec<&Gate> = self.pipeline.gates_to(self.target).collect();
        if gates.iter().all(|gate| gate.is_implied) {
            return Err(DecideError::NoGate { target: self.target.name.clone() });
        }
        let names: Vec<&str> = gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
        let policies = self.policies.only(&names);
        let mut judgements = self.judge_documents(&policies, candidate);
        let mut host_findings = candidate.findings.clone();
        host_findings.extend(candidate.documents.findings.iter().cloned());
        let prepared = prepare(candidate, self.adapter)?;
        match &prepared {
            Some(prepared) => {
                host_findings.extend(self.structure(candidate, history, prepared));
                let question = Question { way: self, candidate, history, prepared, findings: &known(&host_findings, &judgements) };
                judgements.absorb(judge_promotion(&policies, &question.ask()?));
            }
            None => ask_nothing_of_promotion_gates(&policies, &mut judgements),
        }
        let of_files = |files: &std::collections::BTreeSet<String>| {
            let is_in = |document: &&tollgate_gate::JudgedDocument| files.contains(&document.document.source.path);
            candidate.documents.documents.iter().filter(is_in).cloned().collect()
        };
        inline_waivers::accept(self.pipeline, self.now, &mut judgements, of_files, self.locate);
        let mut verdicts = gate_verdicts(gates.iter().copied(), &judgements);
        if says_nothing(&gates, &verdicts) {
            return Err(DecideError::NothingJudged { target: self.target.name.clone() });
        }
        let passes = prepared.as_ref().map(|prepared| self.passes(history, prepared)).unwrap_or_default();
        verdicts.iter_mut().for_each(|gate| gate.pass(&passes));
        let decision = Decision::fold(verdicts, host_findings, judgements.findings());
        Ok(Judged { decision, judgements, prepared })
    }

    fn judge_documents(&self, policies: &Policies, candidate: &Candidate) -> Judgements {
        let evaluator = Evaluator {
            policies,
            context: self.context(),
            evaluation_time: seconds(self.now),
            cache: &tollgate_core::cache::Forgetful,
            locate: self.locate,
        };
        evaluator.judge(&candidate.documents.documents)
    }

    fn structure(&self, candidate: &Candidate, history: &Gist, prepared: &Prepared) -> Vec<Finding> {
        let proven = history.proven();
        let mut findings = match candidate.movement {
            Movement::Rollback => structure::check_rollback(self.target, prepared.id, &proven),
            Movement::Forward | Movement::Revert => {
                structure::check_way(self.target, &candidate.provenance.reference, prepared.id, &proven)
            }
        };
        findings.extend(structure::check_objects(&prepared.rendered));
        findings.extend(structure::check_plan(&prepared.plan));
        findings
    }

    /// What overrides may pass here and now.
    fn passes(&self, history: &Gist, prepared: &Prepared) -> Passes {
        let Some(terms) = &self.pipeline.overrides else { return Passes::new() };
        history.passes(&self.pipeline.people, terms, prepared.id, &self.target.name, self.now)
    }
}

/// Whether no gate that somebody asked for had anything to judge.
fn says_nothing(gates: &[&Gate], verdicts: &[GateVerdict]) -> bool {
    let asked = gates.iter().zip(verdicts).filter(|(gate, _)| !gate.is_implied);
    asked.into_iter().all(|(_, verdict)| verdict.verdict == Verdict::NotApplicable)
}

/// What is found before promotion gates are asked: approvals are compared with it.
fn known(host: &[Finding], judgements: &Judgements) -> Vec<Finding> {
    host.iter().cloned().chain(judgements.findings()).collect()
}

/// Renders and plans a candidate that has a recipe.
pub(crate) fn prepare(candidate: &Candidate, adapter: &dyn ApplyPlan) -> Result<Option<Prepared>, DecideError> {
    let Some(recipe) = &candidate.recipe else { return Ok(None) };
    let id = recipe.id()?;
    let rendered = render(candidate, recipe)?;
    let plan = adapter.plan(id, &rendered)?;
    let plan_digest = plan.digest()?;
    Ok(Some(Prepared { recipe: recipe.clone(), id, rendered, plan, plan_digest }))
}

/// Without a recipe there is nothing to ask promotion gates about. The candidate's findings deny already; their gates say so.
fn ask_nothing_of_promotion_gates(policies: &Policies, judgements: &mut Judgements) {
    for policy in policies.iter() {
        judgements.by_policy.entry(policy.spec.name.clone()).or_default();
    }
}
