//! `tollgate apply`: the last step of a promotion that was approved and not applied.

use tollgate_core::ports::ReadLedger as _;
use tollgate_core::promotion::Promotion;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::plan::PlanReport;
use tollgate_report::promotion::{AppliedTarget, PromotionReport};

use super::Outcome;
use super::applying::{Applied, Applying};
use super::deciding::Destination;
use super::named_promotion::{find, telling};
use super::promote::print;
use super::selection::unknown_target;
use crate::cli::deliver::Apply;
use crate::delivery::components;
use crate::delivery::decide::{Prepared, prepare};
use crate::delivery::proofs::recipe_of;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::sources::Documents;
use crate::wiring;
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Apply) -> Outcome {
    let one = |failure: Failure| vec![failure];
    wiring::require_trust(invocation).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let telling = telling(&delivery.ledger, &history, &arguments.promotion).map_err(one)?;
    let promotion = find(&telling, &arguments.promotion).map_err(one)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let target = pipeline.target(promotion.target()).ok_or_else(|| vec![unknown_target(pipeline, promotion.target())])?;
    let destination = Destination::new(&delivery, target).map_err(one)?;
    let prepared = prepared(&destination, &promotion).map_err(one)?;
    let patience = arguments.waiting.patience();
    let is_rollback = promotion.decided.is_rollback;
    let applying = Applying { delivery: &delivery, adapter: destination.adapter.as_ref(), by: &by, is_rollback, patience };
    let Applied { state, attempt, message, failure, .. } = applying.run(&promotion.id, &prepared).map_err(one)?;
    let applied = AppliedTarget {
        target: target.name.clone(),
        environment: target.environment.clone(),
        promotion: promotion.id.clone(),
        recipe: prepared.id,
        plan: PlanReport::new(&prepared.plan).counts,
        state,
        attempt,
        message,
    };
    let report = PromotionReport::new(vec![applied.into()], failure.into_iter().collect(), delivery.notices.clone());
    print(invocation, arguments.output, &report, &Documents::default()).map_err(one)?;
    Ok(report.exit)
}

fn prepared(destination: &Destination<'_>, promotion: &Promotion<'_>) -> Result<Prepared, Failure> {
    let delivery = destination.delivery;
    let incomplete = || {
        let message = format!("promotion `{}` has no recipe, so there is nothing to apply", promotion.id);
        Failure::of_message(ExitCode::Denied, message)
    };
    let recipe = recipe_of(promotion.decision, &delivery.ledger).map_err(fail)?.ok_or_else(incomplete)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let components = components::carried(&delivery.repository, pipeline, promotion, &recipe).map_err(fail)?;
    let candidate = destination.kitchen().recorded(&promotion.decided.provenance, components, recipe).map_err(fail)?;
    prepare(&candidate, destination.adapter.as_ref()).map_err(fail)?.ok_or_else(incomplete)
}
