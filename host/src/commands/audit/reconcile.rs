//! `tollgate audit reconcile`: the population of changes, beside what each target runs.

use tollgate_core::history::{History, Promotion, PromotionState};
use tollgate_core::ports::ReadLedger as _;
use tollgate_report::audit::{Population, ReconcileReport, ReconciledTarget};
use tollgate_report::drift::TargetDrift;
use tollgate_report::failure::Failure;

use crate::cli::Format;
use crate::cli::audit::Reconcile;
use crate::commands::{Outcome, drift};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Reconcile) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let delivery = wiring::delivery(invocation)?;
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    let configured = drift::named(&delivery, &arguments.targets).map_err(one)?;
    let mut drifts = Vec::new();
    for target in configured {
        drifts.push(drift::of_target(&delivery, &history, target).map_err(one)?);
    }
    if arguments.targets.is_empty() {
        drifts.extend(forgotten(&delivery, &history));
    }
    let reconciled = |drift: TargetDrift| ReconciledTarget { population: count(&history.promotions_to(&drift.target)), drift };
    let targets = drifts.into_iter().map(reconciled).collect();
    let report = ReconcileReport { version: 1, targets, notices: delivery.notices.clone() };
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(report.exit())
}

/// Targets that the ledger knows and the policy in force no longer: nobody looks at what they run.
fn forgotten(delivery: &Delivery, history: &History) -> Vec<TargetDrift> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let mut names: Vec<String> = history.promotions().iter().map(|promotion| promotion.target().to_owned()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| pipeline.target(name).is_none());
    let forgotten = |target: String| {
        let current = history.current(&target)?;
        Some(TargetDrift {
            environment: current.decided.environment.clone(),
            recorded: Some(current.id.clone()),
            recipe: current.recipe(),
            says: None,
            differences: vec!["tollgate.yaml no longer has it, so nobody looks at what it runs".to_owned()],
            target,
        })
    };
    names.into_iter().filter_map(forgotten).collect()
}

/// What came of promotions.
pub(super) fn count(promotions: &[Promotion<'_>]) -> Population {
    let mut population = Population::default();
    for promotion in promotions {
        *match promotion.state() {
            PromotionState::Succeeded => &mut population.succeeded,
            PromotionState::Failed => &mut population.failed,
            PromotionState::Errored => &mut population.errored,
            PromotionState::Aborted => &mut population.aborted,
            PromotionState::Denied => &mut population.denied,
            PromotionState::Pending | PromotionState::Approved => &mut population.waiting,
            PromotionState::Running | PromotionState::Continued => &mut population.running,
        } += 1;
    }
    population
}
