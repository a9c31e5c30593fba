//! `tollgate plugin test`.

use std::time::{Duration, SystemTime};

use camino::Utf8Path;
use serde_json::json;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_report::cases::CasesReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::{Format, junit_cases};

use super::Outcome;
use super::build::{built, file_of};
use super::named::Named;
use crate::cases::{self, Judge};
use crate::cli::plugin::{CasesOutput, Test};
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::output::{self, Destination};
use crate::wiring;

/// How often a watched directory is looked at.
const GLANCE: Duration = Duration::from_millis(300);

pub(super) fn run(invocation: &Invocation, arguments: &Test) -> Outcome {
    let directory = invocation.at_start(&arguments.at);
    if !arguments.watch {
        return once(invocation, arguments, &directory);
    }
    let mut seen = None;
    loop {
        let newest = newest(&directory);
        if newest != seen {
            seen = newest;
            match once(invocation, arguments, &directory) {
                Ok(_) => {}
                Err(failures) => {
                    let style = invocation.error_style();
                    let sources = |path: &str| fs_err::read(path).ok();
                    failures.iter().for_each(|failure| output::tell(&failure.to_text(style, &sources)));
                }
            }
            output::tell("waiting for a change\n");
        }
        std::thread::sleep(GLANCE);
    }
}

fn once(invocation: &Invocation, arguments: &Test, directory: &Utf8Path) -> Outcome {
    let destinations = destinations(&arguments.output).map_err(|failure| vec![failure])?;
    let named = plugin(invocation, arguments, directory).map_err(|failure| vec![failure])?;
    let report = prove(invocation, &named, directory)?;
    self::report(invocation, &[report], &destinations)
}

fn plugin(invocation: &Invocation, arguments: &Test, directory: &Utf8Path) -> Result<Named, Failure> {
    if let Some(name) = &arguments.plugin {
        return Named::find(invocation, name);
    }
    let (name, bytes) = built(directory)?;
    let file = file_of(directory, &name);
    output::write_file(&file, &bytes)?;
    Ok(Named::new(file.into_string(), bytes))
}

/// Runs the cases of the kind that the plugin has: documents for a validator, questions for a promotion gate.
fn prove(invocation: &Invocation, named: &Named, directory: &Utf8Path) -> Result<CasesReport, Failures> {
    let one = |failure: Failure| vec![failure];
    let sandbox = wiring::sandbox(invocation).map_err(one)?;
    let loaded = named.load(&json!({}), &sandbox).map_err(one)?;
    let spec = Box::new(named.spec(&loaded.description().name));
    let judge = Judge::Plugin { spec, digest: named.digest, bytes: named.bytes.clone(), loader: &sandbox };
    match loaded {
        LoadedPolicy::Validator(_) => cases::run(&judge, &cases::read(directory)?),
        LoadedPolicy::Promotion(_) => cases::gates::run(&judge, &cases::gates::read(directory)?),
    }
}

/// Where the report goes, in a format that there is for cases.
pub(crate) fn destinations(output: &CasesOutput) -> Result<Vec<Destination>, Failure> {
    let destinations = output::destinations(&output.output)?;
    let other = destinations.iter().find(|to| !matches!(to.format, Format::Text | Format::Json | Format::Junit));
    match other {
        Some(other) => {
            let message = format!("cases are not told as `{}`; there are `text`, `json` and `junit`", other.format);
            Err(Failure::of_message(ExitCode::Usage, message))
        }
        None => Ok(destinations),
    }
}

/// Tells how cases came out.
pub(crate) fn report(invocation: &Invocation, reports: &[CasesReport], destinations: &[Destination]) -> Outcome {
    let one = |failure: Failure| vec![failure];
    for destination in destinations {
        let text = match destination.format {
            Format::Json => output::json(&reports).map_err(one)?,
            Format::Junit => junit_cases::to_string(reports).map_err(|error| one(Failure::new(ExitCode::Unexpected, &error)))?,
            _ => reports.iter().map(|report| report.to_text(invocation.style())).collect(),
        };
        match &destination.file {
            Some(file) => output::write_file(file, text.as_bytes()).map_err(one)?,
            None => output::print(&text).map_err(one)?,
        }
    }
    Ok(well(reports))
}

/// What does not do as its cases say is not fit to judge.
pub(crate) fn well(reports: &[CasesReport]) -> ExitCode {
    if reports.iter().all(CasesReport::is_well) { ExitCode::Approved } else { ExitCode::InvalidConfiguration }
}

/// The time of the last change of sources and cases.
fn newest(directory: &Utf8Path) -> Option<SystemTime> {
    let is_watched = |entry: &ignore::DirEntry| entry.file_name() != "target" && entry.file_name() != ".git";
    let walk = ignore::WalkBuilder::new(directory).standard_filters(false).filter_entry(is_watched).build();
    let is_source = |entry: &ignore::DirEntry| entry.path().extension().is_some_and(|end| end != "wasm" && end != "lock");
    walk.flatten().filter(is_source).filter_map(|entry| entry.metadata().ok()?.modified().ok()).max()
}
