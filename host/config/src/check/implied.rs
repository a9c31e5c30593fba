//! Gates that nobody writes: they come from other keys, or from the design itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tollgate_core::document::Location;
use tollgate_core::pipeline::{Environment, Gate, GateAdmission, GateMatch, Glob, PluginSource, PolicySpec, Requirement};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::{Enforcement, Grants, LimitClass};

use super::gates::Assembly;
use super::matches::Field;
use super::policies::locate;
use super::windows::{Windows, windows};
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline::Pipeline;

/// A gate to come, unless somebody has configured its plugin already.
struct Implied {
    plugin: &'static str,
    settings: Value,
    targets: Vec<Glob>,
    location: Location,
}

/// The plugin that reads windows.
const WINDOWS: &str = "change-window";

/// Adds them, where there is anything to promote to.
pub(crate) fn add(raw: &Pipeline, field: &Field<'_>, at: &At<'_>, assembly: &mut Assembly, problems: &mut Vec<ConfigProblem>) {
    let environments = field.environments;
    let windows = windows(&raw.windows, field, &at.member("windows"), problems);
    let Some(first) = environments.first().and_then(|environment| environment.targets.first()) else { return };
    let everywhere = |plugin| Implied { plugin, settings: empty(), targets: Vec::new(), location: first.location.clone() };
    assembly.imply(everywhere("freeze"), problems);
    if let Some(soak) = soak(environments) {
        assembly.imply(soak, problems);
    }
    if raw.overrides.is_some() {
        assembly.imply(Implied { location: at.member("overrides").location(), ..everywhere("emergency-change") }, problems);
    }
    if let Some(Windows { settings, targets }) = windows {
        let location = at.member("windows").location();
        assembly.imply_windows(Implied { plugin: WINDOWS, settings, targets, location }, at, problems);
    }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

/// `after: {soak: …}`: the gate stands before the targets that have one.
fn soak(environments: &[Environment]) -> Option<Implied> {
    let targets = environments.iter().flat_map(|environment| &environment.targets);
    let soaking: Vec<_> = targets.filter_map(|target| Some((target, target.soak?))).collect();
    let (first, _) = soaking.first()?;
    let location = first.location.clone();
    let times: BTreeMap<&str, String> =
        soaking.iter().map(|(target, seconds)| (target.name.as_str(), format!("{seconds}s"))).collect();
    let settings = json!({"targets": times});
    let targets = soaking.iter().filter_map(|(target, _)| Glob::new(&target.name).ok()).collect();
    Some(Implied { plugin: "soak", settings, targets, location })
}

impl Assembly {
    fn imply(&mut self, implied: Implied, problems: &mut Vec<ConfigProblem>) {
        let name = implied.plugin;
        if self.policies.iter().any(|policy| policy.plugin == PluginSource::Builtin(name.to_owned())) {
            return;
        }
        if let Some(taken) = self.taken(name) {
            let problem = ConfigProblem::new(taken, format!("`{name}` is the name of a gate that is always there"));
            problems.push(problem.hint(format!("choose another name, or adjust that gate by `policy: builtin:{name}`")));
            return;
        }
        self.add_implied(implied);
    }

    /// Gates of the same plugin may stand beside the one of `windows`: each has windows of its own.
    fn imply_windows(&mut self, implied: Implied, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
        let (name, settings) = (implied.plugin, implied.settings.clone());
        if let Some(taken) = self.taken(name) {
            let problem = ConfigProblem::new(taken, format!("`{name}` is the name of the gate that `windows` makes"));
            problems.push(problem.hint("choose another name, or move the windows into its settings"));
            return;
        }
        self.add_implied(implied);
        if let Some(policy) = self.policies.last_mut() {
            locate(&settings, &Pointer::root(), at, policy);
        }
    }

    /// Where a policy or gate of this name is configured.
    fn taken(&self, name: &str) -> Option<Location> {
        let policies = self.policies.iter().map(|policy| (&policy.name, &policy.location));
        let mut named = policies.chain(self.gates.iter().map(|gate| (&gate.name, &gate.location)));
        named.find(|(other, _)| *other == name).map(|(_, location)| location.clone())
    }

    fn add_implied(&mut self, implied: Implied) {
        let Implied { plugin: name, settings, targets, location } = implied;
        let plugin = PluginSource::Builtin(name.to_owned());
        let grants = Grants { clock: true, ..Grants::default() };
        self.gates.push(Gate {
            name: name.to_owned(),
            requirement: Requirement::Policy(name.to_owned()),
            enforcement: Enforcement::Overridable,
            matches: GateMatch { targets, ..GateMatch::default() },
            admission: GateAdmission::default(),
            is_implied: true,
            location: location.clone(),
        });
        self.policies.push(PolicySpec {
            name: name.to_owned(),
            plugin,
            settings,
            levels: BTreeMap::new(),
            grants,
            limits: LimitClass::default(),
            location,
            setting_locations: BTreeMap::new(),
        });
    }
}
