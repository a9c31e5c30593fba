//! A pull request to a repository of infrastructure: what its merge would change, in the job's log and in a comment of its own.

use tollgate_core::pipeline::{GitReference, TargetKind};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::style::{DEFAULT_WIDTH, Style};
use tollgate_report::text::Detail;

use super::comment::block;
use super::shown::Shown;
use crate::ci::{Place, Proposed};
use crate::commands::{Outcome, plan};
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

/// The first line of the comment, by which the one of before is found.
const MARKER: &str = "<!-- tollgate: plan -->";

/// Plans what the branch moves, once the proposal is merged into it. A plan runs what the proposal brings, so one that is denied is
/// not planned, and one from another repository only when a maintainer has looked at its commit and asks for it.
pub(super) fn plan(
    invocation: &Invocation,
    (system, place): (&'static str, Option<&Place>),
    proposal: &Proposed,
    checked: ExitCode,
) -> Outcome {
    if !moves_workspaces(invocation, &proposal.branch)? {
        return Ok(ExitCode::Approved);
    }
    if checked != ExitCode::Approved && checked != ExitCode::Pending {
        output::tell(&format!("{system}: nothing is planned, because the check did not pass\n"));
        return Ok(ExitCode::Approved);
    }
    if proposal.is_foreign {
        output::tell(&format!("{system}: nothing is planned: {}\n", foreign(proposal)));
        tell(invocation, place, &foreign(proposal));
        return Ok(ExitCode::Approved);
    }
    output::tell(&format!("{system}: planning the merge into {}\n", proposal.branch));
    let reference = format!("refs/heads/{}", proposal.branch);
    let asked = plan::Planned { reference: &reference, to: &[], merge: Some(&proposal.head), adopt: false, no_cache: false };
    let (report, sources) = plan::plan(invocation, &asked)?;
    let text = |style| report.to_text(style, Detail::BRIEF, &|path| sources.source(path));
    output::print(&text(invocation.style())).map_err(|failure: Failure| vec![failure])?;
    let heading = format!("What the merge into `{}` would change", proposal.branch);
    tell(invocation, place, &format!("### {heading}\n\n{}", block(&text(Style::plain(DEFAULT_WIDTH)))));
    Ok(report.exit)
}

fn foreign(proposal: &Proposed) -> String {
    let head = &proposal.head;
    format!(
        "the proposal comes from another repository, or nobody says that it does not. A plan runs what it brings: look at its commit, \
         and comment `/tollgate plan {head}`"
    )
}

/// Whether a branch moves a workspace of Terraform, by the policy in force. Where there is none, nothing moves.
fn moves_workspaces(invocation: &Invocation, branch: &str) -> Result<bool, crate::configuration::Failures> {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let Some((in_force, _)) = wiring::in_force(invocation, &loader)? else { return Ok(false) };
    let reference = GitReference::Branch(branch.to_owned());
    let mut targets = in_force.configuration.pipeline.targets();
    Ok(targets.any(|target| {
        matches!(target.kind, TargetKind::Terraform(_)) && target.on.iter().any(|trigger| trigger.matches(&reference))
    }))
}

fn tell(invocation: &Invocation, place: Option<&Place>, text: &str) {
    let shown = place.and_then(|place| Shown::open(invocation, place));
    shown.iter().for_each(|shown| shown.comment(MARKER, &format!("{MARKER}\n{text}\n")));
}
