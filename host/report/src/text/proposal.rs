//! What is told of a proposal alone: what was there before, what it fixes, and what its own policies would say.

use crate::check::{CheckDecision, CheckReport};
use crate::clean;
use crate::finding::{FindingReport, FindingStatus};
use crate::style::{Style, Tone};
use crate::text::{Detail, findings, summary};

/// The heading of findings that the base has as well.
pub(crate) fn old(report: &CheckReport, old: &[&FindingReport], style: Style) -> String {
    if old.is_empty() {
        return String::new();
    }
    let only_new = report.proposal.as_ref().is_some_and(|proposal| proposal.only_new);
    let meaning = if only_new { "they don't count here, and a promotion will deny them" } else { "they count all the same" };
    style.paint(Tone::Heading, format!("in the base already: {meaning}"))
}

/// A line for each finding of the base that is gone.
pub(crate) fn fixed(fixed: &[&FindingReport], style: Style, detail: Detail) -> String {
    let line = |finding: &&FindingReport| {
        let place = finding.file.as_deref().map(|file| format!("{file}: ")).unwrap_or_default();
        format!("{place}{}: {}", finding.rule, finding.message)
    };
    let more = fixed.len().saturating_sub(detail.lines);
    let more = (more > 0).then(|| format!("{more} more"));
    summary::list("fixed by the proposal", fixed.iter().take(detail.lines).map(line).chain(more), style)
}

/// What the proposal's own policies would say.
pub(crate) fn own_policies(report: &CheckReport, style: Style, detail: Detail) -> String {
    let Some(own) = report.proposal.as_ref().and_then(|proposal| proposal.own_policies.as_deref()) else { return String::new() };
    let heading = style.paint(Tone::Heading, "the proposal changes policies; its own don't judge it, and would say");
    let word = match own.decision {
        Some(CheckDecision::Approved) => "approved",
        Some(CheckDecision::Denied) => "denied",
        None => "nothing, because of errors",
    };
    let present = own.findings.iter().filter(|finding| finding.status != Some(FindingStatus::Fixed));
    let lines: String = present.clone().take(detail.lines).map(|finding| format!("  {}", findings::line(finding, style))).collect();
    let more = present.clone().count().saturating_sub(detail.lines);
    let more = if more == 0 { String::new() } else { format!("  {more} more\n") };
    let errors: String = own.errors.iter().map(|error| format!("  error: {}\n", clean::line(&error.message))).collect();
    format!("{heading}\n  {word}: {}\n{lines}{more}{errors}", summary::levels(present))
}
