//! `tollgate evidence add`: a statement comes into the ledger.

use std::collections::BTreeMap;

use tollgate_core::act::{EvidenceAdded, EvidenceSubject};
use tollgate_core::entry::{Body, By, EntrySubject};
use tollgate_core::ports::ReadLedger as _;
use tollgate_ledger::evidence::dsse::Dsse;
use tollgate_ledger::evidence::made::ResultKind;
use tollgate_ledger::evidence::vsa::STATEMENT_BLOB;
use tollgate_report::evidence::AddedReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::source::{Enveloped, Source};
use super::subjects::{agree, named, shown};
use crate::cli::Format;
use crate::cli::evidence::Add;
use crate::commands::Outcome;
use crate::commands::people::write::{Act, write};
use crate::delivery::evidence::{Signature, signer};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Add) -> Outcome {
    let source = Source::read(invocation, &arguments.file).map_err(|failure| vec![failure])?;
    let delivery = wiring::delivery(invocation)?;
    add(invocation, arguments, &source, &delivery).map_err(|failure| vec![failure])
}

fn add(invocation: &Invocation, arguments: &Add, source: &Source, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    let kind = arguments.kind.as_deref().map(kind).transpose()?;
    if kind.is_some() && arguments.subjects.is_empty() {
        let failure = Failure::of_message(ExitCode::Usage, "nothing says what this file is about");
        return Err(failure.with_hint("name it with `--subject`: a digest, an image, a recipe, or a promotion such as `P-17`"));
    }
    let history = delivery.ledger.history().map_err(fail)?;
    let resolve = |text: &String| named(&history, delivery.resolver.as_ref(), text);
    let subjects: Vec<EvidenceSubject> = arguments.subjects.iter().map(resolve).collect::<Result<_, _>>()?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    let enveloped = source.enveloped(kind.as_ref(), &subjects, delivery.ledger.own_key())?;
    agree(&enveloped.statement, &subjects)?;
    let body = added(delivery, &enveloped);
    let (entry, _) = write(delivery, &by, &mut |_| {
        let blobs = BTreeMap::from([(STATEMENT_BLOB.to_owned(), enveloped.line.clone().into_bytes())]);
        Ok(Act { subject: EntrySubject::default(), body: Body::Evidence(body.clone()), blobs })
    })?;
    let report = AddedReport {
        version: 1,
        entry,
        by: by.principal.clone(),
        predicate_type: body.predicate_type.clone(),
        subjects: shown(&enveloped.statement, &history),
        signer: as_whose(delivery, &enveloped.envelope, &by),
        notices: enveloped.notices.iter().chain(&delivery.notices).cloned().collect(),
    };
    output::print(&match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    })?;
    Ok(ExitCode::Approved)
}

fn kind(text: &str) -> Result<ResultKind, Failure> {
    text.parse().map_err(|reason: String| Failure::of_message(ExitCode::Usage, reason))
}

/// The entry's body. Whose key signed the envelope is told as it is now; gates look for themselves.
fn added(delivery: &Delivery, enveloped: &Enveloped) -> EvidenceAdded {
    let signers = delivery.ledger.signers();
    let signer = signers.and_then(|signers| enveloped.envelope.signer(signers.as_ref(), Invocation::now()).ok());
    EvidenceAdded {
        predicate_type: enveloped.statement.predicate_type.clone(),
        subjects: enveloped.statement.subjects.clone(),
        trees: enveloped.statement.trees.clone(),
        key: signer.as_ref().map(|signer| signer.key.clone()),
        signer: signer.map(|signer| signer.principal),
    }
}

/// As whose statement gates will take it.
fn as_whose(delivery: &Delivery, envelope: &Dsse, by: &By) -> Option<String> {
    let people = &delivery.in_force.configuration.pipeline.people;
    let written = Signature { key: delivery.ledger.key(), principal: &by.principal, at: Invocation::now() };
    signer(envelope, written, people).map(|person| person.principal)
}
