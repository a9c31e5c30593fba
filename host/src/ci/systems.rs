//! The CI systems, by the variables that their documentation names.

use serde_json::Value;
use tollgate_report::format::Format;

use super::{Job, Proposed, Variables, place, pushed, report, said};
use crate::output::Destination;

/// Says whether the job is one of a system's.
type System = fn(Variables<'_>, &str) -> Option<Job>;

pub(super) const ALL: [System; 5] = [github, gitlab, azure, buildkite, jenkins];

/// GitHub Actions. A pull request's job has the merge checked out, and the event says which commits it is of.
fn github(variables: Variables<'_>, remote: &str) -> Option<Job> {
    variables("GITHUB_ACTIONS").filter(|value| value == "true")?;
    let event = variables("GITHUB_EVENT_PATH").and_then(|path| fs_err::read(path).ok());
    let event: Value = event.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let of_event = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
    let proposal = variables("GITHUB_BASE_REF").map(|base| {
        let tip = format!("refs/remotes/{remote}/{base}");
        let bases = std::iter::once(tip).chain(of_event("/pull_request/base/sha")).collect();
        let head = of_event("/pull_request/head/sha").unwrap_or_else(|| "HEAD".to_owned());
        let (from, to) = (of_event("/pull_request/head/repo/full_name"), of_event("/pull_request/base/repo/full_name"));
        Proposed { bases, head, branch: base, is_foreign: from.is_none() || from != to }
    });
    let is_push = variables("GITHUB_EVENT_NAME").is_some_and(|name| name == "push");
    let name = variables("GITHUB_REF").filter(|_| is_push && proposal.is_none());
    let is_deleted = event.pointer("/deleted").and_then(Value::as_bool).unwrap_or_default();
    let number = ["/pull_request/number", "/issue/number"].iter().find_map(|pointer| event.pointer(pointer)?.as_u64());
    let annotations = Destination { format: Format::Github, file: None };
    let summary = variables("GITHUB_STEP_SUMMARY").map(|file| report(Format::Markdown, &file));
    let pushed = name.and_then(|name| pushed(&name, is_deleted));
    let is_comment = variables("GITHUB_EVENT_NAME").is_some_and(|name| name == "issue_comment");
    let said = is_comment.then(|| said::github(&event));
    let reports = std::iter::once(annotations).chain(summary).collect();
    Some(Job { system: "GitHub Actions", proposal, pushed, said, place: place::github(variables, number), reports })
}

/// GitLab CI. A job has the source branch checked out; in a pipeline for merged results, the merge.
fn gitlab(variables: Variables<'_>, remote: &str) -> Option<Job> {
    variables("GITLAB_CI").filter(|value| value == "true")?;
    let proposal = variables("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(|target| {
        let tips = [Some(format!("refs/remotes/{remote}/{target}")), variables("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")];
        let bases = tips.into_iter().flatten().chain(variables("CI_MERGE_REQUEST_DIFF_BASE_SHA")).collect();
        let head = variables("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| variables("CI_COMMIT_SHA"));
        let (from, to) = (variables("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"), variables("CI_MERGE_REQUEST_PROJECT_PATH"));
        let is_foreign = from.is_none() || from != to;
        Proposed { bases, head: head.unwrap_or_else(|| "HEAD".to_owned()), branch: target, is_foreign }
    });
    let reports = vec![report(Format::Gitlab, "gl-code-quality-report.json"), report(Format::Junit, "tollgate-junit.xml")];
    let is_push = variables("CI_PIPELINE_SOURCE").is_some_and(|source| source == "push");
    let name = variables("CI_COMMIT_TAG").map(|tag| format!("refs/tags/{tag}"));
    let name = name.or_else(|| variables("CI_COMMIT_BRANCH").map(|branch| format!("refs/heads/{branch}")));
    let pushed = name.filter(|_| is_push && proposal.is_none()).and_then(|name| pushed(&name, false));
    let said = said::gitlab(variables);
    Some(Job { system: "GitLab CI", proposal, pushed, said, place: place::gitlab(variables), reports })
}

/// Azure Pipelines.
fn azure(variables: Variables<'_>, remote: &str) -> Option<Job> {
    variables("TF_BUILD").filter(|value| value.eq_ignore_ascii_case("true"))?;
    let proposal = variables("SYSTEM_PULLREQUEST_TARGETBRANCH").map(|target| {
        let target = target.trim_start_matches("refs/heads/");
        let head = variables("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or_else(|| "HEAD".to_owned());
        let is_foreign = variables("SYSTEM_PULLREQUEST_ISFORK").is_none_or(|fork| !fork.eq_ignore_ascii_case("false"));
        Proposed { bases: vec![format!("refs/remotes/{remote}/{target}")], head, branch: target.to_owned(), is_foreign }
    });
    let is_push = variables("BUILD_REASON").is_some_and(|reason| matches!(reason.as_str(), "IndividualCI" | "BatchedCI"));
    let name = variables("BUILD_SOURCEBRANCH").filter(|_| is_push && proposal.is_none());
    let pushed = name.and_then(|name| pushed(&name, false));
    Some(Job {
        system: "Azure Pipelines",
        proposal,
        pushed,
        said: None,
        place: None,
        reports: vec![report(Format::Junit, "tollgate-junit.xml")],
    })
}

/// Buildkite.
fn buildkite(variables: Variables<'_>, remote: &str) -> Option<Job> {
    variables("BUILDKITE").filter(|value| value == "true")?;
    let is_proposal = variables("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false");
    let base = variables("BUILDKITE_PULL_REQUEST_BASE_BRANCH").filter(|_| is_proposal);
    let proposal = base.map(|base| Proposed {
        bases: vec![format!("refs/remotes/{remote}/{base}")],
        head: variables("BUILDKITE_COMMIT").unwrap_or_else(|| "HEAD".to_owned()),
        branch: base,
        is_foreign: {
            let (from, to) = (variables("BUILDKITE_PULL_REQUEST_REPO"), variables("BUILDKITE_REPO"));
            from.is_none() || from != to
        },
    });
    let reports = vec![report(Format::Junit, "tollgate-junit.xml"), report(Format::Markdown, "tollgate.md")];
    let is_push = variables("BUILDKITE_SOURCE").is_some_and(|source| source == "webhook");
    let name = variables("BUILDKITE_TAG").map(|tag| format!("refs/tags/{tag}"));
    let name = name.or_else(|| variables("BUILDKITE_BRANCH").map(|branch| format!("refs/heads/{branch}")));
    let pushed = name.filter(|_| is_push && !is_proposal).and_then(|name| pushed(&name, false));
    Some(Job { system: "Buildkite", proposal, pushed, said: None, place: None, reports })
}

/// Jenkins, with the variables of its multibranch pipelines. It does not say why a job runs, so none of its jobs is a push.
fn jenkins(variables: Variables<'_>, remote: &str) -> Option<Job> {
    variables("JENKINS_URL")?;
    let proposal = variables("CHANGE_TARGET").map(|target| Proposed {
        bases: vec![format!("refs/remotes/{remote}/{target}")],
        head: "HEAD".to_owned(),
        branch: target,
        is_foreign: variables("CHANGE_FORK").is_some(),
    });
    let reports = vec![report(Format::Junit, "tollgate-junit.xml")];
    Some(Job { system: "Jenkins", proposal, pushed: None, said: None, place: None, reports })
}
