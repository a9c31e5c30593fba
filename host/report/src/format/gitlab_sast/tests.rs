use super::*;
use crate::format::tests::{failed, noon, rich, rules};
use serde_json::Value;
use std::collections::BTreeSet;

fn report(check: &CheckReport) -> Value {
    serde_json::from_str(&to_string(check, &rules(), noon(), noon()).unwrap()).unwrap()
}

/// Checks what the schema asks of a text: that it is there, and no longer than that.
fn text(value: &Value, limit: usize) -> &str {
    let text = value.as_str().unwrap();
    assert!(!text.is_empty() && text.chars().count() <= limit, "{text}");
    text
}

fn check_vulnerability(vulnerability: &Value) {
    text(&vulnerability["name"], NAME);
    text(&vulnerability["description"], DESCRIPTION);
    assert!(["Info", "Low", "Medium", "High", "Critical"].contains(&vulnerability["severity"].as_str().unwrap()));
    assert!(vulnerability["solution"].is_null() || vulnerability["solution"].as_str().unwrap().chars().count() <= SOLUTION);
    let identifiers = vulnerability["identifiers"].as_array().unwrap();
    assert!(
        !identifiers.is_empty()
            && identifiers.iter().all(|one| ["type", "name", "value"].iter().all(|part| !text(&one[part], usize::MAX).is_empty()))
    );
    assert!(vulnerability["location"]["start_line"].as_u64() <= vulnerability["location"]["end_line"].as_u64());
}

/// Reads as GitLab does, and checks what its schema asks; then all that is said, of findings and of the scan.
pub(crate) fn said(json: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(json).unwrap();
    let scan = &report["scan"];
    assert_eq!((&report["version"], &scan["type"]), (&SCHEMA_VERSION.into(), &"sast".into()));
    assert!(["success", "failure"].contains(&scan["status"].as_str().unwrap()));
    let vulnerabilities = report["vulnerabilities"].as_array().unwrap();
    vulnerabilities.iter().for_each(check_vulnerability);
    let ids: BTreeSet<&str> = vulnerabilities.iter().map(|vulnerability| text(&vulnerability["id"], usize::MAX)).collect();
    assert_eq!(ids.len(), vulnerabilities.len());
    let messages = scan["messages"].as_array().unwrap().iter().map(|message| text(&message["value"], usize::MAX));
    vulnerabilities
        .iter()
        .map(|vulnerability| text(&vulnerability["description"], usize::MAX))
        .chain(messages)
        .map(str::to_owned)
        .collect()
}

#[test]
fn times_have_the_only_form_that_the_schema_takes() {
    let report = report(&rich());
    assert_eq!(
        (&report["scan"]["start_time"], &report["scan"]["end_time"]),
        (&"2026-12-24T12:00:00".into(), &"2026-12-24T12:00:00".into())
    );
}

#[test]
fn a_check_that_could_not_be_done_is_a_scan_that_failed() {
    let report = report(&failed());
    assert_eq!((&report["scan"]["status"], &report["scan"]["messages"][0]["level"]), (&"failure".into(), &"fatal".into()));
    assert_eq!(report["vulnerabilities"], Value::Array(Vec::new()));
}

#[test]
fn what_is_waived_or_fixed_is_no_vulnerability() {
    let json = report(&rich()).to_string();
    assert!(!json.contains("known for long") && !json.contains("was there before"), "{json}");
}

#[test]
fn the_rule_comes_first_with_its_page_and_the_name_is_its_title() {
    let report = report(&rich());
    let first = &report["vulnerabilities"][0];
    assert_eq!((&first["name"], &first["identifiers"][0]["value"]), (&"Image is pinned".into(), &"image-pinned/tag".into()));
    assert_eq!(first["identifiers"][0]["url"], "https://tollgate.example/findings/image-pinned/tag");
    assert_eq!(first["identifiers"][1]["value"], "CIS-5.5.1");
}

#[test]
fn what_gitlab_renders_as_markdown_does_nothing() {
    let json = report(&rich()).to_string();
    assert!(!json.contains("<script>") && !json.contains("@here"), "{json}");
}
