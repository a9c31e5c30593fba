//! GitLab's security report, type `sast` (security-report-schemas 15.0.7), for its vulnerability pages.

use serde::Serialize;
use tollgate_core::finding::Severity;
use tollgate_core::time::Timestamp;

use crate::check::CheckReport;
use crate::clean;
use crate::finding::FindingReport;
use crate::format::fingerprints::Fingerprints;
use crate::format::gitlab::{self, NO_FILE};
use crate::format::markdown::escape;
use crate::format::sentence;
use crate::rule::{self, RuleReport};
use crate::standing::Standing;

/// The version of the schema that the report follows.
pub const SCHEMA_VERSION: &str = "15.0.7";

/// The longest texts that the schema takes, in characters.
const NAME: usize = 255;
const SOLUTION: usize = 7_000;
const DESCRIPTION: usize = 1_048_576;

/// The report as a security report of a check that ran from `started` to `ended`. Waived and fixed findings are not in it.
///
/// # Errors
/// Never; the type says what serialising may refuse.
pub fn to_string(
    report: &CheckReport,
    rules: &[RuleReport],
    started: Timestamp,
    ended: Timestamp,
) -> Result<String, serde_json::Error> {
    let rules = rule::all(report, rules);
    let mut fingerprints = Fingerprints::default();
    let open = report.findings.iter().filter(|finding| !matches!(finding.standing(), Standing::Waived | Standing::Fixed));
    let vulnerabilities = open.map(|finding| vulnerability(finding, &rules, fingerprints.unique(&finding.fingerprint))).collect();
    crate::json::to_string(&SecurityReport { version: SCHEMA_VERSION, scan: scan(report, started, ended), vulnerabilities })
}

#[derive(Debug, Serialize)]
struct SecurityReport {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Debug, Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Debug, Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Debug, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct Vulnerability {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    /// The rule first: by it GitLab knows a vulnerability again.
    identifiers: Vec<Identifier>,
    location: Place,
}

#[derive(Debug, Serialize)]
struct Identifier {
    r#type: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Place {
    file: String,
    start_line: u32,
    end_line: u32,
}

fn scan(report: &CheckReport, started: Timestamp, ended: Timestamp) -> Scan {
    let tool =
        || Tool { id: "tollgate", name: "tollgate", version: env!("CARGO_PKG_VERSION"), vendor: Vendor { name: "tollgate" } };
    Scan {
        analyzer: tool(),
        scanner: tool(),
        r#type: "sast",
        start_time: time(started),
        end_time: time(ended),
        status: if report.errors.is_empty() { "success" } else { "failure" },
        messages: messages(report),
    }
}

/// In UTC, in the only form that the schema takes.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn messages(report: &CheckReport) -> Vec<Message> {
    let with = |level: &'static str| move |value: String| Message { level, value };
    let fatal = report.errors.iter().map(sentence::failure).map(with("fatal"));
    let warned =
        sentence::advisory_errors(report).chain(report.not_evaluated.iter().map(sentence::not_evaluated)).map(with("warn"));
    let told = report.notices.iter().map(|notice| clean::line(notice)).map(with("info"));
    fatal.chain(warned).chain(told).filter(|message| !message.value.is_empty()).collect()
}

fn vulnerability(finding: &FindingReport, rules: &[RuleReport], id: String) -> Vulnerability {
    let rule = rules.iter().find(|rule| rule.id == finding.rule);
    let title = rule.map_or(&finding.rule, |rule| &rule.title);
    // GitLab renders it as Markdown.
    let said = escape::text(&format!("{} ({})", clean::line(&finding.message), finding.way_through()));
    Vulnerability {
        id,
        name: sentence::clip(&clean::line(title), NAME),
        description: sentence::clip(&said, DESCRIPTION),
        severity: severity(finding.severity),
        solution: finding.remediation.as_deref().map(|fix| sentence::clip(&clean::line(fix), SOLUTION)),
        identifiers: identifiers(finding, rule.and_then(RuleReport::page)),
        location: location(finding),
    }
}

fn identifiers(finding: &FindingReport, page: Option<&str>) -> Vec<Identifier> {
    let identifier = |r#type, value: &String, url: Option<&str>| {
        let value = clean::line(value);
        Identifier { r#type, name: value.clone(), value, url: url.map(str::to_owned) }
    };
    let rule = identifier("tollgate_rule", &finding.rule, page);
    let controls = finding.controls.iter().map(|control| identifier("control", control, None));
    std::iter::once(rule).chain(controls.filter(|control| !control.value.is_empty())).collect()
}

fn location(finding: &FindingReport) -> Place {
    let place = finding.place();
    Place {
        file: place.map_or_else(|| NO_FILE.to_owned(), |place| gitlab::path(&place)),
        start_line: place.map_or(1, |place| place.line()),
        end_line: place.map_or(1, |place| place.end_line()),
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

#[cfg(test)]
pub(crate) mod tests;
