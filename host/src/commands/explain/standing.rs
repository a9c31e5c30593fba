//! What stands in the way beside what gates have said: the target itself, freezes and holds, the queue, the lease.

use std::collections::BTreeSet;

use tollgate_core::approved::{NotApproved, check_turn};
use tollgate_core::deciding::Stop;
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::KeepLease as _;
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;
use tollgate_report::explain::Blocker;
use tollgate_report::failure::Failure;

use crate::commands::status;
use crate::delivery::proofs::recipe_of;
use crate::delivery::turn::beginning;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring::Delivery;

/// The target, where it is not what the ledger says: nothing is applied over that, or only what puts it right.
pub(super) fn of_target(delivery: &Delivery, history: &Gist, target: &Target) -> Option<Blocker> {
    let why = status::differences(delivery, history, target);
    let by = format!("whoever changed it; `tollgate drift {}` says more", target.name);
    (!why.is_empty()).then(|| Blocker { what: format!("target {}", target.name), why, until: None, by })
}

/// Freezes and holds between a target and what would come next, but for those that the newest decision was judged by, and those
/// that keep it from its turn.
pub(super) fn stops(
    delivery: &Delivery,
    history: &Gist,
    target: &Target,
    newest: Option<&Promotion<'_>>,
) -> Result<Vec<Blocker>, Failure> {
    let recipe = newest.map(|promotion| recipe_of(promotion.decision, &delivery.ledger)).transpose().map_err(fail)?.flatten();
    let components: BTreeSet<&str> =
        recipe.iter().flat_map(Recipe::components).map(|component| component.component.as_str()).collect();
    let judged = match newest.map(|promotion| (promotion.state(), promotion.decision.index)) {
        Some((PromotionState::Approved, _)) => return Ok(Vec::new()),
        Some((PromotionState::Denied | PromotionState::Pending, decision)) => Some(decision),
        _ => None,
    };
    let stops = history.stops_before(target, &components, Invocation::now());
    Ok(stops.into_iter().filter(|stop| judged.is_none_or(|decision| stop.entry > decision)).map(of_stop).collect())
}

fn of_stop(stop: Stop) -> Blocker {
    let Stop { is_hold, scope, reason, by, since, until, entry } = stop;
    let word = if is_hold { "hold" } else { "freeze" };
    Blocker {
        what: format!("{word} of {scope}"),
        why: vec![format!("{reason}; entry {entry}, by {by} since {since}")],
        until,
        by: "whoever may write to the ledger, with `tollgate thaw`".to_owned(),
    }
}

/// Why an approved promotion is not applied now.
pub(super) fn turn(delivery: &Delivery, history: &Gist, promotion: &Promotion<'_>) -> Result<Vec<Blocker>, Failure> {
    if promotion.state() != PromotionState::Approved {
        return Ok(Vec::new());
    }
    let checked = check_turn(&promotion.id, Invocation::now(), history).err();
    let until = checked.as_ref().and_then(|reason| changes_at(history, promotion, reason));
    let not_now = checked.map(|reason| of_refusal(promotion, &reason, until));
    Ok(not_now.into_iter().chain(lease(delivery, history, promotion)?).collect())
}

fn changes_at(history: &Gist, promotion: &Promotion<'_>, reason: &NotApproved) -> Option<Timestamp> {
    match reason {
        NotApproved::Stopped { .. } => history.stopped_since(promotion, Invocation::now())?.until,
        _ => None,
    }
}

fn of_refusal(promotion: &Promotion<'_>, reason: &NotApproved, until: Option<Timestamp>) -> Blocker {
    let reference = promotion.decided.provenance.reference.to_string();
    let (what, by) = match reason {
        NotApproved::NotItsTurn { .. } => ("queue", "time, or `tollgate promote --abort` of what is ahead".to_owned()),
        NotApproved::Stopped { .. } => ("freeze", "whoever may write to the ledger, with `tollgate thaw`".to_owned()),
        _ => ("the decision's age", format!("a new decision about {reference}, with `tollgate promote`")),
    };
    Blocker { what: what.to_owned(), why: vec![reason.to_string()], until, by }
}

/// The worker that has the target now.
fn lease(delivery: &Delivery, history: &Gist, promotion: &Promotion<'_>) -> Result<Option<Blocker>, Failure> {
    let Some(lease) = delivery.leases.current(promotion.target()).map_err(fail)? else { return Ok(None) };
    let since = beginning(history, &lease, &delivery.ledger).map_err(fail)?.map(|entry| format!(" since {}", entry.at));
    let why = match &lease.record {
        Some(record) => format!("{} works on {}{}", record.holder, record.promotion, since.unwrap_or_default()),
        None => "somebody who can't be read works on the target".to_owned(),
    };
    let by = format!("that worker; where it has died, `tollgate apply {} --wait` takes over", promotion.id);
    Ok(Some(Blocker { what: "lease".to_owned(), why: vec![why], until: None, by }))
}
