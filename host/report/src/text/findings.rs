//! Findings, grouped by file, with the lines that they are about.

use std::collections::BTreeMap;

use crate::clean;
use crate::finding::FindingReport;
use crate::style::{Style, Tone};
use crate::text::source::{SourceText, Sources};
use crate::text::{Detail, drawn, join};

/// All findings as text. What is not listed is counted, by file and rule.
pub(crate) fn text(findings: &[FindingReport], style: Style, detail: Detail, sources: &Sources<'_>) -> String {
    let mut seen = BTreeMap::new();
    let mut groups: Vec<(Option<&str>, Vec<&FindingReport>)> = Vec::new();
    for finding in findings {
        let file = finding.file.as_deref();
        match groups.iter_mut().find(|(known, _)| *known == file) {
            Some((_, group)) => group.push(finding),
            None => groups.push((file, vec![finding])),
        }
    }
    let blocks: Vec<String> = groups
        .into_iter()
        .map(|(file, group)| {
            let source = file.and_then(sources).map(|bytes| SourceText::new(&bytes));
            of_file(file, &group, source.as_ref(), style, detail, &mut seen)
        })
        .collect();
    if blocks.is_empty() { String::new() } else { join(&blocks) }
}

/// How many findings of each rule were already shown.
type Seen<'a> = BTreeMap<&'a str, usize>;

fn of_file<'a>(
    file: Option<&str>,
    findings: &[&'a FindingReport],
    source: Option<&SourceText>,
    style: Style,
    detail: Detail,
    seen: &mut Seen<'a>,
) -> String {
    let mut frames = vec![style.paint(Tone::Heading, file.map_or_else(|| "not in a file".to_owned(), clean::line))];
    let mut lines = String::new();
    let mut hidden = Seen::new();
    for finding in findings {
        let count = seen.entry(finding.rule.as_str()).or_default();
        *count += 1;
        if *count <= detail.frames {
            frames.push(drawn::finding(finding, source, style));
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

fn line(finding: &FindingReport, style: Style) -> String {
    let level = style.paint(drawn::tone(finding.level), drawn::level(finding.level));
    let place = finding.location().map(|location| format!("{}: ", drawn::place(&location))).unwrap_or_default();
    format!("{place}{level} {}: {}\n", clean::line(&finding.rule), clean::line(&finding.message))
}

fn not_shown(rule: &str, count: usize) -> String {
    format!("{count} more of {} in this file, not shown here; `-o json` has them all\n", clean::line(rule))
}
