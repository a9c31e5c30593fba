//! `test-evidence`: what moves has the statements that prove it, by those who may make them.

mod rules;
mod settings;
mod statement;
mod subject;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use tollgate_sdk::promotion::{Answer, Finding, Judgement, Needs, Request, Wait};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, host};

use settings::{Requirement, Settings};
use statement::Proof;

/// How many missing statements are named.
const NAMED: usize = 10;

struct TestEvidence;

impl Promotion for TestEvidence {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "test-evidence", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::EVIDENCE
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let recipe = &request.promotion()?.recipe;
        let asked: Vec<Asked<'_>> = settings
            .require
            .iter()
            .flat_map(|requirement| subject::of(recipe, requirement).into_iter().map(move |subject| (requirement, subject)))
            .map(|(requirement, subject)| {
                let proof = statement::proof(&request.evidence, requirement, &subject.digest, host::evaluation_time());
                Asked { requirement, subject, proof }
            })
            .collect();
        Ok(answer(settings, &asked))
    }
}

export_promotion!(TestEvidence);

/// One statement that is asked for.
struct Asked<'a> {
    requirement: &'a Requirement,
    subject: subject::Subject<'a>,
    proof: Proof,
}

fn answer(settings: &Settings, asked: &[Asked<'_>]) -> Answer {
    if asked.is_empty() {
        return Answer::of(vec![unasked(settings)]);
    }
    let failed: Vec<Finding> = asked.iter().filter_map(failed).collect();
    if !failed.is_empty() {
        return Answer::of(failed);
    }
    let missing: Vec<(&Asked<'_>, &str)> = asked.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        return Answer::Pending(wait(&missing));
    }
    let ends = asked.iter().filter_map(|asked| if let Proof::Holds { until } = asked.proof { until } else { None });
    Answer::Findings(Judgement { findings: Vec::new(), valid_until: ends.min() })
}

fn unasked(settings: &Settings) -> Finding {
    let why = if settings.require.is_empty() { "its settings require nothing" } else { "the recipe has no own image" };
    rules::NOTHING_REQUIRED.of_promotion(format!("no statement is asked for, because {why}"))
}

fn failed(asked: &Asked<'_>) -> Option<Finding> {
    let Proof::Failed { by, said, entry } = &asked.proof else { return None };
    let Requirement { predicate_type, field, .. } = asked.requirement;
    let message =
        format!("{} says of {} by a statement of `{predicate_type}` (ledger entry {entry}): `{field}` {said}", by, asked.subject);
    let fix = "Mend what failed, and let the same signer state the new result; or promote what passed";
    Some(match asked.subject.component {
        Some(component) => rules::FAILED.of_component(component, message).fix(fix),
        None => rules::FAILED.of_promotion(message).fix(fix),
    })
}

fn missing<'a, 'b>(asked: &'a Asked<'b>) -> Option<(&'a Asked<'b>, &'a str)> {
    if let Proof::Missing { why } = &asked.proof { Some((asked, why.as_str())) } else { None }
}

fn wait(missing: &[(&Asked<'_>, &str)]) -> Wait {
    let named = missing.iter().take(NAMED).map(|(asked, why)| {
        format!("{} has no statement of `{}` that counts: {why}", asked.subject, asked.requirement.predicate_type)
    });
    let more = missing.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!("; and {more} more")).unwrap_or_default();
    let from: BTreeSet<&String> = missing.iter().flat_map(|(asked, _)| &asked.requirement.from).collect();
    Wait {
        reason: format!("{}{more}", named.collect::<Vec<_>>().join("; ")),
        from: from.into_iter().cloned().collect(),
        until: None,
    }
}
