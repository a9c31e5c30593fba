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
    /// Null where the gates were not asked, because the plan can't be approved.
    pub verdicts: Option<TargetReport>,
}

impl PlanningReport {
    /// Puts the targets together. The exit code is the worst of all.
    pub fn new(targets: Vec<PlannedTarget>, errors: Vec<Failure>, notices: Vec<String>) -> Self {
        let verdicts = targets.iter().filter_map(|target| target.verdicts.as_ref());
        let codes = verdicts.map(TargetReport::code).chain(errors.iter().map(|error| error.exit));
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
            blocks.extend(target.verdicts.as_ref().map(|verdicts| verdicts.to_text(style, detail, sources)));
        }
        blocks.push(summary::errors(&self.errors, style, sources));
        blocks.push(summary::notices(&self.notices, style));
        if self.exit != ExitCode::Approved {
            blocks.push(style.paint(Tone::Bad, self.exit));
        }
        join(&blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Enforcements;
    use crate::gate::tests::mk_gate;
    use crate::promotion::Promoted;
    use tollgate_core::decision::Decision;
    use tollgate_core::digest::Digest;
    use tollgate_core::history::PromotionState;
    use tollgate_core::plan::Plan;
    use tollgate_core::policy::Enforcement;
    use tollgate_core::verdict::Verdict;

    fn mk_target(verdict: Verdict, state: PromotionState) -> PlannedTarget {
        let decision = Decision::fold(vec![mk_gate("same-image", Enforcement::Mandatory, verdict)], Vec::new(), Vec::new());
        let verdicts = TargetReport::new(Promoted {
            target: "prod-apps".to_owned(),
            environment: "prod".to_owned(),
            promotion: None,
            recipe: Some(Digest::of(b"recipe")),
            plan: None,
            decision: &decision,
            enforcements: Enforcements::new(),
            state,
            attempt: None,
            message: None,
        });
        let (target, recipe) = ("prod-apps".to_owned(), Digest::of(b"recipe"));
        let plan = Plan { unchanged: 2, ..Plan::empty(&target, recipe) };
        PlannedTarget { plan: Some(PlanReport::new(&plan)), verdicts: Some(verdicts) }
    }

    #[test]
    fn the_worst_target_decides_and_an_approval_is_enough() {
        let approved = || mk_target(Verdict::Pass, PromotionState::Approved);
        let denied = mk_target(Verdict::Fail, PromotionState::Denied);
        assert_eq!(PlanningReport::new(vec![approved()], Vec::new(), Vec::new()).exit, ExitCode::Approved);
        assert_eq!(PlanningReport::new(vec![approved(), denied], Vec::new(), Vec::new()).exit, ExitCode::Denied);
    }

    #[test]
    fn plan_and_verdicts_are_told_for_each_target() {
        let report = PlanningReport::new(vec![mk_target(Verdict::Fail, PromotionState::Denied)], Vec::new(), Vec::new());
        assert!(!report.has_changes());
        insta::assert_snapshot!(report.to_text(Style::plain(80), Detail::BRIEF, &|_| None));
    }
}
