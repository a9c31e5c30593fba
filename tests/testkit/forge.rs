//! A stand-in for a forge: an HTTP server with answers in the shape of GitHub's and GitLab's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tollgate_scripted::{Script, answer, body, header, place};

/// The token that it wants.
pub const FORGE_TOKEN: &str = "a-token-for-the-forge";

/// The running server. Its threads end with the test program.
#[derive(Clone, Debug)]
pub struct ForgeServer {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    script: Script,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    pages: BTreeMap<String, Value>,
    is_down: bool,
}

/// A review on GitHub: who, what (`APPROVED`), of which head, and when (RFC 3339).
#[derive(Clone, Copy, Debug)]
pub struct ReviewOnGithub<'a> {
    /// The account.
    pub login: &'a str,
    /// `APPROVED`, `CHANGES_REQUESTED`, …
    pub state: &'a str,
    /// The commit.
    pub head: &'a str,
    /// RFC 3339.
    pub at: &'a str,
}

impl ForgeServer {
    /// A forge that knows nothing yet.
    pub fn start() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        let script = Script::start(move |_, request| {
            let (status, page) = answered(&shared.lock().unwrap(), request);
            answer(status, &[], &page)
        });
        Self { url: script.url.clone(), script, state }
    }

    /// What it answers to `GET PATH`.
    pub fn page(&self, path: &str, page: Value) {
        self.state.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    /// A pull request of `shop/deployment` that was merged, with its reviews.
    pub fn merged(&self, number: u64, author: &str, head: &str, commit: &str, reviews: &[ReviewOnGithub<'_>]) {
        let pull = json!({
            "number": number, "state": "closed", "user": {"login": author}, "head": {"sha": head}, "base": {"ref": "master"},
            "merged_at": "2026-01-02T00:00:00Z", "merge_commit_sha": commit, "merged_by": {"login": "lead-1"},
        });
        let review = |review: &ReviewOnGithub<'_>| {
            let (login, state) = (review.login, review.state);
            json!({"user": {"login": login}, "state": state, "commit_id": review.head, "submitted_at": review.at})
        };
        let place = "/repos/shop/deployment";
        self.page(&format!("{place}/commits/{commit}/pulls"), json!([pull]));
        self.page(&format!("{place}/pulls/{number}"), pull);
        self.page(&format!("{place}/pulls/{number}/reviews"), Value::from_iter(reviews.iter().map(review)));
        self.page(&format!("{place}/issues/{number}/events"), json!([]));
    }

    /// From now on it answers nothing but errors.
    pub fn go_down(&self) {
        self.state.lock().unwrap().is_down = true;
    }

    /// Methods with paths, and bodies, of what it was asked so far.
    pub fn requests(&self) -> Vec<(String, Value)> {
        let requests = self.script.requests();
        let json = |request: &String| serde_json::from_str(body(request)).unwrap_or_default();
        requests.iter().map(|request| (place(request).to_owned(), json(request))).collect()
    }

    /// Those of them that write, whose paths end so.
    pub fn written(&self, end: &str) -> Vec<Value> {
        let writes = self.requests().into_iter().filter(|(at, _)| !at.starts_with("GET ") && at.ends_with(end));
        writes.map(|(_, body)| body).collect()
    }
}

fn answered(state: &State, request: &str) -> (&'static str, String) {
    let (method, path) = place(request).split_once(' ').unwrap_or_default();
    let error = |status, message: &str| (status, json!({"message": message}).to_string());
    if state.is_down {
        return error("503 Service Unavailable", "down");
    }
    if header(request, "authorization") != format!("Bearer {FORGE_TOKEN}") {
        return error("401 Unauthorized", "Requires authentication");
    }
    match state.pages.get(path) {
        _ if method != "GET" => ("201 Created", "{}".to_owned()),
        Some(page) => ("200 OK", page.to_string()),
        None if path.ends_with("/pulls") || path.ends_with("/merge_requests") || path.ends_with("/statuses") => {
            ("200 OK", "[]".to_owned())
        }
        None => error("404 Not Found", "Not Found"),
    }
}
