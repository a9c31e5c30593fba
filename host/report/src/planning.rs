//! What `plan` answers: for each target what would be done, and what the gates say to that.

use serde::Serialize;

use crate::exit_code::{self, ExitCode};
use crate::failure::Failure;
use crate::plan::PlanReport;
use crate::promotion::TargetReport;
use crate::style::{Style, Tone};
use crate::text::{Detail, Sources, join, summary};

/// The answer of `plan`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanningReport {
    pub version: u32,
    /// The exit code of the command.
    pub exit: ExitCode,
    /// In the order in which they would be promoted to.
    pub targets: Vec<PlannedTarget>,
    pub errors: Vec<Failure>,
    pub notices: Vec<String>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedTarget {
    /// Null where an image has no digest: then nothing can be planned, and the findings say why.
    pub plan: Option<PlanReport>,
    pub verdicts: TargetReport,
}

impl PlanningReport {
    /// Puts the targets together. A decision that approves is 0 here, because nothing was to be applied.
    pub fn new(targets: Vec<PlannedTarget>, errors: Vec<Failure>, notices: Vec<String>) -> Self {
        let codes = targets.iter().map(|target| target.verdicts.code_of_decision()).chain(errors.iter().map(|error| error.exit));
        Self { version: 1, exit: exit_code::worst(codes), targets, errors, notices }
    }

    /// Whether anything would change anywhere.
    pub fn has_changes(&self) -> bool {
        self.targets.iter().filter_map(|target| target.plan.as_ref()).any(PlanReport::has_changes)
    }

    /// The report for people: the plans first, what the gates say after each, the exit code's meaning last.
    pub fn to_text(&self, style: Style, detail: Detail, sources: &Sources<'_>) -> String {
        let mut blocks = Vec::new();
        for target in &self.targets {
            blocks.extend(target.plan.as_ref().map(|plan| plan.to_text(style)));
            blocks.push(target.verdicts.to_text(style, detail, sources));
        }
        blocks.push(summary::errors(&self.errors, style, sources));
        blocks.push(summary::notices(&self.notices, style));
        if self.exit != ExitCode::Approved {
            blocks.push(style.paint(Tone::Bad, self.exit));
        }
        join(&blocks)
    }
}
