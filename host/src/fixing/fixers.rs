//! The fixers that are asked, by the policies whose findings they fix.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::finding::RuleId;
use tollgate_core::fix::ProposeFix;
use tollgate_gate::{ConfiguredPolicy, Policies};

/// Fixers of validators, by the rules of policies that they have fixes for.
#[derive(Default)]
pub(crate) struct Fixers {
    by_rule: BTreeMap<RuleId, Vec<Arc<dyn ProposeFix>>>,
}

/// A fixer that can't be what it says.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("fixer `{fixer}` has fixes for the rule `{rule}`, which `{validator}` does not have")]
pub(crate) struct FixersProblem {
    pub(crate) fixer: String,
    pub(crate) validator: String,
    pub(crate) rule: String,
}

impl Fixers {
    /// Finds for each fixer the policies of its validator. A fixer of a validator that judges nothing here is not asked.
    pub(crate) fn of_policies(fixers: &[Arc<dyn ProposeFix>], policies: &Policies) -> Result<Self, FixersProblem> {
        let mut all = Self::default();
        for fixer in fixers {
            let is_fixed = |policy: &&ConfiguredPolicy| match &policy.loaded {
                LoadedPolicy::Validator(plugin) => plugin.description().name == fixer.description().validator,
                LoadedPolicy::Promotion(_) => false,
            };
            for policy in policies.iter().filter(is_fixed) {
                all.add(fixer, policy)?;
            }
        }
        Ok(all)
    }

    fn add(&mut self, fixer: &Arc<dyn ProposeFix>, policy: &ConfiguredPolicy) -> Result<(), FixersProblem> {
        let description = fixer.description();
        for rule in &description.rules {
            if policy.loaded.description().rule(rule).is_none() {
                let (fixer, validator) = (description.name.clone(), description.validator.clone());
                return Err(FixersProblem { fixer, validator, rule: rule.clone() });
            }
            self.by_rule.entry(RuleId::new(&policy.spec.name, rule)).or_default().push(Arc::clone(fixer));
        }
        Ok(())
    }

    /// Those that have fixes for a rule.
    pub(crate) fn of(&self, rule: &RuleId) -> &[Arc<dyn ProposeFix>] {
        self.by_rule.get(rule).map_or(&[], Vec::as_slice)
    }

    /// All rules that there are fixes for.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.by_rule.keys()
    }

    /// Only the fixes of these rules.
    pub(crate) fn only(&mut self, rules: &[RuleId]) {
        self.by_rule.retain(|rule, _| rules.contains(rule));
    }
}
