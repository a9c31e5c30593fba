//! `tollgate plan`: what would a branch or tag change, and what do the gates say? Writes nothing.

mod adopting;

use tollgate_core::gist::Gist;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::{ExitCode, worst};
use tollgate_report::failure::Failure;
use tollgate_report::plan::PlanReport;
use tollgate_report::planning::{PlannedTarget, PlanningReport};
use tollgate_report::text::Detail;

use super::Outcome;
use super::deciding::{Destination, unheard};
use super::failed;
use super::promote::{state_of, target_report};
use super::selection::select;
use super::status::waiting_notice;
use crate::cli::Format;
use crate::cli::deliver::Plan;
use crate::configuration::Failures;
use crate::delivery::recipe::Candidate;
use crate::delivery::render::render;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::sources::Documents;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Plan) -> Outcome {
    let planned = Planned {
        reference: &arguments.to.reference,
        to: &arguments.to.to,
        merge: arguments.merge.as_deref(),
        adopt: arguments.adopt,
        no_cache: arguments.no_cache,
    };
    let (mut report, sources) = plan(invocation, &planned)?;
    if arguments.exit_code && report.has_changes() {
        report.exit = worst([report.exit, ExitCode::Changes]);
    }
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(|failure| vec![failure])?,
        Format::Text => report.to_text(invocation.style(), Detail::BRIEF, &|path| sources.source(path)),
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(report.exit)
}

/// What is to be planned.
pub(super) struct Planned<'a> {
    pub(super) reference: &'a str,
    pub(super) to: &'a [String],
    /// What is merged into it first.
    pub(super) merge: Option<&'a str>,
    /// As if the targets took over what is there already.
    pub(super) adopt: bool,
    /// Whether what was rendered before is rendered again.
    pub(super) no_cache: bool,
}

/// Plans, and says what came of it. The documents are those that it is about.
pub(super) fn plan(invocation: &Invocation, asked: &Planned<'_>) -> Result<(PlanningReport, Documents), Failures> {
    let kept = if asked.no_cache { None } else { wiring::kept(invocation) };
    let delivery = wiring::delivery_to_look(invocation, kept)?;
    let mut selected = select(&delivery, asked.reference, asked.to)?;
    if let Some(head) = asked.merge {
        let merge = delivery.repository.merge(&selected.provenance.commit, head).map_err(|error| vec![fail(error)])?;
        selected.provenance.commit = merge.revision;
    }
    let selected_targets: Vec<Target> = selected.targets.into_iter().cloned().collect();
    let selected_targets = if asked.adopt { adopting::all(selected_targets)? } else { selected_targets };
    let history = delivery.ledger.gist().map_err(|error| vec![fail(error)])?;
    let now = Invocation::now();
    let mut targets = Vec::new();
    let mut errors = Failures::new();
    let mut notices = delivery.notices.clone();
    notices.extend(waiting_notice(&delivery, &history).map_err(|failure| vec![failure])?);
    let mut sources = Documents::default();
    for target in &selected_targets {
        let destination = match Destination::new(&delivery, target) {
            Ok(destination) => destination,
            Err(failure) => {
                errors.push(failure);
                continue;
            }
        };
        let candidate = match destination.candidate(&selected.provenance, &history) {
            Ok(candidate) => candidate,
            Err(failure) => {
                errors.push(failure);
                continue;
            }
        };
        if asked.merge.is_some() {
            match proposed(&destination, candidate, &history, now) {
                Ok((planned, candidate)) => {
                    targets.push(planned);
                    sources.files.extend(candidate.documents.files);
                }
                Err(failure) => errors.push(failure),
            }
            continue;
        }
        let mut candidate = match destination.told(&candidate, &history, now) {
            Ok(told) => candidate.with_change(told),
            Err(failure) => {
                targets.extend(without_verdicts(&destination, &candidate));
                errors.push(failure);
                continue;
            }
        };
        match destination.judge(&candidate, &history, now) {
            Ok(judged) => {
                let (failures, of_policies) = failed::of_policies(&judged.judgements, &delivery.in_force.configuration.pipeline);
                errors.extend(failures);
                notices.extend(of_policies);
                match candidate.unheard.take().map(|error| unheard(error, judged.decision.word())) {
                    Some(Ok(notice)) => notices.push(notice),
                    Some(Err(failure)) => errors.push(failure),
                    None => {}
                }
                let mut plan = judged.prepared.as_ref().map(|prepared| PlanReport::new(&prepared.plan));
                if let (true, Some(plan), Some(prepared)) = (asked.adopt, &mut plan, &judged.prepared) {
                    match destination.adapter.taken_over(&prepared.plan) {
                        Ok(objects) => plan.adopts(&objects),
                        Err(error) => errors.push(fail(error)),
                    }
                }
                let state = state_of(judged.decision.word());
                let report = target_report(&delivery, target, &judged, None, state, None, None);
                targets.push(PlannedTarget { plan, verdicts: Some(report) });
                sources.files.extend(candidate.documents.files);
            }
            Err(failure) => {
                targets.extend(without_verdicts(&destination, &candidate));
                errors.push(failure);
            }
        }
    }
    Ok((PlanningReport::new(targets, errors, notices), sources))
}

/// What a proposal would change at a target: no gate is asked about a promotion that nobody asks for yet.
fn proposed(
    destination: &Destination<'_>,
    candidate: Candidate,
    history: &Gist,
    now: Timestamp,
) -> Result<(PlannedTarget, Candidate), Failure> {
    let judged = destination.judge_proposal(&candidate, history, now)?;
    let plan = judged.prepared.as_ref().map(|prepared| PlanReport::new(&prepared.plan));
    let state = state_of(judged.decision.word());
    let note = Some("gates of the promotion are asked once it is merged".to_owned());
    let report = target_report(destination.delivery, destination.target, &judged, None, state, None, note);
    Ok((PlannedTarget { plan, verdicts: Some(report) }, candidate))
}

/// A plan that can't be judged, as one with Secrets and no key for them, or where the forge can't be asked, is shown all the same.
fn without_verdicts(destination: &Destination<'_>, candidate: &Candidate) -> Option<PlannedTarget> {
    let recipe = candidate.recipe.as_ref()?;
    let rendered = render(candidate, recipe).ok()?;
    // What Terraform runs for a plan is judged first.
    if !rendered.roots().is_empty() {
        return None;
    }
    let plan = destination.adapter.plan(recipe.id().ok()?, &rendered).ok()?;
    Some(PlannedTarget { plan: Some(PlanReport::new(&plan)), verdicts: None })
}
