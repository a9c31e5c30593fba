//! JUnit XML of the cases of a plugin or pack.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::cases::{CaseReport, CasesReport};
use crate::clean;

/// The cases as JUnit XML: a suite for each plugin or pack, a test for each case.
///
/// # Errors
/// Never; the type says what writing to somewhere else may refuse.
pub fn to_string(reports: &[CasesReport]) -> Result<String, SerializeError> {
    let mut junit = Report::new("tollgate cases");
    junit.add_test_suites(reports.iter().map(suite));
    junit.to_string()
}

fn suite(report: &CasesReport) -> TestSuite {
    let mut suite = TestSuite::new(clean::line(&report.name));
    suite.add_test_cases(report.cases.iter().map(case));
    suite
}

fn case(case: &CaseReport) -> TestCase {
    let mut test = TestCase::new(clean::line(&case.file), status(case));
    test.set_classname(clean::line(&case.folder));
    test
}

fn status(case: &CaseReport) -> TestCaseStatus {
    let (kind, lines) = match &case.error {
        Some(error) => (NonSuccessKind::Error, vec![error.clone()]),
        None => {
            let missing = case.missing.iter().map(|what| format!("not found: {what}"));
            let unexpected = case.unexpected.iter().map(|what| format!("found, not expected: {what}"));
            (NonSuccessKind::Failure, missing.chain(unexpected).collect())
        }
    };
    if lines.is_empty() {
        return TestCaseStatus::success();
    }
    let lines: Vec<String> = lines.iter().map(|line| clean::line(line)).collect();
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(lines[0].clone()).set_description(lines.join("\n"));
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_case(file: &str, error: Option<&str>, missing: &[&str]) -> CaseReport {
        let missing = missing.iter().map(|what| (*what).to_owned()).collect();
        CaseReport {
            file: file.to_owned(),
            folder: "fail".to_owned(),
            error: error.map(str::to_owned),
            missing,
            unexpected: Vec::new(),
        }
    }

    #[test]
    fn each_case_is_a_test_that_passes_fails_or_could_not_run() {
        let cases = vec![
            mk_case("a.yaml", None, &[]),
            mk_case("b.yaml", None, &["tag 0:/x", "y <&>\u{1b}"]),
            mk_case("c.yaml", Some("trapped"), &[]),
        ];
        let report = CasesReport { version: 1, name: "demo".to_owned(), cases, unproven_rules: Vec::new() };
        let text = to_string(&[report]).unwrap();
        let read = Report::deserialize_from_str(&text).unwrap();
        let suite = &read.test_suites[0];
        assert_eq!((suite.tests, suite.failures, suite.errors), (3, 1, 1));
        assert!(text.contains("not found: tag 0:/x"));
    }
}
