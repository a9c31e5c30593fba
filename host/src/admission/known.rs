//! What answers rest on: the policy in force, what may run at the target, and who may pass what, as the ledger had it when it was
//! last read.

use std::collections::BTreeSet;
use std::sync::Arc;

use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::{AdmissionMode, AdmissionSpec, Change, Gate, Pipeline, Target};
use tollgate_core::policy::{Enforcement, Scope};
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Verdict;
use tollgate_gate::Policies;

use super::approved::Approved;
use super::bulkhead::Bulkhead;
use super::sharing::Desk;

/// How many calls of one policy may be slow at once.
const SLOW_CALLS: usize = 2;

/// Gates with the policies that they ask.
#[derive(Debug, Default)]
pub(super) struct Panel {
    pub(super) gates: Vec<Gate>,
    pub(super) policies: Policies,
    /// The same, one by one.
    each: Vec<Arc<Policies>>,
}

impl Panel {
    fn new(gates: Vec<Gate>, policies: &Policies) -> Self {
        let names: Vec<&str> = gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
        let policies = policies.only(&names).behind(&|plugin| Arc::new(Bulkhead::new(plugin, SLOW_CALLS)));
        let each = policies.iter().map(|policy| Arc::new(policies.only(&[&policy.spec.name]))).collect();
        Self { gates, policies, each }
    }

    /// The policies that have to be asked about an object, one by one.
    pub(super) fn concerned(&self, identity: &ObjectIdentity) -> Vec<Arc<Policies>> {
        self.each.iter().filter(|policy| policy.concern(identity)).cloned().collect()
    }

    /// The policies of those gates that fail and let nothing pass.
    pub(super) fn blocking(&self, decision: &Decision) -> BTreeSet<&str> {
        let blocks = |verdict: &GateVerdict| {
            verdict.verdict == Verdict::Fail && verdict.enforcement != Enforcement::Advisory && verdict.passed_by.is_none()
        };
        let names: BTreeSet<&str> = decision.gates().iter().filter(|gate| blocks(gate)).map(|gate| gate.name.as_str()).collect();
        let gates = self.gates.iter().filter(|gate| names.contains(gate.name.as_str()));
        gates.flat_map(|gate| gate.requirement.policies()).collect()
    }
}

/// What answers rest on.
#[derive(Debug)]
pub(crate) struct Known {
    /// Nothing where the policies are named on the command line.
    pub(super) target: Option<Target>,
    pub(super) pipeline: Pipeline,
    /// About objects that come.
    pub(super) writes: Panel,
    /// About objects that go.
    pub(super) deletes: Panel,
    pub(super) approved: Option<Approved>,
    pub(super) passes: Passes,
    /// Of the policy, for people.
    pub(super) revision: String,
    pub(super) desk: Desk,
    entries: u64,
    unasked: Vec<String>,
}

/// Where the policies come from.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) pipeline: Pipeline,
    pub(crate) policies: Policies,
    pub(crate) revision: String,
}

impl Known {
    /// Policies without a ledger: nobody knows what may run.
    pub(crate) fn without_ledger(asked: Asked) -> Self {
        Self::new(asked, None, None, Passes::new(), 0)
    }

    /// What the ledger says of a target.
    pub(crate) fn of_target(asked: Asked, target: Target, approved: Option<Approved>, history: &Gist, now: Timestamp) -> Self {
        let recipe = approved.as_ref().and_then(|approved| approved.recipes().first()).map(|recipe| recipe.recipe);
        let passes = match (&asked.pipeline.overrides, recipe) {
            (Some(terms), Some(recipe)) => history.passes(&asked.pipeline.people, terms, recipe, &target, now),
            _ => Passes::new(),
        };
        Self::new(asked, Some(target), approved, passes, history.len())
    }

    pub(super) fn new(asked: Asked, target: Option<Target>, approved: Option<Approved>, passes: Passes, entries: u64) -> Self {
        let Asked { pipeline, policies, revision } = asked;
        let mut unasked = Vec::new();
        let gates: Vec<Gate> = gates(&pipeline, target.as_ref(), &policies, &mut unasked);
        let deletes = Panel::new(gates.iter().filter(|gate| gate.admission.deletes).cloned().collect(), &policies);
        let writes = Panel::new(gates, &policies);
        let desk = Desk::default();
        Self { target, pipeline, writes, deletes, approved, passes, revision, desk, entries, unasked }
    }

    pub(crate) const fn spec(&self) -> &AdmissionSpec {
        &self.pipeline.admission
    }

    /// How many entries the ledger had.
    pub(crate) const fn entries(&self) -> u64 {
        self.entries
    }

    /// Gates on the way to the target that are not asked here, each with why.
    pub(crate) fn unasked(&self) -> &[String] {
        &self.unasked
    }

    /// What may run.
    pub(crate) const fn approved(&self) -> Option<&Approved> {
        self.approved.as_ref()
    }

    /// Gates that are asked.
    pub(crate) fn gates(&self) -> &[Gate] {
        &self.writes.gates
    }

    /// The policies of those gates.
    pub(crate) const fn policies(&self) -> &Policies {
        &self.writes.policies
    }

    /// Whether anybody is asked about objects that go.
    pub(crate) fn judges_deletes(&self) -> bool {
        !self.deletes.gates.is_empty()
    }
}

/// The gates that can judge one object, with what they block in a cluster. The others are told.
fn gates(pipeline: &Pipeline, target: Option<&Target>, policies: &Policies, unasked: &mut Vec<String>) -> Vec<Gate> {
    let on_the_way =
        |gate: &&Gate| gate.matches.change == Change::Recipe && target.is_none_or(|target| gate.matches.target(target));
    let mut gates = Vec::new();
    for gate in pipeline.gates.iter().filter(on_the_way) {
        match why_unasked(gate, policies) {
            Some(why) => unasked.push(format!("gate `{}` {why}", gate.name)),
            None if gate.admission.mode == AdmissionMode::Warn => {
                gates.push(Gate { enforcement: Enforcement::Advisory, ..gate.clone() });
            }
            None => gates.push(gate.clone()),
        }
    }
    gates
}

fn why_unasked(gate: &Gate, policies: &Policies) -> Option<&'static str> {
    if gate.admission.mode == AdmissionMode::Off {
        return Some("is off in clusters");
    }
    let asked = gate.requirement.policies();
    let mut loaded = asked.iter().filter_map(|name| policies.get(name)).map(|policy| &policy.loaded);
    loaded.find_map(|loaded| match loaded {
        LoadedPolicy::Promotion(_) => Some("judges promotions"),
        LoadedPolicy::Validator(plugin) if plugin.needs().scope == Scope::Set => Some("judges all objects together"),
        LoadedPolicy::Validator(_) => None,
    })
}
