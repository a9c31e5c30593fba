//! Where a job's commits and requests are shown, by the CI system that belongs to the forge.

use std::collections::BTreeMap;

use tollgate_core::forge::{ForgeKind, ForgeSpec};

use super::Variables;

/// A repository on a forge, as its own CI system tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) kind: ForgeKind,
    /// URL of the API.
    pub(crate) api: String,
    pub(crate) repository: String,
    /// The environment variable that may hold a token for statuses and comments. Without it none are written.
    pub(crate) token: &'static str,
    /// The number of the pull or merge request.
    pub(crate) request: Option<u64>,
    /// Where the job's own log is.
    pub(crate) url: Option<String>,
}

impl Place {
    /// The forge, with nobody's accounts.
    pub(crate) fn spec(&self) -> ForgeSpec {
        ForgeSpec {
            kind: self.kind,
            repository: self.repository.clone(),
            api: self.api.clone(),
            token: Some(self.token.to_owned()),
            accounts: BTreeMap::new(),
        }
    }
}

/// GitHub Actions. `request` is the number that the event names.
pub(super) fn github(variables: Variables<'_>, request: Option<u64>) -> Option<Place> {
    let repository = variables("GITHUB_REPOSITORY")?;
    let server = variables("GITHUB_SERVER_URL");
    let run = server.zip(variables("GITHUB_RUN_ID"));
    Some(Place {
        kind: ForgeKind::Github,
        api: variables("GITHUB_API_URL").unwrap_or_else(|| ForgeKind::Github.public_api().to_owned()),
        url: run.map(|(server, run)| format!("{server}/{repository}/actions/runs/{run}")),
        repository,
        token: "GITHUB_TOKEN",
        request,
    })
}

/// GitLab CI. A merge request is one of the project that it is for, which is not always the one that the job runs in.
pub(super) fn gitlab(variables: Variables<'_>) -> Option<Place> {
    Some(Place {
        kind: ForgeKind::Gitlab,
        api: variables("CI_API_V4_URL")?,
        repository: variables("CI_MERGE_REQUEST_PROJECT_PATH").or_else(|| variables("CI_PROJECT_PATH"))?,
        token: "GITLAB_TOKEN",
        request: variables("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
        url: variables("CI_JOB_URL"),
    })
}
