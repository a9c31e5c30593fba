//! `tollgate policy test`: packs do what their cases say.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_config::{PIPELINE_FILE, UseOfLock};
use tollgate_core::evaluate::LoadPolicy;
use tollgate_report::cases::CasesReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::plugin::{cases_destinations, report_cases};
use crate::cases::{self, Judge};
use crate::cli::policy::Test;
use crate::configuration::plugins::{Lock, Shelf};
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, local};
use crate::invocation::Invocation;
use crate::wiring;

pub(super) fn run(invocation: &Invocation, arguments: &Test) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let destinations = cases_destinations(&arguments.output).map_err(one)?;
    let packs = match arguments.packs.as_slice() {
        [] => of_configuration(invocation)?,
        named => named.iter().map(|path| invocation.at_start(path)).collect(),
    };
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let mut reports = Vec::new();
    let mut failures = Failures::new();
    for pack in &packs {
        match prove(pack, &sandbox) {
            Ok(report) => reports.push(report),
            Err(problems) => failures.extend(problems),
        }
    }
    let exit = report_cases(invocation, &reports, &destinations)?;
    if failures.is_empty() { Ok(exit) } else { Err(failures) }
}

/// The packs of this repository that tollgate.yaml names.
fn of_configuration(invocation: &Invocation) -> Result<Vec<Utf8PathBuf>, Failures> {
    let invalid = |message: &str| vec![Failure::of_message(ExitCode::InvalidConfiguration, message)];
    let root = local::root_above(&invocation.directory)
        .ok_or_else(|| invalid("there is no tollgate.yaml here or above; name packs by their directories"))?;
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    let own: Vec<Utf8PathBuf> =
        configuration.packs.keys().filter_map(|source| source.strip_prefix("./")).map(|path| root.join(path)).collect();
    if own.is_empty() { Err(invalid(&format!("`{PIPELINE_FILE}` names no pack of this repository"))) } else { Ok(own) }
}

fn prove(pack: &Utf8Path, loader: &dyn LoadPolicy) -> Result<CasesReport, Failures> {
    let invalid = |message: String| vec![Failure::of_message(ExitCode::InvalidConfiguration, message)];
    if !pack.join("pack.yaml").is_file() {
        return Err(invalid(format!("there is no `pack.yaml` in `{pack}`, so it is no pack")));
    }
    let whole = pack.canonicalize_utf8().map_err(|error| vec![Failure::new(ExitCode::SourceUnreadable, &error)])?;
    let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else {
        return Err(invalid(format!("`{pack}` has no name that a pack could be named by")));
    };
    let cases = cases::read(pack)?;
    let reader = Reader { tree: Tree::Directory(parent.to_owned()), ledger: None };
    let configuration = local::of_command_line(&reader, &[], &[format!("./{name}")])?;
    let policies = Shelf { reader: &reader, ledger: None, lock: Lock::Optional }.load(&configuration, loader)?;
    cases::run(&Judge::Pack { name: name.to_owned(), policies: &policies }, &cases)
}
