//! GitLab's merge requests and approvals.

use serde_json::{Value, json};
use tollgate_core::forge::{ForgeReview, ReviewState, ReviewedHead};
use tollgate_core::ports::{ForgeError, ReadForge as _};

use crate::asked::{commit, gitlab, mk_request, mk_review};
use tollgate_scripted::{Script, header};

const PROJECT: &str = "GET /api/v4/projects/acme%2Fshop%2Fdeployment";

fn at(rest: &str) -> String {
    format!("{PROJECT}{rest}")
}

fn merge_request(iid: u64, state: &str, commits: &Value) -> Value {
    let mut request = json!({
        "id": 2_000 + iid, "iid": iid, "project_id": 3, "title": "A newer cart", "state": state,
        "target_branch": "master", "source_branch": "newer-cart", "sha": commit("b"), "source_project_id": 3, "target_project_id": 3,
        "author": {"id": 1, "username": "dev-1", "name": "Dev"}, "merge_user": {"id": 2, "username": "lead-1", "name": "Lead"},
        "merge_commit_sha": null, "squash_commit_sha": null, "squash": false,
    });
    for (key, value) in commits.as_object().unwrap() {
        request[key] = value.clone();
    }
    request
}

fn requests_of(requests: &[Value]) -> Result<Vec<u64>, ForgeError> {
    let path = at(&format!("/repository/commits/{}/merge_requests", commit("c")));
    let script = Script::of_pages(&[(&path, &Value::from(requests).to_string())]);
    let found = gitlab(&script.url).requests_of(&commit("c"))?;
    Ok(found.into_iter().map(|request| request.number).collect())
}

fn approved(users: &[(&str, Option<&str>)]) -> Value {
    let one = |(user, at): &(&str, Option<&str>)| {
        let user = json!({"id": 5, "username": user, "name": user, "state": "active"});
        at.map_or_else(|| json!({"user": user}), |at| json!({"user": user, "approved_at": at}))
    };
    let by = Value::from_iter(users.iter().map(one));
    json!({"id": 5, "iid": 7, "project_id": 3, "state": "merged", "approved": true, "approved_by": by})
}

fn versions(list: &[(&str, &str)]) -> Value {
    let version = |(number, (at, digit)): (usize, &(&str, &str))| {
        json!({
            "id": 100 + number, "head_commit_sha": commit(digit), "base_commit_sha": commit("a"), "start_commit_sha": commit("a"),
            "created_at": at, "merge_request_id": 2_007, "state": "collected", "real_size": "1",
        })
    };
    // The newest comes first, as the forge sends them.
    Value::from_iter(list.iter().enumerate().map(version).rev())
}

fn reviews_of(approvals: &Value, versions: &Value) -> Result<Vec<ForgeReview>, ForgeError> {
    let pages = [at("/merge_requests/7/approvals"), at("/merge_requests/7/versions")];
    let script = Script::of_pages(&[(&pages[0], &approvals.to_string()), (&pages[1], &versions.to_string())]);
    gitlab(&script.url).reviews_of(&mk_request(7))
}

#[test]
fn the_merge_requests_of_a_commit_are_those_that_were_merged_as_it() {
    let found = requests_of(&[
        merge_request(6, "opened", &json!({"merge_commit_sha": commit("c")})),
        merge_request(7, "merged", &json!({"merge_commit_sha": commit("c")})),
        merge_request(8, "merged", &json!({"squash_commit_sha": commit("c"), "merge_commit_sha": commit("d")})),
        merge_request(9, "merged", &json!({"sha": commit("c")})),
        merge_request(10, "merged", &json!({"merge_commit_sha": commit("d")})),
    ]);
    assert_eq!(found.unwrap(), [7, 8, 9]);
}

#[test]
fn a_merge_request_has_its_head_its_branch_and_its_people() {
    let path = at(&format!("/repository/commits/{}/merge_requests", commit("c")));
    let body = Value::from_iter([merge_request(7, "merged", &json!({"merge_commit_sha": commit("c")}))]).to_string();
    let script = Script::of_pages(&[(&path, &body)]);
    assert_eq!(gitlab(&script.url).requests_of(&commit("c")).unwrap(), [mk_request(7)]);
    assert_eq!(header(&script.requests()[0], "authorization"), "Bearer open sesame");
    let mut older = merge_request(7, "merged", &json!({"merge_commit_sha": commit("c"), "merged_by": {"username": "ops-1"}}));
    older.as_object_mut().unwrap().remove("merge_user");
    let script = Script::of_pages(&[(&path, &Value::from_iter([older]).to_string())]);
    assert_eq!(gitlab(&script.url).requests_of(&commit("c")).unwrap()[0].merged_by.as_deref(), Some("ops-1"));
}

#[test]
fn an_approval_is_of_the_head_that_there_was_at_its_time() {
    let approvals = approved(&[("lead-1", Some("2026-06-01T12:00:00.250Z")), ("ops-1", Some("2026-06-01T10:00:00Z"))]);
    let pushed = versions(&[("2026-06-01T09:00:00.000Z", "a"), ("2026-06-01T11:00:00.000Z", "b")]);
    let expected = [
        mk_review("lead-1", ReviewState::Approved, "2026-06-01T12:00:00.250Z", "b"),
        mk_review("ops-1", ReviewState::Approved, "2026-06-01T10:00:00Z", "a"),
    ];
    assert_eq!(reviews_of(&approvals, &pushed).unwrap(), expected);
}

#[test]
fn without_times_only_the_approval_of_a_request_that_never_changed_is_of_a_head() {
    let approvals = approved(&[("lead-1", None)]);
    let once = reviews_of(&approvals, &versions(&[("2026-06-01T09:00:00Z", "b")])).unwrap();
    assert_eq!(once, [mk_review("lead-1", ReviewState::Approved, "2026-06-01T09:00:00Z", "b")]);
    let twice = versions(&[("2026-06-01T09:00:00Z", "a"), ("2026-06-01T11:00:00Z", "b")]);
    let reviews = reviews_of(&approvals, &twice).unwrap();
    assert!(matches!(&reviews[0].head, ReviewedHead::Unknown(reason) if reason.contains("when it was given")), "{reviews:?}");
}

#[test]
fn without_approvals_nothing_more_is_asked() {
    let path = at("/merge_requests/7/approvals");
    let script = Script::of_pages(&[(&path, &approved(&[]).to_string())]);
    assert_eq!(gitlab(&script.url).reviews_of(&mk_request(7)).unwrap(), []);
    assert_eq!(script.asked(), [path]);
}

#[test]
fn versions_without_a_head_are_an_error() {
    let approvals = approved(&[("lead-1", Some("2026-06-01T12:00:00Z"))]);
    for strange in [json!([]), json!([{"id": 1, "head_commit_sha": "master", "created_at": "2026-06-01T12:00:00Z"}])] {
        assert!(matches!(reviews_of(&approvals, &strange), Err(ForgeError::Unfit { .. })), "{strange}");
    }
}

#[test]
fn the_branch_of_a_fork_is_not_one_of_this_project() {
    let forked = merge_request(7, "opened", &json!({"source_project_id": 4})).to_string();
    let script = Script::of_pages(&[(&at("/merge_requests/7"), &forked)]);
    assert_eq!(gitlab(&script.url).request(7).unwrap().branch, None);
}

#[test]
fn developers_may_write_and_neither_guests_nor_who_is_blocked_or_only_called_alike() {
    let member = |username: &str, access_level: u32, state: &str| json!({"id": 1, "username": username, "access_level": access_level, "state": state});
    let members = Value::from_iter([
        member("dev-1", 30, "active"),
        member("guest-1", 20, "active"),
        member("gone-1", 40, "blocked"),
        member("dev-12", 50, "active"),
    ]);
    let script = Script::of_pages(&[(&at("/members/all"), &members.to_string())]);
    for (login, expected) in [("dev-1", true), ("Dev-1", true), ("guest-1", false), ("gone-1", false), ("dev", false), ("", false)]
    {
        assert_eq!(gitlab(&script.url).may_write(login).unwrap(), expected, "{login}");
    }
    assert!(
        script.requests()[0].starts_with("GET /api/v4/projects/acme%2Fshop%2Fdeployment/members/all?query=dev%2D1&per_page=100 ")
    );
}
