//! Policies without a `tollgate.yaml`: chosen on the command line, or the default.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_core::document::Location;
use tollgate_core::pipeline::{Gate, GateAdmission, GateMatch, Pipeline, PluginSource, PolicySpec, Requirement};
use tollgate_core::policy::{Enforcement, Grants, LimitClass};

use crate::check::gates::Assembly;
use crate::port::ReadConfiguration;
use crate::problem::{ConfigProblem, ConfigurationError};
use crate::read::{Configuration, finish, on_the_command_line};
use crate::reading::Reading;
use crate::suggest::closest;

/// The pack that applies where nothing else is said.
pub const DEFAULT_PACK: &str = "builtin:recommended";

/// What `--policy` and `--pack` named. Nothing named means the default pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// `builtin:NAME`, or paths of `.wasm` files. Each becomes a policy named like the plugin or the file.
    pub policies: Vec<String>,
    /// `builtin:NAME`, or directories with a `pack.yaml`.
    pub packs: Vec<String>,
}

/// The chosen policies, each with an overridable gate before everything. They are not locked: this is for `check` alone.
/// The reader resolves paths, so they may be what the user means by them.
///
/// # Errors
/// When something that was named does not exist or is not what it should be, or when the source can't be read.
pub fn choose(reader: &dyn ReadConfiguration, chosen: &Chosen) -> Result<Configuration, ConfigurationError> {
    let mut reading = Reading::new(reader);
    let mut assembly = Assembly::default();
    let default = [DEFAULT_PACK.to_owned()];
    let nothing_chosen = chosen.packs.is_empty() && chosen.policies.is_empty();
    for pack in if nothing_chosen { default.as_slice() } else { &chosen.packs } {
        let named = on_the_command_line(&format!("--pack {pack}"));
        assembly.add_pack(pack, &named, &mut reading)?;
    }
    for policy in &chosen.policies {
        let named = on_the_command_line(&format!("--policy {policy}"));
        add_policy(policy, &named, &mut assembly, &mut reading)?;
    }
    let pipeline = Pipeline { policies: assembly.policies, gates: assembly.gates, ..Pipeline::default() };
    finish(pipeline, reading)
}

fn add_policy(
    source: &str,
    named: &Location,
    assembly: &mut Assembly,
    reading: &mut Reading<'_>,
) -> Result<(), ConfigurationError> {
    let (plugin, name) = match source.strip_prefix("builtin:") {
        Some(name) => (builtin(name, named, reading), name.to_owned()),
        None => (file(source, named, reading)?, file_stem(source).to_owned()),
    };
    let Some(plugin) = plugin else { return Ok(()) };
    if assembly.policies.iter().any(|policy| policy.name == name) {
        reading.problems.push(ConfigProblem::new(named.clone(), format!("there are two policies `{name}`")));
        return Ok(());
    }
    let requirement = Requirement::Policy(name.clone());
    let location = named.clone();
    let (enforcement, matches) = (Enforcement::default(), GateMatch::default());
    assembly.gates.push(Gate {
        name: name.clone(),
        requirement,
        enforcement,
        matches,
        admission: GateAdmission::default(),
        is_implied: false,
        location,
    });
    assembly.policies.push(PolicySpec {
        name,
        plugin,
        settings: Value::Object(Map::new()),
        levels: BTreeMap::new(),
        grants: Grants::default(),
        limits: LimitClass::default(),
        location: named.clone(),
        setting_locations: BTreeMap::new(),
    });
    Ok(())
}

fn builtin(name: &str, named: &Location, reading: &mut Reading<'_>) -> Option<PluginSource> {
    let known = reading.reader.builtin_plugins();
    if known.is_empty() || known.iter().any(|known| known == name) {
        return Some(PluginSource::Builtin(name.to_owned()));
    }
    let mut problem = ConfigProblem::new(named.clone(), format!("there is no plugin `builtin:{name}`"));
    if let Some(meant) = closest(name, known.iter().map(String::as_str)) {
        problem = problem.hint(format!("did you mean `builtin:{meant}`?"));
    }
    reading.problems.push(problem);
    None
}

fn file(path: &str, named: &Location, reading: &mut Reading<'_>) -> Result<Option<PluginSource>, ConfigurationError> {
    if reading.bytes(path)?.is_some() {
        return Ok(Some(PluginSource::File(path.to_owned())));
    }
    let problem = ConfigProblem::new(named.clone(), format!("there is no plugin `{path}`"));
    let known = reading.reader.builtin_plugins().iter().any(|plugin| plugin == path);
    let hint = if known { format!("did you mean `builtin:{path}`?") } else { "name `builtin:NAME` or a `.wasm` file".to_owned() };
    reading.problems.push(problem.hint(hint));
    Ok(None)
}

fn file_stem(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.strip_suffix(".wasm").unwrap_or(name)
}
