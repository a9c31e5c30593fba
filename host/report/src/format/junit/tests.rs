use super::*;
use crate::format::tests::{failed, rich};

fn read(text: &str) -> Report {
    Report::deserialize_from_str(text).unwrap()
}

/// Reads as a CI system does; then what is said of each case outside of attributes.
pub(crate) fn outputs(text: &str) -> Vec<String> {
    let report = read(text);
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    cases
        .flat_map(|case| [description(case), case.system_out.as_ref().map(|output| output.as_str().to_owned())])
        .flatten()
        .collect()
}

fn description(case: &TestCase) -> Option<String> {
    match &case.status {
        TestCaseStatus::NonSuccess { description, .. } | TestCaseStatus::Skipped { description, .. } => {
            description.as_ref().map(|text| text.as_str().to_owned())
        }
        TestCaseStatus::Success { .. } => None,
    }
}

fn suite<'r>(report: &'r Report, name: &str) -> &'r TestSuite {
    report.test_suites.iter().find(|suite| suite.name.as_str() == name).unwrap()
}

#[test]
fn each_gate_has_a_suite_and_so_have_findings_of_no_gate() {
    let report = read(&to_string(&rich()).unwrap());
    let names: Vec<&str> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    let gates = ["image-pinned", "workload-limits", "pod-security", "service-selects", "slow"];
    assert_eq!(names, [&gates[..], &["house-rules", "source", "structure", "tollgate"]].concat());
    assert_eq!(suite(&report, "pod-security").tests, 1);
}

#[test]
fn only_what_blocks_fails_and_only_what_could_not_be_done_is_an_error() {
    let report = read(&to_string(&rich()).unwrap());
    let failures = |name| (suite(&report, name).failures, suite(&report, name).errors, suite(&report, name).skipped);
    assert_eq!(failures("workload-limits"), (0, 0, 0), "an advisory gate never fails");
    assert_eq!(failures("house-rules"), (0, 0, 0), "warnings and notes are output");
    assert_eq!(failures("slow"), (0, 0, 1), "an advisory gate that could not judge");
    assert_eq!(failures("service-selects"), (0, 0, 1));
    assert_eq!(failures("tollgate"), (0, 1, 0));
    assert!(failures("image-pinned").0 > 0);
}

#[test]
fn a_subject_whose_findings_are_all_settled_is_skipped_with_the_reasons() {
    let mut check = rich();
    check.findings.retain(|finding| finding.standing() >= Standing::Waived);
    check.gates.retain(|gate| gate.name == "pod-security");
    let report = read(&to_string(&check).unwrap());
    let case = &suite(&report, "image-pinned").test_cases[0];
    assert!(matches!(case.status, TestCaseStatus::Skipped { .. }));
    let reasons = description(case).unwrap();
    assert!(reasons.contains("waived until 2027-01-31") && reasons.contains("fixed. was there before"), "{reasons}");
}

#[test]
fn a_gate_of_several_policies_fails_by_its_own_name() {
    let mut check = rich();
    check.gates[0].name = "security".to_owned();
    let report = read(&to_string(&check).unwrap());
    assert_eq!((suite(&report, "security").failures, suite(&report, "image-pinned").failures), (1, 2));
}

#[test]
fn a_run_is_never_empty() {
    for check in [failed(), crate::check::tests::mk_empty()] {
        assert!(read(&to_string(&check).unwrap()).tests > 0);
    }
    let nothing = CheckReport { gates: Vec::new(), ..crate::check::tests::mk_empty() };
    let report = read(&to_string(&nothing).unwrap());
    assert_eq!((report.tests, report.failures, report.errors), (1, 0, 0));
}

#[test]
fn a_gate_that_blocks_and_could_not_judge_is_an_error() {
    let mut check = rich();
    check.gates[4].enforcement = Enforcement::Overridable;
    assert_eq!(suite(&read(&to_string(&check).unwrap()), "slow").errors, 1);
}
