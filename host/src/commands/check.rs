//! `tollgate check`: would this be let through?

use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::ports::ReadRepository as _;
use tollgate_gate::Policies;
use tollgate_manifest::may_be_shown;
use tollgate_report::check::CheckReport;
use tollgate_report::failure::Failure;
use tollgate_report::format::Format;

use super::Outcome;
use super::asking::{Asking, Beside};
use super::proposal::{Proposal, Side};
use super::written::{self, Beside as BesideReport};
use super::{checked_files, checked_live, compared, fix, judging, own_policies, write_waivers};
use crate::cli::check::Check;
use crate::configuration::Failures;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::kept::Kept;
use crate::output::{self, Destination};
use crate::sources::Documents;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Check) -> Outcome {
    let destinations = output::destinations(&arguments.output).map_err(|failure| vec![failure])?;
    run_to(invocation, arguments, &destinations)
}

/// Somebody who wants to tell of a report elsewhere. The second is what makes a comment of it.
pub(super) type Teller<'a> = &'a dyn Fn(&CheckReport, &dyn Fn() -> Result<String, Failure>);

/// Checks, and writes the report to all of these.
pub(super) fn run_to(invocation: &Invocation, arguments: &Check, destinations: &[Destination]) -> Outcome {
    run_and_tell(invocation, arguments, destinations, &|_, _| ())
}

/// The same, and lets somebody tell of it.
pub(super) fn run_and_tell(
    invocation: &Invocation,
    arguments: &Check,
    destinations: &[Destination],
    teller: Teller<'_>,
) -> Outcome {
    if arguments.fix.is_some() {
        let rest = fix::run(invocation, arguments)?;
        return run_and_tell(invocation, &rest, destinations, teller);
    }
    let started = Invocation::now();
    let to_write = write_waivers::asked(invocation, arguments).map_err(|failure| vec![failure])?;
    let done = match check(invocation, arguments) {
        Ok(done) => done,
        Err(failures) => return refuse(invocation, arguments, failures, destinations, teller),
    };
    let source = |path: &str| done.source(path);
    let beside = BesideReport { policies: &done.policies, sources: &source, started };
    for destination in destinations {
        written::write(invocation, arguments, &done.report, &beside, destination).map_err(|failure| vec![failure])?;
    }
    teller(&done.report, &|| written::comment(invocation, arguments, &done.report, &beside));
    if let Some(to_write) = to_write {
        to_write.write(&done.report).map_err(|failure| vec![failure])?;
    }
    Ok(done.report.exit)
}

/// A check that could not be done is a report, too, in every format but text, which standard error has.
fn refuse(
    invocation: &Invocation,
    arguments: &Check,
    failures: Failures,
    destinations: &[Destination],
    teller: Teller<'_>,
) -> Outcome {
    let Some(report) = CheckReport::of_failures(&failures, "unknown") else { return Err(failures) };
    let beside = BesideReport { policies: &Policies::default(), sources: &|_| None, started: Invocation::now() };
    for destination in destinations.iter().filter(|destination| destination.format != Format::Text) {
        written::write(invocation, arguments, &report, &beside, destination).map_err(|failure| vec![failure])?;
    }
    teller(&report, &|| written::comment(invocation, arguments, &report, &beside));
    Err(failures)
}

/// A report, and where the lines stand that it is about.
struct Done {
    report: CheckReport,
    policies: Policies,
    documents: Documents,
    proposal: Option<Proposal>,
}

impl Done {
    /// The bytes of a file, by its path as the report shows it.
    fn source(&self, path: &str) -> Option<Vec<u8>> {
        let in_merge = |proposal: &Proposal| {
            let bytes = proposal.repository.read(proposal.revision(Side::Merge), path).ok().flatten()?;
            let source = Arc::new(SourceFile { path: path.to_owned(), bytes });
            may_be_shown(&source).then(|| source.bytes.clone())
        };
        self.documents.source(path).or_else(|| self.proposal.as_ref().and_then(in_merge))
    }
}

fn check(invocation: &Invocation, arguments: &Check) -> Result<Done, Failures> {
    let kept = keep(invocation, arguments);
    let loader = wiring::late_loader(invocation, kept.clone()).map_err(|failure| vec![failure])?;
    let proposal = propose(invocation, arguments, kept.clone()).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, arguments, proposal.as_ref(), &loader)?;
    let asking = Asking::new(arguments, &judging, kept.as_deref());
    let Some(proposal) = proposal else {
        let (files, beside) = match &arguments.live {
            Some(context) => {
                checked_live::look(context, arguments, &judging, asking.policies()).map_err(|failure| vec![failure])?
            }
            None => {
                let tools = wiring::looking_tools(invocation, kept.clone());
                (checked_files::select(invocation, arguments, &judging, tools.as_ref())?, Beside::default())
            }
        };
        let mut checked = asking.all(files);
        let waived = asking.waive(&mut checked);
        let report = asking.report(&checked, Beside { waived, ..beside });
        return Ok(Done { report, policies: judging.policies, documents: checked.files, proposal: None });
    };
    let compared = compared::compare(&asking, &proposal).map_err(|failure| vec![failure])?;
    let mut report = asking.report(&compared.checked, compared.beside);
    let own_policies = own_policies::report(arguments, &judging, &proposal, &loader);
    report.proposal = Some(compared::proposal_report(&asking, &proposal, own_policies));
    Ok(Done { report, policies: judging.policies, documents: compared.checked.files, proposal: Some(proposal) })
}

/// What is kept from before, unless it is not to be used. What a plugin logs is not kept.
fn keep(invocation: &Invocation, arguments: &Check) -> Option<Arc<Kept>> {
    if arguments.no_cache || arguments.log {
        return None;
    }
    wiring::kept(invocation)
}

fn propose(invocation: &Invocation, arguments: &Check, kept: Option<Arc<Kept>>) -> Result<Option<Proposal>, Failure> {
    let Some(base) = &arguments.base else { return Ok(None) };
    let head = arguments.head.as_deref().unwrap_or("HEAD");
    let tools = wiring::looking_tools(invocation, kept);
    let proposal = Proposal::open(wiring::repository(invocation)?, tools, base, head).map_err(fail)?;
    let paths: Vec<_> = arguments.paths.iter().map(|path| invocation.at_start(path)).collect();
    proposal.below(&paths).map(Some)
}
