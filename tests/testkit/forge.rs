//! A stand-in for a forge: an HTTP server with answers in the shape of GitHub's and GitLab's.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// The token that it wants.
pub const FORGE_TOKEN: &str = "a-token-for-the-forge";

/// The running server. Its threads end with the test program.
#[derive(Clone, Debug)]
pub struct ForgeServer {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    pages: BTreeMap<String, Value>,
    is_down: bool,
    requests: Vec<(String, Value)>,
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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, state: Arc::default() };
        let state = server.state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = state.clone();
                thread::spawn(move || serve(stream, &state));
            }
        });
        server
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
        self.state.lock().unwrap().requests.clone()
    }

    /// Those of them that write, whose paths end so.
    pub fn written(&self, end: &str) -> Vec<Value> {
        let writes = self.requests().into_iter().filter(|(at, _)| !at.starts_with("GET ") && at.ends_with(end));
        writes.map(|(_, body)| body).collect()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some((head, body)) = read(&stream) else { return };
    let mut words = head.split([' ', '?']);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut state = state.lock().unwrap();
    state.requests.push((format!("{method} {path}"), serde_json::from_str(&body).unwrap_or_default()));
    let (status, page) = answer(&state, method, path, &head);
    // Who asked may have gone away.
    let _ = stream
        .write_all(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}", page.len()).as_bytes());
}

fn answer(state: &State, method: &str, path: &str, head: &str) -> (&'static str, String) {
    let error = |status, message: &str| (status, json!({"message": message}).to_string());
    if state.is_down {
        return error("503 Service Unavailable", "down");
    }
    if !head.to_lowercase().contains(&format!("authorization: bearer {FORGE_TOKEN}")) {
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

fn read(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<u64>().ok());
    let mut body = String::new();
    reader.take(length.unwrap_or(0)).read_to_string(&mut body).ok()?;
    Some((head, body))
}
