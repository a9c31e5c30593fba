//! `tollgate status`: what runs where, and what waits.

mod pairs;

use std::collections::BTreeSet;

use tollgate_core::gist::Gist;
use tollgate_core::overrides::SignedOverride;
use tollgate_core::pipeline::{Pipeline, Target};
use tollgate_core::ports::ReadRepository as _;
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::gate::WaitReport;
use tollgate_report::status::{
    ComponentStatus, FailedAttempt, OpenAttempt, OverrideStatus, PolicyStatus, Running, StatusReport, StopStatus, TargetStatus,
    WaitingPromotion,
};

use super::Outcome;
use crate::cli::Format;
use crate::cli::deliver::Status;
use crate::delivery::drift::told;
use crate::delivery::proofs::running;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Status) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let (delivery, history) = wiring::delivery_to_tell(invocation)?;
    if arguments.pairs {
        let report = pairs::report(&delivery, &history).map_err(one)?;
        let text = match arguments.output {
            Format::Json => output::json(&report).map_err(one)?,
            Format::Text => report.to_text(invocation.style()),
        };
        output::print(&text).map_err(one)?;
        return Ok(ExitCode::Approved);
    }
    let report = report(&delivery, &history).map_err(one)?;
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn report(delivery: &Delivery, history: &Gist) -> Result<StatusReport, Failure> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let mut targets = Vec::new();
    let mut open = Vec::new();
    let mut failed = Vec::new();
    let mut waiting = Vec::new();
    for target in pipeline.targets() {
        targets.push(target_status(delivery, history, target)?);
        open.extend(history.open_attempts(&target.name).iter().filter_map(open_attempt));
        failed.extend(history.begun_last(&target.name).as_ref().and_then(failed_attempt));
        waiting.extend(waiting_promotion(history, &target.name));
    }
    let mut policy = PolicyStatus::from(delivery.in_force.revision.clone());
    policy.waiting = waiting_policy(delivery, history)?;
    let now = Invocation::now();
    let stops = history.stops(now).into_iter().map(|(_, stop)| StopStatus::from(stop)).collect();
    let overrides = overrides(pipeline, history, now);
    Ok(StatusReport {
        version: 1,
        policy: Some(policy),
        targets,
        open,
        failed,
        waiting,
        stops,
        overrides,
        notices: delivery.notices.clone(),
    })
}

fn target_status(delivery: &Delivery, history: &Gist, target: &Target) -> Result<TargetStatus, Failure> {
    let current = running(history, &target.name, &delivery.ledger).map_err(fail)?;
    let drift = Some(differences(delivery, history, target).join("; ")).filter(|drift| !drift.is_empty());
    let runs = current.and_then(|(promotion, recipe)| {
        let (ended, _) = promotion.outcome?;
        let components = components(&recipe);
        Some(Running { recipe: promotion.recipe()?, promotion: promotion.id.clone(), since: ended.at, components })
    });
    Ok(TargetStatus { environment: target.environment.clone(), target: target.name.clone(), runs, drift })
}

fn components(recipe: &Recipe) -> Vec<ComponentStatus> {
    let component = |component: &tollgate_core::recipe::RecipeComponent| ComponentStatus {
        component: component.component.clone(),
        images: component.images.iter().map(|image| image.reference.to_string()).collect(),
    };
    recipe.components().iter().map(component).collect()
}

/// What the target itself says, where that is not what the ledger says. A target that can't be asked is told as such.
pub(super) fn differences(delivery: &Delivery, history: &Gist, target: &Target) -> Vec<String> {
    match wiring::target(delivery, target).map(|adapter| told(adapter.as_ref(), history, &target.name)) {
        Ok(Ok(drift)) => drift.differences,
        Ok(Err(error)) => vec![error.to_string()],
        Err(failure) => vec![failure.message],
    }
}

fn open_attempt(promotion: &Promotion<'_>) -> Option<OpenAttempt> {
    let (entry, running) = promotion.running?;
    Some(OpenAttempt {
        target: promotion.target().to_owned(),
        promotion: promotion.id.clone(),
        attempt: entry.subject.attempt?,
        since: entry.at,
        worker: running.worker.clone(),
        command: format!("tollgate apply {}", promotion.id),
    })
}

fn failed_attempt(promotion: &Promotion<'_>) -> Option<FailedAttempt> {
    let (entry, outcome) = promotion.outcome?;
    matches!(promotion.state(), PromotionState::Failed | PromotionState::Errored).then(|| FailedAttempt {
        target: promotion.target().to_owned(),
        promotion: promotion.id.clone(),
        recipe: promotion.recipe(),
        at: entry.at,
        message: outcome.message.clone(),
    })
}

/// The overrides that may still pass something, and those that did and that nobody has looked at since.
fn overrides(pipeline: &Pipeline, history: &Gist, now: Timestamp) -> Vec<OverrideStatus> {
    let Some(terms) = &pipeline.overrides else { return Vec::new() };
    let used: BTreeSet<u64> = history.used_overrides(&pipeline.people, terms).into_iter().map(|used| used.entry).collect();
    let status = |signed: SignedOverride<'_>| {
        let entry = signed.entry.index;
        let (opened, open) = (signed.opened, now < signed.opened.until);
        let review_by = Some(opened.review_by).filter(|_| used.contains(&entry) && signed.reviewed.is_none());
        (open || review_by.is_some()).then(|| OverrideStatus {
            entry,
            target: signed.entry.subject.target.clone().unwrap_or_else(|| "the policy".to_owned()),
            gates: opened.gates.clone(),
            signers: signed.signers.iter().map(|person| person.principal.clone()).collect(),
            missing: if opened.in_cluster.is_some() { 0 } else { signed.missing(terms) },
            in_cluster: opened.in_cluster.as_ref().map(|used| used.object.clone()),
            until: opened.until,
            open,
            overdue: review_by.is_some_and(|by| by <= now),
            review_by,
        })
    };
    history.overrides(&pipeline.people, terms).into_iter().filter_map(status).collect()
}

/// The newest promotion to a target, where it waits.
fn waiting_promotion(history: &Gist, target: &str) -> Option<WaitingPromotion> {
    let promotion = history.newest_to(target)?;
    let waits: Vec<WaitReport> = promotion.decided.waits.iter().map(WaitReport::from).collect();
    let is_waiting = matches!(promotion.state(), PromotionState::Pending | PromotionState::Approved);
    is_waiting.then(|| WaitingPromotion { target: target.to_owned(), promotion: promotion.id.clone(), waits })
}

/// Says that a policy revision waits, for the commands that go on under the one in force.
pub(crate) fn waiting_notice(delivery: &Delivery, history: &Gist) -> Result<Option<String>, Failure> {
    let waiting = waiting_policy(delivery, history)?;
    Ok(waiting.map(|commit| {
        let in_force = &delivery.in_force.revision.commit;
        format!("the policy of commit {in_force} is in force; commit {commit} has another one, which `tollgate policy accept {commit}` would put in force")
    }))
}

/// The tip of the policy ref, where its policy is not the one in force.
fn waiting_policy(delivery: &Delivery, history: &Gist) -> Result<Option<String>, Failure> {
    let Some((_, trust)) = history.trust() else { return Ok(None) };
    let tip = delivery.repository.resolve_at_remote(&format!("refs/heads/{}", trust.policy_ref)).map_err(fail)?;
    let digest = wiring::policy_digest(delivery, &tip.commit);
    // A policy that can't be read is another one, and waits for whoever mends it.
    Ok((digest != Some(delivery.in_force.revision.digest)).then_some(tip.commit))
}
