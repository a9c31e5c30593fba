//! Waived findings, and waivers that need somebody's attention.

use tollgate_core::waiver::WaiverState;

use crate::finding::FindingReport;
use crate::style::Style;
use crate::text::{Detail, drawn, summary};
use crate::waiver::WaiverUse;

/// A line for each finding that a waiver accepts.
pub(crate) fn waived(waived: &[&FindingReport], style: Style, detail: Detail) -> String {
    let line = |finding: &&FindingReport| {
        let place = finding.location().map(|location| format!("{}: ", drawn::place(&location))).unwrap_or_default();
        format!("{place}{}: {}; {}", finding.rule, finding.message, finding.way_through())
    };
    let more = waived.len().saturating_sub(detail.lines);
    let more = (more > 0).then(|| format!("{more} more"));
    summary::list("waived", waived.iter().take(detail.lines).map(line).chain(more), style)
}

/// Waivers that hold no more, and those that are about nothing.
pub(crate) fn attention(waivers: &[WaiverUse], style: Style) -> String {
    let of = |state| waivers.iter().filter(move |waiver| waiver.state == state);
    let place =
        |waiver: &WaiverUse| format!("{}:{}: {} of {}", waiver.waiver.file, waiver.waiver.line, waiver.rule, waiver.subject);
    let expired = |waiver: &WaiverUse| {
        let back =
            if waiver.findings == 1 { "1 finding is back".to_owned() } else { format!("{} findings are back", waiver.findings) };
        format!("{} expired on {}: {back}", place(waiver), waiver.waiver.expires)
    };
    let unused = |waiver: &WaiverUse| format!("{} accepts nothing: remove it", place(waiver));
    let lines = of(WaiverState::Expired).map(expired).chain(of(WaiverState::Unused).map(unused));
    summary::list("waivers to look at", lines, style)
}
