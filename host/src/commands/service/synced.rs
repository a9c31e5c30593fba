//! What `service sync` did.

use serde::Serialize;
use tollgate_core::digest::Digest;

/// The report; one version of it for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Synced {
    pub(super) version: u32,
    pub(super) service: String,
    /// The branch of the service's own repository.
    pub(super) branch: String,
    pub(super) source_commit: String,
    /// The deployment repository, without credentials.
    pub(super) deployment: String,
    /// Its branch.
    pub(super) to: String,
    /// The service's directory there.
    pub(super) path: String,
    pub(super) state: State,
    /// The commit of the deployment repository that has it.
    pub(super) commit: String,
    /// The newer commit of the service that is there.
    pub(super) superseded_by: Option<String>,
    pub(super) signed: bool,
    pub(super) image: String,
    pub(super) digest: Digest,
    /// Nothing where nothing is recorded: builds of other branches than the one that is delivered.
    pub(super) recorded: Option<RecordedBuild>,
    pub(super) notices: Vec<String>,
}

/// What was found and done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Pushed,
    Unchanged,
    Superseded,
}

/// Where the build stands in the ledger.
#[derive(Debug, Serialize)]
pub(super) struct RecordedBuild {
    pub(super) entry: u64,
    /// Whether this run wrote it.
    pub(super) new: bool,
}

impl Synced {
    /// For people.
    pub(super) fn to_text(&self) -> String {
        let Self { service, to, deployment, commit, .. } = self;
        let source = &self.source_commit[..12];
        let done = match (self.state, &self.superseded_by) {
            (State::Pushed, _) => {
                format!("{service}: commit {source} of {} is on `{to}` of {deployment}: commit {commit}", self.branch)
            }
            (State::Superseded, Some(by)) => {
                format!("{service}: nothing is pushed, because `{to}` of {deployment} has the newer commit {by} already")
            }
            _ => format!("{service}: nothing is pushed, because `{to}` of {deployment} has all of it already: commit {commit}"),
        };
        let recorded = match &self.recorded {
            Some(RecordedBuild { entry, new: true }) => format!("entry {entry}: `{}` is {}", self.image, self.digest),
            Some(RecordedBuild { entry, new: false }) => {
                format!("entry {entry} says already that `{}` is {}", self.image, self.digest)
            }
            None => format!("no build is recorded: `{to}` is not what is promoted"),
        };
        let notices: String = self.notices.iter().map(|notice| format!("note: {notice}\n")).collect();
        format!("{done}\n{recorded}\n{notices}")
    }
}
