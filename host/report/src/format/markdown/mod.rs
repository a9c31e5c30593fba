//! A comment of a pull request that updates itself: whoever posts it finds the last one by [`MARKER`].
//!
//! The verdict comes first, then new findings before old, each with its fix and who could let it through.

pub(crate) mod escape;
mod page;
mod rows;

use crate::check::CheckReport;
use crate::clean;
use crate::exit_code::ExitCode;
use crate::finding::{FindingReport, FindingStatus};
use crate::format::sentence;
use crate::rule::RuleReport;
use crate::standing::{self, Standing};
use crate::text::summary;

use page::Page;
use rows::Rows;

/// The first line, which is not shown: it tells the comment from those of others.
pub const MARKER: &str = "<!-- tollgate: check -->";

/// How long a comment may be. GitHub counts characters (REST API, issue comments); bytes are never fewer.
pub const LIMIT: usize = 65_536;

/// Room for what is said of what was left out, in bytes.
const LEFT_OUT: usize = 1_000;

/// How much of the policy revision and of the command is shown, in characters.
const REVISION: usize = 200;
const COMMAND: usize = 4_000;

/// What a comment shows beside the report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Comment<'a> {
    /// What to type to see the same.
    pub command: &'a str,
    /// Where files can be read, ended by a slash: `https://github.com/OWNER/REPO/blob/COMMIT/`. Nothing: places are no links.
    pub files: Option<&'a str>,
}

/// The report as a comment.
pub fn to_string(report: &CheckReport, rules: &[RuleReport], comment: Comment<'_>) -> String {
    let end = end(report, comment);
    let mut page = Page::new(format!("{MARKER}\n{}", verdict(report)), LIMIT.saturating_sub(end.len() + LEFT_OUT));
    let rows = Rows::new(rules, comment.files);
    page.section("What could not be done", "", &report.errors.iter().map(|error| rows.failure(error)).collect::<Vec<_>>());
    for (heading, belongs) in sections(report) {
        let findings = standing::worst_first(report).into_iter().filter(|finding| belongs(finding));
        page.section(heading, rows::HEADER, &findings.map(|finding| rows.finding(finding)).collect::<Vec<_>>());
    }
    for (heading, items) in lists(report) {
        page.section(heading, "", &items.iter().map(|item| rows::item(item)).collect::<Vec<_>>());
    }
    page.end(&end)
}

/// A heading, and what stands under it.
type Section = (&'static str, fn(&FindingReport) -> bool);

fn sections(report: &CheckReport) -> [Section; 4] {
    let is_compared = report.findings.iter().any(|finding| finding.status.is_some());
    [
        (if is_compared { "New findings" } else { "Findings" }, |finding| is_open(finding) && !is_old(finding)),
        ("Findings that the base has as well", |finding| is_open(finding) && is_old(finding)),
        ("Waived", |finding| finding.standing() == Standing::Waived),
        ("Fixed", |finding| finding.standing() == Standing::Fixed),
    ]
}

fn is_old(finding: &FindingReport) -> bool {
    finding.status == Some(FindingStatus::Unchanged)
}

fn is_open(finding: &FindingReport) -> bool {
    finding.standing() < Standing::Waived
}

/// What follows the findings, as sentences.
fn lists(report: &CheckReport) -> [(&'static str, Vec<String>); 4] {
    let promotion = report.at_promotion.iter().map(|gate| {
        format!("`{}` ({}): {}", gate.name.replace('`', ""), summary::enforcement(gate.enforcement), gate.wait.sentence())
    });
    [
        ("Could not judge, which blocks nothing", sentence::advisory_errors(report).collect()),
        ("Not evaluated", report.not_evaluated.iter().map(sentence::not_evaluated).collect()),
        ("Promotion will also ask", promotion.collect()),
        ("To know", report.notices.clone()),
    ]
}

fn verdict(report: &CheckReport) -> String {
    let exit = if report.exit == ExitCode::Approved { String::new() } else { format!(" ({})", report.exit) };
    let (decision, counts) = (summary::decision(report), summary::counts(report.counts));
    format!("### tollgate: {decision}\n\n{}; {counts}{exit}\n", standings(report))
}

/// `2 deny, 1 warn, 1 waived`: what a finding comes to, not its level.
fn standings(report: &CheckReport) -> String {
    let count = |standing: Standing| report.findings.iter().filter(|finding| finding.standing() == standing).count();
    let all = [
        (Standing::Blocks, "deny"),
        (Standing::Warns, "warn"),
        (Standing::Notes, "note"),
        (Standing::Waived, "waived"),
        (Standing::Fixed, "fixed"),
    ];
    let counted = all.map(|(standing, words)| (count(standing), words));
    let words: Vec<String> =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
}

/// Whose policies judged, and how to see the same.
fn end(report: &CheckReport, comment: Comment<'_>) -> String {
    let revision = escape::text(&sentence::clip(&clean::line(&report.policy_revision), REVISION));
    let command = sentence::clip(&clean::line(comment.command), COMMAND);
    let fence = "`".repeat(longest_run(&command).max(2) + 1);
    format!("\nJudged by the policies of: {revision}. To see the same:\n\n{fence}console\n{command}\n{fence}\n")
}

/// The longest run of backticks: a fence must be longer than what it holds.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
