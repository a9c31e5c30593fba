//! Writing one entry of a person.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_core::entry::{Body, By, Draft, EntrySubject};
use tollgate_core::gist::Gist;
use tollgate_core::ports::{AppendEntry as _, AppendError, Proposal, Refusal};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::Format;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::Delivery;

/// What a person writes.
pub(crate) struct Act {
    pub(crate) subject: EntrySubject,
    pub(crate) body: Body,
    /// Contents, by the name that the entry uses.
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
}

/// What was written.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    version: u32,
    pub(super) entry: u64,
    #[serde(rename = "type")]
    kind: &'static str,
    by: String,
    /// What that means, and what comes next.
    message: String,
}

/// Writes what `act` makes of the ledger as it is at that moment. `act` is asked again whenever somebody else was faster.
pub(crate) fn write(
    delivery: &Delivery,
    by: &By,
    act: &mut dyn FnMut(&Gist) -> Result<Act, Failure>,
) -> Result<(u64, &'static str), Failure> {
    let mut refusal = None;
    let mut kind = "";
    let appended = delivery.ledger.append(&mut |history| match act(history) {
        Ok(act) => {
            kind = act.body.type_name();
            Ok(Proposal { drafts: vec![draft(delivery, by, act)] })
        }
        Err(failure) => {
            refusal = Some(failure);
            Err(Refusal)
        }
    });
    match (appended, refusal) {
        (Ok(entries), _) => Ok((entries.first().map(|entry| entry.index).unwrap_or_default(), kind)),
        (Err(AppendError::Refused), Some(failure)) => Err(failure),
        (Err(error), _) => Err(fail(error)),
    }
}

fn draft(delivery: &Delivery, by: &By, act: Act) -> Draft {
    Draft {
        at: Invocation::now(),
        by: by.clone(),
        policy: Some(delivery.in_force.revision.digest),
        subject: act.subject,
        body: act.body,
        blobs: act.blobs,
        attached: Vec::new(),
    }
}

/// Tells what was written.
pub(super) fn tell(
    delivery: &Delivery,
    by: &By,
    format: Format,
    (entry, kind): (u64, &'static str),
    message: String,
) -> Result<ExitCode, Failure> {
    let written = Written { version: 1, entry, kind, by: by.principal.clone(), message };
    let mut text = match format {
        Format::Json => output::json(&written)?,
        Format::Text => format!("entry {entry}: {kind} by {}\n{}\n", written.by, written.message),
    };
    if format == Format::Text {
        text.extend(delivery.notices.iter().map(|notice| format!("note: {notice}\n")));
    }
    output::print(&text)?;
    Ok(ExitCode::Approved)
}

/// That a yes or no without a signature would count for nothing.
pub(super) fn require_key(delivery: &Delivery) -> Result<(), Failure> {
    if delivery.ledger.key().is_some() && delivery.ledger.signers().is_some() {
        return Ok(());
    }
    let message = match delivery.ledger.signers() {
        Some(_) => "this must be signed, and there is no key",
        None => "this must be signed, and the policy in force names no signers",
    };
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    Err(failure.with_hint("name a key with `--key`, and the file of allowed signers under `people.signers` of tollgate.yaml"))
}
