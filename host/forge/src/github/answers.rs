//! What of GitHub's answers somebody looks at.

use serde::Deserialize;
use tollgate_core::forge::{ForgeReview, ReviewState, ReviewedHead};
use tollgate_core::time::Timestamp;

use crate::is_commit;

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) id: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) sha: String,
    #[serde(rename = "ref", default)]
    pub(super) name: Option<String>,
    /// Nothing where the fork is gone.
    #[serde(default)]
    pub(super) repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Base {
    #[serde(rename = "ref")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Permission {
    pub(super) permission: String,
}

/// A pull request. `merged_by` is in the answer about one alone.
#[derive(Debug, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) head: Head,
    pub(super) base: Base,
    /// Nothing where the account is gone.
    pub(super) user: Option<Account>,
    #[serde(default)]
    pub(super) merged_by: Option<Account>,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) merge_commit_sha: Option<String>,
}

impl Pull {
    pub(super) fn is_merged_as(&self, commit: &str) -> bool {
        self.merged_at.is_some() && self.merge_commit_sha.as_deref() == Some(commit)
    }
}

/// A review. Those that are not sent off have no time.
#[derive(Debug, Deserialize)]
pub(super) struct Review {
    user: Option<Account>,
    state: String,
    #[serde(default)]
    commit_id: Option<String>,
    #[serde(default)]
    submitted_at: Option<Timestamp>,
}

impl Review {
    /// Nothing for what says neither yes nor no. A state that is not known is an error: it may take an approval back.
    pub(super) fn read(self) -> Result<Option<ForgeReview>, String> {
        let state = match self.state.as_str() {
            "APPROVED" => ReviewState::Approved,
            "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
            "DISMISSED" => ReviewState::Dismissed,
            "COMMENTED" | "PENDING" => return Ok(None),
            other => return Err(format!("the state `{}` of a review is not known", other.escape_debug())),
        };
        // Nobody can say of an account that is gone whose it was.
        let Some(Account { login }) = self.user else { return Ok(None) };
        let at = self.submitted_at.ok_or("a review has no time")?;
        let head = match self.commit_id {
            Some(commit) if is_commit(&commit) => ReviewedHead::Commit(commit),
            Some(_) => return Err("the commit of a review is none".to_owned()),
            None => ReviewedHead::Unknown("its commit is gone from the forge".to_owned()),
        };
        Ok(Some(ForgeReview { login, state, at, head }))
    }
}

/// Something that happened to a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(default)]
    event: String,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
}

impl Event {
    pub(super) fn changes_base(&self) -> bool {
        matches!(self.event.as_str(), "base_ref_changed" | "automatic_base_change_succeeded")
    }
}
