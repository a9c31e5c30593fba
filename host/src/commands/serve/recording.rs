//! Glass that was broken by an annotation, written to the ledger: it passes nothing there, and owes a review.

use std::collections::BTreeMap;

use tollgate_core::act::Override;
use tollgate_core::broken_glass::BrokenGlass;
use tollgate_core::entry::{Body, By, EntrySubject};
use tollgate_core::gist::Gist;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::commands::people::write::{Act, write};
use crate::invocation::Invocation;
use crate::wiring::Delivery;
use crate::writer::writer;

/// Writes it, unless another replica has done so.
pub(super) fn record(invocation: &Invocation, delivery: &Delivery, target: &str, broken: &BrokenGlass) -> Result<(), Failure> {
    let by = By { automation: true, ..writer(invocation, &delivery.repository, &delivery.ledger)? };
    let mut is_there = false;
    let written = write(delivery, &by, &mut |history| {
        is_there = has(history, target, broken);
        if is_there { Err(already()) } else { Ok(act(history, target, broken)) }
    });
    if is_there { Ok(()) } else { written.map(|_| ()) }
}

fn act(history: &Gist, target: &str, broken: &BrokenGlass) -> Act {
    let recipe = history.current(target).and_then(|promotion| promotion.recipe());
    let subject = EntrySubject { recipe, target: Some(target.to_owned()), ..EntrySubject::default() };
    let glass = broken.glass.clone();
    let opened = Override {
        gates: broken.gates.clone(),
        reason: glass.reason,
        ticket: glass.ticket,
        until: glass.until,
        review_by: broken.review_by,
        recover: false,
        confirms: None,
        restores: None,
        in_cluster: Some(broken.used.clone()),
    };
    Act { subject, body: Body::Override(opened), blobs: BTreeMap::new() }
}

/// Whether the ledger has it: the same words until the same moment are the same annotation.
fn has(history: &Gist, target: &str, broken: &BrokenGlass) -> bool {
    let glass = &broken.glass;
    history.broken_in_clusters().any(|(entry, opened)| {
        let is_there = entry.subject.target.as_deref() == Some(target);
        is_there && opened.reason == glass.reason && opened.until == glass.until && opened.ticket == glass.ticket
    })
}

fn already() -> Failure {
    Failure::of_message(ExitCode::Denied, "the ledger has this broken glass already")
}
