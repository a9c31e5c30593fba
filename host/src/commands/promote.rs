//! `tollgate promote`: decide, write down, apply.

use tollgate_core::act::Hold;
use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::{By, PromotionId};
use tollgate_core::history::{History, PromotionState};
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::recipe::Provenance;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::plan::PlanReport;
use tollgate_report::promotion::{Promoted, PromotionReport, TargetReport};
use tollgate_report::text::Detail;

use super::Outcome;
use super::applying::{Applied, Applying};
use super::deciding::Destination;
use super::failed;
use super::judging::enforcements;
use super::selection::select;
use super::status::waiting_notice;
use crate::cli::Format;
use crate::cli::deliver::Promote;
use crate::configuration::Failures;
use crate::delivery::decide::Judged;
use crate::delivery::recipe::Candidate;
use crate::delivery::record::{Circumstances, record};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::sources::Documents;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

/// How often a plan that went stale is decided anew before the command gives up.
const STALE_PLANS: u32 = 3;

pub(crate) fn run(invocation: &Invocation, arguments: &Promote) -> Outcome {
    let one = |failure: Failure| vec![failure];
    wiring::require_trust(invocation).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let selected = select(&delivery, &arguments.to)?;
    let mut sources = Documents::default();
    let mut targets = Vec::new();
    let mut errors = Vec::new();
    let mut notices = delivery.notices.clone();
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    notices.extend(waiting_notice(&delivery, &history).map_err(one)?);
    for target in selected.targets {
        let step = Step { delivery: &delivery, target, by: &by, apply: !arguments.no_apply, hold: None };
        match step.run(&selected.provenance, &mut sources) {
            Ok(stepped) => {
                targets.push(stepped.report);
                errors.extend(stepped.failures);
                notices.extend(stepped.notices);
            }
            Err(failure) => errors.push(failure),
        }
    }
    let report = PromotionReport::new(targets, errors, notices);
    print(invocation, arguments.output, &report, &sources).map_err(one)?;
    Ok(report.exit)
}

/// Prints what came of it.
pub(crate) fn print(invocation: &Invocation, format: Format, report: &PromotionReport, sources: &Documents) -> Result<(), Failure> {
    let text = match format {
        Format::Json => output::json(report)?,
        Format::Text => report.to_text(invocation.style(), Detail::BRIEF, &|path| sources.source(path)),
    };
    output::print(&text)
}

/// Makes a candidate for a destination of what the ledger says.
pub(super) type CandidateSource<'a> = dyn Fn(&Destination<'_>, &History) -> Result<Candidate, Failure> + 'a;

/// What came of one target.
pub(super) struct Stepped {
    pub(super) report: TargetReport,
    pub(super) failures: Failures,
    pub(super) notices: Vec<String>,
}

/// One recipe on its way to one target.
pub(super) struct Step<'a> {
    pub(super) delivery: &'a Delivery,
    pub(super) target: &'a Target,
    pub(super) by: &'a By,
    pub(super) apply: bool,
    /// What a rollback writes beside its decision, where that approves.
    pub(super) hold: Option<Hold>,
}

impl Step<'_> {
    /// Decides and applies. A plan that went stale in between is decided anew.
    fn run(&self, provenance: &Provenance, sources: &mut Documents) -> Result<Stepped, Failure> {
        self.deliver(&|destination, history| destination.candidate(provenance, history), sources)
    }

    /// The same for a candidate from wherever it comes.
    pub(super) fn deliver(&self, source: &CandidateSource<'_>, sources: &mut Documents) -> Result<Stepped, Failure> {
        let destination = Destination::new(self.delivery, self.target);
        for remaining in (0..STALE_PLANS).rev() {
            let history = self.delivery.ledger.history().map_err(fail)?;
            let now = Invocation::now();
            let candidate = destination.with_change(source(&destination, &history)?, &history, now)?;
            let judged = destination.judge(&candidate, &history, now)?;
            sources.files.extend(candidate.documents.files.iter().cloned());
            let in_force = &self.delivery.in_force;
            let (mut failures, notices) = failed::of_policies(&judged.judgements, &in_force.configuration.pipeline);
            let circumstances = Circumstances {
                by: self.by,
                now,
                policy: in_force.revision.digest,
                policy_blobs: &in_force.blobs,
                hold: self.hold.as_ref(),
            };
            let id = record(&candidate, &judged, self.target, &circumstances, &self.delivery.ledger).map_err(fail)?;
            let Some(prepared) =
                judged.prepared.as_ref().filter(|_| self.apply && judged.decision.word() == DecisionWord::Approved)
            else {
                let state = state_of(judged.decision.word());
                let note = (state == PromotionState::Approved).then(|| format!("run `tollgate apply {id}` for the last step"));
                let report = target_report(self.delivery, self.target, &judged, Some(id), state, None, note);
                return Ok(Stepped { report, failures, notices });
            };
            let applying = Applying {
                delivery: self.delivery,
                adapter: destination.adapter.as_ref(),
                by: self.by,
                is_rollback: candidate.movement.is_back(),
            };
            let applied = applying.run(&id, prepared)?;
            if applied.is_stale && remaining > 0 {
                continue;
            }
            let Applied { state, attempt, message, failure, .. } = applied;
            failures.extend(failure);
            let report = target_report(self.delivery, self.target, &judged, Some(id), state, attempt, Some(message));
            return Ok(Stepped { report, failures, notices });
        }
        Err(Failure::of_message(ExitCode::NotApplied, format!("the plan for `{}` never stood still", self.target.name)))
    }
}

/// The state of a promotion that was decided and not applied.
pub(crate) const fn state_of(word: DecisionWord) -> PromotionState {
    match word {
        DecisionWord::Approved => PromotionState::Approved,
        DecisionWord::Pending => PromotionState::Pending,
        DecisionWord::Denied => PromotionState::Denied,
    }
}

/// The report on one target.
pub(crate) fn target_report(
    delivery: &Delivery,
    target: &Target,
    judged: &Judged,
    promotion: Option<PromotionId>,
    state: PromotionState,
    attempt: Option<u64>,
    message: Option<String>,
) -> TargetReport {
    TargetReport::new(Promoted {
        target: target.name.clone(),
        environment: target.environment.clone(),
        promotion,
        recipe: judged.prepared.as_ref().map(|prepared| prepared.id),
        plan: judged.prepared.as_ref().map(|prepared| PlanReport::new(&prepared.plan).counts),
        decision: &judged.decision,
        enforcements: enforcements(&delivery.in_force.configuration.pipeline),
        state,
        attempt,
        message,
    })
}
