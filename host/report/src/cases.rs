//! How the cases of a plugin or pack came out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clean;
use crate::style::{Style, Tone};

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// How cases came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CasesReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    /// The plugin or pack.
    pub name: String,
    pub cases: Vec<CaseReport>,
    /// Rules that no case expects: whether they ever find anything is not proven.
    pub unproven_rules: Vec<String>,
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseReport {
    pub file: String,
    /// `pass` or `fail`: what the case says.
    pub folder: String,
    /// Why it could not be judged.
    pub error: Option<String>,
    /// What it expects and what was not found.
    pub missing: Vec<String>,
    /// What was found and what it does not expect.
    pub unexpected: Vec<String>,
}

impl CaseReport {
    /// Whether it came out as it says.
    pub const fn is_well(&self) -> bool {
        self.error.is_none() && self.missing.is_empty() && self.unexpected.is_empty()
    }
}

impl CasesReport {
    /// Whether all came out as they say.
    pub fn is_well(&self) -> bool {
        self.cases.iter().all(CaseReport::is_well)
    }

    /// For people: what differs, what nothing proves, and how many there were.
    pub fn to_text(&self, style: Style) -> String {
        let different = self.cases.iter().filter(|case| !case.is_well());
        let mut text: String = different.map(|case| difference(case, style)).collect();
        if !self.unproven_rules.is_empty() {
            text.push_str(&format!("no case expects {}\n", clean::line(&self.unproven_rules.join(", "))));
        }
        let failed = self.cases.iter().filter(|case| !case.is_well()).count();
        let (word, tone) = if failed == 0 { ("ok", Tone::Good) } else { ("failed", Tone::Bad) };
        let counts = format!("{} cases, {failed} otherwise than they say", self.cases.len());
        format!("{text}{} {}: {counts}\n", style.paint(tone, word), clean::line(&self.name))
    }
}

fn difference(case: &CaseReport, style: Style) -> String {
    let line = |word: &'static str| move |what: &String| format!("  {word}: {}\n", clean::line(what));
    let error = case.error.iter().map(line("error"));
    let missing = case.missing.iter().map(line("not found"));
    let unexpected = case.unexpected.iter().map(line("found, not expected"));
    let lines: String = error.chain(missing).chain(unexpected).collect();
    format!("{}\n{lines}", style.paint(Tone::Heading, clean::line(&case.file)))
}
