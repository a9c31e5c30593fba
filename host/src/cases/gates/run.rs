//! Running cases of a promotion gate, in the sandbox and through the same fold as a promotion.

use std::collections::BTreeSet;

use rayon::prelude::*;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_gate::judge_promotion;
use tollgate_report::cases::{CaseReport, CasesReport};
use tollgate_report::failure::Failure;

use super::GateFile;
use super::compare::{Answered, compare};
use crate::cases::compare::Difference;
use crate::cases::invalid;
use crate::cases::run::{Judge, whole};
use crate::configuration::Failures;

/// Runs cases.
///
/// # Errors
/// When a case names a rule that the gate does not have.
pub(crate) fn run(judge: &Judge<'_>, cases: &[GateFile]) -> Result<CasesReport, Failures>
where
    for<'a> Judge<'a>: Sync,
{
    let known = rules(judge, cases).map_err(|message| vec![invalid(message)])?;
    let named = cases.iter().flat_map(|case| &case.case.expected);
    let unknown = named.clone().filter(|expected| !known.contains(&whole(judge, &expected.rule)));
    let unknown: Vec<Failure> = unknown
        .map(|expected| {
            let names: Vec<String> = known.iter().map(|rule| format!("`{rule}`")).collect();
            let failure = invalid(format!("there is no rule `{}`", expected.rule)).at(&expected.location);
            failure.with_hint(format!("there are {}", names.join(", ")))
        })
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let expected: BTreeSet<String> = named.map(|expected| whole(judge, &expected.rule)).collect();
    Ok(CasesReport {
        version: tollgate_report::cases::VERSION,
        name: judge.name().to_owned(),
        cases: cases.par_iter().map(|case| of_case(judge, case)).collect(),
        unproven_rules: known.difference(&expected).cloned().collect(),
    })
}

/// All rules of the gate, by their whole names. They are the same whatever the settings.
fn rules(judge: &Judge<'_>, cases: &[GateFile]) -> Result<BTreeSet<String>, String> {
    let Some(first) = cases.first() else { return Ok(BTreeSet::new()) };
    let policies = judge.set(&first.case.settings, &first.data).map_err(|error| format!("`{}`: {error}", first.file))?;
    let of_gate = policies.iter().filter(|policy| matches!(policy.loaded, LoadedPolicy::Promotion(_)));
    Ok(of_gate.flat_map(|policy| &policy.loaded.description().rules).map(|rule| whole(judge, &rule.id)).collect())
}

fn of_case(judge: &Judge<'_>, case: &GateFile) -> CaseReport {
    let folder = case.folder.name().to_owned();
    let report = CaseReport { file: case.file.clone(), folder, error: None, missing: Vec::new(), unexpected: Vec::new() };
    match answered(judge, case) {
        Ok(answered) => {
            let Difference { missing, unexpected } = compare(&case.case, case.folder, &answered);
            CaseReport { missing, unexpected, ..report }
        }
        Err(error) => CaseReport { error: Some(error), ..report },
    }
}

fn answered(judge: &Judge<'_>, case: &GateFile) -> Result<Answered, String> {
    let policies = judge.set(&case.case.settings, &case.data)?;
    let judgements = judge_promotion(&policies, &case.case.request);
    if let Some(failure) = judgements.failures().next() {
        return Err(format!("policy `{}` could not judge: {}", failure.policy, failure.error));
    }
    let judgement = judgements.by_policy.into_values().next().ok_or("the plugin judges no promotions")?;
    let findings = judgement.findings.into_iter().map(|finding| finding.value).collect();
    Ok(Answered { findings, wait: judgement.wait, valid_until: judgement.valid_until })
}
