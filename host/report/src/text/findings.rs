//! Findings, grouped by file, with the lines that they are about.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::clean;
use crate::finding::FindingReport;
use crate::style::{Style, Tone};
use crate::text::source::{SourceText, Sources};
use crate::text::{Detail, drawn, join};

/// Findings, which are sorted by file, as text. What is not listed is counted, by file and rule.
pub(crate) fn text<'a>(
    findings: &[&'a FindingReport],
    style: Style,
    detail: Detail,
    sources: &Sources<'_>,
    seen: &mut Seen<'a>,
) -> String {
    let groups = findings.chunk_by(|one, other| one.file == other.file);
    let blocks: Vec<String> = groups.map(|group| of_file(group, style, detail, sources, seen)).collect();
    if blocks.is_empty() { String::new() } else { join(&blocks) }
}

/// How many findings of each rule were already shown.
pub(crate) type Seen<'a> = BTreeMap<&'a str, usize>;

fn of_file<'a>(findings: &[&'a FindingReport], style: Style, detail: Detail, sources: &Sources<'_>, seen: &mut Seen<'a>) -> String {
    let file = findings.first().and_then(|finding| finding.file.as_deref());
    // Read only when something is drawn: most files of a large report are not.
    let source = LazyCell::new(|| file.and_then(sources).map(|bytes| SourceText::new(&bytes)));
    let mut frames = vec![style.paint(Tone::Heading, file.map_or_else(|| "not in a file".to_owned(), clean::line))];
    let mut lines = String::new();
    let mut hidden = Seen::new();
    for finding in findings {
        let count = seen.entry(finding.rule.as_str()).or_default();
        *count += 1;
        if *count <= detail.frames {
            frames.push(drawn::finding(finding, source.as_ref(), style));
        } else if *count <= detail.lines {
            lines.push_str(&line(finding, style));
        } else {
            *hidden.entry(finding.rule.as_str()).or_default() += 1;
        }
    }
    lines.extend(hidden.iter().map(|(rule, count)| not_shown(rule, *count)));
    frames.push(lines);
    join(&frames)
}

pub(crate) fn line(finding: &FindingReport, style: Style) -> String {
    let level = style.paint(drawn::tone(finding.level), drawn::level(finding.level));
    let place = finding.location().map(|location| format!("{}: ", drawn::place(&location))).unwrap_or_default();
    format!("{place}{level} {}: {}\n", clean::line(&finding.rule), clean::line(&finding.message))
}

fn not_shown(rule: &str, count: usize) -> String {
    format!("{count} more of {} in this file, not shown here; `-o json` has them all\n", clean::line(rule))
}
