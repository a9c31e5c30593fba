//! What of GitLab's answers somebody looks at.

use serde::Deserialize;
use tollgate_core::time::Timestamp;

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) username: String,
}

/// A merge request.
#[derive(Debug, Deserialize)]
pub(super) struct MergeRequest {
    pub(super) iid: u64,
    state: String,
    pub(super) target_branch: String,
    #[serde(default)]
    pub(super) source_branch: Option<String>,
    #[serde(default)]
    pub(super) source_project_id: Option<u64>,
    #[serde(default)]
    pub(super) target_project_id: Option<u64>,
    /// Its head.
    pub(super) sha: Option<String>,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    #[serde(default)]
    squash_commit_sha: Option<String>,
    #[serde(default)]
    pub(super) author: Option<Account>,
    #[serde(default)]
    pub(super) merge_user: Option<Account>,
    /// As older versions call it.
    #[serde(default)]
    pub(super) merged_by: Option<Account>,
}

impl MergeRequest {
    /// As a merge, as a squash, or, fast-forwarded, as itself.
    pub(super) fn is_merged_as(&self, commit: &str) -> bool {
        let commits = [&self.merge_commit_sha, &self.squash_commit_sha, &self.sha];
        self.state == "merged" && commits.into_iter().any(|known| known.as_deref() == Some(commit))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Approvals {
    pub(super) approved_by: Vec<Approved>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Approved {
    pub(super) user: Option<Account>,
    /// Older versions don't say it.
    #[serde(default)]
    pub(super) approved_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Version {
    pub(super) id: u64,
    pub(super) head_commit_sha: String,
    pub(super) created_at: Timestamp,
}

/// Somebody of the project, or of a group that it is in.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) username: String,
    access_level: u32,
    state: String,
}

/// What GitLab calls a developer.
const DEVELOPER: u32 = 30;

impl Member {
    pub(super) fn may_write(&self) -> bool {
        self.access_level >= DEVELOPER && self.state == "active"
    }
}
