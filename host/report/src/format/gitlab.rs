//! GitLab's code quality report, a part of Code Climate's: an array of what to improve, which a merge request compares with
//! that of its target branch.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::finding::Severity;

use crate::check::CheckReport;
use crate::clean;
use crate::failure::Failure;
use crate::finding::FindingReport;
use crate::format::fingerprints::Fingerprints;
use crate::format::place::Place;
use crate::format::sentence;
use crate::standing::Standing;

/// Where what stands in no file is shown: GitLab drops what has no path.
pub const NO_FILE: &str = "tollgate.yaml";

/// The report as a code quality report. What is fixed is not in it, which is how GitLab knows.
///
/// # Errors
/// Never; the type says what serialising may refuse.
pub fn to_string(report: &CheckReport) -> Result<String, serde_json::Error> {
    let mut fingerprints = Fingerprints::default();
    let present = report.findings.iter().filter(|finding| finding.standing() != Standing::Fixed);
    let mut issues: Vec<Issue> = present.map(|finding| of_finding(finding, &mut fingerprints)).collect();
    issues.extend(report.errors.iter().map(|failure| of_failure(failure, &mut fingerprints)));
    crate::json::to_string(&issues)
}

/// One entry of the report.
#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: String,
    /// Once in a report: GitLab shows only one of equal ones.
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation,
}

#[derive(Debug, Serialize)]
struct IssueLocation {
    path: String,
    lines: Lines,
}

/// From 1.
#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl From<Option<Place<'_>>> for IssueLocation {
    fn from(place: Option<Place<'_>>) -> Self {
        let path = place.map_or_else(|| NO_FILE.to_owned(), |place| path(&place));
        let lines = place.map_or(Lines { begin: 1, end: 1 }, |place| Lines { begin: place.line(), end: place.end_line() });
        Self { path, lines }
    }
}

/// As GitLab wants it: without `./`.
pub(crate) fn path(place: &Place<'_>) -> String {
    let path = clean::line(place.file);
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

fn of_finding(finding: &FindingReport, fingerprints: &mut Fingerprints) -> Issue {
    Issue {
        description: sentence::finding(finding),
        check_name: clean::line(&finding.rule),
        fingerprint: fingerprints.unique(&finding.fingerprint),
        severity: severity(finding),
        location: finding.place().into(),
    }
}

fn of_failure(failure: &Failure, fingerprints: &mut Fingerprints) -> Issue {
    let description = sentence::failure(failure);
    let fingerprint = Digest::of(format!("{}\n{description}", failure.name).as_bytes()).hex();
    Issue {
        description,
        check_name: format!("tollgate/{}", clean::line(&failure.name)),
        fingerprint: fingerprints.unique(&fingerprint),
        severity: "blocker",
        location: failure.place().into(),
    }
}

/// What blocks is never below minor, and what does not block never above major.
fn severity(finding: &FindingReport) -> &'static str {
    match (finding.standing(), finding.severity) {
        (Standing::Blocks, Severity::Critical) => "blocker",
        (Standing::Blocks, Severity::High) => "critical",
        (Standing::Blocks, Severity::Medium) | (Standing::Warns, Severity::Critical | Severity::High | Severity::Medium) => "major",
        (Standing::Blocks, Severity::Low | Severity::Info) | (Standing::Warns, Severity::Low) => "minor",
        (Standing::Warns, Severity::Info) | (Standing::Notes | Standing::Waived | Standing::Fixed, _) => "info",
    }
}

#[cfg(test)]
pub(crate) mod tests;
