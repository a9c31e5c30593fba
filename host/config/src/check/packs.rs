//! `packs`: policies that come together.

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::pipeline::{PolicySpec, Requirement};
use tollgate_core::ports::SourceError;

use super::names::Names;
use super::policies::{configure, define};
use crate::origin::At;
use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;
use crate::raw::pack::Pack;
use crate::reading::Reading;
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};
use crate::source::fault_of_path;

/// The policies of a pack, named from a place in the configuration.
pub(crate) fn pack(
    source: &str,
    named: &Location,
    names: &mut Names,
    reading: &mut Reading<'_>,
) -> Result<Vec<PolicySpec>, SourceError> {
    let (file, directory) = match source.strip_prefix("builtin:") {
        Some(name) => (builtin(name, named, reading)?, None),
        None => {
            let directory = source.trim_start_matches("./").trim_end_matches('/');
            (local(directory, named, reading)?, Some(directory))
        }
    };
    match file {
        Some(file) => policies(&file, directory, names, reading),
        None => {
            reading.incomplete = true;
            Ok(Vec::new())
        }
    }
}

/// The gate that a policy of a pack becomes.
pub(crate) fn gate(policy: &PolicySpec) -> tollgate_core::pipeline::Gate {
    tollgate_core::pipeline::Gate {
        name: policy.name.clone(),
        requirement: Requirement::Policy(policy.name.clone()),
        enforcement: tollgate_core::policy::Enforcement::default(),
        matches: tollgate_core::pipeline::GateMatch::default(),
        admission: tollgate_core::pipeline::GateAdmission::default(),
        is_implied: false,
        location: policy.location.clone(),
    }
}

fn builtin(name: &str, named: &Location, reading: &mut Reading<'_>) -> Result<Option<ConfigurationFile>, SourceError> {
    let locked = reading.lock.as_ref().and_then(|lock| lock.packs.get(name)).map(|pack| pack.digest);
    let source = format!("builtin:{name}");
    let before = reading.problems.len();
    let read = reading.reader.builtin_pack(name, locked);
    let file = reading.sound(&source, read)?;
    if let Some(problem) = fault_of_builtin(&source, file.as_ref(), locked, named, reading) {
        if reading.problems.len() == before {
            reading.problems.push(problem);
        }
        return Ok(None);
    }
    Ok(file)
}

fn fault_of_builtin(
    source: &str,
    file: Option<&ConfigurationFile>,
    locked: Option<Digest>,
    named: &Location,
    reading: &Reading<'_>,
) -> Option<ConfigProblem> {
    let problem = |message: String| ConfigProblem::new(named.clone(), message);
    match (file.map(|file| Digest::of(&file.bytes)), locked) {
        (Some(actual), Some(locked)) if actual != locked => {
            let message = format!("pack `{source}` is locked to `{locked}`, but it is `{actual}` here");
            Some(problem(message).hint("run `tollgate policy update`"))
        }
        (Some(_), _) => None,
        (None, Some(locked)) => {
            let message = format!("pack `{source}` is locked to `{locked}`, which can't be found");
            Some(problem(message).hint("run `tollgate policy update`, or use the tollgate that it was locked with"))
        }
        (None, None) => {
            let known: Vec<String> = reading.reader.builtin_packs().iter().map(|name| format!("builtin:{name}")).collect();
            Some(problem(format!("there is no pack `{source}`")).suggest(source, known.iter().map(String::as_str)))
        }
    }
}

fn local(directory: &str, named: &Location, reading: &mut Reading<'_>) -> Result<Option<ConfigurationFile>, SourceError> {
    if let Some(fault) = fault_of_path(directory) {
        let message = format!("path of the pack {fault}, not `./{directory}`");
        reading.problems.push(ConfigProblem::new(named.clone(), message));
        return Ok(None);
    }
    let path = format!("{directory}/pack.yaml");
    let before = reading.problems.len();
    let file = reading.file(&path)?;
    if file.is_none() && reading.problems.len() == before {
        let problem = ConfigProblem::new(named.clone(), format!("there is no pack `./{directory}`"));
        reading.problems.push(problem.hint(format!("a pack is a directory with a `pack.yaml`; `{path}` does not exist")));
    }
    Ok(file)
}

fn policies(
    file: &ConfigurationFile,
    directory: Option<&str>,
    names: &mut Names,
    reading: &mut Reading<'_>,
) -> Result<Vec<PolicySpec>, SourceError> {
    let Shaped { raw, origin, problems } = shape::<Pack>(file, ConfigurationSchema::Pack);
    reading.incomplete |= raw.is_none();
    reading.flaws.extend(problems);
    let mut policies = Vec::new();
    for (index, policy) in raw.iter().flat_map(|pack| &pack.policies).enumerate() {
        let at = At::root(&origin).member("policies").element(index);
        names.give(policy.name.as_str(), "a policy", &at.member("name"), &mut reading.problems);
        let mut spec = define(policy.name.as_str(), policy.policy.as_str(), directory, &at, reading)?;
        configure(&mut spec, policy.into(), directory, &at, reading)?;
        policies.push(spec);
    }
    Ok(policies)
}
