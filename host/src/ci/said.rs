//! A comment on a request that a job runs for.

use serde_json::Value;

use super::Variables;

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    /// The account on the forge.
    pub(crate) author: String,
    /// The number of the request that it is on; nothing where it is on something else.
    pub(crate) request: Option<u64>,
}

/// A comment that was just written, of GitHub's event `issue_comment`. One that was changed afterwards says nothing: who changed it
/// need not be who wrote it.
pub(super) fn github(event: &Value) -> Said {
    let is_new = text(event, "/action") == "created";
    let is_on_request = event.pointer("/issue/pull_request").is_some();
    let number = event.pointer("/issue/number").and_then(Value::as_u64).filter(|_| is_on_request);
    let body = if is_new { text(event, "/comment/body") } else { String::new() };
    Said { text: body, author: text(event, "/comment/user/login"), request: number }
}

/// A comment of which a webhook of GitLab told, where it triggered the pipeline. The variable holds the path of the payload.
pub(super) fn gitlab(variables: Variables<'_>) -> Option<Said> {
    let payload = fs_err::read(variables("TRIGGER_PAYLOAD")?).ok()?;
    let event: Value = serde_json::from_slice(&payload).ok()?;
    if text(&event, "/object_kind") != "note" {
        return None;
    }
    let is_new = matches!(text(&event, "/object_attributes/action").as_str(), "" | "create");
    let body = if is_new { text(&event, "/object_attributes/note") } else { String::new() };
    let request = event.pointer("/merge_request/iid").and_then(Value::as_u64);
    Some(Said { text: body, author: text(&event, "/user/username"), request })
}

fn text(event: &Value, pointer: &str) -> String {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
