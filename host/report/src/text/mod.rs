//! Reports as text for people: findings first, grouped by file; what was decided last, where a CI log ends.

use crate::check::CheckReport;
use crate::failure::Failure;
use crate::finding::{FindingReport, FindingStatus};
use crate::style::Style;

mod comment;
pub(crate) mod drawn;
pub(crate) mod excerpt;
pub(crate) mod findings;
pub(crate) mod proposal;
pub(crate) mod source;
pub(crate) mod summary;
pub(crate) mod waivers;

use findings::Seen;
use source::SourceText;

pub use source::{Sources, without_secrets};

/// How much of a report is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Findings of one rule that are drawn with their source lines; more get a line each.
    pub frames: usize,
    /// Findings of one rule that are listed at all; more are counted.
    pub lines: usize,
}

impl Detail {
    /// Enough to understand each rule, and to see where else it strikes.
    pub const BRIEF: Self = Self { frames: 3, lines: 20 };
    /// Everything.
    pub const FULL: Self = Self { frames: usize::MAX, lines: usize::MAX };
}

impl CheckReport {
    /// The report for people.
    pub fn to_text(&self, style: Style, detail: Detail, sources: &Sources<'_>) -> String {
        let (present, fixed): (Vec<&FindingReport>, _) =
            self.findings.iter().partition(|finding| finding.status != Some(FindingStatus::Fixed));
        let (waived, counting): (Vec<&FindingReport>, Vec<&FindingReport>) =
            present.into_iter().partition(|finding| finding.waiver.is_some());
        let (old, new): (Vec<&FindingReport>, _) =
            counting.into_iter().partition(|finding| finding.status == Some(FindingStatus::Unchanged));
        let mut seen = Seen::new();
        let blocks = [
            findings::text(&new, style, detail, sources, &mut seen),
            proposal::old(self, &old, style),
            findings::text(&old, style, detail, sources, &mut seen),
            proposal::fixed(&fixed, style, detail),
            waivers::waived(&waived, style, detail),
            waivers::attention(&self.waivers, style),
            summary::errors(&self.errors, style, sources),
            summary::not_evaluated(&self.not_evaluated, style),
            summary::gates(&self.gates, style),
            summary::at_promotion(&self.at_promotion, style),
            proposal::own_policies(self, style, detail),
            summary::notices(&self.notices, style),
            summary::verdict(self, style),
        ];
        join(&blocks)
    }
}

impl Failure {
    /// For stderr: the error, its causes, the offending line where there is one, what to do, the exit code's meaning.
    pub fn to_text(&self, style: Style, sources: &Sources<'_>) -> String {
        let source = self.file.as_deref().and_then(sources).map(|bytes| SourceText::new(&bytes));
        drawn::failure(self, source.as_ref(), style)
    }
}

/// Puts a blank line between blocks that have any text.
pub(crate) fn join(blocks: &[String]) -> String {
    let blocks: Vec<&str> = blocks.iter().map(|block| block.trim_end_matches('\n')).filter(|block| !block.is_empty()).collect();
    blocks.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests;
