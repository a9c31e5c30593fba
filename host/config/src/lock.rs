//! `plugins.lock`: which bytes the names in the configuration stand for.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::pipeline::PluginSource;

use crate::origin::At;
use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;
use crate::raw::lock::{Lock, LockedPack as RawPack, LockedPlugin as RawPlugin};
use crate::raw::text::{BuiltinText, DigestText, PluginText, Text};
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};
use crate::source::plugin_source;

/// The name of the file, beside `tollgate.yaml`.
pub const LOCK_FILE: &str = "plugins.lock";

const HEADER: &str = "\
# The digests of the plugins and built-in packs that tollgate.yaml uses.
# Written by `tollgate policy update`; changes by hand are lost.
";

/// What is locked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginsLock {
    pub plugins: BTreeMap<PluginSource, LockedPlugin>,
    /// Digests of the `pack.yaml` of built-in packs, by name.
    pub packs: BTreeMap<String, LockedPack>,
}

/// A plugin as it was when it was locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPlugin {
    pub digest: Digest,
    /// The version that it says it has.
    pub version: String,
    /// In bytes.
    pub size: u64,
    /// Where it stands in the lock; nothing for one that was just made.
    pub location: Option<Location>,
}

/// A built-in pack as it was when it was locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPack {
    pub digest: Digest,
    /// Where it stands in the lock; nothing for one that was just made.
    pub location: Option<Location>,
}

impl PluginsLock {
    /// Reads the file.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &ConfigurationFile) -> Result<Self, Vec<ConfigProblem>> {
        let Shaped { raw, origin, problems } = shape::<Lock>(file, ConfigurationSchema::Lock);
        match raw {
            Some(raw) if problems.is_empty() => Self::of_raw(&raw, &At::root(&origin)),
            _ => Err(problems),
        }
    }

    fn of_raw(raw: &Lock, at: &At<'_>) -> Result<Self, Vec<ConfigProblem>> {
        let mut lock = Self::default();
        let mut problems = Vec::new();
        for (source, plugin) in &raw.plugins {
            let at = at.member("plugins").member(source.as_str());
            let Some(digest) = digest(&plugin.digest, &at.member("digest"), &mut problems) else { continue };
            let version = plugin.version.as_str().to_owned();
            let locked = LockedPlugin { digest, version, size: plugin.size, location: Some(at.key_location()) };
            lock.plugins.insert(plugin_source(source.as_str(), ""), locked);
        }
        for (source, pack) in &raw.packs {
            let at = at.member("packs").member(source.as_str());
            let Some(digest) = digest(&pack.digest, &at.member("digest"), &mut problems) else { continue };
            let name = source.as_str().trim_start_matches("builtin:").to_owned();
            lock.packs.insert(name, LockedPack { digest, location: Some(at.key_location()) });
        }
        if problems.is_empty() { Ok(lock) } else { Err(problems) }
    }

    /// The text of the file: the same for the same contents, sorted by source.
    ///
    /// # Errors
    /// When YAML can't be written, which the contents can't cause.
    pub fn to_text(&self) -> Result<String, serde_yaml::Error> {
        let plugins = self.plugins.iter().map(|(source, plugin)| {
            let digest = DigestText(plugin.digest.to_string());
            (PluginText(source.to_string()), RawPlugin { digest, version: Text(plugin.version.clone()), size: plugin.size })
        });
        let packs = self.packs.iter().map(|(name, pack)| {
            let digest = DigestText(pack.digest.to_string());
            (BuiltinText(format!("builtin:{name}")), RawPack { digest })
        });
        let raw = Lock { version: 1, plugins: plugins.collect(), packs: packs.collect() };
        Ok(format!("{HEADER}{}", serde_yaml::to_string(&raw)?))
    }
}

fn digest(text: &DigestText, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<Digest> {
    let parsed = text.as_str().parse::<Digest>();
    parsed.map_err(|error| problems.push(at.problem(error.to_string()))).ok()
}
