//! What `check` answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::decision::{Decision, DecisionWord};
use tollgate_core::policy::Enforcement;
use tollgate_core::verdict::Verdict;

use crate::exit_code::{self, ExitCode};
use crate::failure::Failure;
use crate::finding::{Enforcements, FindingReport, FindingStatus};
use crate::gate::{self, GateReport, WaitReport};
use crate::waiver::WaiverUse;

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// What a check decides. It never waits: what needs people, time or facts is `atPromotion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckDecision {
    Approved,
    Denied,
}

/// The report of `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    /// Null where errors left nothing decided; that blocks, too.
    pub decision: Option<CheckDecision>,
    /// The exit code of the command.
    pub exit: ExitCode,
    /// The revision whose policies judged.
    pub policy_revision: String,
    pub counts: Counts,
    /// In the order of the configuration.
    pub gates: Vec<GateReport>,
    /// By file and place.
    pub findings: Vec<FindingReport>,
    pub not_evaluated: Vec<NotEvaluated>,
    /// What could not be done. Each leads to an exit code that is not 0.
    pub errors: Vec<Failure>,
    /// What promotion will still ask.
    pub at_promotion: Vec<AtPromotion>,
    /// What the reader should know about how this was judged.
    pub notices: Vec<String>,
    /// Waivers, and what became of each. Those that accept nothing are told only where everything was judged.
    pub waivers: Vec<WaiverUse>,
    /// What was proposed, where a merge was judged; else null.
    pub proposal: Option<ProposalReport>,
}

/// The proposal that was judged: the merge of its head into its base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalReport {
    /// Full id of the base's commit.
    pub base: String,
    /// Full id of the proposed commit.
    pub head: String,
    /// How many files the merge changes.
    pub changed_files: u64,
    /// Whether every file was judged, and not only those that are changed.
    pub whole: bool,
    /// Whether findings that the base has as well were let pass.
    pub only_new: bool,
    /// What the policies that it proposes would say; null where it changes none. It decides nothing.
    pub own_policies: Option<Box<CheckReport>>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub files: u64,
    pub documents: u64,
    /// Documents that at least one policy judged.
    pub evaluated: u64,
}

/// A file that no policy saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct NotEvaluated {
    pub file: String,
    pub why: String,
}

/// A gate that only a promotion can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtPromotion {
    pub name: String,
    #[schemars(schema_with = "crate::words::enforcement")]
    pub enforcement: Enforcement,
    /// What it will ask for.
    pub wait: WaitReport,
}

/// What a check report is made of.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The revision whose policies judged, in words: `work tree, not in force`.
    pub policy_revision: String,
    pub counts: Counts,
    pub decision: &'a Decision,
    /// By policy, the strictest enforcement of the gates that ask it. A policy that has a gate of its own name may be left out.
    pub enforcements: Enforcements,
    /// Gates that were not asked. Those that answered `pending` are added.
    pub at_promotion: Vec<AtPromotion>,
    pub not_evaluated: Vec<NotEvaluated>,
    /// All but the errors of gates, which are taken from the decision.
    pub errors: Vec<Failure>,
    pub notices: Vec<String>,
}

impl CheckReport {
    /// Makes the report, and works out decision and exit code.
    pub fn new(checked: Checked<'_>) -> Self {
        let decision = checked.decision;
        let enforcements = gate::enforcements(decision.gates(), &checked.enforcements);
        let mut errors = checked.errors;
        errors.extend(decision.errors().map(|gate| gate_failure(&gate.name, &gate.verdict)));
        if decision.gates().is_empty() && checked.counts.documents > 0 && errors.is_empty() {
            errors.push(Failure::of_message(ExitCode::InvalidConfiguration, "no policy applied to any document"));
        }
        let denied = decision.word() == DecisionWord::Denied;
        let codes = denied.then_some(ExitCode::Denied).into_iter().chain(errors.iter().map(|error| error.exit));
        let waiting = decision.gates().iter().filter_map(at_promotion);
        Self {
            version: VERSION,
            decision: word(denied, &errors),
            exit: exit_code::worst(codes),
            policy_revision: checked.policy_revision,
            counts: checked.counts,
            gates: decision.gates().iter().filter(|gate| at_promotion(gate).is_none()).map(GateReport::from).collect(),
            findings: decision.findings().iter().map(|finding| FindingReport::new(finding, &enforcements)).collect(),
            not_evaluated: checked.not_evaluated,
            errors,
            at_promotion: checked.at_promotion.into_iter().chain(waiting).collect(),
            notices: checked.notices,
            waivers: Vec::new(),
            proposal: None,
        }
    }

    /// Says that findings that the base has as well are no reason for a denial, as the gates were told.
    pub fn let_old_pass(&mut self) {
        let old = self.findings.iter_mut().filter(|finding| finding.status == Some(FindingStatus::Unchanged));
        old.for_each(|finding| finding.blocks = false);
    }

    /// The report of a check that could not be done at all.
    pub fn of_failure(failure: Failure, policy_revision: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            decision: None,
            exit: failure.exit,
            policy_revision: policy_revision.into(),
            counts: Counts::default(),
            gates: Vec::new(),
            findings: Vec::new(),
            not_evaluated: Vec::new(),
            errors: vec![failure],
            at_promotion: Vec::new(),
            notices: Vec::new(),
            waivers: Vec::new(),
            proposal: None,
        }
    }

    /// The report of a check that several failures kept from being done; nothing for no failures.
    pub fn of_failures(failures: &[Failure], policy_revision: &str) -> Option<Self> {
        let first = failures.first()?;
        let exit = exit_code::worst(failures.iter().map(|failure| failure.exit));
        Some(Self { exit, errors: failures.to_vec(), ..Self::of_failure(first.clone(), policy_revision) })
    }
}

/// A denial stands whatever else went wrong; without one, an error leaves nothing decided.
const fn word(denied: bool, errors: &[Failure]) -> Option<CheckDecision> {
    match (denied, errors.is_empty()) {
        (true, _) => Some(CheckDecision::Denied),
        (false, true) => Some(CheckDecision::Approved),
        (false, false) => None,
    }
}

fn gate_failure(name: &str, verdict: &Verdict) -> Failure {
    let message = if let Verdict::Error { message } = verdict { message.as_str() } else { "no verdict" };
    Failure::of_message(ExitCode::PluginFailed, format!("gate `{name}` could not judge: {message}"))
}

fn at_promotion(gate: &tollgate_core::decision::GateVerdict) -> Option<AtPromotion> {
    let Verdict::Pending(wait) = &gate.verdict else { return None };
    Some(AtPromotion { name: gate.name.clone(), enforcement: gate.enforcement, wait: wait.into() })
}

#[cfg(test)]
pub(crate) mod tests;
