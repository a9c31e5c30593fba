//! What people are shown beside a commit and on a request.

use serde_json::{Value, json};
use tollgate_core::forge::{CommitStatus, StatusState};
use tollgate_core::ports::{ForgeError, WriteForge};

use crate::asked::{commit, github, gitlab};
use tollgate_scripted::{Script, answer};

const GITHUB_COMMENTS: &str = "GET /repos/shop/deployment/issues/7/comments";
const MARKER: &str = "<!-- tollgate: check -->";

fn mk_status(state: StatusState, description: &str) -> CommitStatus {
    let url = Some("https://ci.example.com/1".to_owned());
    CommitStatus::new("tollgate/check".to_owned(), state, description, url)
}

/// A server that takes everything, and shows these pages.
fn taking(pages: &[(&'static str, Value)]) -> Script {
    let pages: Vec<(&'static str, String)> = pages.iter().map(|(at, page)| (*at, page.to_string())).collect();
    Script::start(move |_, request| {
        let line = request.split([' ', '?']).take(2).collect::<Vec<_>>().join(" ");
        match pages.iter().find(|(at, _)| *at == line) {
            Some((_, page)) => answer("200 OK", &[], page),
            None if request.starts_with("GET") => answer("403 Forbidden", &[], "{}"),
            None => answer("201 Created", &[], "{}"),
        }
    })
}

/// First line and body of the last request.
fn last(script: &Script) -> (String, Value) {
    let request = script.requests().pop().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    (line.to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn a_status_has_its_words_on_each_forge() {
    let script = taking(&[]);
    github(&script.url).set_status(&commit("c"), &mk_status(StatusState::Error, "no ledger")).unwrap();
    let expected = json!({
        "state": "error", "context": "tollgate/check", "description": "no ledger", "target_url": "https://ci.example.com/1",
    });
    assert_eq!(last(&script), (format!("POST /repos/shop/deployment/statuses/{}", commit("c")), expected));

    let of_commit =
        "GET /api/v4/projects/acme%2Fshop%2Fdeployment/repository/commits/cccccccccccccccccccccccccccccccccccccccc/statuses";
    let script = taking(&[(of_commit, json!([{"name": "tollgate/check", "status": "pending"}]))]);
    let forge = gitlab(&script.url);
    forge.set_status(&commit("c"), &mk_status(StatusState::Pending, "waits")).unwrap();
    assert_eq!(script.asked(), [of_commit], "it has that status already, and GitLab would refuse it");
    forge.set_status(&commit("c"), &mk_status(StatusState::Failure, "denied")).unwrap();
    let (line, body) = last(&script);
    assert_eq!(line, format!("POST /api/v4/projects/acme%2Fshop%2Fdeployment/statuses/{}", commit("c")));
    assert_eq!((&body["state"], &body["name"]), (&json!("failed"), &json!("tollgate/check")));
}

#[test]
fn the_one_comment_is_added_and_later_changed() {
    let others = json!([{"id": 1, "user": {"login": "dev-1", "type": "User"}, "body": "Nice."}]);
    let script = taking(&[(GITHUB_COMMENTS, others)]);
    github(&script.url).write_comment(7, MARKER, "approved").unwrap();
    assert_eq!(last(&script), ("POST /repos/shop/deployment/issues/7/comments".to_owned(), json!({"body": "approved"})));

    let own = json!([
        {"id": 1, "user": {"login": "mallory-1", "type": "User"}, "body": format!("{MARKER}\napproved!")},
        {"id": 2, "user": {"login": "actions[bot]", "type": "Bot"}, "body": format!("{MARKER}\ndenied")},
    ]);
    let script = taking(&[(GITHUB_COMMENTS, own.clone())]);
    github(&script.url).write_comment(7, MARKER, "approved").unwrap();
    assert_eq!(last(&script).0, "PATCH /repos/shop/deployment/issues/comments/2", "what looks like it may be somebody else's");

    let script = taking(&[(GITHUB_COMMENTS, own), ("GET /user", json!({"login": "tollgate-1"}))]);
    github(&script.url).write_comment(7, MARKER, "approved").unwrap();
    assert_eq!(last(&script).0, "POST /repos/shop/deployment/issues/7/comments", "neither is of this account");
}

#[test]
fn the_one_comment_on_gitlab_is_a_note() {
    let notes = "GET /api/v4/projects/acme%2Fshop%2Fdeployment/merge_requests/7/notes";
    let place = notes.trim_start_matches("GET ");
    let script = taking(&[(notes, json!([]))]);
    gitlab(&script.url).write_comment(7, MARKER, "approved").unwrap();
    assert_eq!(last(&script).0, format!("POST {place}"));
    let marked = json!([
        {"id": 3, "author": {"username": "mallory-1"}, "body": MARKER},
        {"id": 4, "author": {"username": "tollgate-1"}, "body": MARKER},
    ]);
    let script = taking(&[(notes, marked), ("GET /api/v4/user", json!({"username": "tollgate-1"}))]);
    gitlab(&script.url).write_comment(7, MARKER, "approved").unwrap();
    assert_eq!(last(&script), (format!("PUT {place}/4"), json!({"body": "approved"})));
}

#[test]
fn what_is_written_is_written_once_even_where_nobody_knows_whether_it_was() {
    let script = Script::start(|_, request| match request.starts_with("GET") {
        true => answer("200 OK", &[], "[]"),
        false => answer("500 Internal Server Error", &[], ""),
    });
    for forge in [&github(&script.url) as &dyn WriteForge, &gitlab(&script.url)] {
        let before = script.requests().len();
        let error = forge.write_comment(7, MARKER, "approved").unwrap_err();
        assert!(matches!(error, ForgeError::Unavailable { status: 500, .. }), "{error:?}");
        assert_eq!(script.requests()[before..].iter().filter(|request| request.starts_with("POST")).count(), 1);
    }
}
