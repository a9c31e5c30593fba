//! Asking everybody who has a say on one recipe and one target.

use tollgate_core::decision::{Decision, DecisionWord};
use tollgate_core::digest::Digest;
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::{Gate, GitReference, Target};
use tollgate_core::ports::ApplyPlan;
use tollgate_core::structure;
use tollgate_core::way_back::Movement;
use tollgate_gate::{JudgedDocument, Judgements, Policies, judge_promotion};

use crate::delivery::jury::{Heard, Jury, ask_nothing_of_promotion_gates, known};
use crate::delivery::question::Question;
use crate::delivery::recipe::Candidate;
use crate::delivery::recorded::RecordedQuestion;
use crate::delivery::render::render;
pub(crate) use crate::delivery::way::{DecideError, Prepared, Twin, Way, seconds};
use crate::infrastructure;
use crate::sources::Documents;

/// A decision with all that it rests on.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) decision: Decision,
    pub(crate) judgements: Judgements,
    /// Recipe, rendered documents and plan; nothing when an image has no digest, so that there is no recipe.
    pub(crate) prepared: Option<Prepared>,
    /// What promotion gates were asked; nothing where they were not.
    pub(crate) question: Option<RecordedQuestion>,
    /// What was judged beside what is written: what Terraform says that it would do.
    pub(crate) planned: Documents,
}

/// What is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// A recipe that is to move now.
    Promotion,
    /// What would be there once it is merged.
    Proposal,
}

impl Way<'_> {
    /// Renders, plans, asks every gate, and folds.
    pub(crate) fn judge(&self, candidate: &Candidate, history: &Gist) -> Result<Judged, DecideError> {
        self.judge_as(candidate, history, About::Promotion)
    }

    /// The same for what somebody proposes: no gate is asked about a promotion, and whether it may move at all is not asked either.
    pub(crate) fn judge_proposal(&self, candidate: &Candidate, history: &Gist) -> Result<Judged, DecideError> {
        self.judge_as(candidate, history, About::Proposal)
    }

    fn judge_as(&self, candidate: &Candidate, history: &Gist, about: About) -> Result<Judged, DecideError> {
        let jury = self.jury();
        let gates = jury.gates()?;
        let policies = jury.policies(&gates);
        let documents = &candidate.documents.documents;
        let mut judgements = jury.judge_documents(&policies, documents);
        let mut host = candidate.findings.clone();
        host.extend(candidate.documents.findings.iter().cloned());
        let written = Heard { host: host.clone(), judgements: judgements.clone(), passes: Passes::new(), documents };
        if !candidate.roots.is_empty() && self.must_not_run((&jury, &gates, &policies), candidate, history, written)? {
            ask_nothing_of_promotion_gates(&policies, &mut judgements);
            host.push(infrastructure::not_planned(&self.target.name));
            let (decision, judgements) = jury.fold(&gates, Heard { host, judgements, passes: Passes::new(), documents })?;
            return Ok(Judged { decision, judgements, prepared: None, question: None, planned: Documents::default() });
        }
        let prepared = prepare(candidate, self.adapter)?;
        let planned =
            prepared.as_ref().map(|prepared| infrastructure::documents(&prepared.plan, candidate.written())).unwrap_or_default();
        let all: Vec<JudgedDocument> = documents.iter().chain(&planned.documents).cloned().collect();
        if !planned.documents.is_empty() {
            // Policies over sets see what is written and what is planned together.
            judgements = jury.judge_documents(&policies, &all);
            host.extend(planned.findings.iter().cloned());
        }
        let mut question = None;
        let mut passes = Passes::new();
        match (&prepared, about) {
            (Some(prepared), About::Promotion) => {
                host.extend(self.structure(candidate, history, prepared)?);
                host.extend(infrastructure::refused(&prepared.plan));
                host.extend(infrastructure::written_by_others(&prepared.plan));
                let asked = Question { way: self, candidate, history, prepared, findings: &known(&host, &judgements) }.ask()?;
                judgements.absorb(judge_promotion(&policies, &asked));
                passes = jury.passes(history, prepared.id);
                question = Some(RecordedQuestion::new(candidate, history, asked));
            }
            (prepared, _) => {
                if let Some(prepared) = prepared {
                    host.extend(structure::check_objects(&prepared.rendered));
                    host.extend(structure::check_plan(&prepared.plan));
                    host.extend(infrastructure::refused(&prepared.plan));
                    host.extend(infrastructure::written_by_others(&prepared.plan));
                }
                ask_nothing_of_promotion_gates(&policies, &mut judgements);
            }
        }
        let (decision, judgements) = jury.fold(&gates, Heard { host, judgements, passes, documents: &all })?;
        Ok(Judged { decision, judgements, prepared, question, planned })
    }

    /// Whether something that is written is denied already, so that nothing of it is run: not even for a plan.
    fn must_not_run(
        &self,
        (jury, gates, policies): (&Jury<'_>, &[&Gate], &Policies),
        candidate: &Candidate,
        history: &Gist,
        mut heard: Heard<'_>,
    ) -> Result<bool, DecideError> {
        let Some(recipe) = &candidate.recipe else { return Ok(false) };
        ask_nothing_of_promotion_gates(policies, &mut heard.judgements);
        heard.passes = jury.passes(history, recipe.id()?);
        match jury.fold(gates, heard) {
            Ok((decision, _)) => Ok(decision.word() != DecisionWord::Approved),
            // Whether anything was judged is told once there is a plan.
            Err(DecideError::NothingJudged { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn jury(&self) -> Jury<'_> {
        let Way { target, pipeline, policies, locate, now, .. } = *self;
        Jury { target, pipeline, policies, locate, now }
    }

    fn structure(&self, candidate: &Candidate, history: &Gist, prepared: &Prepared) -> Result<Vec<Finding>, DecideError> {
        let Prepared { id, rendered, plan, .. } = prepared;
        let mut findings = check_movement(self.target, candidate.movement, &candidate.provenance.reference, *id, history);
        findings.extend(structure::check_objects(rendered));
        findings.extend(structure::check_plan(plan));
        findings.extend(structure::check_deletes(self.target.confirm_deletes(), plan, candidate.confirmed)?);
        Ok(findings)
    }
}

/// Whether a recipe may move there at all, the way that it moves.
pub(crate) fn check_movement(
    target: &Target,
    movement: Movement,
    reference: &GitReference,
    recipe: Digest,
    history: &Gist,
) -> Vec<Finding> {
    let proven = history.proven();
    match movement {
        Movement::Rollback => structure::check_rollback(target, recipe, &proven),
        Movement::Forward | Movement::Revert => structure::check_way(target, reference, recipe, &proven),
    }
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
