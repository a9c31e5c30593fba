//! `tollgate explain`: what blocks, why, when that may change, and who can change it.

mod standing;

use std::sync::Arc;

use tollgate_core::entry::PromotionId;
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::explain::{ExplainReport, recorded_blockers};
use tollgate_report::failure::Failure;

use super::Outcome;
use super::judging::enforcements;
use super::named_promotion::{find, telling};
use super::policy_list;
use crate::cli::Format;
use crate::cli::deliver::Explain;
use crate::configuration::Failures;
use crate::delivery::proofs::running;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::rules::{self, RulePage};
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Explain) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let report = explain(invocation, &arguments.subject)?;
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// Explains a promotion, a target or a rule.
pub(super) fn explain(invocation: &Invocation, subject: &str) -> Result<ExplainReport, Failures> {
    match rule(invocation, subject)? {
        Some(rule) => Ok(rule_report(subject, &rule)),
        None => of_ledger(&wiring::delivery_to_tell(invocation)?, subject).map_err(|failure| vec![failure]),
    }
}

/// A rule of the host or of a built-in plugin, which needs no ledger, else one of the policies that judge here.
fn rule(invocation: &Invocation, subject: &str) -> Result<Option<RulePage>, Failures> {
    if !subject.contains('/') {
        return Ok(None);
    }
    match rules::find(invocation, subject).map_err(|failure| vec![failure])? {
        Some(rule) => Ok(Some(rule)),
        None => policy_list::rule(invocation, subject),
    }
}

fn rule_report(subject: &str, rule: &RulePage) -> ExplainReport {
    // The help is Markdown: a paragraph is a line here, and nothing is bold.
    let paragraph = |text: &str| text.replace('\n', " ").replace("**", "");
    let mut details: Vec<String> = rule.help.split("\n\n").map(paragraph).collect();
    details.extend((!rule.controls.is_empty()).then(|| format!("answers to {}", rule.controls.join(", "))));
    ExplainReport {
        version: 1,
        subject: subject.to_owned(),
        state: rule.title.clone(),
        blockers: Vec::new(),
        details,
        notices: Vec::new(),
    }
}

fn of_ledger((delivery, history): &(Delivery, Arc<Gist>), subject: &str) -> Result<ExplainReport, Failure> {
    if PromotionId::parse(subject).is_some() {
        let telling = telling(&delivery.ledger, history, subject)?;
        let promotion = find(&telling, subject)?;
        let mut report = of_promotion(delivery, subject, &promotion)?;
        report.blockers.extend(standing::turn(delivery, history, &promotion)?);
        return Ok(report);
    }
    let pipeline = &delivery.in_force.configuration.pipeline;
    if let Some(target) = pipeline.target(subject) {
        return of_target(delivery, history, target);
    }
    let targets: Vec<String> = pipeline.targets().map(|target| format!("`{}`", target.name)).collect();
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{subject}` is no promotion, target or rule"));
    Err(failure
        .with_hint(format!("targets are {}; promotions look like `P-17`, rules like `image-pinned/tag`", targets.join(", "))))
}

fn of_target(delivery: &Delivery, history: &Gist, target: &Target) -> Result<ExplainReport, Failure> {
    let name = target.name.as_str();
    let newest = history.newest_to(name);
    let mut report = match &newest {
        Some(promotion) => of_promotion(delivery, name, promotion)?,
        None => nothing_yet(name),
    };
    let judged = std::mem::take(&mut report.blockers);
    let turn = newest.as_ref().map(|promotion| standing::turn(delivery, history, promotion)).transpose()?;
    report.blockers.extend(standing::of_target(delivery, history, target));
    report.blockers.extend(judged);
    report.blockers.extend(standing::stops(delivery, history, target, newest.as_ref())?);
    report.blockers.extend(turn.into_iter().flatten());
    report.details.push(runs(delivery, history, name)?);
    let predecessors: Vec<&str> = target.predecessors().collect();
    if !predecessors.is_empty() {
        report.details.push(format!("takes only recipes that succeeded on {}", predecessors.join(", ")));
    }
    report.notices.clone_from(&delivery.notices);
    Ok(report)
}

fn nothing_yet(target: &str) -> ExplainReport {
    ExplainReport {
        version: 1,
        subject: target.to_owned(),
        state: "nothing was ever promoted to it".to_owned(),
        blockers: Vec::new(),
        details: Vec::new(),
        notices: Vec::new(),
    }
}

fn runs(delivery: &Delivery, history: &Gist, target: &str) -> Result<String, Failure> {
    Ok(match running(history, target, &delivery.ledger).map_err(fail)? {
        Some((promotion, recipe)) => {
            let id = promotion.recipe().map(|id| id.short()).unwrap_or_default();
            let count = match recipe.components().len() {
                1 => "one component".to_owned(),
                count => format!("{count} components"),
            };
            format!("runs recipe {id} of {count}, by {}", promotion.id)
        }
        None => "runs nothing that tollgate put there".to_owned(),
    })
}

fn of_promotion(delivery: &Delivery, subject: &str, promotion: &Promotion<'_>) -> Result<ExplainReport, Failure> {
    let findings = findings(delivery, promotion)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let blocked = matches!(promotion.state(), PromotionState::Denied | PromotionState::Pending);
    let blockers = if blocked { recorded_blockers(promotion.decided, &findings, &enforcements(pipeline)) } else { Vec::new() };
    let decided = promotion.decided;
    let mut details = vec![
        format!("{} at {}, commit {}", promotion.id, promotion.decision.at, decided.provenance.commit),
        format!("asked for by {} as {}", promotion.decision.by.principal, decided.provenance.reference),
    ];
    details.extend(promotion.recipe().map(|id| format!("recipe {id}")));
    if let Some((_, outcome)) = promotion.outcome {
        details.push(format!("{}: {}", outcome.state.word(), outcome.message));
    }
    details.extend(next_step(promotion));
    let word = promotion.state().word();
    let state = if subject == promotion.target() {
        format!("{} is {word}", promotion.id)
    } else {
        format!("the promotion to `{}` is {word}", promotion.target())
    };
    Ok(ExplainReport { version: 1, subject: subject.to_owned(), state, blockers, details, notices: Vec::new() })
}

fn next_step(promotion: &Promotion<'_>) -> Option<String> {
    match promotion.state() {
        PromotionState::Approved | PromotionState::Running | PromotionState::Failed | PromotionState::Errored => {
            Some(format!("`tollgate apply {}` does the last step", promotion.id))
        }
        PromotionState::Aborted | PromotionState::Denied | PromotionState::Pending => {
            Some("`tollgate promote` decides anew".to_owned())
        }
        PromotionState::Continued => Some("`tollgate promote` goes on with the components that come after".to_owned()),
        PromotionState::Succeeded => None,
    }
}

fn findings(delivery: &Delivery, promotion: &Promotion<'_>) -> Result<Vec<Finding>, Failure> {
    let Some(digest) = promotion.decision.blobs.get("findings") else { return Ok(Vec::new()) };
    let bytes = delivery.ledger.blob(*digest).map_err(fail)?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::new(ExitCode::LedgerUnavailable, &error))
}
