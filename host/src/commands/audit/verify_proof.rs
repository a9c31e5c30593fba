//! `tollgate audit verify-proof`: offline, without any repository.

use tollgate_ledger::log::note::{InvalidKey, VerifierKey};
use tollgate_ledger::{ProvenEntry, verify_proof};
use tollgate_report::audit::ProofReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::words;
use crate::cli::Format;
use crate::cli::audit::VerifyProof;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &VerifyProof) -> Result<ExitCode, Failure> {
    let read = |path: &camino::Utf8PathBuf| {
        let read = fs_err::read_to_string(invocation.directory.join(path));
        read.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))
    };
    let keys = arguments.log_keys.iter().map(|text| text.parse()).collect::<Result<Vec<VerifierKey>, InvalidKey>>();
    let keys = keys.map_err(|error| Failure::new(ExitCode::Usage, &error))?;
    let text = read(&arguments.file)?;
    let signers = arguments.signers.as_ref().map(|path| wiring::signers_of_file(path, &read(path)?)).transpose()?;
    let proven = verify_proof(&text, &keys, signers.as_deref()).map_err(fail)?;
    let report = report(&proven);
    let text = match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text)?;
    Ok(ExitCode::Approved)
}

fn report(proven: &ProvenEntry) -> ProofReport {
    let entry = &proven.entry;
    ProofReport {
        version: 1,
        log: proven.checkpoint.checkpoint().origin().to_owned(),
        index: entry.index,
        size: proven.checkpoint.checkpoint().head().size,
        at: entry.at,
        by: entry.by.principal.clone(),
        signed_by: proven.signer.as_ref().map(|signer| format!("{} ({})", signer.principal, signer.key)),
        kind: entry.body.type_name().to_owned(),
        what: words::sentence(entry),
    }
}
