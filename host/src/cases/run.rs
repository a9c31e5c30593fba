//! Running cases, through the same way that `check` takes: from the bytes of the file to findings at lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};
use tollgate_core::cache::Forgetful;
use tollgate_core::digest::Digest;
use tollgate_core::document::SourceFile;
use tollgate_core::evaluate::{LoadError, LoadPolicy, LoadedPolicy};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::PolicySpec;
use tollgate_core::policy::Grants;
use tollgate_gate::{Evaluator, Policies, PolicyProblem, PolicyProblemKind};
use tollgate_report::cases::{CaseReport, CasesReport};
use tollgate_report::failure::Failure;

use super::compare::{Difference, compare};
use super::{Case, at};
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::sources::{FileToRead, Files, read_documents};
use crate::wiring::Lines;

/// What is proven.
pub(crate) enum Judge<'a> {
    /// A plugin, which each case may set otherwise.
    Plugin { spec: Box<PolicySpec>, digest: Digest, bytes: Arc<[u8]>, loader: &'a dyn LoadPolicy },
    /// The policies of a pack, as the pack sets them.
    Pack { name: String, policies: &'a Policies },
}

impl Judge<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Plugin { spec, .. } => &spec.name,
            Self::Pack { name, .. } => name,
        }
    }

    /// The policy whose name a case may leave out.
    fn policy(&self) -> Option<&str> {
        if let Self::Plugin { spec, .. } = self { Some(&spec.name) } else { None }
    }

    fn policies(&self, case: &Case) -> Result<Policies, String> {
        self.set(&case.settings, &case.data)
    }

    /// The policies, a plugin set as a case says.
    pub(super) fn set(&self, settings: &Map<String, Value>, data: &BTreeMap<String, Vec<u8>>) -> Result<Policies, String> {
        match self {
            Self::Pack { policies, .. } => Ok((*policies).clone()),
            Self::Plugin { spec, digest, bytes, loader } => {
                let grants = Grants { log: true, clock: true, data: Some(data.clone()), secret_values: true };
                let spec = PolicySpec { settings: Value::Object(settings.clone()), grants, ..PolicySpec::clone(spec) };
                Policies::load(&[(spec, *digest, Arc::clone(bytes))], *loader)
                    .map_err(|problems| problems.iter().map(told).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// Why a policy can't be used, with each setting that its plugin refuses.
fn told(problem: &PolicyProblem) -> String {
    match problem.source.as_ref() {
        PolicyProblemKind::Load(LoadError::Settings { errors }) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("{problem}: {}", errors.join(", "))
        }
        source => format!("{problem}: {source}"),
    }
}

/// Runs cases.
///
/// # Errors
/// When a case names a rule that nobody has.
pub(crate) fn run(judge: &Judge<'_>, cases: &[Case]) -> Result<CasesReport, Failures>
where
    for<'a> Judge<'a>: Sync,
{
    let known = rules(judge, cases)?;
    let reports: Vec<CaseReport> = cases.par_iter().map(|case| of_case(judge, case)).collect();
    let expected: BTreeSet<String> =
        cases.iter().flat_map(|case| &case.expected).map(|expected| whole(judge, &expected.rule)).collect();
    Ok(CasesReport {
        version: tollgate_report::cases::VERSION,
        name: judge.name().to_owned(),
        cases: reports,
        // A pack proves that its policies work together; each rule is proven by its plugin.
        unproven_rules: if judge.policy().is_some() { known.difference(&expected).cloned().collect() } else { Vec::new() },
    })
}

/// A rule's whole name, where a case leaves the policy's out.
pub(super) fn whole(judge: &Judge<'_>, rule: &str) -> String {
    match judge.policy() {
        Some(policy) if !rule.contains('/') => format!("{policy}/{rule}"),
        _ => rule.to_owned(),
    }
}

/// All rules that can be found, by their whole names.
fn rules(judge: &Judge<'_>, cases: &[Case]) -> Result<BTreeSet<String>, Failures> {
    let Some(first) = cases.first() else { return Ok(BTreeSet::new()) };
    let policies = judge.policies(first).map_err(|message| vec![at(&first.file, 1, message)])?;
    let of_policy = |policy: &tollgate_gate::ConfiguredPolicy| {
        let name = policy.spec.name.clone();
        let on = |rule: &&tollgate_core::policy::Rule| policy.spec.levels.get(&rule.id).is_none_or(Option::is_some);
        let rules: Vec<String> = match &policy.loaded {
            LoadedPolicy::Validator(plugin) => {
                plugin.description().rules.iter().filter(on).map(|rule| format!("{name}/{}", rule.id)).collect()
            }
            LoadedPolicy::Promotion(_) => Vec::new(),
        };
        rules
    };
    let known: BTreeSet<String> = policies.iter().flat_map(of_policy).collect();
    let is_unknown = |rule: &str| !rule.starts_with("source/") && !known.contains(rule);
    let unknown: Vec<Failure> = cases
        .iter()
        .flat_map(|case| case.expected.iter().map(move |expected| (case, expected)))
        .filter(|(_, expected)| is_unknown(&whole(judge, &expected.rule)))
        .map(|(case, expected)| {
            let names: Vec<String> = known.iter().map(|rule| format!("`{rule}`")).collect();
            at(expected.beside.as_ref().unwrap_or(&case.file), expected.line, format!("there is no rule `{}`", expected.rule))
                .with_hint(format!("there are {}", names.join(", ")))
        })
        .collect();
    if unknown.is_empty() { Ok(known) } else { Err(unknown) }
}

fn of_case(judge: &Judge<'_>, case: &Case) -> CaseReport {
    let folder = if case.fails { "fail" } else { "pass" }.to_owned();
    let report = CaseReport { file: case.file.clone(), folder, error: None, missing: Vec::new(), unexpected: Vec::new() };
    match found(judge, case) {
        Ok(found) => {
            let Difference { missing, unexpected } = compare(&case.expected, &found, judge.policy());
            CaseReport { missing, unexpected, ..report }
        }
        Err(error) => CaseReport { error: Some(error), ..report },
    }
}

fn found(judge: &Judge<'_>, case: &Case) -> Result<Vec<Finding>, String> {
    let policies = judge.policies(case)?;
    let source = Arc::new(SourceFile { path: case.file.clone(), bytes: case.text.clone().into_bytes() });
    let files = Files { files: vec![FileToRead { source, component: None }], ..Files::default() };
    let documents = read_documents(vec![files]);
    let evaluator = Evaluator {
        policies: &policies,
        context: case.context.clone(),
        evaluation_time: crate::delivery::decide::seconds(case.time.unwrap_or_else(Invocation::now)),
        cache: &Forgetful,
        locate: &Lines,
    };
    let judgements = evaluator.judge(&documents.documents);
    let failures: BTreeMap<String, String> =
        judgements.failures().map(|failure| (failure.policy.clone(), failure.error.to_string())).collect();
    if !failures.is_empty() {
        let told: Vec<String> =
            failures.iter().map(|(policy, error)| format!("policy `{policy}` could not judge: {error}")).collect();
        return Err(told.join("; "));
    }
    Ok(documents.findings.into_iter().chain(judgements.findings()).collect())
}
