//! `tollgate ci`: one line in a CI file. A pull request is checked as the merge that it would give; what was pushed is promoted,
//! where it moves a target; a comment that is a command is answered; any other job is about the commit that it is of.

mod comment;
mod proposed;
mod pushed;
mod shown;

use tollgate_core::ports::ReadRepository as _;
use tollgate_report::exit_code::{ExitCode, worst};
use tollgate_report::failure::Failure;
use tollgate_report::format::Format;

use super::{Outcome, check};
use crate::ci::{Job, Proposed, Said, job};
use crate::cli::check::Check;
use crate::cli::ci::{Ci, Pending};
use crate::invocation::Invocation;
use crate::output::{self, Destination};
use crate::wiring;

pub(super) fn run(invocation: &Invocation, arguments: &Ci) -> Outcome {
    let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(job) = job(&variables, &invocation.global.remote) else {
        let failure = Failure::of_message(ExitCode::Usage, "no CI system is known that this could be a job of");
        return Err(vec![failure.with_hint("use `tollgate check --base REV`; `tollgate ci` knows the systems of docs/ci.md")]);
    };
    if let Some(said) = said(arguments).or_else(|| job.said.clone()) {
        return comment::answer(invocation, &job, &said);
    }
    if let Some(pushed) = job.pushed.as_ref().filter(|_| !arguments.check_only)
        && let Some(exit) = pushed::promote(invocation, arguments, &job, pushed)?
    {
        return Ok(pending(exit, arguments.pending.unwrap_or(Pending::Fail)));
    }
    let is_proposal = job.proposal.is_some();
    let default = if is_proposal { Pending::Pass } else { Pending::Fail };
    judge(invocation, arguments, job).map(|exit| pending(exit, arguments.pending.unwrap_or(default)))
}

/// A comment that the command line has.
fn said(arguments: &Ci) -> Option<Said> {
    let (text, author) = (arguments.comment.clone()?, arguments.author.clone()?);
    Some(Said { text, author, request: arguments.request })
}

/// What is pending is neither well nor bad: whoever runs the job says which it is for them.
fn pending(exit: ExitCode, what: Pending) -> ExitCode {
    if exit == ExitCode::Pending && what == Pending::Pass { ExitCode::Approved } else { exit }
}

fn judge(invocation: &Invocation, arguments: &Ci, job: Job) -> Outcome {
    let reports = reports(&job, &arguments.output).map_err(|failure| vec![failure])?;
    let (system, place, proposal) = (job.system, job.place, job.proposal);
    let check = question(invocation, arguments, proposal.clone()).map_err(|failure| vec![failure])?;
    let what = check.base.as_ref().map_or("this commit".to_owned(), |base| format!("the merge into {base}"));
    output::tell(&format!("{system}: judging {what}\n"));
    let commit = check.head.as_ref().or(check.rev.as_ref()).cloned().unwrap_or_else(|| "HEAD".to_owned());
    let checked = check::run_and_tell(invocation, &check, &reports, &|report, comment| {
        let shown = place.as_ref().and_then(|place| shown::Shown::open(invocation, place));
        shown.iter().for_each(|shown| shown.of_check(&commit, report, comment));
    })?;
    let Some(proposal) = proposal else { return Ok(checked) };
    let planned = proposed::plan(invocation, (system, place.as_ref()), &proposal, checked)?;
    Ok(worst([checked, planned]))
}

/// Text for people first, then what the system and the command line want.
fn reports(job: &Job, more: &[String]) -> Result<Vec<Destination>, Failure> {
    let mut reports = vec![Destination { format: Format::Text, file: None }];
    reports.extend(job.reports.iter().cloned());
    if !more.is_empty() {
        reports.extend(output::destinations(more)?);
    }
    Ok(reports)
}

fn question(invocation: &Invocation, arguments: &Ci, proposal: Option<Proposed>) -> Result<Check, Failure> {
    let (paths, trust) = (arguments.paths.clone(), arguments.trust.clone());
    let Some(Proposed { bases, head, .. }) = proposal else {
        if arguments.only_new {
            output::tell("`--only-new`: this job has no base to compare with, so everything counts\n");
        }
        return Ok(Check { paths, trust, rev: Some("HEAD".to_owned()), ..Check::default() });
    };
    let repository = wiring::repository(invocation)?;
    // What was not fetched is named by the error, so the best name comes first.
    let base = bases.iter().find(|base| repository.commit(base).is_ok()).or(bases.first()).cloned();
    let (only_new, whole) = (arguments.only_new, arguments.whole);
    Ok(Check { paths, trust, base, head: Some(head), only_new, whole, ..Check::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_pending_can_be_let_pass() {
        assert_eq!(pending(ExitCode::Pending, Pending::Pass), ExitCode::Approved);
        assert_eq!(pending(ExitCode::Pending, Pending::Fail), ExitCode::Pending);
        for exit in [ExitCode::Approved, ExitCode::Denied, ExitCode::NotApplied, ExitCode::LedgerUnavailable] {
            assert_eq!(pending(exit, Pending::Pass), exit);
        }
    }
}
