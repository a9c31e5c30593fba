use super::*;
use crate::format::tests::{failed, rich};
use serde_json::Value;
use std::collections::BTreeSet;

fn issues(text: &str) -> Vec<Value> {
    let Value::Array(issues) = serde_json::from_str(text).unwrap() else { panic!("no array: {text}") };
    issues
}

/// Reads as GitLab does, and checks what its documentation asks of each entry.
pub(crate) fn descriptions(text: &str) -> Vec<String> {
    let issues = issues(text);
    let fingerprints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), issues.len(), "{text}");
    issues
        .iter()
        .map(|issue| {
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{issue}");
            assert!(!issue["check_name"].as_str().unwrap().is_empty(), "{issue}");
            assert!(issue["location"]["path"].is_string(), "{issue}");
            let line = |at: &str| issue["location"]["lines"][at].as_u64().unwrap();
            assert!(1 <= line("begin") && line("begin") <= line("end"), "{issue}");
            issue["description"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn what_stands_in_no_file_has_a_path_nevertheless() {
    let text = to_string(&rich()).unwrap();
    let after = issues(&text).into_iter().find(|issue| issue["check_name"] == "structure/after").unwrap();
    assert_eq!((&after["location"]["path"], &after["location"]["lines"]["begin"]), (&NO_FILE.into(), &1.into()));
}

#[test]
fn equal_fingerprints_are_told_apart_and_what_is_fixed_is_gone() {
    let report = rich();
    let text = to_string(&report).unwrap();
    assert_eq!(descriptions(&text).len(), report.findings.len() - 1 + report.errors.len());
    assert!(!text.contains("was there before"));
}

#[test]
fn a_check_that_could_not_be_done_is_a_blocker() {
    let issues = issues(&to_string(&failed()).unwrap());
    assert_eq!(
        (issues.len(), &issues[0]["severity"], &issues[0]["check_name"]),
        (1, &"blocker".into(), &"tollgate/source-unreadable".into())
    );
}

#[test]
fn only_what_blocks_is_critical_or_worse() {
    for finding in &rich().findings {
        let severity = severity(finding);
        assert!(!["critical", "blocker"].contains(&severity) || finding.standing() == Standing::Blocks, "{finding:?}");
        assert!(severity != "info" || finding.standing() > Standing::Blocks, "{finding:?}");
    }
}

#[test]
fn paths_are_written_as_gitlab_wants_them() {
    let path = |file| path(&Place { file, span: None });
    assert_eq!((path("./a.yaml"), path("b/a.yaml")), ("a.yaml".to_owned(), "b/a.yaml".to_owned()));
}
