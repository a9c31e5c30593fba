//! `policies`: plugins with their settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_core::finding::Level;
use tollgate_core::pipeline::{PluginSource, PolicySpec};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::{Grants, LimitClass};
use tollgate_core::ports::SourceError;

use super::grants::grants;
use super::merge::merge;
use crate::origin::At;
use crate::raw::gate::Gate;
use crate::raw::pack::PackPolicy;
use crate::raw::policy::{self as raw, Levels, Limits, Policy, Settings};
use crate::reading::Reading;
use crate::source::{fault_of_path, plugin_source};

/// What can be said of a policy wherever it is configured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'w> {
    pub(crate) settings: Option<&'w Settings>,
    pub(crate) levels: Option<&'w Levels>,
    pub(crate) grants: Option<&'w raw::Grants>,
    pub(crate) limits: Option<Limits>,
}

macro_rules! fields_of {
    ($($written:ty),*) => {
        $(impl<'w> From<&'w $written> for Fields<'w> {
            fn from(written: &'w $written) -> Self {
                let (settings, levels) = (written.settings.as_ref(), written.levels.as_ref());
                Self { settings, levels, grants: written.grants.as_ref(), limits: written.limits }
            }
        })*
    };
}
fields_of!(Policy, Gate, PackPolicy);

impl Fields<'_> {
    /// The keys that are there.
    pub(crate) fn keys(&self) -> Vec<&'static str> {
        let present = [
            ("settings", self.settings.is_some()),
            ("levels", self.levels.is_some()),
            ("grants", self.grants.is_some()),
            ("limits", self.limits.is_some()),
        ];
        present.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
    }
}

/// A policy without settings, where `at` says. Paths start from `directory`; a built-in pack has none.
pub(crate) fn define(
    name: &str,
    plugin: &str,
    directory: Option<&str>,
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<PolicySpec, SourceError> {
    let plugin = plugin_source(plugin, directory.unwrap_or_default());
    check_plugin(&plugin, directory, &at.member("policy"), reading)?;
    Ok(PolicySpec {
        name: name.to_owned(),
        plugin,
        settings: Value::Object(Map::new()),
        levels: BTreeMap::new(),
        grants: Grants::default(),
        limits: LimitClass::default(),
        location: at.location(),
        setting_locations: BTreeMap::new(),
    })
}

/// Whether there is such a plugin. Paths start from `directory`; a built-in pack has none.
pub(crate) fn check_plugin(
    plugin: &PluginSource,
    directory: Option<&str>,
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<(), SourceError> {
    let path = match plugin {
        PluginSource::Builtin(name) => {
            check_builtin(name, plugin, at, reading);
            return Ok(());
        }
        PluginSource::File(path) => path.trim_start_matches("./"),
    };
    if directory.is_none() {
        reading.problems.push(at.problem("a built-in pack has no plugins of its own"));
    } else if let Some(fault) = fault_of_path(path) {
        reading.problems.push(at.problem(format!("path of the plugin {fault}, not `{plugin}`")));
    } else if reading.bytes(path)?.is_none() {
        reading.problems.push(at.problem(format!("there is no plugin `{plugin}`")));
    }
    Ok(())
}

/// A plugin that is locked can come from the ledger, so only what is neither locked nor in the binary is unknown. A
/// binary without any plugins says so itself when it loads one.
fn check_builtin(name: &str, plugin: &PluginSource, at: &At<'_>, reading: &mut Reading<'_>) {
    let known = reading.reader.builtin_plugins();
    let locked = reading.lock.as_ref().is_some_and(|lock| lock.plugins.contains_key(plugin));
    if known.is_empty() || locked || known.iter().any(|known| known == name) {
        return;
    }
    let known: Vec<String> = known.into_iter().map(|name| format!("builtin:{name}")).collect();
    let problem = at.problem(format!("there is no plugin `{plugin}`"));
    reading.problems.push(problem.suggest(&plugin.to_string(), known.iter().map(String::as_str)));
}

/// Sets or adjusts what is said of a policy: settings and levels are merged, grants and limits replaced.
pub(crate) fn configure(
    policy: &mut PolicySpec,
    fields: Fields<'_>,
    directory: Option<&str>,
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<(), SourceError> {
    if let Some(settings) = fields.settings {
        let settings = Value::Object(settings.clone());
        merge(&mut policy.settings, &settings);
        locate(&settings, &Pointer::root(), &at.member("settings"), policy);
        policy.setting_locations.retain(|pointer, _| policy.settings.pointer(pointer.as_str()).is_some());
    }
    for (rule, level) in fields.levels.into_iter().flatten() {
        let location = at.member("levels").member(rule.as_str()).key_location();
        reading.levels.insert((policy.name.clone(), rule.as_str().to_owned()), location);
        policy.levels.insert(rule.as_str().to_owned(), self::level(*level));
    }
    if let Some(raw) = fields.grants {
        policy.grants = grants(raw, directory, &at.member("grants"), reading)?;
    }
    if let Some(raw) = fields.limits {
        policy.limits = limits(raw);
    }
    Ok(())
}

/// Notes where every setting stands.
pub(crate) fn locate(settings: &Value, pointer: &Pointer, at: &At<'_>, policy: &mut PolicySpec) {
    policy.setting_locations.insert(pointer.clone(), at.join(pointer).location());
    match settings {
        Value::Object(members) => {
            for (key, member) in members {
                locate(member, &pointer.member(key), at, policy);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                locate(element, &pointer.element(index), at, policy);
            }
        }
        _ => {}
    }
}

const fn level(raw: raw::Level) -> Option<Level> {
    match raw {
        raw::Level::Deny => Some(Level::Deny),
        raw::Level::Warn => Some(Level::Warn),
        raw::Level::Note => Some(Level::Note),
        raw::Level::Off => None,
    }
}

const fn limits(raw: Limits) -> LimitClass {
    match raw {
        Limits::Native => LimitClass::Native,
        Limits::Runtime => LimitClass::Runtime,
    }
}
