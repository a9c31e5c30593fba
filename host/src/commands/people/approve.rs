//! `tollgate approve`: a signed yes.

use tollgate_core::act::{Approval, Review};
use tollgate_core::entry::{Body, By};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::subject::{judged, opened, override_entry};
use super::write::{Act, require_key, tell, write};
use crate::cli::people::Approve;
use crate::commands::Outcome;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Approve) -> Outcome {
    let delivery = wiring::delivery(invocation)?;
    approve(invocation, arguments, &delivery).map_err(|failure| vec![failure])
}

fn approve(invocation: &Invocation, arguments: &Approve, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    require_key(delivery)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    if let Some(index) = override_entry(&arguments.subject) {
        let note = arguments.note.clone().unwrap_or_default();
        return review(delivery, &by, arguments.output, &Review { of: index, accepted: true, note });
    }
    let mut what = String::new();
    let written = write(delivery, &by, &mut |history| {
        let judged = judged(delivery, history, &arguments.subject)?;
        what.clone_from(&judged.what);
        let approval = Approval { kind: judged.kind, commit: judged.commit, tree: judged.tree, note: arguments.note.clone() };
        Ok(Act { subject: judged.subject, body: Body::Approval(approval), blobs: judged.blobs })
    })?;
    let message = format!("{what} is approved; gates count it when `tollgate promote` decides again");
    tell(delivery, &by, arguments.output, written, message)
}

/// Writes the review of an override. Whoever signed it can't review it.
pub(super) fn review(delivery: &Delivery, by: &By, format: crate::cli::Format, review: &Review) -> Result<ExitCode, Failure> {
    let index = review.of;
    let written = write(delivery, by, &mut |history| {
        let (entry, _) = opened(history, index)?;
        if history.signed_override(index, &by.principal) {
            let message = format!("`{}` signed the override `O-{index}`, so somebody else must review it", by.principal);
            return Err(Failure::of_message(ExitCode::Denied, message));
        }
        Ok(Act { subject: entry.subject.clone(), body: Body::Review(review.clone()), blobs: std::collections::BTreeMap::new() })
    })?;
    let word = if review.accepted { "accepted" } else { "not accepted" };
    tell(delivery, by, format, written, format!("the override O-{index} is reviewed and {word}"))
}
