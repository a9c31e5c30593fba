use super::*;
use crate::format::tests::{failed, rich, rules};
use serde_sarif::sarif::ReportingDescriptor;
use std::collections::BTreeSet;

fn log(report: &CheckReport) -> Sarif {
    serde_json::from_str(&to_string(report, &rules()).unwrap()).unwrap()
}

fn run_of(report: &CheckReport) -> Run {
    log(report).runs.remove(0)
}

/// Reads as a consumer does, and checks what GitHub asks; then the messages of results and notifications.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let mut log: Sarif = serde_json::from_str(text).unwrap();
    let run = log.runs.remove(0);
    let rules: Vec<&str> = run.tool.driver.rules.iter().flatten().map(|rule| rule.id.as_str()).collect();
    assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len());
    run.tool.driver.rules.iter().flatten().for_each(check_tags);
    let results = run.results.unwrap();
    for result in &results {
        check_result(result, &rules);
    }
    let notifications = run.invocations.into_iter().flatten().filter_map(|invocation| invocation.tool_execution_notifications);
    let notifications = notifications.flatten().filter_map(|notification| notification.message.text);
    results.into_iter().filter_map(|result| result.message.text).chain(notifications).collect()
}

/// The schema wants each once, and GitHub no more than twenty.
fn check_tags(rule: &ReportingDescriptor) {
    let tags = rule.properties.as_ref().unwrap().tags.as_ref().unwrap();
    assert!(tags.iter().collect::<BTreeSet<_>>().len() == tags.len() && tags.len() <= 20, "{tags:?}");
}

fn check_result(result: &SarifResult, rules: &[&str]) {
    let index = usize::try_from(result.rule_index.unwrap()).unwrap();
    assert_eq!(rules[index], result.rule_id.as_deref().unwrap());
    for location in result.locations.iter().flatten().filter_map(|location| location.physical_location.as_ref()) {
        let artifact = location.artifact_location.as_ref().unwrap();
        let uri = artifact.uri.as_deref().unwrap();
        assert!(uri.is_ascii() && uri.starts_with("file:///") != artifact.uri_base_id.is_some(), "{uri}");
        if let Some(region) = &location.region {
            let start = (region.start_line.unwrap(), region.start_column.unwrap());
            assert!(start.0 >= 1 && start.1 >= 1 && start <= (region.end_line.unwrap(), region.end_column.unwrap()));
        }
    }
}

#[test]
fn every_rule_of_a_finding_is_described_once() {
    let run = run_of(&rich());
    let rules = run.tool.driver.rules.unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.len());
    assert!(rich().findings.iter().all(|finding| ids.contains(finding.rule.as_str())));
    let tag = &rules[0];
    assert_eq!(tag.help_uri.as_deref(), Some("https://tollgate.example/findings/image-pinned/tag"));
    assert_eq!(tag.properties.as_ref().unwrap().tags.as_deref(), Some(&["security".to_owned(), "CIS-5.5.1".to_owned()][..]));
    assert_eq!(tag.properties.as_ref().unwrap().additional_properties["security-severity"], "8.0");
}

#[test]
fn what_is_waived_is_suppressed_and_what_is_fixed_is_absent_and_passes() {
    let results = run_of(&rich()).results.unwrap();
    let waived = results.iter().find(|result| result.suppressions.is_some()).unwrap();
    assert_eq!(waived.level, Some(ResultLevel::Note));
    let fixed: Vec<&SarifResult> = results.iter().filter(|result| result.kind == Some(ResultKind::Pass)).collect();
    assert_eq!((fixed.len(), fixed[0].level), (1, Some(ResultLevel::None)));
    assert_eq!(fixed[0].baseline_state, Some("absent".into()));
}

#[test]
fn a_denial_of_an_advisory_gate_is_a_warning() {
    let results = run_of(&rich()).results.unwrap();
    let memory = results.iter().find(|result| result.rule_id.as_deref() == Some("workload-limits/memory")).unwrap();
    assert_eq!(memory.level, Some(ResultLevel::Warning));
}

#[test]
fn a_check_that_could_not_be_done_did_not_succeed() {
    let run = run_of(&failed());
    let invocation = &run.invocations.unwrap()[0];
    assert_eq!((invocation.execution_successful, invocation.exit_code), (false, Some(13)));
    assert_eq!(invocation.tool_execution_notifications.as_ref().unwrap()[0].level, Some("error".into()));
    assert!(run.results.unwrap().is_empty());
}

#[test]
fn what_stands_in_no_file_is_named_and_has_no_place() {
    let results = run_of(&rich()).results.unwrap();
    let after = results.iter().find(|result| result.rule_id.as_deref() == Some("structure/after")).unwrap();
    let location = &after.locations.as_ref().unwrap()[0];
    assert!(location.physical_location.is_none());
    assert_eq!(location.logical_locations.as_ref().unwrap()[0].fully_qualified_name.as_deref(), Some("component cart"));
}

#[test]
fn of_too_many_findings_the_worst_are_kept_and_the_rest_is_counted() {
    let mut report = rich();
    let (blocking, noted) = (report.findings[0].clone(), report.findings[5].clone());
    report.findings = vec![noted; RESULTS];
    report.findings.push(blocking);
    let run = run_of(&report);
    let results = run.results.unwrap();
    assert_eq!((results.len(), results[0].level), (RESULTS, Some(ResultLevel::Error)));
    let notifications = run.invocations.unwrap().remove(0).tool_execution_notifications.unwrap();
    assert!(notifications.iter().any(|one| one.message.text.as_deref().unwrap().starts_with("1 more findings are not in")));
}

#[test]
fn a_control_that_is_named_twice_is_one_tag_and_of_too_many_the_first_are_kept() {
    let mut report = rich();
    report.findings[8].controls = (0..30).map(|control| format!("C-{}", control / 2)).chain(["security".to_owned()]).collect();
    let rules = run_of(&report).tool.driver.rules.unwrap();
    let after = rules.iter().find(|rule| rule.id == "structure/after").unwrap();
    check_tags(after);
    assert_eq!(after.properties.as_ref().unwrap().tags.as_ref().unwrap().len(), 16);
    report.findings[8].controls = (0..30).map(|control| format!("C-{control}")).collect();
    run_of(&report).tool.driver.rules.iter().flatten().for_each(check_tags);
}

#[test]
fn no_message_is_a_link() {
    assert_eq!(message("see [x](https://evil.example)").text.as_deref(), Some("see [x] (https://evil.example)"));
}
