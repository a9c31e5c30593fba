//! `tollgate audit verify`: everything against everything else.

use tollgate_ledger::{Audit, GitLedger};
use tollgate_report::audit::{AuditReport, LogKeyReport};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::Format;
use crate::cli::audit::Verify;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Verify) -> Result<ExitCode, Failure> {
    let read = |path: &camino::Utf8PathBuf| {
        let read = fs_err::read(invocation.directory.join(path));
        read.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))
    };
    let witness = arguments.witness.as_ref().map(read).transpose()?;
    let ledger = wiring::audited_ledger(invocation)?;
    let audit = ledger.audit(witness.as_deref());
    let report = report(&ledger, audit.as_ref());
    let text = match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text)?;
    if !report.problems.is_empty() {
        return Ok(ExitCode::LedgerUnavailable);
    }
    if let (Some(path), Ok(audit)) = (&arguments.write_witness, &audit) {
        let note = audit.checkpoint.as_ref().map(|signed| signed.note().to_owned()).ok_or_else(|| {
            let message = "there is no checkpoint to keep: this ledger has no log yet, which begins with the next entry";
            Failure::of_message(ExitCode::InvalidConfiguration, message)
        })?;
        output::write_file(&invocation.directory.join(path), note.as_bytes())?;
    }
    Ok(ExitCode::Approved)
}

fn report(ledger: &GitLedger, audit: Result<&Audit, &tollgate_core::ports::LedgerError>) -> AuditReport {
    let mut report = AuditReport {
        version: 1,
        ledger: ledger.remote().to_owned(),
        branch: ledger.branch().to_owned(),
        trust: ledger.trust_digest(),
        notices: wiring::first_seen(ledger).into_iter().collect(),
        ..AuditReport::default()
    };
    match audit {
        Err(error) => report.problems.push(told(error)),
        Ok(audit) => {
            report.entries = Some(audit.history.len());
            report.unsigned = audit.unsigned;
            report.blobs = audit.blobs;
            report.root = Some(audit.head.root.to_string());
            let key = |known: &tollgate_ledger::LogKey| LogKeyReport { key: known.key.to_string(), entry: known.entry };
            report.log_keys = audit.log_keys.iter().map(key).collect();
            report.problems = audit.problems.iter().map(told).collect();
        }
    }
    report
}

/// An error with its causes, in a line.
fn told(error: &tollgate_core::ports::LedgerError) -> String {
    let failure = Failure::new(ExitCode::LedgerUnavailable, error);
    std::iter::once(failure.message).chain(failure.causes).collect::<Vec<_>>().join(": ")
}
