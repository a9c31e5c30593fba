//! What came of `promote` and `apply`, for one target or several.

use serde::Serialize;
use tollgate_core::decision::{Decision, DecisionWord};
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::history::PromotionState;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::exit_code::{self, ExitCode};
use crate::failure::Failure;
use crate::finding::{Enforcements, FindingReport};
use crate::gate::{self, GateReport};
use crate::plan::PlanCounts;
use crate::style::{Style, Tone};
use crate::text::{Detail, Sources, findings, join, summary};

/// What came of a command that promotes or applies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PromotionReport {
    pub version: u32,
    /// The exit code of the command.
    pub exit: ExitCode,
    /// In the order in which they were tried.
    pub targets: Vec<TargetReport>,
    pub errors: Vec<Failure>,
    pub notices: Vec<String>,
}

/// What came of one target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetReport {
    pub target: String,
    pub environment: String,
    /// Null where nothing was recorded.
    pub promotion: Option<PromotionId>,
    /// Id of the recipe; null where an image has no digest, so that there is none.
    pub recipe: Option<Digest>,
    pub plan: Option<PlanCounts>,
    pub decision: DecisionWord,
    /// `succeeded`, `denied`, …
    pub state: String,
    /// The number of the attempt, where one began.
    pub attempt: Option<u64>,
    /// What else there is to say: why an attempt was aborted, which release was written.
    pub message: Option<String>,
    /// The earliest time at which one of the verdicts may change.
    pub valid_until: Option<Timestamp>,
    pub gates: Vec<GateReport>,
    pub findings: Vec<FindingReport>,
    #[serde(skip)]
    code: ExitCode,
}

/// What a target's report is made of.
#[derive(Debug)]
pub struct Promoted<'a> {
    pub target: String,
    pub environment: String,
    pub promotion: Option<PromotionId>,
    pub recipe: Option<Digest>,
    pub plan: Option<PlanCounts>,
    pub decision: &'a Decision,
    /// By policy, the strictest enforcement of the gates that ask it. A policy that has a gate of its own name may be left out.
    pub enforcements: Enforcements,
    pub state: PromotionState,
    pub attempt: Option<u64>,
    pub message: Option<String>,
}

impl TargetReport {
    /// The code that this target alone leads to.
    pub const fn exit(&self) -> ExitCode {
        self.code
    }

    /// Makes the report of one target, and works out its exit code.
    pub fn new(promoted: Promoted<'_>) -> Self {
        let decision = promoted.decision;
        let enforcements = gate::enforcements(decision.gates(), &promoted.enforcements);
        Self {
            code: code(decision, promoted.state),
            target: promoted.target,
            environment: promoted.environment,
            promotion: promoted.promotion,
            recipe: promoted.recipe,
            plan: promoted.plan,
            decision: decision.word(),
            state: promoted.state.word().to_owned(),
            attempt: promoted.attempt,
            message: promoted.message,
            valid_until: decision.valid_until(),
            gates: decision.gates().iter().map(GateReport::from).collect(),
            findings: decision.findings().iter().map(|finding| FindingReport::new(finding, &enforcements)).collect(),
        }
    }

    pub(crate) fn to_text(&self, style: Style, detail: Detail, sources: &Sources<'_>) -> String {
        let recipe = self.recipe.map_or_else(|| "no recipe".to_owned(), |recipe| format!("recipe {}", recipe.short()));
        let title = format!("{} ({}), {recipe}", clean::line(&self.target), clean::line(&self.environment));
        let blocks = [
            style.paint(Tone::Heading, title),
            findings::text(&self.findings.iter().collect::<Vec<_>>(), style, detail, sources, &mut findings::Seen::new()),
            summary::gates(&self.gates, style),
            self.last_lines(style),
        ];
        join(&blocks)
    }

    /// The exit code that this target alone leads to.
    pub(crate) const fn code(&self) -> ExitCode {
        self.code
    }

    fn last_lines(&self, style: Style) -> String {
        let tone = match self.code {
            ExitCode::Approved => Tone::Good,
            ExitCode::Pending => Tone::Caution,
            _ => Tone::Bad,
        };
        let promotion = self.promotion.as_ref().map(|id| format!(" as {id}")).unwrap_or_default();
        let attempt = self.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
        let message = self.message.as_deref().map(|message| format!("\n  {}", clean::line(message))).unwrap_or_default();
        let findings = summary::levels(self.findings.iter());
        format!("{}: {}{promotion}{attempt}; {findings}{message}", clean::line(&self.target), style.paint(tone, &self.state))
    }
}

/// What came of the last step alone, of a promotion that was decided before.
#[derive(Debug)]
pub struct AppliedTarget {
    pub target: String,
    pub environment: String,
    pub promotion: PromotionId,
    pub recipe: Digest,
    pub plan: PlanCounts,
    pub state: PromotionState,
    pub attempt: Option<u64>,
    pub message: String,
}

impl From<AppliedTarget> for TargetReport {
    fn from(applied: AppliedTarget) -> Self {
        Self {
            code: code_of_state(applied.state),
            target: applied.target,
            environment: applied.environment,
            promotion: Some(applied.promotion),
            recipe: Some(applied.recipe),
            plan: Some(applied.plan),
            decision: DecisionWord::Approved,
            state: applied.state.word().to_owned(),
            attempt: applied.attempt,
            message: Some(applied.message),
            valid_until: None,
            gates: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// The exit code of one target. A plugin that could not judge counts as such, even where something else denies.
fn code(decision: &Decision, state: PromotionState) -> ExitCode {
    let failed = decision.errors().next().map(|_| ExitCode::PluginFailed);
    exit_code::worst(failed.into_iter().chain([code_of_state(state)]))
}

const fn code_of_state(state: PromotionState) -> ExitCode {
    match state {
        // Approved and no attempt: the last step was not asked for.
        PromotionState::Succeeded | PromotionState::Approved => ExitCode::Approved,
        PromotionState::Denied => ExitCode::Denied,
        PromotionState::Pending => ExitCode::Pending,
        PromotionState::Running
        | PromotionState::Continued
        | PromotionState::Failed
        | PromotionState::Errored
        | PromotionState::Aborted => ExitCode::NotApplied,
    }
}

impl PromotionReport {
    /// Puts the targets together. The exit code is the worst of all.
    pub fn new(targets: Vec<TargetReport>, errors: Vec<Failure>, notices: Vec<String>) -> Self {
        let codes = targets.iter().map(|target| target.code).chain(errors.iter().map(|error| error.exit));
        Self { version: 1, exit: exit_code::worst(codes), targets, errors, notices }
    }

    /// The report for people, with the exit code's meaning last where it is not 0.
    pub fn to_text(&self, style: Style, detail: Detail, sources: &Sources<'_>) -> String {
        let mut blocks: Vec<String> = self.targets.iter().map(|target| target.to_text(style, detail, sources)).collect();
        blocks.push(summary::errors(&self.errors, style, sources));
        blocks.push(summary::notices(&self.notices, style));
        if self.exit != ExitCode::Approved {
            blocks.push(style.paint(Tone::Bad, self.exit));
        }
        join(&blocks)
    }
}

#[cfg(test)]
mod tests;
