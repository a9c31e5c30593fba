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
