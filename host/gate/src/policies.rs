//! The policies of a pipeline, loaded and ready to judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::evaluate::{EvaluateDocuments, LoadError, LoadPolicy, LoadedPolicy, PolicyBinary};
use tollgate_core::finding::{Level, Severity};
use tollgate_core::pipeline::PolicySpec;
use tollgate_core::policy::Scope;

/// A policy as configured, with its plugin loaded.
#[derive(Clone, Debug)]
pub struct ConfiguredPolicy {
    pub spec: PolicySpec,
    pub loaded: LoadedPolicy,
    /// Digest of the plugin's bytes.
    pub plugin: Digest,
    /// Bytes of the plugin.
    pub size: u64,
    /// Digest of everything about the configuration that a verdict depends on.
    pub(crate) configuration: Digest,
}

/// What reports show of a rule: its level as configured, and what the plugin says.
pub(crate) struct RuleView<'a> {
    pub(crate) level: Level,
    pub(crate) severity: Severity,
    pub(crate) controls: &'a [String],
}

impl ConfiguredPolicy {
    /// The rule as configured; nothing when it is off.
    ///
    /// The finding's own level counts when config sets none; an unknown rule can't come out of the sandbox, and would deny.
    pub(crate) fn rule(&self, id: &str, own: Option<Level>) -> Option<RuleView<'_>> {
        let rule = self.loaded.description().rule(id);
        let default = own.or(rule.map(|rule| rule.level)).unwrap_or(Level::Deny);
        let level = match self.spec.levels.get(id) {
            Some(configured) => (*configured)?,
            None => default,
        };
        Some(RuleView {
            level,
            severity: rule.map_or(Severity::High, |rule| rule.severity),
            controls: rule.map_or(&[], |rule| &rule.controls),
        })
    }
}

/// A policy that can't be used. Exit code 12.
#[derive(Debug, thiserror::Error)]
#[error("policy `{}` can't be loaded", spec.name)]
pub struct PolicyProblem {
    /// With the place where it is configured.
    pub spec: Box<PolicySpec>,
    #[source]
    pub source: Box<PolicyProblemKind>,
}

/// What is wrong with a policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyProblemKind {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("its settings have no canonical form")]
    NotCanonical(#[from] NotCanonical),
    #[error("level is set for the rule `{rule}`, which the plugin does not have; it has {known}")]
    UnknownRule { rule: String, known: String },
}

/// All policies, by name.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    by_name: BTreeMap<String, Arc<ConfiguredPolicy>>,
}

impl Policies {
    /// Loads policies, each with the bytes of its plugin, several at a time.
    ///
    /// # Errors
    /// All policies that can't be used, in the order given.
    pub fn load(specs: &[(PolicySpec, Digest, Arc<[u8]>)], loader: &dyn LoadPolicy) -> Result<Self, Vec<PolicyProblem>> {
        use rayon::prelude::*;
        let loaded: Vec<_> = specs.par_iter().map(|(spec, digest, bytes)| load(spec, *digest, bytes, loader)).collect();
        let mut policies = Self::default();
        let mut problems = Vec::new();
        for result in loaded {
            match result {
                Ok(policy) => {
                    policies.by_name.insert(policy.spec.name.clone(), Arc::new(policy));
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(policies) } else { Err(problems) }
    }

    /// The policy of this name.
    pub fn get(&self, name: &str) -> Option<&ConfiguredPolicy> {
        self.by_name.get(name).map(AsRef::as_ref)
    }

    /// By name.
    pub fn iter(&self) -> impl Iterator<Item = &ConfiguredPolicy> {
        self.by_name.values().map(AsRef::as_ref)
    }

    /// Whether any validator has to be asked about an object.
    pub fn concern(&self, identity: &ObjectIdentity) -> bool {
        self.iter().any(|policy| match &policy.loaded {
            LoadedPolicy::Validator(plugin) => plugin.needs().concern(identity),
            LoadedPolicy::Promotion(_) => false,
        })
    }

    /// Whether any validator has to see all documents together.
    pub fn judge_sets(&self) -> bool {
        !self.of_scope(Scope::Set).is_empty()
    }

    /// Only validators of this scope.
    #[must_use]
    pub fn of_scope(&self, scope: Scope) -> Self {
        let is_of_scope = |policy: &ConfiguredPolicy| match &policy.loaded {
            LoadedPolicy::Validator(plugin) => plugin.needs().scope == scope,
            LoadedPolicy::Promotion(_) => false,
        };
        let kept = self.by_name.iter().filter(|(_, policy)| is_of_scope(policy));
        Self { by_name: kept.map(|(name, policy)| (name.clone(), Arc::clone(policy))).collect() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Only those with these names.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let kept = self.by_name.iter().filter(|(name, _)| names.contains(&name.as_str()));
        Self { by_name: kept.map(|(name, policy)| (name.clone(), Arc::clone(policy))).collect() }
    }

    /// The same, with something between each validator and whoever asks it.
    #[must_use]
    pub fn behind(&self, front: &dyn Fn(Arc<dyn EvaluateDocuments>) -> Arc<dyn EvaluateDocuments>) -> Self {
        let behind = |policy: &Arc<ConfiguredPolicy>| match &policy.loaded {
            LoadedPolicy::Validator(plugin) => {
                let loaded = LoadedPolicy::Validator(front(Arc::clone(plugin)));
                Arc::new(ConfiguredPolicy { loaded, ..ConfiguredPolicy::clone(policy) })
            }
            LoadedPolicy::Promotion(_) => Arc::clone(policy),
        };
        Self { by_name: self.by_name.iter().map(|(name, policy)| (name.clone(), behind(policy))).collect() }
    }
}

fn load(spec: &PolicySpec, digest: Digest, bytes: &Arc<[u8]>, loader: &dyn LoadPolicy) -> Result<ConfiguredPolicy, PolicyProblem> {
    let problem = |source| PolicyProblem { spec: Box::new(spec.clone()), source: Box::new(source) };
    try_load(spec, digest, bytes, loader).map_err(problem)
}

fn try_load(
    spec: &PolicySpec,
    digest: Digest,
    bytes: &Arc<[u8]>,
    loader: &dyn LoadPolicy,
) -> Result<ConfiguredPolicy, PolicyProblemKind> {
    let binary = PolicyBinary {
        policy: spec.name.clone(),
        digest,
        bytes: Arc::clone(bytes),
        settings: spec.settings.clone(),
        grants: spec.grants.clone(),
        limits: spec.limits,
    };
    let loaded = loader.load(&binary)?;
    let description = loaded.description();
    if let Some(rule) = spec.levels.keys().find(|rule| description.rule(rule).is_none()) {
        let known: Vec<String> = description.rules.iter().map(|rule| format!("`{}`", rule.id)).collect();
        return Err(PolicyProblemKind::UnknownRule { rule: rule.clone(), known: known.join(", ") });
    }
    let configuration = crate::key::configuration(&binary)?;
    Ok(ConfiguredPolicy { spec: spec.clone(), loaded, plugin: digest, size: bytes.len() as u64, configuration })
}
