//! `tollgate service record`: a service's image was built.

use tollgate_core::pipeline::RegistrySpec;
use tollgate_core::proof::Built;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::build::{Named, append, look_up};
use crate::cli::Format;
use crate::cli::service::Record;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;
use crate::writer::writer;

pub(super) fn record(invocation: &Invocation, arguments: &Record) -> Result<ExitCode, Failure> {
    super::require_ledger(invocation, "service record")?;
    let clone = wiring::repository(invocation)?;
    let opened = wiring::read_ledger(invocation, &clone)?;
    let by = writer(invocation, &clone, &opened.ledger)?;
    let Record { service, image, branch, manifests, .. } = arguments;
    let built = look_up(invocation, &Named { service, image, branch, manifests }, &clone, &RegistrySpec::default())?;
    let entry = append(&opened.ledger, &built, &by)?.entry;
    let mut text = match arguments.output {
        Format::Json => output::json(&Built { entry, ..built.clone() })?,
        Format::Text => format!("entry {entry}: `{}` of commit {} is {}\n", built.reference, built.commit, built.digest),
    };
    if arguments.output == Format::Text {
        text.extend(opened.notices.iter().map(|notice| format!("note: {notice}\n")));
    }
    output::print(&text)?;
    Ok(ExitCode::Approved)
}
