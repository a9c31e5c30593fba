//! JUnit XML, as CI systems read test reports: a suite for each gate, a case for each document that it found something about.
//!
//! Only what blocks is a failure. Warnings and notes are in a case's output, waived and fixed findings are skipped cases.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use tollgate_core::policy::Enforcement;

use crate::check::CheckReport;
use crate::clean;
use crate::failure::Failure;
use crate::finding::FindingReport;
use crate::format::sentence;
use crate::gate::GateReport;
use crate::standing::Standing;
use crate::text::drawn;

/// The report as JUnit XML.
///
/// # Errors
/// Never; the type says what writing to somewhere else may refuse.
pub fn to_string(report: &CheckReport) -> Result<String, SerializeError> {
    let mut by_policy = by_policy(report);
    let mut suites: Vec<TestSuite> = Vec::new();
    for gate in &report.gates {
        let findings = by_policy.remove(gate.name.as_str()).unwrap_or_default();
        suites.push(suite(&gate.name, of_gate(gate, &findings)));
    }
    suites.extend(by_policy.iter().map(|(policy, findings)| suite(policy, of_findings(policy, findings))));
    if !report.errors.is_empty() || suites.is_empty() {
        suites.push(suite("tollgate", of_check(report)));
    }
    let mut junit = Report::new("tollgate check");
    junit.add_test_suites(suites);
    junit.to_string()
}

/// What is no gate's own, such as the host's own findings and those of a gate of several policies, has suites of its own.
fn by_policy(report: &CheckReport) -> BTreeMap<&str, Vec<&FindingReport>> {
    let mut by_policy: BTreeMap<&str, Vec<&FindingReport>> = BTreeMap::new();
    for finding in &report.findings {
        by_policy.entry(finding.policy.as_str()).or_default().push(finding);
    }
    by_policy
}

fn suite(name: &str, cases: Vec<TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(clean::line(name));
    suite.add_test_cases(cases);
    suite
}

/// The cases of a gate: its findings, and its verdict where they don't show it.
fn of_gate(gate: &GateReport, findings: &[&FindingReport]) -> Vec<TestCase> {
    let mut cases = of_findings(&gate.name, findings);
    let blocks = findings.iter().any(|finding| finding.standing() == Standing::Blocks);
    let is_shown = match gate.verdict.as_str() {
        "error" => false,
        "fail" if gate.enforcement != Enforcement::Advisory => blocks,
        _ => !cases.is_empty(),
    };
    if !is_shown {
        cases.push(case(&gate.name, "verdict", verdict(gate)));
    }
    cases
}

/// What a gate's verdict is as a test's.
fn verdict(gate: &GateReport) -> TestCaseStatus {
    let why = clean::line(gate.message.as_deref().unwrap_or(&gate.verdict));
    match (gate.verdict.as_str(), gate.enforcement) {
        ("pass" | "warn", _) => TestCaseStatus::success(),
        ("not-applicable", _) => with_message(TestCaseStatus::skipped(), "there is nothing that it applies to"),
        ("fail", Enforcement::Advisory) => {
            with_message(TestCaseStatus::skipped(), "it says no, which blocks nothing: it is advisory")
        }
        (_, Enforcement::Advisory) => {
            with_message(TestCaseStatus::skipped(), &format!("could not judge, which blocks nothing: {why}"))
        }
        ("fail", _) => with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), "the gate says no"),
        (_, _) => with_message(TestCaseStatus::non_success(NonSuccessKind::Error), &why),
    }
}

/// A case for each document, file, component or target, in the order of the report.
fn of_findings(suite: &str, findings: &[&FindingReport]) -> Vec<TestCase> {
    let mut subjects: Vec<(String, Vec<&FindingReport>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for &finding in findings {
        let subject = subject(finding);
        let place = *places.entry(subject.clone()).or_insert_with(|| {
            subjects.push((subject, Vec::new()));
            subjects.len() - 1
        });
        subjects[place].1.push(finding);
    }
    subjects.iter().map(|(subject, findings)| of_subject(suite, subject, findings)).collect()
}

/// `Deployment shop/cart in services/cart.yaml`
fn subject(finding: &FindingReport) -> String {
    let file = finding.file.as_deref().map(clean::line);
    match (drawn::subject(finding), file) {
        (Some(subject), Some(file)) => format!("{subject} in {file}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "not in a file".to_owned(),
    }
}

/// What blocks is the failure, what is settled the reason to skip, and all else output.
fn of_subject(suite: &str, subject: &str, findings: &[&FindingReport]) -> TestCase {
    let (blocking, others): (Vec<&FindingReport>, Vec<&FindingReport>) =
        findings.iter().partition(|finding| finding.standing() == Standing::Blocks);
    let is_settled = findings.iter().all(|finding| finding.standing() >= Standing::Waived);
    let mut status = match (blocking.len(), is_settled) {
        (0, true) => with_message(TestCaseStatus::skipped(), "waived or fixed"),
        (0, false) => TestCaseStatus::success(),
        (count, _) => with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), &format!("{count} denied")),
    };
    status.set_description(lines(if is_settled { &others } else { &blocking }));
    let mut case = case(suite, subject, status);
    if !is_settled && !others.is_empty() {
        case.set_system_out(lines(&others));
    }
    case
}

/// What could not be done, or that there was nothing to do.
fn of_check(report: &CheckReport) -> Vec<TestCase> {
    if report.errors.is_empty() {
        return vec![case("tollgate", "nothing to judge", TestCaseStatus::success())];
    }
    report.errors.iter().map(of_failure).collect()
}

fn of_failure(failure: &Failure) -> TestCase {
    let message = sentence::failure(failure);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message.clone()).set_type(clean::line(&failure.name)).set_description(message);
    case("tollgate", &failure.name, status)
}

fn case(suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(clean::line(name), status);
    case.set_classname(clean::line(suite));
    case
}

fn with_message(mut status: TestCaseStatus, message: &str) -> TestCaseStatus {
    status.set_message(message);
    status
}

/// `services/cart.yaml:9:18: deny image-pinned/tag, high: image is not pinned. Pin it.`
fn lines(findings: &[&FindingReport]) -> String {
    let line = |finding: &&FindingReport| {
        let place = finding.location().map(|location| format!("{}: ", drawn::place(&location))).unwrap_or_default();
        format!("{place}{}: {}\n", drawn::heading(finding), sentence::finding(finding))
    };
    findings.iter().map(line).collect()
}

#[cfg(test)]
pub(crate) mod tests;
