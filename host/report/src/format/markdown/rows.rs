//! Findings, failures and sentences as rows of a page.

use std::collections::BTreeMap;

use super::escape;
use crate::clean;
use crate::failure::Failure;
use crate::finding::FindingReport;
use crate::format::place::Place;
use crate::format::sentence;
use crate::rule::RuleReport;
use crate::standing::Standing;
use crate::text::drawn;

/// How much of a sentence is shown, in characters.
const TEXT: usize = 1_000;

/// How much of a name is shown, in characters: a row must always fit into a page.
const NAME: usize = 200;

/// The header of a table of findings.
pub(super) const HEADER: &str = "| where | rule | what |\n|---|---|---|\n";

/// Makes rows.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pages: BTreeMap<&'a str, &'a str>,
    files: Option<&'a str>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(rules: &'a [RuleReport], files: Option<&'a str>) -> Self {
        let pages = rules.iter().filter_map(|rule| Some((rule.id.as_str(), rule.page()?))).collect();
        Self { pages, files }
    }

    /// Where, which rule, what, the fix, and who could let it through.
    pub(super) fn finding(&self, finding: &FindingReport) -> String {
        let place = finding.place().map(|place| self.place(&place));
        let subject = drawn::subject(finding).map(|subject| shown(&subject, NAME));
        let wheres: Vec<String> = place.into_iter().chain(subject).collect();
        format!("| {} | {} | {} |\n", wheres.join("<br>"), self.rule(finding), what(finding))
    }

    pub(super) fn failure(&self, failure: &Failure) -> String {
        let place = failure.place().map(|place| format!("{}: ", self.place(&place))).unwrap_or_default();
        format!("- **error**: {place}{}\n", shown(&sentence::failure(failure), TEXT))
    }

    /// `services/cart.yaml:9:18`, as a link where files can be read.
    fn place(&self, place: &Place<'_>) -> String {
        let numbers = place.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
        let text = escape::code(&format!("{}{numbers}", sentence::clip(&clean::line(place.file), NAME)));
        match self.files.filter(|_| !place.is_absolute() && place.file.len() <= NAME) {
            Some(files) => format!("[{text}](<{files}{}#L{}>)", place.uri_path(), place.line()),
            None => text,
        }
    }

    fn rule(&self, finding: &FindingReport) -> String {
        let name = escape::code(&sentence::clip(&clean::line(&finding.rule), NAME));
        let rule = self.pages.get(finding.rule.as_str()).map_or_else(|| name.clone(), |page| format!("[{name}](<{page}>)"));
        let level = if finding.standing() == Standing::Blocks { "**denied**" } else { drawn::level(finding.level) };
        let controls = shown(&finding.controls.join(", "), NAME);
        let gap = if controls.is_empty() { "" } else { "<br>" };
        format!("{level}, {}<br>{rule}{gap}{controls}", drawn::severity_word(finding.severity))
    }
}

/// The message, then what would fix it, then who could let it through or why it comes to nothing.
fn what(finding: &FindingReport) -> String {
    let fix = finding.remediation.as_deref().map(|fix| format!("<br>**Fix:** {}", shown(fix, TEXT))).unwrap_or_default();
    let way = sentence::aside(finding).unwrap_or_else(|| finding.way_through());
    format!("{}{fix}<br><sub>{}</sub>", shown(&finding.message, TEXT), shown(&way, NAME))
}

/// A sentence as a row of its own.
pub(super) fn item(sentence: &str) -> String {
    format!("- <span>{}</span>\n", shown(sentence, TEXT))
}

/// Clean, not too long, and inert.
fn shown(text: &str, limit: usize) -> String {
    escape::text(&sentence::clip(&clean::line(text), limit))
}
