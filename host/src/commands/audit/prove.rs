//! `tollgate audit prove`: that an entry is in the ledger, for people without access to it.

use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::audit::Prove;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Prove) -> Result<ExitCode, Failure> {
    let proof = wiring::audited_ledger(invocation)?.prove(arguments.index).map_err(fail)?.to_string();
    match &arguments.output {
        Some(path) => output::write_file(&invocation.directory.join(path), proof.as_bytes())?,
        None => output::print(&proof)?,
    }
    Ok(ExitCode::Approved)
}
