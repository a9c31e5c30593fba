//! Statuses and comments on GitHub.

use serde::Deserialize;
use serde_json::json;
use tollgate_core::forge::{CommitStatus, StatusState};
use tollgate_core::ports::{ForgeError, WriteForge};

use super::Github;
use super::answers::Account;
use crate::short;
use crate::web::Method;

#[derive(Debug, Deserialize)]
struct Comment {
    id: u64,
    user: Option<Writer>,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Writer {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Github {
    /// The account that the token is of. One that a workflow is given may not ask who it is.
    fn own_login(&self) -> Result<Option<String>, ForgeError> {
        match self.api.get::<Account>("the account of the token", "/user") {
            Ok(account) => Ok(Some(account.login)),
            Err(ForgeError::Forbidden { .. } | ForgeError::Unauthorized { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The own comment with this beginning. What others begin the same way stays theirs: they could change it afterwards.
    fn own_comment(&self, number: u64, marker: &str) -> Result<Option<u64>, ForgeError> {
        let what = format!("the comments on pull request {number}");
        let comments: Vec<Comment> = self.api.list(&what, &format!("{}/issues/{number}/comments", self.place))?;
        let marked = comments.into_iter().filter(|comment| comment.body.as_ref().is_some_and(|body| body.starts_with(marker)));
        let marked: Vec<Comment> = marked.collect();
        if marked.is_empty() {
            return Ok(None);
        }
        let own = self.own_login()?;
        let is_own = |writer: &Writer| own.as_ref().map_or(writer.kind == "Bot", |own| *own == writer.login);
        Ok(marked.into_iter().find(|comment| comment.user.as_ref().is_some_and(is_own)).map(|comment| comment.id))
    }
}

impl WriteForge for Github {
    fn set_status(&self, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let what = format!("a status of the commit {}", short(commit));
        let state = match status.state {
            StatusState::Success => "success",
            StatusState::Failure => "failure",
            StatusState::Error => "error",
            StatusState::Pending => "pending",
        };
        let mut body = json!({"state": state, "context": status.context, "description": status.description()});
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        self.api.send(Method::Post, &what, &format!("{}/statuses/{commit}", self.place), &body)
    }

    fn write_comment(&self, number: u64, marker: &str, text: &str) -> Result<(), ForgeError> {
        let what = format!("a comment on pull request {number}");
        let Some(id) = self.own_comment(number, marker)? else { return self.add_comment(number, text) };
        self.api.send(Method::Patch, &what, &format!("{}/issues/comments/{id}", self.place), &json!({"body": text}))
    }

    fn add_comment(&self, number: u64, text: &str) -> Result<(), ForgeError> {
        let what = format!("a comment on pull request {number}");
        self.api.send(Method::Post, &what, &format!("{}/issues/{number}/comments", self.place), &json!({"body": text}))
    }
}
