//! SARIF 2.1.0 (OASIS), for code scanning.
//!
//! GitHub reads a part of it. It knows neither `suppressions` nor `baselineState`, so that what is waived has level `note`
//! and what is fixed level `none` whatever their rules say: neither looks like a failure there.

mod invocation;
mod location;
mod rules;

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Message, PropertyBag, Result as SarifResult, ResultKind, ResultLevel, Run, Sarif, Suppression, Tool,
};

use crate::check::CheckReport;
use crate::clean;
use crate::finding::{FindingReport, FindingStatus};
use crate::format::sentence;
use crate::rule::{self, RuleReport};
use crate::standing::{self, Standing};
use crate::text::{drawn, summary};

/// How many results of a run GitHub takes; it refuses the file otherwise ("SARIF results exceed one or more limits").
pub const RESULTS: usize = 25_000;

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The base of relative places (SARIF, 3.14.14).
const ROOT: &str = "SRCROOT";

/// The report as SARIF, with what plugins say of their rules.
///
/// # Errors
/// Never; the type says what serialising may refuse.
pub fn to_string(report: &CheckReport, rules: &[RuleReport]) -> Result<String, serde_json::Error> {
    let rules = rule::all(report, rules);
    let log = Sarif::builder().schema(SCHEMA).version("2.1.0").runs(vec![run(report, &rules)]).build();
    crate::json::to_string(&log)
}

fn run(report: &CheckReport, rules: &[RuleReport]) -> Run {
    let index: BTreeMap<String, i64> = rules.iter().map(|rule| clean::line(&rule.id)).zip(0..).collect();
    let results: Vec<SarifResult> = kept(report).into_iter().map(|finding| result(finding, &index)).collect();
    let root = ArtifactLocation::builder().description(message("The root of the repository.")).build();
    Run::builder()
        .tool(Tool::builder().driver(rules::driver(rules)).build())
        .column_kind("unicodeCodePoints")
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .invocations(vec![invocation::of(report)])
        .results(results)
        .properties(bag([("policyRevision", clean::line(&report.policy_revision).into())]))
        .build()
}

/// All findings in their order, or as many of the worst as fit.
fn kept(report: &CheckReport) -> Vec<&FindingReport> {
    if report.findings.len() <= RESULTS {
        return report.findings.iter().collect();
    }
    standing::worst_first(report).into_iter().take(RESULTS).collect()
}

fn result(finding: &FindingReport, index: &BTreeMap<String, i64>) -> SarifResult {
    let rule = clean::line(&finding.rule);
    let rule_index = index.get(&rule).copied();
    let base = SarifResult::builder()
        .rule_id(rule)
        .kind(if finding.standing() == Standing::Fixed { ResultKind::Pass } else { ResultKind::Fail })
        .level(level(finding.standing()))
        .message(message(&sentence::finding(finding)))
        .locations(location::of_finding(finding))
        .partial_fingerprints(BTreeMap::from([("tollgate/v1".to_owned(), finding.fingerprint.clone())]))
        .properties(properties(finding))
        .build();
    SarifResult {
        rule_index,
        baseline_state: finding.status.map(|status| baseline_state(status).into()),
        suppressions: finding.waiver.as_ref().map(|waiver| {
            vec![Suppression::builder().kind("external").status("accepted").justification(sentence::waiver(waiver)).build()]
        }),
        ..base
    }
}

const fn level(standing: Standing) -> ResultLevel {
    match standing {
        Standing::Blocks => ResultLevel::Error,
        Standing::Warns => ResultLevel::Warning,
        Standing::Notes | Standing::Waived => ResultLevel::Note,
        Standing::Fixed => ResultLevel::None,
    }
}

const fn baseline_state(status: FindingStatus) -> &'static str {
    match status {
        FindingStatus::New => "new",
        FindingStatus::Unchanged => "unchanged",
        FindingStatus::Fixed => "absent",
    }
}

/// What SARIF has no word for.
fn properties(finding: &FindingReport) -> PropertyBag {
    let level = drawn::level(finding.level);
    let enforcement = summary::enforcement(finding.enforcement);
    let controls: Vec<String> = finding.controls.iter().map(|control| clean::line(control)).collect();
    let severity = drawn::severity_word(finding.severity);
    bag([
        ("level", level.into()),
        ("severity", severity.into()),
        ("enforcement", enforcement.into()),
        ("controls", controls.into()),
        ("wayThrough", finding.way_through().into()),
    ])
}

fn bag<const N: usize>(properties: [(&str, Value); N]) -> PropertyBag {
    let properties: BTreeMap<String, Value> = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    PropertyBag::builder().additional_properties(properties).build()
}

/// Plain text. Brackets followed by parentheses would be a link (SARIF, 3.11.6).
fn message(text: &str) -> Message {
    Message::builder().text(text.replace("](", "] (")).build()
}

#[cfg(test)]
pub(crate) mod tests;
