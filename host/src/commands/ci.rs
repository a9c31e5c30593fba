//! `tollgate ci`: one line in a CI file. A pull request is checked as the merge that it would give; any other job, as the commit
//! that it is of.

use tollgate_core::ports::ReadRepository as _;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::Format;

use super::{Outcome, check};
use crate::ci::{Job, Proposed, job};
use crate::cli::check::Check;
use crate::cli::ci::Ci;
use crate::invocation::Invocation;
use crate::output::{self, Destination};
use crate::wiring;

pub(super) fn run(invocation: &Invocation, arguments: &Ci) -> Outcome {
    let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(job) = job(&variables, &invocation.global.remote) else {
        let failure = Failure::of_message(ExitCode::Usage, "no CI system is known that this could be a job of");
        return Err(vec![failure.with_hint("use `tollgate check --base REV`; `tollgate ci` knows the systems of docs/ci.md")]);
    };
    let reports = reports(&job, &arguments.output).map_err(|failure| vec![failure])?;
    let check = question(invocation, arguments, job.proposal).map_err(|failure| vec![failure])?;
    let what = check.base.as_ref().map_or("this commit".to_owned(), |base| format!("the merge into {base}"));
    output::tell(&format!("{}: judging {what}\n", job.system));
    check::run_to(invocation, &check, &reports)
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
    let Some(Proposed { bases, head }) = proposal else {
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
