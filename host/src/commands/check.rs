//! `tollgate check`: would this be let through?

use std::sync::Arc;

use tollgate_core::cache::Forgetful;
use tollgate_core::decision::Decision;
use tollgate_core::evaluate::{Context, PlaceOfEvaluation};
use tollgate_core::pipeline::{Change, Gate};
use tollgate_gate::{Evaluator, Judgements, Policies, gate_verdicts};
use tollgate_report::check::{AtPromotion, CheckReport, Counts, NotEvaluated};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::gate::WaitReport;
use tollgate_report::text::Detail;

use super::Outcome;
use super::checked::{Checked, Checker};
use super::checked_files;
use super::failed;
use super::judging::{self, Judging};
use crate::cli::check::Check;
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::kept::{Kept, KeptLines};
use crate::output::{self, Destination, ReportFormat};
use crate::sources::{Documents, Files};
use crate::wiring::{self, Lines};

pub(crate) fn run(invocation: &Invocation, arguments: &Check) -> Outcome {
    let destinations = output::destinations(&arguments.output).map_err(|failure| vec![failure])?;
    let (report, documents) = match check(invocation, arguments) {
        Ok(done) => done,
        Err(failures) => return refuse(failures, &destinations),
    };
    for destination in &destinations {
        write(invocation, arguments, &report, &documents, destination).map_err(|failure| vec![failure])?;
    }
    Ok(report.exit)
}

/// A check that could not be done is a report, too, where a program reads it.
fn refuse(failures: Failures, destinations: &[Destination]) -> Outcome {
    for destination in destinations.iter().filter(|destination| destination.format == ReportFormat::Json) {
        let mut report = match failures.first() {
            Some(failure) => CheckReport::of_failure(failure.clone(), "unknown"),
            None => continue,
        };
        report.exit = tollgate_report::exit_code::worst(failures.iter().map(|failure| failure.exit));
        report.errors = failures.clone();
        send(destination, &output::json(&report).map_err(|failure| vec![failure])?).map_err(|failure| vec![failure])?;
    }
    Err(failures)
}

fn check(invocation: &Invocation, arguments: &Check) -> Result<(CheckReport, Documents), Failures> {
    let kept = keep(invocation, arguments);
    let loader = wiring::late_loader(invocation, kept.clone()).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, arguments, &loader)?;
    let selected = checked_files::select(invocation, arguments, &judging)?;
    let gates: Vec<&Gate> =
        judging.configuration.pipeline.gates.iter().filter(|gate| gate.matches.change == Change::Recipe).collect();
    let (now, later): (Vec<&Gate>, Vec<&Gate>) = gates.into_iter().partition(|gate| is_answered_here(gate, &judging.policies));
    let names: Vec<&str> = now.iter().flat_map(|gate| gate.requirement.policies()).collect();
    let policies = judging.policies.only(&names);
    let checked = judge(arguments, (&policies, &now), kept.as_deref(), selected);
    let Checked { judgements, files, .. } = &checked;
    let decision = Decision::fold(gate_verdicts(now.iter().copied(), judgements), files.findings.clone(), judgements.findings());
    let report = report(&judging, &checked, &decision, &later);
    Ok((report, checked.files))
}

/// What is kept from before, unless it is not to be used. What a plugin logs is not kept.
fn keep(invocation: &Invocation, arguments: &Check) -> Option<Arc<Kept>> {
    if arguments.no_cache || arguments.log {
        return None;
    }
    invocation.cache_directory().and_then(|directory| Kept::open(&directory)).map(Arc::new)
}

/// A gate is answered here when all its policies are validators. Others are left to promotion.
fn is_answered_here(gate: &Gate, policies: &Policies) -> bool {
    use tollgate_core::evaluate::LoadedPolicy;
    let is_validator = |name: &str| policies.get(name).is_none_or(|policy| matches!(policy.loaded, LoadedPolicy::Validator(_)));
    gate.requirement.policies().into_iter().all(is_validator)
}

fn judge(arguments: &Check, (policies, gates): (&Policies, &[&Gate]), kept: Option<&Kept>, files: Vec<Files>) -> Checked {
    let kept_lines = kept.map(|kept| KeptLines { kept, lines: &Lines });
    let evaluator = Evaluator {
        policies,
        context: Context { place: PlaceOfEvaluation::Check, target: None },
        evaluation_time: crate::delivery::decide::seconds(Invocation::now()),
        cache: kept.map_or(&Forgetful, |kept| kept),
        locate: kept_lines.as_ref().map_or(&Lines, |lines| lines),
    };
    let checked = Checker { evaluator, gates, kept }.check(files);
    if arguments.log {
        tell_log(&checked.judgements);
    }
    checked
}

fn tell_log(judgements: &Judgements) {
    for (policy, judgement) in &judgements.by_policy {
        for line in &judgement.log {
            output::tell(&format!("{policy}: {:?}: {}\n", line.level, line.message));
        }
        let asked: u32 = judgement.asked.values().sum();
        output::tell(&format!(
            "{policy}: asked {asked} times, {} of fuel, {} KiB of memory at most\n",
            judgement.fuel,
            judgement.memory / 1024
        ));
    }
}

fn report(judging: &Judging, checked: &Checked, decision: &Decision, later: &[&Gate]) -> CheckReport {
    let Checked { judgements, files, documents, evaluated } = checked;
    let (mut errors, unheard) = failed::of_policies(judgements, &judging.configuration.pipeline);
    if *documents > 0 && *evaluated == 0 {
        errors.push(Failure::of_message(ExitCode::InvalidConfiguration, "no policy applied to any document"));
    }
    let counts = Counts { files: files.files.len() as u64, documents: *documents, evaluated: *evaluated };
    CheckReport::new(tollgate_report::check::Checked {
        policy_revision: judging.revision.clone(),
        counts,
        decision,
        enforcements: judging::enforcements(&judging.configuration.pipeline),
        at_promotion: later.iter().map(|gate| at_promotion(gate)).collect(),
        not_evaluated: files.not_evaluated.iter().map(not_evaluated).collect(),
        errors,
        notices: judging.notices.iter().cloned().chain(unheard).collect(),
    })
}

fn at_promotion(gate: &Gate) -> AtPromotion {
    let reason = format!("a promotion asks {}", gate.requirement.policies().join(", "));
    AtPromotion {
        name: gate.name.clone(),
        enforcement: gate.enforcement,
        wait: WaitReport { reason, from: Vec::new(), until: None },
    }
}

fn not_evaluated(file: &tollgate_manifest::NotEvaluated) -> NotEvaluated {
    NotEvaluated { file: file.path.clone(), why: file.why.clone() }
}

fn write(
    invocation: &Invocation,
    arguments: &Check,
    report: &CheckReport,
    documents: &Documents,
    destination: &Destination,
) -> Result<(), Failure> {
    let text = match destination.format {
        ReportFormat::Json => output::json(report)?,
        ReportFormat::Text => {
            let detail = if arguments.all { Detail::FULL } else { Detail::BRIEF };
            let style = if destination.file.is_some() {
                tollgate_report::style::Style::plain(tollgate_report::style::DEFAULT_WIDTH)
            } else {
                invocation.style()
            };
            report.to_text(style, detail, &|path| documents.source(path))
        }
    };
    send(destination, &text)
}

fn send(destination: &Destination, text: &str) -> Result<(), Failure> {
    match &destination.file {
        Some(file) => output::write_file(file, text.as_bytes()),
        None => output::print(text),
    }
}
