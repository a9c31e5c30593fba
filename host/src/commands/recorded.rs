//! A recipe of the ledger, read again where it was read then.

use tollgate_core::gist::Gist;
use tollgate_core::history::Promotion;
use tollgate_core::pipeline::Target;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::deciding::Destination;
use crate::delivery::components;
use crate::delivery::proofs::recipe_of;
use crate::delivery::recipe::Candidate;
use crate::exit::fail;

/// The candidate that a promotion brought.
pub(crate) fn recorded(destination: &Destination<'_>, promotion: &Promotion<'_>, history: &Gist) -> Result<Candidate, Failure> {
    let delivery = destination.delivery;
    let recipe = recipe_of(promotion.decision, &delivery.ledger).map_err(fail)?;
    let recipe = recipe.ok_or_else(|| nothing_to_go_back_to(destination.target))?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let components = components::carried(&delivery.repository, pipeline, promotion, &recipe).map_err(fail)?;
    let candidate = destination.kitchen().recorded(&promotion.decided.provenance, components, recipe).map_err(fail)?;
    Ok(Candidate { known: destination.known(history)?, ..candidate })
}

pub(super) fn nothing_to_go_back_to(target: &Target) -> Failure {
    let message = format!("no other recipe is healthy on `{}`, so there is nothing to go back to", target.name);
    Failure::of_message(ExitCode::Denied, message).with_hint("`git revert` the change and promote that, or promote a mended one")
}
