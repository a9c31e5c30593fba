//! From files to a configuration.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::language::Language;
use tollgate_core::pipeline::{LedgerSpec, Pipeline};

use crate::check::matches::Field;
use crate::check::{admission, components, coverage, environments, fixers, gates, implied, people, registry, terraform, waivers};
use crate::digest::policy_digest;
use crate::lock::{LOCK_FILE, PluginsLock};
use crate::origin::At;
use crate::port::ReadConfiguration;
use crate::problem::{ConfigProblem, ConfigurationError};
use crate::raw;
use crate::reading::Reading;
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};
use crate::source::join;

/// The name of the file that everything starts from, at the repository's root.
pub const PIPELINE_FILE: &str = "tollgate.yaml";

/// A configuration that fits together.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub pipeline: Pipeline,
    /// Nothing where there is no `plugins.lock`, which is enough for `check` alone.
    pub lock: Option<PluginsLock>,
    /// The digests of all files that were read, by path; of built-in packs by `builtin:NAME`.
    pub files: BTreeMap<String, Digest>,
    /// The packs that are used, by source (`builtin:NAME`, `./PATH`), each with the place that names it.
    pub packs: BTreeMap<String, Location>,
    /// Names this policy revision, see [`policy_digest`].
    pub policy_digest: Digest,
    /// Where levels are set, by policy and rule, so that a rule that does not exist can be shown.
    pub level_locations: BTreeMap<(String, String), Location>,
    /// What is odd, but no reason to refuse.
    pub warnings: Vec<ConfigProblem>,
}

/// Whether built-in packs are the locked ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseOfLock {
    /// Packs are what `plugins.lock` says.
    Obey,
    /// Packs are the binary's own, because `plugins.lock` is about to be written anew.
    Ignore,
}

/// Reads a configuration from its `tollgate.yaml` on.
///
/// # Errors
/// When there is none, when anything in it is wrong (all problems at once), or when the source can't be read.
pub fn read_pipeline(
    reader: &dyn ReadConfiguration,
    path: &str,
    use_of_lock: UseOfLock,
) -> Result<Configuration, ConfigurationError> {
    let mut reading = Reading::new(reader);
    let Some(file) = reading.file(path)? else {
        return Err(match reading.problems.is_empty() {
            true => ConfigurationError::Missing { path: path.to_owned() },
            false => ConfigurationError::Invalid(reading.problems),
        });
    };
    if use_of_lock == UseOfLock::Obey {
        read_lock(path, &mut reading)?;
    }
    let Shaped { raw, origin, problems } = shape::<raw::pipeline::Pipeline>(&file, ConfigurationSchema::Pipeline);
    reading.flaws.extend(problems);
    let pipeline = match &raw {
        Some(raw) => pipeline(raw, &At::root(&origin), &mut reading)?,
        None => Pipeline::default(),
    };
    finish(pipeline, reading)
}

/// The configuration, if nothing is wrong with it.
pub(crate) fn finish(pipeline: Pipeline, mut reading: Reading<'_>) -> Result<Configuration, ConfigurationError> {
    let problems = reading.take_problems();
    let Reading { lock, warnings, files, packs, levels, .. } = reading;
    if !problems.is_empty() {
        return Err(ConfigurationError::Invalid(problems));
    }
    let policy_digest = policy_digest(&files);
    Ok(Configuration { pipeline, lock, files, packs, policy_digest, level_locations: levels, warnings })
}

fn read_lock(path: &str, reading: &mut Reading<'_>) -> Result<(), ConfigurationError> {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let Some(file) = reading.file(&join(directory, LOCK_FILE))? else { return Ok(()) };
    match PluginsLock::read(&file) {
        Ok(lock) => reading.lock = Some(lock),
        Err(problems) => reading.problems.extend(problems),
    }
    Ok(())
}

fn pipeline(raw: &raw::pipeline::Pipeline, at: &At<'_>, reading: &mut Reading<'_>) -> Result<Pipeline, ConfigurationError> {
    let components = components::components(raw, at, &mut reading.problems);
    let environments = environments::environments(raw, at, &mut reading.problems);
    let field = Field { environments: &environments, components: &components };
    let mut assembly = gates::assemble(raw, &field, at, reading)?;
    implied::add(raw, &field, at, &mut assembly, &mut reading.problems);
    let judges = (assembly.policies.as_slice(), assembly.gates.as_slice());
    let waivers = waivers::waivers(&raw.waivers.files, judges, &at.member("waivers").member("files"), reading)?;
    let people = people::people(&raw.people, &at.member("people"), reading)?;
    let terms = |raw| people::overrides(raw, &people, &at.member("overrides"), &mut reading.problems);
    let overrides = raw.overrides.as_ref().map(terms);
    let ground = admission::Ground { gates: &assembly.gates, overrides: overrides.as_ref() };
    let admission = admission::admission(&raw.admission, &ground, &at.member("admission"), &mut reading.problems);
    let pipeline = Pipeline {
        ignore: components::ignore(raw, at, &mut reading.problems),
        languages: languages(raw),
        components,
        environments,
        policies: assembly.policies,
        fixers: raw.fixers.as_deref().map(|fixers| fixers::fixers(fixers, &at.member("fixers"), reading)).transpose()?,
        gates: assembly.gates,
        ledger: LedgerSpec { remote: raw.ledger.remote.as_str().to_owned(), branch: raw.ledger.branch.as_str().to_owned() },
        waivers,
        inline_waivers: raw.waivers.inline,
        people,
        overrides,
        queue: people::queue(&raw.queue, &at.member("queue"), &mut reading.problems),
        admission,
        terraform: terraform::spec(&raw.terraform, &at.member("terraform"), &mut reading.problems),
        pairs: terraform::pairs(raw, at, &mut reading.problems),
        registry: raw.registry.as_ref().map(|raw| registry::registry(raw, &at.member("registry"), reading)).unwrap_or_default(),
    };
    if !reading.incomplete {
        coverage::check(&pipeline, &mut reading.problems);
    }
    Ok(pipeline)
}

/// The languages that are asked for. Components that Terraform plans are judged as what they are.
fn languages(raw: &raw::pipeline::Pipeline) -> Vec<Language> {
    let is_terraform = |component: &raw::pipeline::Component| component.kind == raw::pipeline::ComponentType::Terraform;
    let implied = raw.components.iter().any(is_terraform).then_some(Language::Terraform);
    let asked: Vec<Language> = raw.languages.iter().copied().map(Into::into).collect();
    let implied = implied.filter(|language| !asked.contains(language));
    asked.into_iter().chain(implied).collect()
}

/// The place of what stands in no file.
pub(crate) fn on_the_command_line(option: &str) -> Location {
    Location { file: option.to_owned(), span: Span::START }
}
