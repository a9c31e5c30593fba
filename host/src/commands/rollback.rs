//! `tollgate rollback`: back to what was healthy on a target.

use tollgate_core::act::Hold;
use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger;
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::way_back::Movement;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::promotion::PromotionReport;

use super::Outcome;
use super::deciding::Destination;
use super::named_promotion::{find, telling};
use super::promote::{Step, print};
use super::recorded::{nothing_to_go_back_to, recorded};
use super::selection::unknown_target;
use crate::cli::deliver::Rollback;
use crate::delivery::recipe::Candidate;
use crate::delivery::telling::Telling;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::sources::Documents;
use crate::wiring;
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Rollback) -> Outcome {
    let one = |failure: Failure| vec![failure];
    wiring::require_trust(invocation).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let target = pipeline.target(&arguments.target).ok_or_else(|| vec![unknown_target(pipeline, &arguments.target)])?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    // Found now, and by its id: should somebody move the target meanwhile, the way back stays the one that was meant.
    let id = way_back(&delivery.ledger, &history, target, arguments.to.as_deref()).map_err(one)?;
    let away_from = history.goes_away_from(&target.name);
    let hold = Hold { away_from, reason: arguments.reason.clone() };
    let patience = arguments.waiting.patience();
    let confirmed = arguments.confirmation.confirm_deletes;
    let step = Step { delivery: &delivery, target, by: &by, apply: true, patience, hold: Some(hold), confirmed };
    let mut sources = Documents::default();
    let source = |destination: &Destination<'_>, history: &Gist| {
        let telling = Telling::of(&id, history, &delivery.ledger).map_err(fail)?;
        let promotion = telling.promotion(&id).ok_or_else(|| nothing_to_go_back_to(target))?;
        going_back(destination, &promotion, history)
    };
    let stepped = step.deliver(&source, &mut sources).map_err(one)?;
    let notices = delivery.notices.iter().cloned().chain(stepped.notices).collect();
    let report = PromotionReport::new(vec![stepped.report], stepped.failures, notices);
    print(invocation, arguments.output, &report, &sources).map_err(one)?;
    Ok(report.exit)
}

/// The promotion that brought the recipe to go back to: the one that is named, else the last healthy one that is another than what
/// runs, or than what failed there last.
fn way_back(ledger: &dyn ReadLedger, gist: &Gist, target: &Target, named: Option<&str>) -> Result<PromotionId, Failure> {
    let Some(named) = named else {
        let from = gist.goes_away_from(&target.name);
        return gist.way_back(&target.name, from).map(|promotion| promotion.id).ok_or_else(|| nothing_to_go_back_to(target));
    };
    if named.starts_with("P-") {
        let telling = telling(ledger, gist, named)?;
        let promotion = find(&telling, named)?;
        return if promotion.target() == target.name { Ok(promotion.id) } else { Err(of_another_target(&promotion, target)) };
    }
    of_recipe(ledger.history().map_err(fail)?.as_ref(), target, named)
}

/// The last promotion by which a recipe succeeded that is named by the beginning of its id.
fn of_recipe(history: &History, target: &Target, named: &str) -> Result<PromotionId, Failure> {
    let is_named = |promotion: &Promotion<'_>| {
        let recipe = promotion.recipe().map(|recipe| recipe.to_string()).unwrap_or_default();
        let hex = recipe.trim_start_matches("sha256:");
        named.len() >= 8 && (recipe.starts_with(named) || hex.starts_with(named))
    };
    let mut succeeded = history.promotions_to(&target.name);
    succeeded.retain(|promotion| promotion.state() == PromotionState::Succeeded && is_named(promotion));
    let mut recipes: Vec<_> = succeeded.iter().map(Promotion::recipe).collect();
    recipes.dedup();
    match (succeeded.pop(), recipes.len()) {
        (Some(promotion), 1) => Ok(promotion.id),
        (None, _) => Err(unknown_recipe(named, target)),
        (Some(_), _) => {
            let message = format!("`{named}` stands for several recipes that ran on `{}`", target.name);
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("write more digits"))
        }
    }
}

fn going_back(destination: &Destination<'_>, promotion: &Promotion<'_>, history: &Gist) -> Result<Candidate, Failure> {
    Ok(Candidate { movement: Movement::Rollback, ..recorded(destination, promotion, history)? })
}

fn of_another_target(promotion: &Promotion<'_>, target: &Target) -> Failure {
    let message = format!("promotion `{}` was to `{}`, not to `{}`", promotion.id, promotion.target(), target.name);
    Failure::of_message(ExitCode::InvalidConfiguration, message)
}

fn unknown_recipe(named: &str, target: &Target) -> Failure {
    let message = format!("no recipe `{named}` ever succeeded on `{}`", target.name);
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    failure.with_hint("name a promotion (`P-17`), or at least eight digits of a recipe's id")
}
