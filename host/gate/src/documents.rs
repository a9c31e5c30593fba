//! Asking validators about documents.

use std::sync::Arc;

use rayon::prelude::*;
use tollgate_core::cache::{KeepVerdicts, KeptVerdict};
use tollgate_core::document::{Document, Location};
use tollgate_core::evaluate::{
    CheckRequest, Context, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadedPolicy, VisibleDocument,
};
use tollgate_core::finding::{Finding, RuleId, Subject};
use tollgate_core::policy::Scope;
use tollgate_core::ports::LocateValue;

use crate::judgement::{Attributed, Judgements, PolicyFailure, PolicyJudgement};
use crate::policies::{ConfiguredPolicy, Policies};

/// A document that is to be judged.
#[derive(Clone, Debug)]
pub struct JudgedDocument {
    pub document: Document,
    /// The component that brings it; nothing without a configuration.
    pub component: Option<String>,
    /// Its body with Secret values withheld. The same as the document's own where it holds none.
    pub withheld: Arc<[u8]>,
}

impl JudgedDocument {
    fn visible(&self, secret_values: bool) -> VisibleDocument {
        let body = if secret_values { &self.document.body } else { &self.withheld };
        VisibleDocument { file: self.document.source.path.clone(), body: Arc::clone(body) }
    }
}

/// Asks validators.
pub struct Evaluator<'a> {
    pub policies: &'a Policies,
    pub context: Context,
    /// Seconds since the Unix epoch.
    pub evaluation_time: u64,
    pub cache: &'a dyn KeepVerdicts,
    pub locate: &'a dyn LocateValue,
}

impl std::fmt::Debug for Evaluator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Evaluator<'_> {
    /// Asks all validators about all documents: those of scope `document` about each, those of scope `set` about all at
    /// once. No answer keeps another from being given.
    pub fn judge(&self, documents: &[JudgedDocument]) -> Judgements {
        let mut all = Judgements::default();
        let validators: Vec<_> = self.policies.iter().filter_map(as_validator).collect();
        for (policy, _) in &validators {
            all.by_policy.entry(policy.spec.name.clone()).or_default();
        }
        let (set, single): (Vec<_>, Vec<_>) = validators.into_iter().partition(|(_, plugin)| plugin.needs().scope == Scope::Set);
        let judge_one = |document: &JudgedDocument| self.judge_one(&single, document);
        let of_documents: Vec<Judgements> = documents.par_iter().map(judge_one).collect();
        let of_sets: Vec<Judgements> = set.par_iter().map(|(policy, plugin)| self.judge_set(policy, *plugin, documents)).collect();
        of_documents.into_iter().chain(of_sets).for_each(|judgements| all.absorb(judgements));
        all
    }

    fn judge_one(&self, policies: &[(&ConfiguredPolicy, &dyn EvaluateDocuments)], document: &JudgedDocument) -> Judgements {
        let mut all = Judgements::default();
        for (policy, plugin) in policies {
            if plugin.needs().concern(&document.document.identity) {
                let judgement = self.ask(policy, *plugin, &[document]);
                all.by_policy.insert(policy.spec.name.clone(), judgement);
            }
        }
        all
    }

    fn judge_set(&self, policy: &ConfiguredPolicy, plugin: &dyn EvaluateDocuments, documents: &[JudgedDocument]) -> Judgements {
        let needs = plugin.needs();
        let concerned: Vec<&JudgedDocument> =
            documents.iter().filter(|document| needs.concern(&document.document.identity)).collect();
        let mut all = Judgements::default();
        if !concerned.is_empty() {
            all.by_policy.insert(policy.spec.name.clone(), self.ask(policy, plugin, &concerned));
        }
        all
    }

    fn ask(&self, policy: &ConfiguredPolicy, plugin: &dyn EvaluateDocuments, documents: &[&JudgedDocument]) -> PolicyJudgement {
        let secret_values = plugin.needs().secret_values && policy.spec.grants.secret_values;
        let visible: Vec<VisibleDocument> = documents.iter().map(|document| document.visible(secret_values)).collect();
        let evaluation = self.answer(policy, plugin, &visible);
        let mut judgement =
            PolicyJudgement { log: evaluation.log, fuel: evaluation.fuel, memory: evaluation.memory, ..PolicyJudgement::default() };
        for document in documents {
            *judgement.asked.entry(document.component.clone()).or_default() += 1;
        }
        match evaluation.outcome {
            Ok(raw) => judgement.findings = self.findings(policy, documents, &raw),
            Err(error) => judgement.failures = failures(policy, documents, &error),
        }
        judgement
    }

    /// The plugin's answer, or the one that it gave to the very same question before.
    fn answer(
        &self,
        policy: &ConfiguredPolicy,
        plugin: &dyn EvaluateDocuments,
        visible: &[VisibleDocument],
    ) -> Evaluation<Vec<DocumentFinding>> {
        let time = plugin.uses_clock().then_some(self.evaluation_time);
        let key = crate::key::of_check(&policy.configuration, &self.context, &visible.iter().collect::<Vec<_>>(), time);
        if let Some(kept) = self.cache.get(&key) {
            return Evaluation { outcome: kept.outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 };
        }
        let request = CheckRequest { context: &self.context, documents: visible, evaluation_time: self.evaluation_time };
        let evaluation = plugin.check(&request);
        if evaluation.outcome.as_ref().err().is_none_or(EvaluationError::is_deterministic) {
            self.cache.put(&key, &KeptVerdict { outcome: evaluation.outcome.clone() });
        }
        evaluation
    }

    fn findings(
        &self,
        policy: &ConfiguredPolicy,
        documents: &[&JudgedDocument],
        raw: &[DocumentFinding],
    ) -> Vec<Attributed<Finding>> {
        let mut findings = Vec::with_capacity(raw.len());
        for (position, document) in documents.iter().enumerate() {
            let own: Vec<&DocumentFinding> = raw.iter().filter(|finding| finding.document == position).collect();
            if own.is_empty() {
                continue;
            }
            let pointers: Vec<_> = own.iter().map(|finding| finding.pointer.clone()).collect();
            let spans = self.locate.locate(&document.document, &pointers);
            for (finding, span) in own.into_iter().zip(spans) {
                let location = Location { file: document.document.source.path.clone(), span };
                findings.extend(resolve(policy, document, finding, location));
            }
        }
        findings
    }
}

fn as_validator(policy: &ConfiguredPolicy) -> Option<(&ConfiguredPolicy, &dyn EvaluateDocuments)> {
    match &policy.loaded {
        LoadedPolicy::Validator(plugin) => Some((policy, plugin.as_ref())),
        LoadedPolicy::Promotion(_) => None,
    }
}

fn resolve(
    policy: &ConfiguredPolicy,
    document: &JudgedDocument,
    raw: &DocumentFinding,
    location: Location,
) -> Option<Attributed<Finding>> {
    let rule = policy.rule(&raw.rule, raw.level)?;
    let value = Finding {
        policy: policy.spec.name.clone(),
        rule: RuleId::new(&policy.spec.name, &raw.rule),
        level: rule.level,
        severity: rule.severity,
        message: raw.message.clone(),
        subject: Subject::Document { document: document.document.reference(), pointer: raw.pointer.clone() },
        location: Some(location),
        remediation: raw.remediation.clone(),
        controls: rule.controls.to_vec(),
    };
    Some(Attributed { component: document.component.clone(), value })
}

/// A failure counts for every document that was asked about together.
fn failures(policy: &ConfiguredPolicy, documents: &[&JudgedDocument], error: &EvaluationError) -> Vec<Attributed<PolicyFailure>> {
    let single = documents.len() == 1;
    let mut components: Vec<Option<String>> = documents.iter().map(|document| document.component.clone()).collect();
    components.sort();
    components.dedup();
    let failure = |component: Option<String>| Attributed {
        component,
        value: PolicyFailure {
            policy: policy.spec.name.clone(),
            file: documents.first().filter(|_| single).map(|document| document.document.source.path.clone()),
            document: documents.first().filter(|_| single).map(|document| document.document.identity.to_string()),
            error: error.clone(),
        },
    };
    components.into_iter().map(failure).collect()
}
