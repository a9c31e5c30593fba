//! A policy revision that would come into force, judged by the gates in force: nothing that it says itself has a part in that
//! (no-self-approval).

use std::sync::LazyLock;

use tollgate_core::act::Scope;
use tollgate_core::approvals::{JudgedNow, counted};
use tollgate_core::cache::Forgetful;
use tollgate_core::deciding::{ApprovalKind, CountedApproval, GateRequest, GateSubject, PolicyChange, Stop};
use tollgate_core::decision::Decision;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::Context;
use tollgate_core::gist::Gist;
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::{Gate, Pipeline};
use tollgate_core::plan::Plan;
use tollgate_core::ports::LocateValue;
use tollgate_core::time::Timestamp;
use tollgate_core::weakened::weakened;
use tollgate_gate::{Evaluator, Judgements, Policies, gate_verdicts, judge_promotion};

use crate::delivery::change::Told;
use crate::delivery::way::seconds;
use crate::sources::Documents;

/// Who judges a revision.
pub(crate) struct PolicyJury<'a> {
    /// In force.
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) policies: &'a Policies,
    /// Digest of the policy in force.
    pub(crate) policy: Digest,
    pub(crate) history: &'a Gist,
    /// What recoveries let pass.
    pub(crate) passes: Passes,
    pub(crate) locate: &'a dyn LocateValue,
    pub(crate) now: Timestamp,
}

/// The revision.
pub(crate) struct Proposed<'a> {
    pub(crate) commit: &'a str,
    pub(crate) digest: Digest,
    pub(crate) pipeline: &'a Pipeline,
    /// Paths of files that differ from the revision in force, sorted.
    pub(crate) files: Vec<String>,
    /// Git hash of the whole tree of its commit.
    pub(crate) tree: &'a str,
    /// What git and the forge tell of the change.
    pub(crate) told: Told,
    /// Its files, read as documents.
    pub(crate) documents: Documents,
}

impl PolicyJury<'_> {
    /// Asks the gates, all of which judge changes of policy.
    pub(crate) fn judge(&self, gates: &[&Gate], proposed: &Proposed<'_>) -> Decision {
        let names: Vec<&str> = gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
        let policies = self.policies.only(&names);
        let mut judgements = self.judge_documents(&policies, &proposed.documents);
        judgements.absorb(judge_promotion(&policies, &self.question(proposed)));
        let mut verdicts = gate_verdicts(gates.iter().copied(), &judgements);
        verdicts.iter_mut().for_each(|gate| gate.pass(&self.passes));
        let host = proposed.documents.findings.iter().chain(&proposed.told.findings).cloned().collect();
        Decision::fold(verdicts, host, judgements.findings())
    }

    fn judge_documents(&self, policies: &Policies, documents: &Documents) -> Judgements {
        let evaluator =
            Evaluator { policies, context: context(), evaluation_time: seconds(self.now), cache: &Forgetful, locate: self.locate };
        evaluator.judge(&documents.documents)
    }

    fn question(&self, proposed: &Proposed<'_>) -> GateRequest {
        let about = self.about(proposed.tree);
        let subject = PolicyChange {
            commit: proposed.commit.to_owned(),
            digest: proposed.digest,
            files: proposed.files.clone(),
            weakened: weakened(self.pipeline, proposed.pipeline),
        };
        let terms = self.pipeline.overrides.as_ref();
        GateRequest {
            context: context(),
            subject: GateSubject::Policy(subject),
            change: Some(proposed.told.change.clone()),
            approvals: proposed.told.approvals.iter().cloned().chain(self.approvals(&about)).collect(),
            rejections: self.history.rejections(&about, &self.pipeline.people),
            stops: self.stops(),
            overrides: terms.map(|terms| self.history.used_overrides(&self.pipeline.people, terms)).unwrap_or_default(),
            evidence: Vec::new(),
            facts: proposed.told.facts.clone(),
            evaluation_time: seconds(self.now),
        }
    }

    /// The reviews of this tree. Approvals of promotions say nothing about a policy.
    fn approvals(&self, about: &JudgedNow<'_>) -> Vec<CountedApproval> {
        let of_tree =
            self.history.approvals().filter(|(_, approval)| approval.kind == ApprovalKind::Review && approval.tree == about.tree);
        of_tree
            .map(|(entry, approval)| counted(entry, approval, &self.pipeline.people, about.void(entry, approval, None)))
            .collect()
    }

    /// Only what stops everything stops the policy.
    fn stops(&self) -> Vec<Stop> {
        self.history.stops(self.now).into_iter().filter(|(scope, _)| *scope == Scope::All).map(|(_, stop)| stop).collect()
    }

    /// What moves nothing: only reviews of its tree can be about it.
    fn about<'a>(&self, tree: &'a str) -> JudgedNow<'a> {
        JudgedNow { recipe: *NOTHING, target: "", policy: self.policy, tree, plan: &NO_PLAN, findings: &[] }
    }
}

static NOTHING: LazyLock<Digest> = LazyLock::new(|| Digest::of(b""));

static NO_PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::empty("", *NOTHING));

fn context() -> Context {
    Context::promote(None)
}
