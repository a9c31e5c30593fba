//! `tollgate promote --abort`: a promotion that waits for its turn is withdrawn.

use serde::Serialize;
use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, ReadLedger as _, Refusal};
use tollgate_core::promotion::{Promotion, PromotionState};
use tollgate_core::queue::withdrawal;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::named_promotion::{find, telling};
use crate::cli::Format;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;
use crate::writer::writer;

/// What is told of it.
#[derive(Debug, Serialize)]
struct Aborted<'a> {
    version: u32,
    promotion: &'a PromotionId,
    target: &'a str,
    state: &'static str,
    message: &'a str,
}

pub(super) fn run(invocation: &Invocation, promotion: &str, format: Format) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let telling = telling(&delivery.ledger, &history, promotion).map_err(one)?;
    let found = find(&telling, promotion).map_err(one)?;
    let message = format!("withdrawn by {}", by.principal);
    let now = Invocation::now();
    let mut refused = None;
    let appended = delivery.ledger.append(&mut |history: &Gist| {
        // What was forgotten does not wait.
        let waiting = history.promotion(&found.id).unwrap_or_else(|| found.clone());
        if waiting.state() != PromotionState::Approved {
            refused = Some(refusal(&waiting));
            return Err(Refusal);
        }
        Ok(Proposal { drafts: vec![withdrawal(waiting.decision, &message, &by, now)] })
    });
    match (appended, refused) {
        (Err(AppendError::Refused), Some(failure)) => return Err(one(failure)),
        (appended, _) => appended.map_err(fail).map_err(one)?,
    };
    let aborted = Aborted { version: 1, promotion: &found.id, target: found.target(), state: "aborted", message: &message };
    let text = match format {
        Format::Json => output::json(&aborted).map_err(one)?,
        Format::Text => format!("{}: {} is aborted: {message}\n", found.target(), found.id),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// Only what waits can be withdrawn. What runs may have written already, and only the target knows.
fn refusal(promotion: &Promotion<'_>) -> Failure {
    let Promotion { id, .. } = promotion;
    let state = promotion.state();
    let message = format!("promotion `{id}` is `{}`, so it does not wait, and can't be aborted", state.word());
    if state == PromotionState::Running {
        let hint =
            format!("if its worker died, `tollgate apply {id} --wait` takes over; so does the next promotion, which closes it");
        return Failure::of_message(ExitCode::Pending, message).with_hint(hint);
    }
    Failure::of_message(ExitCode::NotApplied, message)
}
