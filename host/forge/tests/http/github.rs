//! GitHub's pull requests and reviews.

use serde_json::{Value, json};
use tollgate_core::forge::{ForgeReview, ReviewState, ReviewedHead};
use tollgate_core::ports::{ForgeError, ReadForge as _};

use crate::asked::{commit, github, mk_request, mk_review};
use tollgate_scripted::{Script, answer, header};

const OF_COMMIT: &str = "GET /repos/shop/deployment/commits/cccccccccccccccccccccccccccccccccccccccc/pulls";
const PULL: &str = "GET /repos/shop/deployment/pulls/7";
const REVIEWS: &str = "GET /repos/shop/deployment/pulls/7/reviews";
const EVENTS: &str = "GET /repos/shop/deployment/issues/7/events";

fn pull(number: u64, merged_at: Option<&str>, merge_commit: &str) -> Value {
    json!({
        "id": 1_000 + number, "number": number, "state": if merged_at.is_some() { "closed" } else { "open" },
        "title": "A newer cart", "draft": false, "locked": false,
        "user": {"login": "dev-1", "id": 1, "type": "User"},
        "head": {"label": "shop:newer-cart", "ref": "newer-cart", "sha": commit("b"), "repo": {"id": 4}},
        "base": {"label": "shop:master", "ref": "master", "sha": commit("a"), "repo": {"id": 4}},
        "created_at": "2026-06-01T08:00:00Z", "merged_at": merged_at, "merge_commit_sha": merge_commit,
    })
}

fn whole(number: u64) -> Value {
    let mut pull = pull(number, Some("2026-06-02T08:00:00Z"), &commit("c"));
    pull["merged_by"] = json!({"login": "lead-1", "id": 2, "type": "User"});
    pull["merged"] = json!(true);
    pull
}

fn review(login: &str, state: &str, at: &str, digit: &str) -> Value {
    json!({
        "id": 80, "user": {"login": login, "id": 3, "type": "User"}, "body": "Well done.", "state": state,
        "commit_id": commit(digit), "submitted_at": at, "author_association": "MEMBER",
    })
}

fn events(list: &[(&str, &str)]) -> String {
    let event = |(event, at): &(&str, &str)| json!({"id": 9, "event": event, "created_at": at, "actor": {"login": "dev-1"}});
    Value::from_iter(list.iter().map(event)).to_string()
}

fn reviews_of(reviews: &[Value], events: &str) -> Result<Vec<ForgeReview>, ForgeError> {
    let script = Script::of_pages(&[(REVIEWS, &Value::from(reviews).to_string()), (EVENTS, events)]);
    github(&script.url).reviews_of(&mk_request(7))
}

#[test]
fn the_pull_requests_of_a_commit_are_those_that_were_merged_as_it() {
    let pulls = json!([
        pull(6, None, &commit("c")),
        pull(7, Some("2026-06-02T08:00:00Z"), &commit("c")),
        pull(8, Some("2026-06-02T08:00:00Z"), &commit("d")),
    ]);
    let script = Script::of_pages(&[(OF_COMMIT, &pulls.to_string()), (PULL, &whole(7).to_string())]);
    assert_eq!(github(&script.url).requests_of(&commit("c")).unwrap(), [mk_request(7)]);
    assert_eq!(script.asked(), [OF_COMMIT, PULL]);
    for request in script.requests() {
        assert_eq!(header(&request, "accept"), "application/vnd.github+json");
        assert_eq!(header(&request, "x-github-api-version"), "2022-11-28");
        assert_eq!(header(&request, "authorization"), "Bearer open sesame");
    }
}

#[test]
fn the_last_word_of_each_reviewer_counts_with_the_head_that_it_is_of() {
    let given = [
        review("lead-1", "CHANGES_REQUESTED", "2026-06-01T09:00:00Z", "a"),
        review("ops-1", "APPROVED", "2026-06-01T10:00:00Z", "a"),
        review("lead-1", "APPROVED", "2026-06-01T11:00:00Z", "b"),
        review("lead-1", "COMMENTED", "2026-06-01T12:00:00Z", "b"),
        review("old-1", "APPROVED", "2026-06-01T12:00:00Z", "b"),
        review("old-1", "DISMISSED", "2026-06-01T13:00:00Z", "b"),
        json!({"user": {"login": "late-1"}, "state": "PENDING", "commit_id": commit("b")}),
        json!({"user": null, "state": "APPROVED", "commit_id": commit("b"), "submitted_at": "2026-06-01T12:00:00Z"}),
    ];
    let expected = [
        mk_review("ops-1", ReviewState::Approved, "2026-06-01T10:00:00Z", "a"),
        mk_review("lead-1", ReviewState::Approved, "2026-06-01T11:00:00Z", "b"),
        mk_review("old-1", ReviewState::Dismissed, "2026-06-01T13:00:00Z", "b"),
    ];
    assert_eq!(reviews_of(&given, "[]").unwrap(), expected);
}

#[test]
fn a_review_from_before_the_base_was_changed_is_of_nothing_that_is_known() {
    let given =
        [review("lead-1", "APPROVED", "2026-06-01T09:00:00Z", "b"), review("ops-1", "APPROVED", "2026-06-01T11:00:00Z", "b")];
    let changed = events(&[("labeled", "2026-06-01T12:00:00Z"), ("base_ref_changed", "2026-06-01T10:00:00Z")]);
    let reviews = reviews_of(&given, &changed).unwrap();
    assert!(matches!(&reviews[0].head, ReviewedHead::Unknown(reason) if reason.contains("another branch")), "{reviews:?}");
    assert_eq!(reviews[1].head, ReviewedHead::Commit(commit("b")));
}

#[test]
fn a_commit_that_is_gone_from_the_forge_is_not_guessed() {
    let mut gone = review("lead-1", "APPROVED", "2026-06-01T09:00:00Z", "b");
    gone["commit_id"] = Value::Null;
    assert!(matches!(reviews_of(&[gone], "[]").unwrap()[0].head, ReviewedHead::Unknown(_)));
}

#[test]
fn what_is_not_understood_is_an_error_and_never_left_out() {
    let mut timeless = review("lead-1", "APPROVED", "2026-06-01T09:00:00Z", "b");
    timeless["submitted_at"] = Value::Null;
    let mut headless = review("lead-1", "APPROVED", "2026-06-01T09:00:00Z", "b");
    headless["commit_id"] = json!("--upload-pack=x");
    let revoked = review("lead-1", "REVOKED", "2026-06-01T09:00:00Z", "b");
    for (strange, expected) in [(timeless, "no time"), (headless, "is none"), (revoked, "`REVOKED`")] {
        match reviews_of(&[strange], "[]") {
            Err(ForgeError::Unfit { reason, .. }) => assert!(reason.contains(expected), "{reason}"),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let yes = review("lead-1", "APPROVED", "2026-06-01T09:00:00Z", "b");
    let timeless = r#"[{"event": "base_ref_changed"}]"#;
    assert!(matches!(reviews_of(&[yes], timeless), Err(ForgeError::Unfit { .. })));
}

#[test]
fn a_head_that_is_no_commit_never_reaches_git() {
    let mut whole = whole(7);
    whole["head"]["sha"] = json!("master");
    let pulls = json!([pull(7, Some("2026-06-02T08:00:00Z"), &commit("c"))]);
    let script = Script::of_pages(&[(OF_COMMIT, &pulls.to_string()), (PULL, &whole.to_string())]);
    assert!(matches!(github(&script.url).requests_of(&commit("c")), Err(ForgeError::Unfit { .. })));
}

#[test]
fn a_list_is_read_to_its_end() {
    let script = Script::start(move |number, request| {
        let host = header(request, "host");
        let page = |digit: usize| {
            let reviewer = review(&format!("lead-{digit}"), "CHANGES_REQUESTED", "2026-06-01T09:00:00Z", "b");
            Value::from_iter([reviewer]).to_string()
        };
        let next = format!("Link: <http://{host}/repos/shop/deployment/pulls/7/reviews?page={}>; rel=\"next\"", number + 2);
        if number < 2 { answer("200 OK", &[&next], &page(number)) } else { answer("200 OK", &[], &page(number)) }
    });
    let logins: Vec<String> =
        github(&script.url).reviews_of(&mk_request(7)).unwrap().into_iter().map(|review| review.login).collect();
    assert_eq!(logins, ["lead-0", "lead-1", "lead-2"]);
    assert!(script.requests()[0].starts_with("GET /repos/shop/deployment/pulls/7/reviews?per_page=100 "));
}

#[test]
fn a_list_without_an_end_or_with_its_next_page_elsewhere_is_refused() {
    let endless = Script::start(|_, request| {
        let next = format!("Link: <http://{}/repos/x?page=2>; rel=\"next\"", header(request, "host"));
        answer("200 OK", &[&next], "[]")
    });
    let error = github(&endless.url).reviews_of(&mk_request(7)).unwrap_err();
    assert!(matches!(&error, ForgeError::Unfit { reason, .. } if reason.contains("pages")), "{error}");
    let elsewhere =
        Script::start(|_, _| answer("200 OK", &["Link: <https://forge.example.com/repos/x?page=2>; rel=\"next\""], "[]"));
    let error = github(&elsewhere.url).reviews_of(&mk_request(7)).unwrap_err();
    assert!(matches!(&error, ForgeError::Unfit { reason, .. } if reason.contains("another place")), "{error}");
}

#[test]
fn the_branch_of_a_fork_is_not_one_of_this_repository() {
    for repository in [json!({"id": 5}), Value::Null] {
        let mut forked = whole(7);
        forked["head"]["repo"] = repository;
        let script = Script::of_pages(&[(PULL, &forked.to_string())]);
        assert_eq!(github(&script.url).request(7).unwrap().branch, None);
    }
    let script = Script::of_pages(&[(PULL, &whole(7).to_string())]);
    assert_eq!(github(&script.url).request(7).unwrap().branch.as_deref(), Some("newer-cart"));
    assert!(matches!(github(&script.url).request(8), Err(ForgeError::NotFound { .. })));
}

#[test]
fn who_may_write_is_said_by_the_forge_and_who_is_not_known_may_not() {
    let page = |permission: &str| json!({"permission": permission, "role_name": permission}).to_string();
    let at = |login: &str| format!("GET /repos/shop/deployment/collaborators/{login}/permission");
    let (admin, writer, reader) = (page("admin"), page("write"), page("read"));
    let pages = [(at("admin%2D1"), admin), (at("dev%2D1"), writer), (at("guest%2D1"), reader)];
    let pages: Vec<(&str, &str)> = pages.iter().map(|(at, page)| (at.as_str(), page.as_str())).collect();
    let script = Script::of_pages(&pages);
    for (login, expected) in [("admin-1", true), ("dev-1", true), ("guest-1", false), ("stranger-1", false), ("../dev-1", false)] {
        assert_eq!(github(&script.url).may_write(login).unwrap(), expected, "{login}");
    }
    let forbidden = Script::start(|_, _| answer("403 Forbidden", &[], "{}"));
    assert!(matches!(github(&forbidden.url).may_write("dev-1"), Err(ForgeError::Forbidden { .. })));
}
