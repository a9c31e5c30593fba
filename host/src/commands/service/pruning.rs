//! What the removal of a service would take away from each target, if nothing else changed there.

use serde::Serialize;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::history::History;
use tollgate_core::pipeline::Target;
use tollgate_core::plan::Verb;
use tollgate_core::ports::{LedgerError, ReadLedger as _, ReadRepository as _};
use tollgate_core::recipe::Recipe;
use tollgate_report::failure::Failure;

use crate::commands::deciding::Destination;
use crate::configuration::Failures;
use crate::delivery::render::render;
use crate::delivery::{components, proofs};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};

/// One target at which the service runs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pruned {
    pub(super) target: String,
    pub(super) environment: String,
    /// The promotion that runs there.
    pub(super) promotion: String,
    /// The objects that go.
    pub(super) deletes: Vec<String>,
    /// Promotion gates on the way there: they are asked when the removal is promoted.
    pub(super) gates: Vec<String>,
}

/// All targets at which it runs; and what there is to say where that can't be known.
pub(super) fn pruned(invocation: &Invocation, service: &str) -> Result<(Vec<Pruned>, Vec<String>), Failures> {
    let one = |failure: Failure| vec![failure];
    let clone = wiring::repository(invocation).map_err(one)?;
    if clone.remote_url().is_err() && invocation.global.ledger.is_none() {
        return Ok((Vec::new(), vec!["there is no remote, so there is no ledger, and nothing is known to run".to_owned()]));
    }
    match wiring::ledger(invocation, &clone).map_err(one)?.history() {
        Err(LedgerError::Missing { .. }) => {
            return Ok((Vec::new(), vec!["there is no ledger, so nothing is known to run".to_owned()]));
        }
        other => other.map_err(fail).map_err(one)?,
    };
    let delivery = wiring::delivery(invocation)?;
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    let mut all = Vec::new();
    for target in delivery.in_force.configuration.pipeline.targets() {
        all.extend(at_target(&delivery, target, service, &history).map_err(one)?);
    }
    Ok((all, delivery.notices.clone()))
}

fn at_target(delivery: &Delivery, target: &Target, service: &str, history: &History) -> Result<Option<Pruned>, Failure> {
    let running = proofs::running(history, &target.name, &delivery.ledger).map_err(fail)?;
    let Some((promotion, recipe)) = running.filter(|(_, recipe)| recipe.component(service).is_some()) else { return Ok(None) };
    let destination = Destination::new(delivery, target)?;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let mut stay = components::carried(&delivery.repository, pipeline, &promotion, &recipe).map_err(fail)?;
    stay.remove(service);
    let parts = recipe.components().iter().filter(|part| part.component != service).cloned().collect();
    let without = Recipe::new(parts).map_err(crate::delivery::recipe::CandidateError::from).map_err(fail)?;
    let id = without.id().map_err(crate::delivery::decide::DecideError::from).map_err(fail)?;
    let candidate = destination.kitchen().recorded(&promotion.decided.provenance, stay, without.clone()).map_err(fail)?;
    let rendered = render(&candidate, &without).map_err(fail)?;
    let plan = destination.adapter.plan(id, &rendered).map_err(fail)?;
    let deletes = plan.actions.iter().filter(|action| action.verb == Verb::Delete);
    Ok(Some(Pruned {
        target: target.name.clone(),
        environment: target.environment.clone(),
        promotion: promotion.id.to_string(),
        deletes: deletes.map(|action| action.object.identity.to_string()).collect(),
        gates: promotion_gates(delivery, target),
    }))
}

fn promotion_gates(delivery: &Delivery, target: &Target) -> Vec<String> {
    let policies = &delivery.in_force.policies;
    let is_promotion = |name: &&str| policies.get(name).is_some_and(|policy| matches!(policy.loaded, LoadedPolicy::Promotion(_)));
    let gates = delivery.in_force.configuration.pipeline.gates_to(target);
    gates.filter(|gate| gate.requirement.policies().iter().any(is_promotion)).map(|gate| gate.name.clone()).collect()
}
