//! `tollgate reject`: a signed no.

use tollgate_core::act::{Rejection, Review};
use tollgate_core::entry::Body;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::approve::review;
use super::subject::{judged, override_entry};
use super::write::{Act, require_key, tell, write};
use crate::cli::people::Reject;
use crate::commands::Outcome;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Reject) -> Outcome {
    let delivery = wiring::delivery(invocation)?;
    reject(invocation, arguments, &delivery).map_err(|failure| vec![failure])
}

fn reject(invocation: &Invocation, arguments: &Reject, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    require_key(delivery)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    if let Some(of) = override_entry(&arguments.subject) {
        return review(delivery, &by, arguments.output, Review { of, accepted: false, note: arguments.reason.clone() });
    }
    let mut what = String::new();
    let written = write(delivery, &by, &mut |history| {
        let judged = judged(delivery, history, &arguments.subject)?;
        what.clone_from(&judged.what);
        let rejection = Rejection { kind: judged.kind, commit: judged.commit, tree: judged.tree, reason: arguments.reason.clone() };
        Ok(Act { subject: judged.subject, body: Body::Rejection(rejection), blobs: judged.blobs })
    })?;
    tell(delivery, &by, arguments.output, written, format!("{what} is rejected until you approve it"))
}
