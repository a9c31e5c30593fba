//! What policies answered, before it is folded into gates.

use std::collections::BTreeMap;

use tollgate_core::evaluate::{EvaluationError, LoadedPolicy, LogLine};
use tollgate_core::finding::Finding;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::{Verdict, Wait};

use crate::policies::Policies;

/// Something with the component that it is about; nothing where there is none.
#[derive(Clone, Debug)]
pub struct Attributed<T> {
    pub component: Option<String>,
    pub value: T,
}

/// A policy gave no answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFailure {
    pub policy: String,
    /// The file whose document was judged; nothing for a set or a promotion.
    pub file: Option<String>,
    /// The document, in words.
    pub document: Option<String>,
    pub error: EvaluationError,
}

/// All that one policy answered.
#[derive(Clone, Debug, Default)]
pub struct PolicyJudgement {
    pub findings: Vec<Attributed<Finding>>,
    pub failures: Vec<Attributed<PolicyFailure>>,
    pub wait: Option<Wait>,
    /// Until when the answer holds; nothing: time does not change it.
    pub valid_until: Option<Timestamp>,
    /// How many documents it was asked about, by component.
    pub asked: BTreeMap<Option<String>, u32>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// Units of fuel that it used, and the peak of its memory in bytes.
    pub fuel: u64,
    pub memory: u64,
}

impl PolicyJudgement {
    /// The policy's verdict on the components that `concerns` says yes to.
    pub fn verdict(&self, concerns: &dyn Fn(Option<&str>) -> bool) -> Verdict {
        if let Some(failure) = self.failures.iter().find(|failure| concerns(failure.component.as_deref())) {
            return Verdict::Error { message: failure.value.error.to_string() };
        }
        if let Some(wait) = &self.wait {
            return Verdict::Pending(wait.clone());
        }
        if !self.asked.iter().any(|(component, count)| *count > 0 && concerns(component.as_deref())) {
            return Verdict::NotApplicable;
        }
        let concerned = self.findings.iter().filter(|finding| concerns(finding.component.as_deref()));
        Verdict::of_findings(concerned.map(|finding| &finding.value))
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.failures.extend(other.failures);
        self.log.extend(other.log);
        self.wait = self.wait.take().or(other.wait);
        self.valid_until = self.valid_until.into_iter().chain(other.valid_until).min();
        for (component, count) in other.asked {
            *self.asked.entry(component).or_default() += count;
        }
        self.fuel = self.fuel.saturating_add(other.fuel);
        self.memory = self.memory.max(other.memory);
    }
}

/// What all policies answered, by name.
#[derive(Clone, Debug, Default)]
pub struct Judgements {
    pub by_policy: BTreeMap<String, PolicyJudgement>,
}

impl Judgements {
    /// Of validators that were not asked yet.
    pub fn unasked(policies: &Policies) -> Self {
        let validators = policies.iter().filter(|policy| matches!(policy.loaded, LoadedPolicy::Validator(_)));
        let unasked = validators.map(|policy| (policy.spec.name.clone(), PolicyJudgement::default()));
        Self { by_policy: unasked.collect() }
    }

    /// Takes in what others answered.
    pub fn absorb(&mut self, other: Self) {
        for (policy, judgement) in other.by_policy {
            self.by_policy.entry(policy).or_default().absorb(judgement);
        }
    }

    /// Takes in one more answer of a policy.
    pub(crate) fn add(&mut self, policy: &str, judgement: PolicyJudgement) {
        match self.by_policy.get_mut(policy) {
            Some(known) => known.absorb(judgement),
            None => drop(self.by_policy.insert(policy.to_owned(), judgement)),
        }
    }

    /// All findings, of all policies.
    pub fn findings(&self) -> Vec<Finding> {
        self.by_policy.values().flat_map(|judgement| &judgement.findings).map(|finding| finding.value.clone()).collect()
    }

    /// All findings, of all policies, to be changed.
    pub fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.by_policy.values_mut().flat_map(|judgement| &mut judgement.findings).map(|finding| &mut finding.value)
    }

    /// Takes out the findings that a condition holds for: gates don't count them any more.
    pub fn take(&mut self, condition: impl Fn(&Finding) -> bool) -> Vec<Finding> {
        let mut taken = Vec::new();
        for judgement in self.by_policy.values_mut() {
            let out = judgement.findings.extract_if(.., |finding| condition(&finding.value));
            taken.extend(out.map(|finding| finding.value));
        }
        taken
    }

    /// All failures, of all policies.
    pub fn failures(&self) -> impl Iterator<Item = &PolicyFailure> {
        self.by_policy.values().flat_map(|judgement| &judgement.failures).map(|failure| &failure.value)
    }
}
