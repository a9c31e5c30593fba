//! `tollgate status --pairs`: what each shadow is worth.

use tollgate_core::gist::Gist;
use tollgate_core::pair::{self, Pair, PairDifference};
use tollgate_core::pipeline::Target;
use tollgate_core::promotion::Promotion;
use tollgate_core::recipe::Recipe;
use tollgate_report::failure::Failure;
use tollgate_report::pairs::{Ahead, PairStatus, PairsReport};

use crate::commands::deciding::Destination;
use crate::commands::recorded::recorded;
use crate::delivery::decide::{Twin, prepare};
use crate::delivery::proofs::{self, running};
use crate::exit::fail;
use crate::wiring::Delivery;

/// All pairs. Each target is looked at, so it takes as long as that does.
pub(super) fn report(delivery: &Delivery, history: &Gist) -> Result<PairsReport, Failure> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let twins = pipeline.targets().filter_map(|apps| Some((pair::twin(pipeline, apps)?, apps)));
    let pairs = twins.map(|(ops, apps)| status(delivery, history, ops, apps)).collect::<Result<_, _>>()?;
    Ok(PairsReport { version: 1, pairs, notices: delivery.notices.clone() })
}

fn status(delivery: &Delivery, history: &Gist, ops: &Target, apps: &Target) -> Result<PairStatus, Failure> {
    let in_ops = running(history, &ops.name, &delivery.ledger).map_err(fail)?;
    let in_apps = running(history, &apps.name, &delivery.ledger).map_err(fail)?;
    let compared = in_ops.as_ref().map(|(promotion, _)| compared(delivery, history, (ops, apps), promotion));
    let (pair, unseen) = match compared {
        Some(Ok(pair)) => (pair, Vec::new()),
        Some(Err(failure)) => (None, vec![failure.message]),
        None => (None, Vec::new()),
    };
    let (differences, mut more) = pair.map_or_else(Default::default, |pair: Pair| (pair.differences, pair.unseen));
    more.extend(unseen);
    let is_live = |difference: &PairDifference| difference.path.tokens().next().as_deref() == Some("live");
    let (on_purpose, others): (Vec<_>, Vec<_>) = differences.into_iter().partition(|difference| difference.on_purpose.is_some());
    let (drifted, different) = others.into_iter().partition(is_live);
    Ok(PairStatus {
        environment: apps.environment.clone(),
        ops: ops.name.clone(),
        apps: apps.name.clone(),
        recipe: in_ops.as_ref().and_then(|(promotion, _)| promotion.recipe()),
        ahead: in_ops.as_ref().and_then(|ops| ahead(ops, in_apps.as_ref().map(|(_, recipe)| recipe))),
        never_proven: in_apps.as_ref().map_or(Ok(Vec::new()), |(_, recipe)| never_proven(delivery, history, ops, recipe))?,
        on_purpose,
        different,
        drifted,
        unseen: more,
    })
}

/// What Ops runs and Apps does not, and since when.
fn ahead((promotion, in_ops): &(Promotion<'_>, Recipe), in_apps: Option<&Recipe>) -> Option<Ahead> {
    let nothing = Recipe::default();
    let changes = in_ops.changes_from(in_apps.unwrap_or(&nothing));
    let (ended, _) = promotion.outcome?;
    let components: Vec<String> = changes.into_iter().map(|change| change.component).collect();
    (!components.is_empty()).then_some(Ahead { since: ended.at, components })
}

/// Components that Apps runs and that no recipe had which succeeded on Ops.
fn never_proven(delivery: &Delivery, history: &Gist, ops: &Target, in_apps: &Recipe) -> Result<Vec<String>, Failure> {
    let Ok(id) = in_apps.id() else { return Ok(Vec::new()) };
    let proofs = proofs::concerning(id, history, &delivery.ledger).map_err(fail)?;
    let on_ops: Vec<&Recipe> = proofs.iter().filter(|proof| proof.target == ops.name).map(|proof| &proof.recipe).collect();
    let is_proven = |name: &str| on_ops.iter().any(|recipe| recipe.component(name) == in_apps.component(name));
    let names = in_apps.components().iter().map(|component| component.component.clone());
    Ok(names.filter(|name| !is_proven(name)).collect())
}

/// The pair, with what Ops runs on both sides.
fn compared(
    delivery: &Delivery,
    history: &Gist,
    (ops, apps): (&Target, &Target),
    promotion: &Promotion<'_>,
) -> Result<Option<Pair>, Failure> {
    let (in_ops, in_apps) = (Destination::new(delivery, ops)?, Destination::new(delivery, apps)?);
    let candidate = recorded(&in_apps, promotion, history)?;
    let twin = Twin { target: ops, candidate: recorded(&in_ops, promotion, history)?, adapter: in_ops.adapter };
    let Some(prepared) = prepare(&candidate, in_apps.adapter.as_ref()).map_err(fail)? else { return Ok(None) };
    in_apps.pair(twin, &candidate, &prepared)
}
