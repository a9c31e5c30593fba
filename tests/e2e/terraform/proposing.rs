//! Pull requests: what a merge would change, and what nobody runs for it.

use camino::Utf8PathBuf;
use serde_json::json;
use tollgate_tests::{Answer, Cli, FORGE_TOKEN, ForgeServer, Infrastructure};

/// A branch with a larger network, which master has not.
fn mk_proposal() -> Option<(Infrastructure, String)> {
    let lab = Infrastructure::new()?;
    lab.promote_to("master", "staging-ops").exits(0);
    lab.repository.switch("feature/larger");
    lab.resize("network", 2);
    let head = lab.repository.deliver("feature/larger", "a larger network");
    lab.repository.git(&["fetch", "--quiet", "origin"]);
    Some((lab, head))
}

/// A forge on which nobody has said anything of request 7.
fn mk_forge() -> ForgeServer {
    let forge = ForgeServer::start();
    forge.page("/repos/shop/infrastructure/issues/7/comments", json!([]));
    forge
}

fn event(lab: &Infrastructure, head: &str, from: &str) -> Utf8PathBuf {
    let event = json!({"pull_request": {"number": 7,
        "head": {"sha": head, "repo": {"full_name": from}}, "base": {"sha": "0", "repo": {"full_name": "shop/infrastructure"}}}});
    lab.world.write("event.json", event.to_string())
}

fn ci(lab: &Infrastructure, event: &Utf8PathBuf, forge: Option<&ForgeServer>) -> Cli {
    let mut cli = lab.tollgate().arg("ci").env("GITHUB_ACTIONS", "true").env("GITHUB_BASE_REF", "master");
    cli = cli.env("GITHUB_EVENT_PATH", event.as_str()).env("GITHUB_REPOSITORY", "shop/infrastructure");
    match forge {
        Some(forge) => cli.env("GITHUB_API_URL", &forge.url).env("GITHUB_TOKEN", FORGE_TOKEN),
        None => cli,
    }
}

fn has_written_nothing(lab: &Infrastructure, before: usize) {
    assert_eq!(lab.world.ledger("infrastructure").entries().len(), before);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));
    assert_eq!(lab.made("preprod-ops", "network"), None);
}

#[test]
fn a_plan_of_a_merge_shows_what_it_would_change_and_writes_nothing() {
    let Some((lab, head)) = mk_proposal() else { return };
    let before = lab.world.ledger("infrastructure").entries().len();
    let answer = lab.tollgate().args(["plan", "master", "--merge", &head, "--to", "staging-ops", "-o", "json"]).run().exits(0);
    assert_eq!(answer.text_at("/targets/0/plan/actions/0/object/kind"), "lab_file", "{}", answer.raw());
    assert_eq!(answer.json()["targets"][0]["plan"]["counts"]["changes"], 2, "the file and the output: {}", answer.raw());
    lab.tollgate().args(["plan", "master", "--merge", &head, "--to", "staging-ops", "--exit-code"]).run().exits(3);
    has_written_nothing(&lab, before);
}

#[test]
fn a_pull_request_is_judged_and_then_planned_for_every_target_that_the_merge_moves() {
    let Some((lab, head)) = mk_proposal() else { return };
    let forge = mk_forge();
    let before = lab.world.ledger("infrastructure").entries().len();
    let answer: Answer = ci(&lab, &event(&lab, &head, "shop/infrastructure"), Some(&forge)).run().exits(0);
    for target in ["staging-ops", "preprod-ops", "prod-ops"] {
        assert!(answer.raw().contains(&format!("plan for {target}")), "{}", answer.raw());
    }
    let comments = forge.written("/issues/7/comments");
    let plan =
        comments.iter().filter_map(|comment| comment["body"].as_str()).find(|body| body.starts_with("<!-- tollgate: plan -->"));
    let plan = plan.unwrap();
    assert!(plan.contains("network 2") && !plan.contains("hunter22"), "{plan}");
    has_written_nothing(&lab, before);
}

#[test]
fn what_the_check_denies_is_not_planned() {
    let Some((lab, _)) = mk_proposal() else { return };
    lab.switch("crash-plan", "");
    let data = "\ndata \"external\" \"x\" {\n  program = [\"sh\"]\n}\n";
    lab.repository.edit("components/network/main.tf", |text| format!("{text}{data}"));
    let head = lab.repository.deliver("feature/larger", "a data source");
    let answer = ci(&lab, &event(&lab, &head, "shop/infrastructure"), None).run().exits(10);
    assert!(answer.raw().contains("terraform/data") && !answer.raw().contains("plan for"), "{}", answer.raw());
}

#[test]
fn what_comes_from_a_fork_is_planned_once_a_maintainer_asks_for_that_commit() {
    let Some((lab, head)) = mk_proposal() else { return };
    let forge = mk_forge();
    lab.switch("crash-plan", "");
    let answer = ci(&lab, &event(&lab, &head, "stranger/infrastructure"), Some(&forge)).run().exits(0);
    assert!(!answer.raw().contains("plan for"), "{}", answer.raw());
    let comments = forge.written("/issues/7/comments");
    assert!(comments.iter().any(|comment| comment["body"].as_str().unwrap().contains(&format!("/tollgate plan {head}"))));
    lab.unswitch("crash-plan");
    // A maintainer asks.
    lab.repository.git(&["push", "--quiet", "origin", &format!("{head}:refs/pull/7/head")]);
    let path = "/repos/shop/infrastructure";
    forge.page(&format!("{path}/collaborators/lead%2D1/permission"), json!({"permission": "admin"}));
    let foreign = json!({"sha": head, "ref": "feature/larger", "repo": {"id": 5}});
    let request = json!({"number": 7, "user": null, "head": foreign, "base": {"ref": "master", "repo": {"id": 4}},
        "merged_at": null, "merge_commit_sha": null});
    forge.page(&format!("{path}/pulls/7"), request);
    let said = |commit: &str, login: &str| {
        let event = json!({"action": "created", "issue": {"number": 7, "pull_request": {}},
            "comment": {"body": format!("/tollgate plan {commit}"), "user": {"login": login}}});
        let event = lab.world.write("comment.json", event.to_string());
        ci(&lab, &event, Some(&forge)).without_env("GITHUB_BASE_REF").env("GITHUB_EVENT_NAME", "issue_comment").run().exits(0);
        let comments = forge.written("/issues/7/comments");
        comments.last().unwrap()["body"].as_str().unwrap().to_owned()
    };
    assert!(said(&"0".repeat(40), "lead-1").contains("Look at that one first"));
    let answer = said(&head, "lead-1");
    assert!(answer.contains("plan for staging-ops") && answer.contains("network 2"), "{answer}");
}
