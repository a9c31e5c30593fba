//! One recipe and one target, judged: what `plan`, `promote` and `explain` share.

use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::gist::Gist;
use tollgate_core::people::SignersFile;
use tollgate_core::pipeline::{GitReference, Target};
use tollgate_core::ports::{ApplyPlan, ReadRepository as _};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_gate::{ConfiguredPolicy, Policies};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::in_force::InForce;
use crate::delivery::change::{ChangeReader, Since, Told};
use crate::delivery::components;
use crate::delivery::decide::{Judged, Way};
use crate::delivery::proofs;
use crate::delivery::recipe::{Candidate, Kitchen};
use crate::exit::fail;
use crate::wiring::{self, Delivery, Lines};

/// A target with its adapter.
pub(crate) struct Destination<'a> {
    pub(crate) delivery: &'a Delivery,
    pub(crate) target: &'a Target,
    pub(crate) adapter: Box<dyn ApplyPlan>,
}

impl<'a> Destination<'a> {
    /// # Errors
    /// When the configuration leads to no place that could be written to.
    pub(crate) fn new(delivery: &'a Delivery, target: &'a Target) -> Result<Self, Failure> {
        Ok(Self { delivery, target, adapter: wiring::target(delivery, target)? })
    }

    /// What the reference would bring to this target.
    pub(crate) fn candidate(&self, provenance: &Provenance, history: &Gist) -> Result<Candidate, Failure> {
        let Delivery { repository, ledger, in_force, .. } = self.delivery;
        let pipeline = &in_force.configuration.pipeline;
        let running = proofs::running(history, &self.target.name, ledger).map_err(fail)?;
        let policy_branch = self.policy_branch_commit(history)?;
        let components = components::for_target(repository, pipeline, self.target, provenance, &policy_branch, running.as_ref())
            .map_err(fail)?;
        let mut candidate = self.kitchen().candidate(provenance, components).map_err(fail)?;
        if let Some(recipe) = candidate.recipe.as_ref().and_then(|recipe| recipe.id().ok()) {
            candidate.movement = history.movement(&self.target.name, recipe);
        }
        Ok(candidate)
    }

    /// What git tells of a candidate's change, and the forge, where a gate on the way looks at that.
    pub(crate) fn told(&self, candidate: &Candidate, history: &Gist, now: Timestamp) -> Result<Told, Failure> {
        let Delivery { repository, in_force, .. } = self.delivery;
        let people = &in_force.configuration.pipeline.people;
        let nobody = SignersFile { path: String::new(), text: String::new() };
        let signers = wiring::signers(people.signers.as_ref().unwrap_or(&nobody))?;
        let since = Since::Target(&self.target.name);
        let forge = people.forge.as_ref().filter(|_| self.asks_who()).map(wiring::forge_reader);
        let forge = forge.as_deref();
        let reader = ChangeReader { repository, people, signers: signers.as_ref(), forge, history, since, now };
        reader.read(&candidate.provenance, &candidate.tree).map_err(fail)
    }

    /// Whether a gate on the way looks at who changed and who approved.
    fn asks_who(&self) -> bool {
        let InForce { configuration, policies, .. } = &self.delivery.in_force;
        let gates = configuration.pipeline.gates_to(self.target);
        asks_who(policies, gates.flat_map(|gate| gate.requirement.policies()))
    }

    /// A recorded recipe again, read where it was read then.
    pub(crate) fn kitchen(&self) -> Kitchen<'_> {
        let Delivery { repository, resolver, in_force, .. } = self.delivery;
        Kitchen { repository, resolver: resolver.as_ref(), locate: &Lines, pipeline: &in_force.configuration.pipeline }
    }

    /// Asks everybody.
    pub(crate) fn judge(&self, candidate: &Candidate, history: &Gist, now: Timestamp) -> Result<Judged, Failure> {
        let Delivery { ledger, in_force, .. } = self.delivery;
        let way = Way {
            target: self.target,
            adapter: self.adapter.as_ref(),
            pipeline: &in_force.configuration.pipeline,
            policies: &in_force.policies,
            locate: &Lines,
            ledger,
            resolver: self.delivery.resolver.as_ref(),
            policy: in_force.revision.digest,
            now,
        };
        way.judge(candidate, history).map_err(fail)
    }

    /// The tip of the branch that policies are read from: what a feature branch is compared with.
    fn policy_branch_commit(&self, history: &Gist) -> Result<String, Failure> {
        if self.target.promotable {
            return Ok(String::new());
        }
        let (_, trust) =
            history.trust().ok_or_else(|| Failure::of_message(ExitCode::LedgerUnavailable, "the ledger has no entry 0"))?;
        let name = format!("refs/heads/{}", trust.policy_ref);
        let resolved = self.delivery.repository.resolve_at_remote(&name).map_err(fail)?;
        debug_assert!(matches!(resolved.reference, GitReference::Branch(_)));
        Ok(resolved.commit)
    }
}

/// Whether one of these policies looks at who changed and who approved.
pub(super) fn asks_who<'a>(policies: &Policies, names: impl IntoIterator<Item = &'a str>) -> bool {
    let asks = |policy: &ConfiguredPolicy| match &policy.loaded {
        LoadedPolicy::Promotion(gate) => gate.needs().change || gate.needs().approvals || gate.needs().facts,
        LoadedPolicy::Validator(_) => false,
    };
    names.into_iter().filter_map(|name| policies.get(name)).any(asks)
}
