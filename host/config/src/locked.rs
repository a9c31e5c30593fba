//! Whether what a configuration uses is what is locked.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::pipeline::PluginSource;

use crate::lock::{LOCK_FILE, PluginsLock};
use crate::problem::ConfigProblem;
use crate::read::Configuration;

const UPDATE: &str = "run `tollgate policy update`";

/// How `plugins.lock` and the configuration differ. Promotions need a lock without any of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockProblems {
    /// Used, but not locked.
    pub missing: Vec<ConfigProblem>,
    /// Locked to other bytes than there are. Built-in plugins can't be stale: they are looked up by the locked digest.
    pub stale: Vec<ConfigProblem>,
    /// Locked, but not used.
    pub unused: Vec<ConfigProblem>,
}

impl LockProblems {
    /// Whether everything that is used is locked, and nothing else.
    pub const fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty() && self.unused.is_empty()
    }

    /// All of them, by place.
    pub fn into_vec(self) -> Vec<ConfigProblem> {
        let mut problems = [self.missing, self.stale, self.unused].concat();
        problems.sort();
        problems
    }
}

/// Compares what a configuration uses with what is locked. A configuration without a lock misses everything.
pub fn compare_with_lock(configuration: &Configuration) -> LockProblems {
    let empty = PluginsLock::default();
    let lock = configuration.lock.as_ref().unwrap_or(&empty);
    let used = used_plugins(configuration);
    let mut problems = LockProblems::default();
    for (source, location) in &used {
        match lock.plugins.get(source) {
            None => problems.missing.push(missing(location, &format!("plugin `{source}`"))),
            Some(locked) => problems.stale.extend(stale(source, locked.digest, location, configuration)),
        }
    }
    let packs = used_packs(configuration);
    for (name, location) in packs.iter().filter(|(name, _)| !lock.packs.contains_key(**name)) {
        problems.missing.push(missing(location, &format!("pack `builtin:{name}`")));
    }
    let unused = |what: String, location: &Option<Location>| {
        location.as_ref().map(|at| ConfigProblem::new(at.clone(), format!("{what} is locked, but not used")).hint(UPDATE))
    };
    for (source, plugin) in lock.plugins.iter().filter(|(source, _)| !used.contains_key(source)) {
        problems.unused.extend(unused(format!("plugin `{source}`"), &plugin.location));
    }
    for (name, pack) in lock.packs.iter().filter(|(name, _)| !packs.contains_key(name.as_str())) {
        problems.unused.extend(unused(format!("pack `builtin:{name}`"), &pack.location));
    }
    problems
}

/// All plugins that a configuration uses, each with a place that names it.
pub fn used_plugins(configuration: &Configuration) -> BTreeMap<&PluginSource, &Location> {
    let policies = configuration.pipeline.policies.iter().rev().map(|policy| (&policy.plugin, &policy.location));
    let fixers = configuration.pipeline.fixers.iter().flatten().map(|fixer| (&fixer.plugin, &fixer.location));
    fixers.chain(policies).collect()
}

/// All built-in packs that a configuration uses, by name, each with the place that names it.
fn used_packs(configuration: &Configuration) -> BTreeMap<&str, &Location> {
    let packs = configuration.packs.iter();
    packs.filter_map(|(source, location)| Some((source.strip_prefix("builtin:")?, location))).collect()
}

fn missing(location: &Location, what: &str) -> ConfigProblem {
    ConfigProblem::new(location.clone(), format!("{what} is not in `{LOCK_FILE}`")).hint(UPDATE)
}

/// A plugin that is a file is what is there now, so it can differ from what is locked.
fn stale(source: &PluginSource, locked: Digest, location: &Location, configuration: &Configuration) -> Option<ConfigProblem> {
    let PluginSource::File(path) = source else { return None };
    let actual = configuration.files.get(path.trim_start_matches("./")).filter(|actual| **actual != locked)?;
    let message = format!("plugin `{source}` is locked to `{locked}`, but it is `{actual}`");
    Some(ConfigProblem::new(location.clone(), message).hint(UPDATE))
}
