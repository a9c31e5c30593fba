//! `tollgate promote`: decide, write down, apply.

use std::time::Duration;

use tollgate_core::act::Hold;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{By, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::promotion::PromotionState;
use tollgate_core::recipe::Provenance;
use tollgate_report::failure::Failure;
use tollgate_report::plan::PlanReport;
use tollgate_report::promotion::{Promoted, PromotionReport, TargetReport};
use tollgate_report::text::Detail;

use super::Outcome;
use super::abort;
use super::applying::{Applied, Applying};
use super::deciding::{Destination, unheard};
use super::failed;
use super::judging::enforcements;
use super::selection::select;
use super::status::waiting_notice;
use crate::cli::Format;
use crate::cli::deliver::Promote;
use crate::configuration::Failures;
use crate::delivery::decide::{Judged, Prepared};
use crate::delivery::recipe::Candidate;
use crate::delivery::record::{Circumstances, record};
use crate::exit::fail;
use crate::invocation::{Invocation, monotonic};
use crate::output;
use crate::sources::Documents;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

/// How often a plan that went stale is decided anew before the command gives up.
const STALE_PLANS: u32 = 3;

pub(crate) fn run(invocation: &Invocation, arguments: &Promote) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let Some(reference) = &arguments.reference else {
        return abort::run(invocation, arguments.abort.as_deref().unwrap_or_default(), arguments.output);
    };
    let (report, sources) = promote(invocation, reference, arguments)?;
    print(invocation, arguments.output, &report, &sources).map_err(one)?;
    Ok(report.exit)
}

/// Promotes, and says what came of it. The documents are those that it is about.
pub(super) fn promote(
    invocation: &Invocation,
    reference: &str,
    arguments: &Promote,
) -> Result<(PromotionReport, Documents), Failures> {
    let one = |failure: Failure| vec![failure];
    wiring::require_trust(invocation).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger).map_err(one)?;
    let selected = select(&delivery, reference, &arguments.to)?;
    let mut sources = Documents::default();
    let mut targets = Vec::new();
    let mut errors = Vec::new();
    let mut notices = delivery.notices.clone();
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    notices.extend(waiting_notice(&delivery, &history).map_err(one)?);
    for target in selected.targets {
        let (apply, patience) = (!arguments.no_apply, arguments.waiting.patience());
        let confirmed = arguments.confirmation.confirm_deletes;
        let step = Step { delivery: &delivery, target, by: &by, apply, patience, hold: None, confirmed };
        match step.run(&selected.provenance, &mut sources) {
            Ok(stepped) => {
                targets.push(stepped.report);
                errors.extend(stepped.failures);
                notices.extend(stepped.notices);
            }
            Err(failure) => errors.push(failure),
        }
    }
    Ok((PromotionReport::new(targets, errors, notices), sources))
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
pub(super) type CandidateSource<'a> = dyn Fn(&Destination<'_>, &Gist) -> Result<Candidate, Failure> + 'a;

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
    /// How long it waits for its turn.
    pub(super) patience: Duration,
    /// What a rollback writes beside its decision, where that approves.
    pub(super) hold: Option<Hold>,
    /// The plan whose deletes somebody has confirmed.
    pub(super) confirmed: Option<Digest>,
}

impl Step<'_> {
    /// Decides and applies. A plan that went stale in between is decided anew, at the end of the queue; who waits for its turn
    /// does that as often as it takes.
    fn run(&self, provenance: &Provenance, sources: &mut Documents) -> Result<Stepped, Failure> {
        self.deliver(&|destination, history| destination.candidate(provenance, history), sources)
    }

    /// The same for a candidate from wherever it comes.
    pub(super) fn deliver(&self, source: &CandidateSource<'_>, sources: &mut Documents) -> Result<Stepped, Failure> {
        let destination = Destination::new(self.delivery, self.target)?;
        let start = monotonic();
        let mut stale_plans = 0;
        let mut earlier = Vec::new();
        loop {
            let patience = self.patience.saturating_sub(monotonic().saturating_sub(start));
            let history = self.delivery.ledger.gist().map_err(fail)?;
            let now = Invocation::now();
            let candidate = source(&destination, &history)?;
            let told = destination.told(&candidate, &history, now)?;
            let mut candidate = Candidate { confirmed: self.confirmed, ..candidate.with_change(told) };
            let judged = destination.judge(&candidate, &history, now)?;
            sources.files.extend(candidate.documents.files.iter().cloned());
            let in_force = &self.delivery.in_force;
            sources.files.extend(judged.planned.files.iter().cloned());
            let (mut failures, mut notices) = failed::of_policies(&judged.judgements, &in_force.configuration.pipeline);
            notices.extend(earlier.iter().cloned());
            match candidate.unheard.take().map(|error| unheard(error, judged.decision.word())) {
                Some(Ok(notice)) => notices.push(notice),
                Some(Err(failure)) => failures.push(failure),
                None => {}
            }
            let circumstances = Circumstances {
                by: self.by,
                now,
                policy: in_force.revision.digest,
                policy_blobs: &in_force.blobs,
                hold: self.hold.as_ref(),
                supersede: in_force.configuration.pipeline.queue.supersede,
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
            let (adapter, is_rollback) = (destination.adapter.as_ref(), candidate.movement.is_back());
            let applying = Applying { delivery: self.delivery, adapter, by: self.by, is_rollback, patience };
            let applied = applying.run(&id, prepared)?;
            stale_plans += u32::from(applied.is_stale);
            if applied.is_stale && (stale_plans < STALE_PLANS || !patience.is_zero()) {
                continue;
            }
            if applied.state == PromotionState::Continued {
                // What comes after is planned now, and decided on by itself.
                earlier.push(continued(&self.target.name, &id, prepared));
                continue;
            }
            let Applied { state, attempt, message, failure, .. } = applied;
            failures.extend(failure);
            let report = target_report(self.delivery, self.target, &judged, Some(id), state, attempt, Some(message));
            return Ok(Stepped { report, failures, notices });
        }
    }
}

/// What is told of a part of a recipe that was applied before the rest was decided on.
fn continued(target: &str, id: &PromotionId, prepared: &Prepared) -> String {
    let mut names: Vec<String> = prepared.plan.actions.iter().map(|action| format!("`{}`", action.object.component)).collect();
    names.dedup();
    format!("{target}: {id} applied {}", names.join(", "))
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
