//! The bytes of plugins: from the binary, from the tree, or from the ledger, whichever has the locked digest.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_config::{Configuration, ReadConfiguration};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::finding::RuleId;
use tollgate_core::pipeline::{PluginSource, PolicySpec};
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::waiver::Waiver;
use tollgate_gate::Policies;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::{Failures, builtin, failures_of_policy};
use crate::exit::fail;

/// Whether plugins that are not locked may judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Everything must be locked: promotions.
    Required,
    /// What is not locked is taken as it is: `check` alone.
    Optional,
}

/// Where plugins may come from.
pub(crate) struct Shelf<'a> {
    pub(crate) reader: &'a dyn ReadConfiguration,
    pub(crate) ledger: Option<&'a dyn ReadLedger>,
    pub(crate) lock: Lock,
}

/// A plugin's bytes with their digest.
type Plugin = (Digest, Arc<[u8]>);

impl Shelf<'_> {
    /// Loads all policies of a configuration.
    pub(crate) fn load(&self, configuration: &Configuration, loader: &dyn LoadPolicy) -> Result<Policies, Failures> {
        let mut plugins: BTreeMap<PluginSource, Plugin> = BTreeMap::new();
        let mut specs: Vec<(PolicySpec, Digest, Arc<[u8]>)> = Vec::new();
        let mut failures = Failures::new();
        for spec in &configuration.pipeline.policies {
            let known = plugins.get(&spec.plugin).cloned();
            match known.map_or_else(|| self.plugin(&spec.plugin, configuration), Ok) {
                Ok((digest, bytes)) => {
                    plugins.insert(spec.plugin.clone(), (digest, Arc::clone(&bytes)));
                    specs.push((spec.clone(), digest, bytes));
                }
                Err(failure) => failures.push(failure.at(&spec.location)),
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let policies = Policies::load(&specs, loader).map_err(|problems| -> Failures {
            problems.iter().flat_map(|problem| failures_of_policy(problem, configuration)).collect()
        })?;
        let unknown = unknown_rules(&configuration.pipeline.waivers, &policies);
        if unknown.is_empty() { Ok(policies) } else { Err(unknown) }
    }

    /// The bytes of a plugin.
    pub(crate) fn plugin(&self, source: &PluginSource, configuration: &Configuration) -> Result<Plugin, Failure> {
        let locked = configuration.lock.as_ref().and_then(|lock| lock.plugins.get(source)).map(|plugin| plugin.digest);
        match (locked, self.lock) {
            (Some(digest), _) => self.locked(source, digest),
            (None, Lock::Optional) => self.unlocked(source),
            (None, Lock::Required) => {
                let failure =
                    Failure::of_message(ExitCode::InvalidConfiguration, format!("plugin `{source}` is not in plugins.lock"));
                Err(failure.with_hint("run `tollgate policy update`, commit plugins.lock and have it accepted"))
            }
        }
    }

    fn locked(&self, source: &PluginSource, digest: Digest) -> Result<Plugin, Failure> {
        let at_hand = match source {
            PluginSource::Builtin(name) => builtin::plugin_of(name, digest).map(<[u8]>::to_vec),
            PluginSource::File(path) => self.reader.bytes(path).map_err(fail)?.filter(|bytes| Digest::of(bytes) == digest),
        };
        let kept = match (at_hand, self.ledger) {
            (Some(bytes), _) => Some(bytes),
            (None, Some(ledger)) => kept(ledger, digest)?,
            (None, None) => None,
        };
        let bytes = kept.ok_or_else(|| {
            let message = format!("plugin `{source}` is locked as `{digest}`, which neither this tollgate nor the ledger has");
            let hint = "use the tollgate that it was locked with, or run `tollgate policy update` and have that accepted";
            Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint(hint)
        })?;
        Ok((digest, bytes.into()))
    }

    fn unlocked(&self, source: &PluginSource) -> Result<Plugin, Failure> {
        let bytes = match source {
            PluginSource::Builtin(name) => builtin::plugin(name).map(<[u8]>::to_vec),
            PluginSource::File(path) => self.reader.bytes(path).map_err(fail)?,
        };
        let bytes = bytes.ok_or_else(|| missing(source))?;
        Ok((Digest::of(&bytes), bytes.into()))
    }
}

/// Waivers of rules that their policies don't have.
fn unknown_rules(waivers: &[Waiver], policies: &Policies) -> Failures {
    let failure = |waiver: &Waiver| {
        let policy =
            policies.iter().find(|policy| waiver.rule.as_str() == RuleId::new(&policy.spec.name, waiver.rule.rule()).as_str())?;
        let rules = &policy.loaded.description().rules;
        if rules.iter().any(|rule| rule.id == waiver.rule.rule()) {
            return None;
        }
        let known: Vec<String> = rules.iter().map(|rule| format!("`{}/{}`", policy.spec.name, rule.id)).collect();
        let message = format!("there is no rule `{}` that could be waived", waiver.rule);
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, message).at(&waiver.terms.location);
        Some(failure.with_hint(format!("there are {}", known.join(", "))))
    };
    waivers.iter().filter_map(failure).collect()
}

fn kept(ledger: &dyn ReadLedger, digest: Digest) -> Result<Option<Vec<u8>>, Failure> {
    match ledger.blob(digest) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(LedgerError::MissingBlob { .. }) => Ok(None),
        Err(error) => Err(fail(error)),
    }
}

fn missing(source: &PluginSource) -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no plugin `{source}`"));
    let known: Vec<String> = builtin::plugin_names().map(|name| format!("`builtin:{name}`")).collect();
    failure.with_hint(match (source, known.is_empty()) {
        (PluginSource::Builtin(_), true) => {
            "this tollgate was built without plugins: run `cargo xtask plugins` and build it again".to_owned()
        }
        (PluginSource::Builtin(_), false) => format!("there are {}", known.join(", ")),
        (PluginSource::File(_), _) => "the path is relative to the repository's root".to_owned(),
    })
}

/// What the ledger keeps with every decision, so that it can be replayed: plugins and packs, by name.
pub(crate) fn blobs(
    policies: &Policies,
    configuration: &Configuration,
    shelf: &Shelf<'_>,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut blobs = BTreeMap::new();
    for policy in policies.iter() {
        let (_, bytes) = shelf.plugin(&policy.spec.plugin, configuration)?;
        blobs.insert(format!("plugin:{}", policy.spec.plugin), bytes.to_vec());
    }
    for name in configuration.files.keys().filter_map(|path| path.strip_prefix("builtin:")) {
        let locked = configuration.lock.as_ref().and_then(|lock| lock.packs.get(name)).map(|pack| pack.digest);
        let file = shelf.reader.builtin_pack(name, locked);
        let file = file.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
        blobs.extend(file.map(|file| (format!("pack:builtin:{name}"), file.bytes)));
    }
    Ok(blobs)
}
