//! What follows the findings: errors, what was not looked at, the gates, and the verdict.

use tollgate_core::finding::Level;
use tollgate_core::policy::Enforcement;

use crate::check::{AtPromotion, CheckDecision, CheckReport, Counts, NotEvaluated, ProposalReport};
use crate::clean;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::finding::{FindingReport, FindingStatus};
use crate::gate::{GateReport, WaitReport};
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{Sources, join};

/// Each error with its causes and the meaning of its exit code.
pub(crate) fn errors(errors: &[Failure], style: Style, sources: &Sources<'_>) -> String {
    let texts: Vec<String> = errors.iter().map(|failure| failure.to_text(style, sources)).collect();
    if texts.is_empty() { String::new() } else { join(&texts) }
}

pub(crate) fn not_evaluated(files: &[NotEvaluated], style: Style) -> String {
    list("not evaluated", files.iter().map(|file| format!("{}: {}", file.file, file.why)), style)
}

pub(crate) fn notices(notices: &[String], style: Style) -> String {
    list("note", notices.iter().cloned(), style)
}

pub(crate) fn at_promotion(gates: &[AtPromotion], style: Style) -> String {
    let line = |gate: &AtPromotion| format!("{} ({}): {}", gate.name, enforcement(gate.enforcement), gate.wait.sentence());
    list("promotion will also ask", gates.iter().map(line), style)
}

/// A heading with an indented line for each item; nothing for no items.
pub(crate) fn list(heading: &str, items: impl Iterator<Item = String>, style: Style) -> String {
    let lines: String = items.map(|item| format!("  {}\n", clean::line(&item))).collect();
    if lines.is_empty() { lines } else { format!("{}\n{lines}", style.paint(Tone::Heading, heading)) }
}

/// The gates as a table: verdict, name, enforcement, and why where one could not judge or waits.
pub(crate) fn gates(gates: &[GateReport], style: Style) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let rows = gates.iter().map(|gate| {
        let why = gate.message.clone().or_else(|| gate.wait.as_ref().map(WaitReport::sentence));
        vec![gate.verdict.clone(), gate.name.clone(), enforcement(gate.enforcement).to_owned(), why.unwrap_or_default()]
    });
    format!("{}\n{}", style.paint(Tone::Heading, "gates"), table::plain(rows, style))
}

pub(crate) const fn enforcement(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Advisory => "advisory",
        Enforcement::Overridable => "overridable",
        Enforcement::Mandatory => "mandatory",
    }
}

/// The last lines of a check: the verdict in one word, and what it rests on.
pub(crate) fn verdict(report: &CheckReport, style: Style) -> String {
    let word = decision(report);
    let tone = if report.decision == Some(CheckDecision::Approved) { Tone::Good } else { Tone::Bad };
    let judged_by = format!("judged by the policies of: {}", clean::line(&report.policy_revision));
    let proposal = report.proposal.as_ref().map(|proposal| format!("{}\n", proposal_line(proposal, &report.findings)));
    let verdict = verdict_line(word, tone, report, style);
    format!("{}\n{}{verdict}", style.paint(Tone::Quiet, judged_by), proposal.unwrap_or_default())
}

/// The verdict in one word, or two.
pub(crate) const fn decision(report: &CheckReport) -> &'static str {
    match report.decision {
        Some(CheckDecision::Approved) => "approved",
        Some(CheckDecision::Denied) => "denied",
        None => "not decided",
    }
}

fn verdict_line(word: &str, tone: Tone, report: &CheckReport, style: Style) -> String {
    let found = levels(report.findings.iter().filter(|finding| finding.status != Some(FindingStatus::Fixed)));
    let counts = counts(report.counts);
    // Approved with exit 0 needs no explanation, all else does.
    let exit = if report.exit == ExitCode::Approved { String::new() } else { format!(" ({})", report.exit) };
    format!("{}: {found}; {counts}{exit}", style.paint(tone, word))
}

/// `proposal 0123456789ab into ba9876543210: 3 files changed; 2 new, 1 unchanged, 0 fixed`
fn proposal_line(proposal: &ProposalReport, findings: &[FindingReport]) -> String {
    let count = |status| findings.iter().filter(|finding| finding.status == Some(status)).count();
    let short = |commit: &str| clean::line(commit.get(..12).unwrap_or(commit));
    let files = match (proposal.changed_files, proposal.whole) {
        (count, true) => format!("{count} changed, all judged"),
        (1, false) => "1 file changed".to_owned(),
        (count, false) => format!("{count} files changed"),
    };
    format!(
        "proposal {} into {}: {files}; {} new, {} unchanged, {} fixed",
        short(&proposal.head),
        short(&proposal.base),
        count(FindingStatus::New),
        count(FindingStatus::Unchanged),
        count(FindingStatus::Fixed)
    )
}

/// `2 deny, 1 warn`
pub(crate) fn levels<'a>(findings: impl Iterator<Item = &'a FindingReport>) -> String {
    let (waived, counting): (Vec<&FindingReport>, Vec<&FindingReport>) = findings.partition(|finding| finding.waiver.is_some());
    let count = |level: Level| counting.iter().filter(|finding| finding.level == level).count();
    let counted =
        [(count(Level::Deny), "deny"), (count(Level::Warn), "warn"), (count(Level::Note), "note"), (waived.len(), "waived")];
    let words: Vec<String> =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
}

pub(crate) fn counts(counts: Counts) -> String {
    let plural = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let evaluated = if counts.documents == counts.evaluated { "all".to_owned() } else { counts.evaluated.to_string() };
    if counts.files == 0 && counts.documents > 0 {
        return format!("{}, {evaluated} evaluated", plural(counts.documents, "document"));
    }
    if counts.documents == 0 {
        return format!("{}, no documents to evaluate", plural(counts.files, "file"));
    }
    format!("{}, {}, {evaluated} evaluated", plural(counts.files, "file"), plural(counts.documents, "document"))
}
