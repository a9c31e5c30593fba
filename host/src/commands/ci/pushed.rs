//! A branch or tag was pushed: it is promoted to the targets that it moves.

use tollgate_core::pipeline::GitReference;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::Format as ReportFormat;
use tollgate_report::promotion::PromotionReport;
use tollgate_report::style::{DEFAULT_WIDTH, Style};
use tollgate_report::text::Detail;

use super::shown::Shown;
use crate::ci::{Job, Pushed};
use crate::cli::Format;
use crate::cli::ci::Ci;
use crate::cli::deliver::Promote;
use crate::commands::{Outcome, promote};
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::output;
use crate::sources::Documents;
use crate::wiring;

/// Promotes what was pushed. Nothing: it moves no target, or there is no ledger yet, and it is for others to look at it.
pub(super) fn promote(invocation: &Invocation, arguments: &Ci, job: &Job, pushed: &Pushed) -> Result<Option<ExitCode>, Failures> {
    let Pushed { reference, is_deleted } = pushed;
    let meaning = if *is_deleted { Meaning::Nothing("was deleted") } else { meaning(invocation, reference)? };
    match meaning {
        Meaning::Nothing(why) => {
            output::tell(&format!("{}: {reference} {why}, so there is nothing to do\n", job.system));
            Ok(Some(ExitCode::Approved))
        }
        Meaning::Look => Ok(None),
        Meaning::Move(targets) => promote_to(invocation, arguments, job, reference, &targets).map(Some),
    }
}

fn promote_to(invocation: &Invocation, arguments: &Ci, job: &Job, reference: &GitReference, targets: &[String]) -> Outcome {
    output::tell(&format!("{}: promoting {reference}\n", job.system));
    let name = full_name(reference);
    let promoted = promote::promote(invocation, &name, &question(arguments));
    let reports = promoted.as_ref().map_or(&[][..], |(report, _)| &report.targets);
    if let Some(shown) = job.place.as_ref().and_then(|place| Shown::open(invocation, place)) {
        shown.of_promotion(&name, targets, reports);
    }
    let (report, sources) = promoted?;
    promote::print(invocation, Format::Text, &report, &sources).map_err(|failure| vec![failure])?;
    write(&report, &sources, &arguments.output).map_err(|failure| vec![failure])?;
    Ok(report.exit)
}

/// What a push is to do.
enum Meaning {
    /// Nothing, and why.
    Nothing(&'static str),
    /// It moves no target, but may be looked at.
    Look,
    /// To these targets.
    Move(Vec<String>),
}

/// By the policy in force alone. Where there is none, nothing moves.
fn meaning(invocation: &Invocation, reference: &GitReference) -> Result<Meaning, Failures> {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let Some((in_force, _)) = wiring::in_force(invocation, &loader)? else { return Ok(Meaning::Look) };
    let pipeline = &in_force.configuration.pipeline;
    if *reference == GitReference::Branch(pipeline.ledger.branch.clone()) {
        return Ok(Meaning::Nothing("is the ledger"));
    }
    let moved = pipeline.targets().filter(|target| target.on.iter().any(|trigger| trigger.matches(reference)));
    let targets: Vec<String> = moved.map(|target| target.name.clone()).collect();
    Ok(if targets.is_empty() { Meaning::Look } else { Meaning::Move(targets) })
}

/// A branch and a tag may have one name.
fn full_name(reference: &GitReference) -> String {
    match reference {
        GitReference::Branch(name) => format!("refs/heads/{name}"),
        GitReference::Tag(name) => format!("refs/tags/{name}"),
        GitReference::Commit(id) => id.clone(),
    }
}

fn question(arguments: &Ci) -> Promote {
    Promote {
        reference: None,
        to: Vec::new(),
        trust: arguments.trust.clone(),
        no_apply: false,
        waiting: arguments.waiting,
        confirmation: arguments.confirmation,
        abort: None,
        output: Format::Text,
    }
}

/// The reports that the command line asks for. Other formats are of a check, and a promotion is none.
fn write(report: &PromotionReport, sources: &Documents, options: &[String]) -> Result<(), Failure> {
    if options.is_empty() {
        return Ok(());
    }
    for destination in output::destinations(options)? {
        let text = match destination.format {
            ReportFormat::Json => output::json(report)?,
            ReportFormat::Text => report.to_text(Style::plain(DEFAULT_WIDTH), Detail::BRIEF, &|path| sources.source(path)),
            other => {
                output::tell(&format!("`--output {other}`: this is a report of a check, and what was pushed is promoted\n"));
                continue;
            }
        };
        match &destination.file {
            Some(file) => output::write_file(file, text.as_bytes())?,
            None => output::print(&text)?,
        }
    }
    Ok(())
}
