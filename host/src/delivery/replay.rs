//! A recorded decision made again, from what the ledger kept of it (same-in-same-out).
//!
//! Validators judge the kept documents, promotion gates answer the kept question, and what follows from the ledger's earlier
//! entries is worked out anew. Only what the world outside said (`source/…`, `render/…` and `recipe/…`, which files and registries said, and
//! what git and the forge said of the change) is taken as it was recorded, and named.

mod compare;
mod kept;
mod sources;

use std::collections::BTreeSet;

use tollgate_core::decision::Decision;
use tollgate_core::entry::{Decided, Entry};
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::finding::Finding;
use tollgate_core::history::History;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::{Gate, Pipeline, Target};
use tollgate_core::plan::NoDigest;
use tollgate_core::ports::{LedgerError, LocateValue, ReadLedger, ReadRepository};
use tollgate_core::structure;
use tollgate_gate::{ConfiguredPolicy, Judgements, Policies, judge_promotion};

use crate::delivery::decide::check_movement;
use crate::delivery::jury::{Heard, Jury, ask_nothing_of_promotion_gates, known};
use crate::delivery::ledger_side::LedgerSide;
use crate::delivery::way::DecideError;

use compare::Comparison;
use kept::{Asked, Kept};
use sources::Sources;

/// What decisions are made again from.
pub(crate) struct Replay<'a> {
    pub(crate) ledger: &'a dyn ReadLedger,
    pub(crate) repository: &'a dyn ReadRepository,
    pub(crate) locate: &'a dyn LocateValue,
    /// The configuration that was in force for the decision.
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) policies: &'a Policies,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replayed {
    pub(crate) differences: Vec<Difference>,
    /// What would be needed and is not there, in words.
    pub(crate) missing: Vec<String>,
    /// What was not worked out anew but taken as it was recorded, in words.
    pub(crate) taken: Vec<String>,
}

/// Something that is not now as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) what: String,
    pub(crate) recorded: String,
    pub(crate) again: String,
}

/// Why a decision could not even be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Decide(#[from] DecideError),
    #[error(transparent)]
    NoDigest(#[from] NoDigest),
    #[error(transparent)]
    NotCanonical(#[from] tollgate_core::canonical::NotCanonical),
}

impl Replay<'_> {
    /// Makes a decision again. `before` are the entries of the ledger as far as it had them, of which some were maybe written
    /// after the question was asked.
    pub(crate) fn run(&self, entry: &Entry, decided: &Decided, before: &History) -> Result<Replayed, ReplayError> {
        let name = entry.subject.target.as_deref().unwrap_or_default();
        let Some(target) = self.pipeline.targets().find(|target| target.name == name) else {
            return Ok(Replayed::missing(vec![format!("the policy of then has no target `{name}`")]));
        };
        let kept = match Kept::read(entry, self.ledger)? {
            Ok(kept) => kept,
            Err(missing) => return Ok(Replayed::missing(missing)),
        };
        let sources = Sources::read(&kept.documents, decided, self.repository);
        let documents = kept.judged(&sources);
        let jury = Jury { target, pipeline: self.pipeline, policies: self.policies, locate: self.locate, now: entry.at };
        let gates = jury.gates()?;
        let all = jury.policies(&gates);
        let unseen = unseen(&all, &kept);
        let asked = all
            .only(&all.iter().map(|policy| policy.spec.name.as_str()).filter(|name| !unseen.contains(*name)).collect::<Vec<_>>());
        let mut judgements = jury.judge_documents(&asked, &documents);
        let mut comparison = Comparison::new(&sources, &unseen);
        let mut host = kept.findings_of_the_host(&all);
        comparison.took_findings(&host);
        let mut passes = Passes::new();
        if let Some(question) = &kept.question {
            let then = before.prefix(question.recorded.ledger);
            host.extend(structure_again(target, question, decided, &kept, &then)?);
            self.compare_question(&mut comparison, (entry, target), question, &then, &known(&host, &judgements))?;
            judgements.absorb(judge_promotion(&asked, &question.recorded.request));
            passes = jury.passes(&then, question.id);
            comparison.plan(entry, question)?;
        } else {
            ask_nothing_of_promotion_gates(&asked, &mut judgements);
        }
        comparison.movement(decided, kept.question.as_ref());
        comparison.circumstances(decided, target, kept.question.as_ref())?;
        let decision = self.fold(&jury, &gates, host, judgements, passes, &documents)?;
        comparison.decision(&gates, decided, &kept.findings, &decision)?;
        Ok(comparison.into_replayed())
    }

    fn fold(
        &self,
        jury: &Jury<'_>,
        gates: &[&Gate],
        host: Vec<Finding>,
        judgements: Judgements,
        passes: Passes,
        documents: &[tollgate_gate::JudgedDocument],
    ) -> Result<Decision, DecideError> {
        let heard = Heard { host, judgements, passes, documents };
        jury.fold(gates, heard).map(|(decision, _)| decision)
    }

    /// What the ledger said to the question then, it must still say.
    fn compare_question(
        &self,
        comparison: &mut Comparison<'_>,
        (entry, target): (&Entry, &Target),
        question: &Asked,
        then: &History,
        findings: &[Finding],
    ) -> Result<(), ReplayError> {
        let Some(policy) = entry.policy else { return Ok(()) };
        let side = LedgerSide {
            history: then,
            ledger: self.ledger,
            pipeline: self.pipeline,
            target,
            policy,
            now: entry.at,
            recipe: &question.recipe,
            id: question.id,
            plan: &question.plan,
            plan_digest: question.plan.digest()?,
            policies: self.policies,
            tree: &question.recorded.tree,
            findings,
        };
        comparison.question(entry, &question.recorded.request, &side)?;
        Ok(())
    }
}

impl Replayed {
    /// A decision that can't be made again.
    pub(crate) fn missing(missing: Vec<String>) -> Self {
        Self { missing, ..Self::default() }
    }
}

fn structure_again(
    target: &Target,
    question: &Asked,
    decided: &Decided,
    kept: &Kept,
    then: &History,
) -> Result<Vec<Finding>, NoDigest> {
    let (movement, reference) = (question.recorded.movement, &decided.provenance.reference);
    let mut findings = check_movement(target, movement, reference, question.id, then);
    findings.extend(structure::check_objects(&kept.objects()));
    findings.extend(structure::check_plan(&question.plan));
    findings.extend(structure::check_deletes(target.confirm_deletes(), &question.plan, question.recorded.confirmed)?);
    Ok(findings)
}

/// The policies that saw values which the ledger does not keep: they can't be asked again.
fn unseen(policies: &Policies, kept: &Kept) -> BTreeSet<String> {
    let saw_secrets = |policy: &&ConfiguredPolicy| match &policy.loaded {
        LoadedPolicy::Validator(plugin) => {
            let needs = plugin.needs();
            let concerns = kept.documents.iter().any(|document| !document.replayable && needs.concern(&document.identity));
            needs.secret_values && policy.spec.grants.secret_values && concerns
        }
        LoadedPolicy::Promotion(_) => false,
    };
    policies.iter().filter(saw_secrets).map(|policy| policy.spec.name.clone()).collect()
}
