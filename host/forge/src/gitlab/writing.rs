//! Statuses and comments on GitLab.

use serde::Deserialize;
use serde_json::json;
use tollgate_core::forge::{CommitStatus, StatusState};
use tollgate_core::ports::{ForgeError, WriteForge};

use super::Gitlab;
use super::answers::Account;
use crate::short;
use crate::web::Method;

#[derive(Debug, Deserialize)]
struct Note {
    id: u64,
    author: Option<Account>,
    #[serde(default)]
    body: String,
}

#[derive(Debug, Deserialize)]
struct Status {
    name: String,
    status: String,
}

impl Gitlab {
    /// The own comment with this beginning. What others begin the same way stays theirs: they could change it afterwards.
    fn own_note(&self, number: u64, marker: &str) -> Result<Option<u64>, ForgeError> {
        let what = format!("the comments on merge request {number}");
        let notes: Vec<Note> = self.api.list(&what, &format!("{}/merge_requests/{number}/notes", self.place))?;
        let marked: Vec<Note> = notes.into_iter().filter(|note| note.body.starts_with(marker)).collect();
        if marked.is_empty() {
            return Ok(None);
        }
        let own: Account = self.api.get("the account of the token", "/user")?;
        let is_own = |account: &Account| account.username == own.username;
        Ok(marked.into_iter().find(|note| note.author.as_ref().is_some_and(is_own)).map(|note| note.id))
    }

    /// GitLab refuses a status that the commit has already.
    fn has_status(&self, commit: &str, context: &str, state: &str) -> Result<bool, ForgeError> {
        let what = format!("the statuses of the commit {}", short(commit));
        let statuses: Vec<Status> = self.api.list(&what, &format!("{}/repository/commits/{commit}/statuses", self.place))?;
        Ok(statuses.iter().any(|status| status.name == context && status.status == state))
    }
}

impl WriteForge for Gitlab {
    fn set_status(&self, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let what = format!("a status of the commit {}", short(commit));
        let state = match status.state {
            StatusState::Success => "success",
            StatusState::Failure | StatusState::Error => "failed",
            StatusState::Pending => "pending",
        };
        if self.has_status(commit, &status.context, state)? {
            return Ok(());
        }
        let mut body = json!({"state": state, "name": status.context, "description": status.description()});
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        self.api.send(Method::Post, &what, &format!("{}/statuses/{commit}", self.place), &body)
    }

    fn write_comment(&self, number: u64, marker: &str, text: &str) -> Result<(), ForgeError> {
        let what = format!("a comment on merge request {number}");
        let Some(id) = self.own_note(number, marker)? else { return self.add_comment(number, text) };
        let path = format!("{}/merge_requests/{number}/notes/{id}", self.place);
        self.api.send(Method::Put, &what, &path, &json!({"body": text}))
    }

    fn add_comment(&self, number: u64, text: &str) -> Result<(), ForgeError> {
        let what = format!("a comment on merge request {number}");
        let path = format!("{}/merge_requests/{number}/notes", self.place);
        self.api.send(Method::Post, &what, &path, &json!({"body": text}))
    }
}
