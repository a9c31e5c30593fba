//! Asking validators about documents.

use rayon::prelude::*;
use tollgate_core::cache::{KeepVerdicts, KeptVerdict};
use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::evaluate::{
    CheckRequest, Context, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadedPolicy, VisibleDocument,
};
use tollgate_core::finding::{Finding, RuleId, Subject as FindingSubject};
use tollgate_core::policy::Scope;
use tollgate_core::ports::LocateValue;

use crate::judgement::{Attributed, Judgements, PolicyFailure, PolicyJudgement};
use crate::policies::{ConfiguredPolicy, Policies};
use crate::subject::{JudgedDocument, KnownDocument, Remembered, Subject};

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

/// A policy with its plugin, which is one.
#[derive(Clone, Copy)]
struct Validator<'a> {
    policy: &'a ConfiguredPolicy,
    plugin: &'a dyn EvaluateDocuments,
}

/// A document, and what is to be kept of it, where anything is.
type Asked<'a> = (&'a JudgedDocument, Option<&'a KnownDocument>);

impl Validator<'_> {
    fn sees_secret_values(&self) -> bool {
        self.plugin.needs().secret_values && self.policy.spec.grants.secret_values
    }
}

impl Evaluator<'_> {
    /// Asks all validators about all documents: those of scope `document` about each, those of scope `set` about all at
    /// once. No answer keeps another from being given.
    pub fn judge(&self, documents: &[JudgedDocument]) -> Judgements {
        let mut all = Judgements::unasked(self.policies);
        let of_documents: Vec<Judgements> =
            documents.par_iter().map(|document| self.judge_each(std::slice::from_ref(document))).collect();
        of_documents.into_iter().for_each(|judgements| all.absorb(judgements));
        all.absorb(self.judge_set(documents));
        all
    }

    /// Asks the validators of scope `document` about each document, one after the other.
    pub fn judge_each(&self, documents: &[JudgedDocument]) -> Judgements {
        let mut all = Judgements::default();
        for document in documents {
            let known = self.known(std::slice::from_ref(document));
            for validator in self.validators(Scope::Document) {
                if validator.plugin.needs().concern(&document.document.identity) {
                    all.add(&validator.policy.spec.name, self.ask(validator, &[(document, known.first())]));
                }
            }
        }
        all
    }

    /// Asks the validators of scope `set` about all documents together.
    pub fn judge_set(&self, documents: &[JudgedDocument]) -> Judgements {
        let mut all = Judgements::default();
        let known = self.known(documents);
        let all_documents = || documents.iter().enumerate().map(|(position, document)| (document, known.get(position)));
        for validator in self.validators(Scope::Set) {
            let concerns = |(document, _): &Asked<'_>| validator.plugin.needs().concern(&document.document.identity);
            let concerned: Vec<Asked<'_>> = all_documents().filter(concerns).collect();
            if !concerned.is_empty() {
                all.add(&validator.policy.spec.name, self.ask(validator, &concerned));
            }
        }
        all
    }

    /// What [`Self::judge_each`] said of these documents before; nothing unless every answer is still there.
    pub fn recall_each(&self, documents: &[Remembered<'_>]) -> Option<Judgements> {
        let mut all = Judgements::default();
        for document in documents {
            for validator in self.validators(Scope::Document) {
                if validator.plugin.needs().concern(&document.known.identity) {
                    all.add(&validator.policy.spec.name, self.recall(validator, std::slice::from_ref(document))?);
                }
            }
        }
        Some(all)
    }

    /// What [`Self::judge_set`] said of these documents before; nothing unless every answer is still there.
    pub fn recall_set(&self, documents: &[Remembered<'_>]) -> Option<Judgements> {
        let mut all = Judgements::default();
        for validator in self.validators(Scope::Set) {
            let concerns = |document: &&Remembered<'_>| validator.plugin.needs().concern(&document.known.identity);
            let concerned: Vec<Remembered<'_>> = documents.iter().filter(concerns).copied().collect();
            if !concerned.is_empty() {
                all.add(&validator.policy.spec.name, self.recall(validator, &concerned)?);
            }
        }
        Some(all)
    }

    fn validators(&self, scope: Scope) -> impl Iterator<Item = Validator<'_>> {
        self.policies.iter().filter_map(as_validator).filter(move |validator| validator.plugin.needs().scope == scope)
    }

    /// Digests of documents, once for all validators; none where nothing is kept.
    fn known(&self, documents: &[JudgedDocument]) -> Vec<KnownDocument> {
        if self.cache.keeps() { documents.iter().map(KnownDocument::of).collect() } else { Vec::new() }
    }

    /// The plugin's answer, or the one that it gave to the very same question before.
    fn ask(&self, validator: Validator<'_>, documents: &[Asked<'_>]) -> PolicyJudgement {
        let remembered: Vec<Remembered<'_>> =
            documents.iter().filter_map(|(document, known)| Some(document.remembered((*known)?))).collect();
        if let Some(judgement) = self.recall(validator, &remembered) {
            return judgement;
        }
        let visible: Vec<VisibleDocument> =
            documents.iter().map(|(document, _)| document.visible(validator.sees_secret_values())).collect();
        let request = CheckRequest { context: &self.context, documents: &visible, evaluation_time: self.evaluation_time };
        let evaluation = validator.plugin.check(&request);
        if self.cache.keeps() && evaluation.outcome.as_ref().err().is_none_or(EvaluationError::is_deterministic) {
            self.cache.put(&self.key(validator, &remembered), &KeptVerdict { outcome: evaluation.outcome.clone() });
        }
        self.judgement(validator.policy, &documents.iter().map(|(document, _)| document.subject()).collect::<Vec<_>>(), evaluation)
    }

    /// An answer that was given before. About nothing, nothing was ever asked.
    fn recall(&self, validator: Validator<'_>, documents: &[Remembered<'_>]) -> Option<PolicyJudgement> {
        if documents.is_empty() {
            return None;
        }
        let kept = self.cache.get(&self.key(validator, documents))?;
        let evaluation = Evaluation { outcome: kept.outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 };
        let subjects: Vec<Subject<'_>> = documents.iter().map(Remembered::subject).collect();
        Some(self.judgement(validator.policy, &subjects, evaluation))
    }

    fn key(&self, validator: Validator<'_>, documents: &[Remembered<'_>]) -> Digest {
        let time = validator.plugin.uses_clock().then_some(self.evaluation_time);
        let secret_values = validator.sees_secret_values();
        let seen = documents.iter().map(|document| (document.source.path.as_str(), document.known.digest(secret_values)));
        crate::key::of_check(&validator.policy.configuration, &self.context, seen, time)
    }

    fn judgement(
        &self,
        policy: &ConfiguredPolicy,
        subjects: &[Subject<'_>],
        evaluation: Evaluation<Vec<DocumentFinding>>,
    ) -> PolicyJudgement {
        let Evaluation { outcome, log, fuel, memory, .. } = evaluation;
        let mut judgement = PolicyJudgement { log, fuel, memory, ..PolicyJudgement::default() };
        for subject in subjects {
            *judgement.asked.entry(subject.component.clone()).or_default() += 1;
        }
        match outcome {
            Ok(raw) => judgement.findings = self.findings(policy, subjects, &raw),
            Err(error) => judgement.failures = failures(policy, subjects, &error),
        }
        judgement
    }

    fn findings(&self, policy: &ConfiguredPolicy, subjects: &[Subject<'_>], raw: &[DocumentFinding]) -> Vec<Attributed<Finding>> {
        let mut findings = Vec::with_capacity(raw.len());
        if raw.is_empty() {
            return findings;
        }
        for (position, subject) in subjects.iter().enumerate() {
            let own: Vec<&DocumentFinding> = raw.iter().filter(|finding| finding.document == position).collect();
            if own.is_empty() {
                continue;
            }
            let pointers: Vec<_> = own.iter().map(|finding| finding.pointer.clone()).collect();
            let spans = subject.locate(self.locate, &pointers);
            for (finding, span) in own.into_iter().zip(spans) {
                let location = Location { file: subject.source.path.clone(), span };
                findings.extend(resolve(policy, subject, finding, location));
            }
        }
        findings
    }
}

fn as_validator(policy: &ConfiguredPolicy) -> Option<Validator<'_>> {
    match &policy.loaded {
        LoadedPolicy::Validator(plugin) => Some(Validator { policy, plugin: plugin.as_ref() }),
        LoadedPolicy::Promotion(_) => None,
    }
}

fn resolve(
    policy: &ConfiguredPolicy,
    subject: &Subject<'_>,
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
        subject: FindingSubject::Document { document: subject.reference(), pointer: raw.pointer.clone() },
        location: Some(location),
        remediation: raw.remediation.clone(),
        controls: rule.controls.to_vec(),
        status: None,
        waiver: None,
    };
    Some(Attributed { component: subject.component.clone(), value })
}

/// A failure counts for every document that was asked about together.
fn failures(policy: &ConfiguredPolicy, subjects: &[Subject<'_>], error: &EvaluationError) -> Vec<Attributed<PolicyFailure>> {
    let single = if let [single] = subjects { Some(single) } else { None };
    let mut components: Vec<Option<String>> = subjects.iter().map(|subject| subject.component.clone()).collect();
    components.sort();
    components.dedup();
    let failure = |component: Option<String>| Attributed {
        component,
        value: PolicyFailure {
            policy: policy.spec.name.clone(),
            file: single.map(|subject| subject.source.path.clone()),
            document: single.map(|subject| subject.identity.to_string()),
            error: error.clone(),
        },
    };
    components.into_iter().map(failure).collect()
}
