//! One recipe and one target, judged: what `plan`, `promote` and `explain` share.

use tollgate_core::decision::DecisionWord;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::gist::Gist;
use tollgate_core::pair::{self, Pair};
use tollgate_core::people::SignersFile;
use tollgate_core::pipeline::{GitReference, Target};
use tollgate_core::ports::{ApplyPlan, ForgeError, ReadRepository as _};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_gate::Policies;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::in_force::InForce;
use crate::delivery::change::{AskedForge, ChangeReader, Since, Told};
use crate::delivery::components;
use crate::delivery::decide::{Judged, Prepared, Twin, Way};
use crate::delivery::known_states::KnownStates;
use crate::delivery::proofs;
use crate::delivery::recipe::{Candidate, Kitchen};
use crate::exit::fail;
use crate::invocation::Invocation;
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
        candidate.known = self.known(history)?;
        if let Some(recipe) = candidate.recipe.as_ref().and_then(|recipe| recipe.id().ok()) {
            candidate.movement = history.movement(&self.target.name, recipe);
        }
        Ok(candidate)
    }

    /// How the states of components were left there.
    pub(crate) fn known(&self, history: &Gist) -> Result<KnownStates, Failure> {
        KnownStates::at(&self.target.name, history, &self.delivery.ledger).map_err(fail)
    }

    /// What git tells of a candidate's change, and the forge, where a gate on the way looks at that.
    pub(crate) fn told(&self, candidate: &Candidate, history: &Gist, now: Timestamp) -> Result<Told, Failure> {
        let Delivery { repository, in_force, .. } = self.delivery;
        let people = &in_force.configuration.pipeline.people;
        let nobody = SignersFile { path: String::new(), text: String::new() };
        let signers = wiring::signers(people.signers.as_ref().unwrap_or(&nobody))?;
        let since = Since::Target(&self.target.name);
        let asks = self.asks();
        let forge = people.forge.as_ref().filter(|_| asks.who).map(wiring::forge_reader);
        let forge = forge.as_deref().map(|forge| AskedForge { forge, must_answer: asks.facts });
        let reader = ChangeReader { repository, people, signers: signers.as_ref(), forge, history, since, now };
        reader.read(&candidate.provenance, &candidate.tree).map_err(fail)
    }

    /// What the gates on the way look at.
    fn asks(&self) -> Asks {
        let InForce { configuration, policies, .. } = &self.delivery.in_force;
        let gates = configuration.pipeline.gates_to(self.target);
        Asks::of(policies, gates.flat_map(|gate| gate.requirement.policies()))
    }

    /// A recorded recipe again, read where it was read then.
    pub(crate) fn kitchen(&self) -> Kitchen<'_> {
        let Delivery { repository, resolver, tools, terraform, in_force, .. } = self.delivery;
        let pipeline = &in_force.configuration.pipeline;
        Kitchen {
            repository,
            resolver: resolver.as_ref(),
            locate: &Lines,
            pipeline,
            tools: tools.as_ref(),
            terraform,
            target: Some(self.target),
        }
    }

    /// Asks everybody.
    pub(crate) fn judge(&self, candidate: &Candidate, history: &Gist, now: Timestamp) -> Result<Judged, Failure> {
        let twin = self.twin(candidate)?;
        Way { twin, ..self.way(now) }.judge(candidate, history).map_err(fail)
    }

    /// Asks those who judge what is written and what is planned.
    pub(crate) fn judge_proposal(&self, candidate: &Candidate, history: &Gist, now: Timestamp) -> Result<Judged, Failure> {
        self.way(now).judge_proposal(candidate, history).map_err(fail)
    }

    fn way(&self, now: Timestamp) -> Way<'_> {
        let Delivery { ledger, in_force, .. } = self.delivery;
        Way {
            target: self.target,
            adapter: self.adapter.as_ref(),
            pipeline: &in_force.configuration.pipeline,
            policies: &in_force.policies,
            locate: &Lines,
            ledger,
            resolver: self.delivery.resolver.as_ref(),
            policy: in_force.revision.digest,
            now,
            twin: None,
        }
    }

    /// How the target and its twin differ.
    pub(crate) fn pair(&self, twin: Twin<'a>, candidate: &Candidate, prepared: &Prepared) -> Result<Option<Pair>, Failure> {
        Way { twin: Some(twin), ..self.way(Invocation::now()) }.pair(candidate, prepared).map_err(fail)
    }

    /// The Ops twin with the same recipe, where a gate on the way looks at the pair.
    pub(crate) fn twin(&self, candidate: &Candidate) -> Result<Option<Twin<'a>>, Failure> {
        let pipeline = &self.delivery.in_force.configuration.pipeline;
        let Some(target) = pair::twin(pipeline, self.target).filter(|_| self.asks().pair) else { return Ok(None) };
        let twin = Self::new(self.delivery, target)?;
        let components = candidate.components.clone();
        let candidate = twin.kitchen().candidate(&candidate.provenance, components).map_err(fail)?;
        Ok(Some(Twin { target, adapter: twin.adapter, candidate }))
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

/// What policies look at, of what a forge tells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asks {
    /// Who changed, who approved, or facts.
    pub(super) who: bool,
    /// Facts: what is not among them may be what a policy looks for.
    pub(super) facts: bool,
    /// How the target and its twin differ.
    pub(super) pair: bool,
}

impl Asks {
    /// What these policies look at together.
    pub(super) fn of<'a>(policies: &Policies, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut asks = Self::default();
        for policy in names.into_iter().filter_map(|name| policies.get(name)) {
            if let LoadedPolicy::Promotion(gate) = &policy.loaded {
                let needs = gate.needs();
                asks.who |= needs.change || needs.approvals || needs.facts;
                asks.facts |= needs.facts;
                asks.pair |= needs.pair;
            }
        }
        asks
    }
}

/// What to tell of a forge that did not answer: a failure, unless all that was asked for came from elsewhere.
pub(super) fn unheard(error: ForgeError, word: DecisionWord) -> Result<String, Failure> {
    match word {
        DecisionWord::Approved => Ok(format!("{error}; no review there counted, and none was needed")),
        DecisionWord::Denied | DecisionWord::Pending => {
            Err(fail(error).with_hint("no review there counts; without it, only approvals in the ledger or break-glass help"))
        }
    }
}
