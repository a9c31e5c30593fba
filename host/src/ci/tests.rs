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

fn reference(variables: &[(&str, &str)]) -> Option<String> {
    job_of(variables).unwrap().pushed.map(|pushed| pushed.reference.to_string())
}

#[test]
fn a_push_is_of_the_branch_or_tag_that_the_system_names() {
    let github = |name| [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", name)];
    assert_eq!(reference(&github("refs/heads/feature/a")).as_deref(), Some("branch feature/a"));
    assert_eq!(reference(&github("refs/tags/v1")).as_deref(), Some("tag v1"));
    let gitlab = |name, value| [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push"), (name, value)];
    assert_eq!(reference(&gitlab("CI_COMMIT_BRANCH", "master")).as_deref(), Some("branch master"));
    assert_eq!(reference(&gitlab("CI_COMMIT_TAG", "v1")).as_deref(), Some("tag v1"));
    let azure = [("TF_BUILD", "True"), ("BUILD_REASON", "IndividualCI"), ("BUILD_SOURCEBRANCH", "refs/heads/master")];
    assert_eq!(reference(&azure).as_deref(), Some("branch master"));
    let buildkite = [("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "webhook"), ("BUILDKITE_BRANCH", "v1"), ("BUILDKITE_TAG", "v1")];
    assert_eq!(reference(&buildkite).as_deref(), Some("tag v1"));
}

#[test]
fn a_job_that_runs_by_the_clock_by_hand_or_for_a_proposal_is_no_push() {
    for variables in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule"), ("GITHUB_REF", "refs/heads/master")][..],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/pull/7/merge")],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "master")],
        &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_BRANCH", "master")],
        &[("TF_BUILD", "True"), ("BUILD_REASON", "Manual"), ("BUILD_SOURCEBRANCH", "refs/heads/master")],
        &[("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "schedule"), ("BUILDKITE_BRANCH", "master")],
        &[("JENKINS_URL", "https://ci.example.com"), ("BRANCH_NAME", "master")],
    ] {
        assert_eq!(reference(variables), None, "{variables:?}");
    }
}

#[test]
fn a_branch_that_was_deleted_is_known_by_the_event() {
    let directory = tempfile::tempdir().unwrap();
    let event = directory.path().join("event.json");
    fs_err::write(&event, r#"{"ref": "refs/heads/feature", "deleted": true}"#).unwrap();
    let event = event.to_str().unwrap();
    let of = |name| [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", name), ("GITHUB_EVENT_PATH", event)];
    assert!(job_of(&of("refs/heads/feature")).unwrap().pushed.unwrap().is_deleted);
}

#[test]
fn a_forge_is_known_by_the_variables_of_its_own_ci() {
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "shop/deployment"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_RUN_ID", "9"),
    ];
    let place = job_of(&github).unwrap().place.unwrap();
    assert_eq!((place.api.as_str(), place.token, place.request), ("https://api.github.com", "GITHUB_TOKEN", None));
    assert_eq!(place.url.as_deref(), Some("https://github.com/shop/deployment/actions/runs/9"));
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", "https://forge.example.com/api/v4"),
        ("CI_PROJECT_PATH", "fork/deployment"),
        ("CI_MERGE_REQUEST_PROJECT_PATH", "acme/deployment"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    let place = job_of(&gitlab).unwrap().place.unwrap();
    assert_eq!((place.repository.as_str(), place.token, place.request), ("acme/deployment", "GITLAB_TOKEN", Some(7)));
    assert_eq!(job_of(&[("GITLAB_CI", "true")]).unwrap().place, None);
}

#[test]
fn a_comment_on_a_pull_request_is_what_the_event_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("event.json");
    let said = |event: &str| {
        fs_err::write(&path, event).unwrap();
        let github =
            [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_EVENT_PATH", path.to_str().unwrap())];
        job_of(&github).unwrap().said.unwrap()
    };
    let comment = r#""comment": {"body": "/tollgate plan", "user": {"login": "lead-1"}}"#;
    let on_request = r#""issue": {"number": 7, "pull_request": {"url": "x"}}"#;
    let expected = Said { text: "/tollgate plan".to_owned(), author: "lead-1".to_owned(), request: Some(7) };
    assert_eq!(said(&format!(r#"{{"action": "created", {comment}, {on_request}}}"#)), expected);
    assert_eq!(said(&format!(r#"{{"action": "edited", {comment}, {on_request}}}"#)).text, "");
    assert_eq!(said(&format!(r#"{{"action": "created", {comment}, "issue": {{"number": 7}}}}"#)).request, None);
    assert_eq!(said("garbage").text, "");
}

#[test]
fn a_note_on_a_merge_request_is_what_the_webhook_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("payload.json");
    let said = |payload: &str| {
        fs_err::write(&path, payload).unwrap();
        job_of(&[("GITLAB_CI", "true"), ("TRIGGER_PAYLOAD", path.to_str().unwrap())]).unwrap().said
    };
    let rest = r#""user": {"username": "lead-1"}, "merge_request": {"iid": 7}"#;
    let expected = Said { text: "/tollgate plan".to_owned(), author: "lead-1".to_owned(), request: Some(7) };
    let note =
        |action: &str| format!(r#"{{"object_kind": "note", "object_attributes": {{"note": "/tollgate plan"{action}}}, {rest}}}"#);
    assert_eq!(said(&note("")), Some(expected.clone()));
    assert_eq!(said(&note(r#", "action": "create""#)), Some(expected));
    assert_eq!(said(&note(r#", "action": "update""#)).unwrap().text, "");
    assert_eq!(said(r#"{"object_kind": "push"}"#), None);
    assert_eq!(said("garbage"), None);
}
