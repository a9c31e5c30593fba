//! `tollgate audit export`: the log as a directory that other tools read.

use camino::Utf8Path;
use tollgate_core::ports::LedgerError;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::audit::Export;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Export) -> Result<ExitCode, Failure> {
    let directory = invocation.directory.join(&arguments.destination);
    let is_taken = directory.read_dir_utf8().is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        let message = format!("`{directory}` is not empty, and an export must hold nothing else");
        return Err(Failure::of_message(ExitCode::InvalidConfiguration, message));
    }
    let ledger = wiring::audited_ledger(invocation)?;
    let written: Result<(), ExportFailed> = ledger.export(|file| Ok(write(&directory.join(&file.path), &file.bytes)?));
    written.map_err(|ExportFailed(failure)| *failure)?;
    Ok(ExitCode::Approved)
}

/// Why an export broke off.
struct ExportFailed(Box<Failure>);

impl From<LedgerError> for ExportFailed {
    fn from(error: LedgerError) -> Self {
        Self(Box::new(fail(error)))
    }
}

impl From<std::io::Error> for ExportFailed {
    fn from(error: std::io::Error) -> Self {
        Self(Box::new(Failure::new(ExitCode::Unexpected, &error)))
    }
}

fn write(path: &Utf8Path, bytes: &[u8]) -> std::io::Result<()> {
    fs_err::create_dir_all(path.parent().unwrap_or(Utf8Path::new(".")))?;
    fs_err::write(path, bytes)
}
