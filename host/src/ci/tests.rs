use std::collections::BTreeMap;

use super::*;

fn job_of(variables: &[(&str, &str)]) -> Option<Job> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    job(&|name| variables.get(name).map(|value| (*value).to_owned()).filter(|value| !value.is_empty()), "origin")
}

fn proposed(variables: &[(&str, &str)]) -> (Vec<String>, String) {
    let proposal = job_of(variables).unwrap().proposal.unwrap();
    (proposal.bases, proposal.head)
}

fn files(variables: &[(&str, &str)]) -> Vec<String> {
    let told = |to: &Destination| format!("{}={}", to.format, to.file.as_deref().map(camino::Utf8Path::as_str).unwrap_or_default());
    job_of(variables).unwrap().reports.iter().map(told).collect()
}

const MASTER: &str = "refs/remotes/origin/master";

#[test]
fn a_pull_request_of_github_is_what_its_event_says() {
    let directory = tempfile::tempdir().unwrap();
    let event = directory.path().join("event.json");
    fs_err::write(&event, r#"{"pull_request": {"base": {"sha": "b"}, "head": {"sha": "h"}}}"#).unwrap();
    let event = event.to_str().unwrap();
    let all =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "master"), ("GITHUB_EVENT_PATH", event), ("GITHUB_STEP_SUMMARY", "/s")];
    assert_eq!(proposed(&all), (vec![MASTER.to_owned(), "b".to_owned()], "h".to_owned()));
    assert_eq!(files(&all), ["github=", "markdown=/s"]);
    assert_eq!(proposed(&all[..2]), (vec![MASTER.to_owned()], "HEAD".to_owned()));
}

#[test]
fn a_merge_request_of_gitlab_is_compared_with_its_target() {
    let all = [
        ("GITLAB_CI", "true"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "master"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "d"),
        ("CI_COMMIT_SHA", "c"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
    ];
    assert_eq!(proposed(&all), (vec![MASTER.to_owned(), "d".to_owned()], "c".to_owned()));
    assert_eq!(files(&all), ["gitlab=gl-code-quality-report.json", "junit=tollgate-junit.xml"]);
}

#[test]
fn azure_buildkite_and_jenkins_name_their_targets() {
    let azure = [
        ("TF_BUILD", "True"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/master"),
        ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "a"),
    ];
    assert_eq!(proposed(&azure), (vec![MASTER.to_owned()], "a".to_owned()));
    let buildkite = [
        ("BUILDKITE", "true"),
        ("BUILDKITE_PULL_REQUEST", "7"),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "master"),
        ("BUILDKITE_COMMIT", "b"),
    ];
    assert_eq!(proposed(&buildkite), (vec![MASTER.to_owned()], "b".to_owned()));
    let jenkins = [("JENKINS_URL", "https://ci.example.com"), ("CHANGE_TARGET", "master")];
    assert_eq!(proposed(&jenkins), (vec![MASTER.to_owned()], "HEAD".to_owned()));
}

#[test]
fn a_job_that_is_no_pull_requests_proposes_nothing() {
    for variables in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")][..],
        &[("GITLAB_CI", "true")],
        &[("TF_BUILD", "True")],
        &[("BUILDKITE", "true"), ("BUILDKITE_PULL_REQUEST", "false"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "master")],
        &[("JENKINS_URL", "https://ci.example.com")],
    ] {
        assert_eq!(job_of(variables).unwrap().proposal, None, "{variables:?}");
    }
}

#[test]
fn outside_of_any_system_there_is_no_job() {
    assert_eq!(job_of(&[("CI", "true")]), None);
    assert_eq!(job_of(&[("GITHUB_ACTIONS", "false"), ("GITHUB_BASE_REF", "master")]), None);
}
