//! `tollgate ci`: one line in a CI file.

use serde_json::json;
use tollgate_tests::{Answer, Cli, FORGE_TOKEN, ForgeServer, Pipeline, Shop, SignedShop, World, manifest};

const CART: &str = "services/cart/deployment.yaml";

fn proposed() -> Shop {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.deliver("master", "one");
    shop.deployment.git(&["fetch", "--quiet", "origin"]);
    shop.deployment.switch("feature");
    shop.deployment.write(CART, manifest::deployment("cart", "registry.example.com/cart:latest"));
    shop.deployment.commit("two");
    shop
}

fn ci(shop: &Shop, variables: &[(&str, &str)]) -> Cli {
    let cli = shop.tollgate(&["ci"]).in_ci();
    variables.iter().fold(cli, |cli, (name, value)| cli.env(name, value))
}

#[test]
fn a_pull_request_of_github_is_told_as_text_annotations_and_a_summary() {
    let shop = proposed();
    let summary = shop.world.path("summary.md");
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "master"), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let answer = ci(&shop, &github).run().exits(10);
    answer.says(&["GitHub Actions: judging the merge into refs/remotes/origin/master", "denied: 1 deny", "1 new, 0 unchanged"]);
    assert!(answer.stdout.contains(&format!("::error file={CART},line=16")), "{}", answer.raw());
    assert!(fs_err::read_to_string(summary).unwrap().starts_with("<!-- tollgate: check -->"));
}

#[test]
fn a_merge_request_of_gitlab_leaves_the_reports_that_gitlab_reads() {
    let shop = proposed();
    let gitlab = [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "master")];
    ci(&shop, &gitlab).args(["-o", "sarif=more.sarif"]).run().exits(10);
    for file in ["gl-code-quality-report.json", "tollgate-junit.xml", "more.sarif"] {
        assert!(shop.deployment.read(file).contains("image-pinned/latest"), "{file}");
    }
}

#[test]
fn a_base_that_was_not_fetched_is_named() {
    let shop = proposed();
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
    ci(&shop, &github).run().exits(13).says(&["refs/remotes/origin/main", "fetch it first"]);
}

#[test]
fn any_other_job_is_about_its_commit() {
    let shop = proposed();
    let answer = ci(&shop, &[("JENKINS_URL", "https://ci.example.com")]).run().exits(10);
    answer.says(&["Jenkins: judging this commit", "denied"]);
    let only_new = ci(&shop, &[("JENKINS_URL", "https://ci.example.com")]).arg("--only-new").run().exits(10);
    only_new.says(&["no base to compare with, so everything counts"]);
}

#[test]
fn outside_of_a_ci_system_there_is_nothing_to_go_by() {
    World::new().tollgate("").arg("ci").run().exits(2).says(&["tollgate check --base REV"]);
}

#[test]
fn a_hook_of_a_bare_repository_refuses_a_push_that_is_denied() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.deliver("master", "one");
    let hook = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/ci/pre-receive");
    let binary = tollgate_tests::binary_path();
    let text = fs_err::read_to_string(hook).unwrap().replace("    tollgate check", &format!("    {binary} check"));
    let path = shop.deployment.remote().join("hooks/pre-receive");
    fs_err::write(&path, text).unwrap();
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let push = || shop.world.git_command("deployment", &["push", "origin", "HEAD:refs/heads/master"]).output().unwrap();

    shop.deployment.write(CART, manifest::deployment("cart", "registry.example.com/cart:latest"));
    shop.deployment.commit("denied");
    let refused = push();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("image-pinned/latest") && said.contains("denied: 1 deny"), "{said}");
    shop.deployment.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    shop.deployment.edit(CART, |text| format!("# a remark\n{text}"));
    shop.deployment.commit("well");
    let taken = push();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
}

/// A push on GitHub, with what the operator says to trust.
fn push<'a>(shop: &'a Shop, name: &'a str) -> [(&'a str, &'a str); 4] {
    [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", name), ("TOLLGATE_TRUST", &shop.trust)]
}

#[test]
fn a_push_to_a_branch_that_moves_a_target_is_promoted() {
    let shop = Shop::new(&["cart"]);
    let answer =
        ci(&shop, &push(&shop, "refs/heads/master")).args(["-o", "json=report.json", "-o", "sarif=no.sarif"]).run().exits(0);
    answer.says(&[
        "GitHub Actions: promoting branch master",
        "preprod-apps: succeeded",
        "`--output sarif`: this is a report of a check",
    ]);
    assert!(shop.deployment.read("report.json").contains("\"state\": \"succeeded\""));
    assert!(!shop.deployment.has("no.sarif"));
    shop.deployment.tag("v1");
    let gitlab = [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_TAG", "v1"), ("TOLLGATE_TRUST", &shop.trust)];
    ci(&shop, &gitlab).run().exits(0).says(&["GitLab CI: promoting tag v1", "prod-apps: succeeded"]);
}

#[test]
fn a_push_is_promoted_only_by_who_says_what_to_trust() {
    let shop = Shop::new(&["cart"]);
    let before = shop.ledger().entries().len();
    ci(&shop, &push(&shop, "refs/heads/master")[..3]).run().exits(12).says(&["needs `--trust`, or `TOLLGATE_TRUST`"]);
    assert_eq!(shop.ledger().entries().len(), before);
}

#[test]
fn a_push_that_moves_nothing_is_judged_and_so_is_one_before_there_is_a_ledger() {
    let shop = Shop::new(&["cart"]);
    let before = shop.ledger().entries().len();
    ci(&shop, &push(&shop, "refs/heads/docs")).run().exits(0).says(&["judging this commit"]);
    ci(&shop, &push(&shop, "refs/heads/master")).arg("--check-only").run().exits(0).says(&["judging this commit"]);
    assert_eq!(shop.ledger().entries().len(), before);
    let untrusted = Shop::untrusted(&["cart"], &Pipeline::deployment());
    ci(&untrusted, &push(&untrusted, "refs/heads/master")[..3]).run().exits(0).says(&["judging this commit"]);
}

#[test]
fn a_branch_that_was_deleted_and_the_ledger_s_own_leave_nothing_to_do() {
    let shop = Shop::new(&["cart"]);
    let event = shop.world.write("event.json", r#"{"deleted": true}"#);
    let answer = ci(&shop, &push(&shop, "refs/heads/master")).env("GITHUB_EVENT_PATH", event.as_str()).run().exits(0);
    answer.says(&["branch master was deleted, so there is nothing to do"]);
    let ledger = ci(&shop, &push(&shop, "refs/heads/tollgate/ledger")).run().exits(0);
    ledger.says(&["branch tollgate/ledger is the ledger, so there is nothing to do"]);
}

const FOUR_EYES: &str = "{name: four-eyes, policy: builtin:four-eyes, enforcement: mandatory, match: {environment: preprod}, settings: {claimedAuthors: true}}";

#[test]
fn what_is_pending_fails_a_push_unless_it_is_let_pass() {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().gate(FOUR_EYES), &[("platform", &["lead"])]);
    let shop = &signed.shop;
    ci(shop, &push(shop, "refs/heads/master")).run().exits(4).says(&["preprod-apps: pending"]);
    ci(shop, &push(shop, "refs/heads/master")).arg("--pending=pass").run().exits(0).says(&["preprod-apps: pending"]);
}

/// What GitHub tells a job of where its commits are shown.
fn shown(forge: &ForgeServer) -> [(&str, &str); 3] {
    [("GITHUB_API_URL", &forge.url), ("GITHUB_REPOSITORY", "shop/deployment"), ("GITHUB_TOKEN", FORGE_TOKEN)]
}

#[test]
fn a_push_has_a_status_for_each_target_that_it_moves() {
    let signed = SignedShop::new(&["cart"], &Pipeline::deployment().gate(FOUR_EYES), &[("platform", &["lead"])]);
    let (shop, forge) = (&signed.shop, ForgeServer::start());
    ci(shop, &[&push(shop, "refs/heads/master")[..], &shown(&forge)].concat()).run().exits(4);
    let statuses = forge.written(&format!("/repos/shop/deployment/statuses/{}", shop.deployment.head()));
    let promotion = signed.newest("preprod-apps");
    let expected = json!({
        "context": "tollgate/preprod-apps", "state": "pending", "description": format!("pending ({promotion}): four-eyes"),
    });
    assert_eq!(statuses, [expected]);
}

#[test]
fn a_push_about_which_nothing_could_be_decided_has_an_error_for_a_status() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    ci(&shop, &[&push(&shop, "refs/tags/v1")[..], &shown(&forge)].concat()).run().exits(13);
    assert_eq!(forge.requests(), [], "there is no commit that it could be shown at");
    fs_err::remove_dir_all(shop.world.path("registry")).unwrap();
    ci(&shop, &[&push(&shop, "refs/heads/master")[..], &shown(&forge)].concat()).run().exits(13);
    let status = &forge.written(&format!("/statuses/{}", shop.deployment.head()))[0];
    let expected = ("tollgate/preprod-apps", "error", "could not be judged; the job's log says why");
    let found = (&status["context"], &status["state"], &status["description"]);
    assert_eq!(found, (&json!(expected.0), &json!(expected.1), &json!(expected.2)));
}

#[test]
fn a_pull_request_has_a_status_and_one_comment() {
    let (shop, forge) = (proposed(), ForgeServer::start());
    let head = shop.deployment.head();
    let event = shop.world.write("event.json", json!({"pull_request": {"number": 7, "head": {"sha": head}}}).to_string());
    let comments = "/repos/shop/deployment/issues/7/comments";
    forge.page(comments, json!([]));
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "master"), ("GITHUB_EVENT_PATH", event.as_str())];
    ci(&shop, &[&github[..], &shown(&forge)].concat()).run().exits(10);
    let status = &forge.written(&format!("/statuses/{head}"))[0];
    assert_eq!((&status["context"], &status["state"]), (&json!("tollgate/check"), &json!("failure")));
    assert_eq!(status["description"], "denied: image-pinned");
    let [comment] = forge.written(comments).try_into().unwrap();
    let text = comment["body"].as_str().unwrap();
    assert!(text.starts_with("<!-- tollgate: check -->") && text.contains("image-pinned/latest"), "{text}");
    forge.page(comments, json!([{"id": 3, "user": {"login": "actions[bot]", "type": "Bot"}, "body": text}]));
    forge.page("/user", json!({"login": "actions[bot]"}));
    ci(&shop, &[&github[..], &shown(&forge)].concat()).run().exits(10);
    assert_eq!(forge.written("/issues/comments/3").len(), 1);
    assert_eq!(forge.written(comments).len(), 1, "there is one comment, and it was changed");
}

#[test]
fn what_can_not_be_shown_is_said_and_changes_nothing() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    forge.go_down();
    let answer = ci(&shop, &[&push(&shop, "refs/heads/master")[..], &shown(&forge)].concat()).run().exits(0);
    answer.says(&["the status `tollgate/preprod-apps` is not on the forge, which changes nothing", "status 503"]);
    assert!(!answer.raw().contains(FORGE_TOKEN));
}

#[test]
fn without_a_token_nothing_is_shown() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    ci(&shop, &[&push(&shop, "refs/heads/master")[..], &shown(&forge)[..2]].concat()).run().exits(0);
    assert_eq!(forge.requests(), []);
}

const COMMENTS: &str = "/repos/shop/deployment/issues/7/comments";

/// A job for a comment on pull request 7, whose branch is `feature/a`; of these people `lead-1` may write, and `guest-1` may not.
fn comment(shop: &Shop, forge: &ForgeServer, author: &str, text: &str) -> Answer {
    for (login, permission) in [("lead", "write"), ("guest", "read")] {
        forge.page(&format!("/repos/shop/deployment/collaborators/{login}%2D1/permission"), json!({"permission": permission}));
    }
    let head = json!({"sha": shop.deployment.head(), "ref": "feature/a", "repo": {"id": 4}});
    let base = json!({"ref": "master", "repo": {"id": 4}});
    let pull = json!({"number": 7, "user": null, "head": head, "base": base, "merged_at": null, "merge_commit_sha": null});
    forge.page("/repos/shop/deployment/pulls/7", pull);
    let comment = json!({"body": text, "user": {"login": author}});
    let event = json!({"action": "created", "comment": comment, "issue": {"number": 7, "pull_request": {}}});
    let event = shop.world.write("event.json", event.to_string());
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_EVENT_PATH", event.as_str())];
    ci(shop, &[&github[..], &shown(forge)].concat()).env("TOLLGATE_TRUST", &shop.trust).run()
}

/// The text of the one answer.
#[track_caller]
fn answered(forge: &ForgeServer) -> String {
    let answers = forge.written(COMMENTS);
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers[0]["body"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn who_may_write_gets_the_plan_of_the_request_s_branch_for_an_answer_and_nothing_moves() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    shop.deployment.git(&["switch", "--quiet", "--create", "feature/a"]);
    let build = shop.build("cart", "two");
    shop.use_image(&build);
    shop.deployment.deliver("feature/a", "a newer cart");
    let before = shop.ledger().entries();
    comment(&shop, &forge, "lead-1", "/tollgate plan\n").exits(0).says(&["answering `lead-1`"]);
    let answer = answered(&forge);
    assert!(answer.starts_with("<!-- tollgate: answer -->\n`tollgate plan feature/a`\n\n```text\n"), "{answer}");
    assert!(answer.contains("staging-apps"), "{answer}");
    assert_eq!(shop.ledger().entries(), before);
}

#[test]
fn who_may_write_gets_an_explanation() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    comment(&shop, &forge, "lead-1", "/tollgate explain preprod-apps").exits(0);
    assert!(answered(&forge).contains("nothing was ever promoted to it"), "{}", answered(&forge));
}

#[test]
fn what_can_not_be_told_or_is_no_question_is_answered_too() {
    let shop = Shop::new(&["cart"]);
    let before = shop.ledger().entries();
    for (text, expected) in [
        ("/tollgate plan docs", "`docs` is neither a branch nor a tag"),
        ("/tollgate explain nothing", "is no promotion, target or rule"),
        ("/tollgate promote master", "That is not known here"),
    ] {
        let forge = ForgeServer::start();
        comment(&shop, &forge, "lead-1", text).exits(0);
        assert!(answered(&forge).contains(expected), "{}", answered(&forge));
    }
    assert_eq!(shop.ledger().entries(), before);
}

#[test]
fn who_may_not_write_gets_nothing_run_and_the_log_says_so() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    for author in ["guest-1", "stranger-1"] {
        let said = format!("`{author}` may not write to `shop/deployment`, so nothing is run");
        comment(&shop, &forge, author, "/tollgate plan master").exits(0).says(&[&said]);
    }
    comment(&shop, &forge, "lead-1", "Thank you, /tollgate plan is nice").exits(0).says(&["the comment is no command"]);
    assert_eq!(forge.written(COMMENTS), [json!(null); 0]);
}

#[test]
fn a_comment_may_come_from_the_command_line_and_a_forge_that_is_down_is_an_error() {
    let (shop, forge) = (Shop::new(&["cart"]), ForgeServer::start());
    let api = format!("{}/api/v4", forge.url);
    let gitlab = [("GITLAB_CI", "true"), ("CI_API_V4_URL", api.as_str()), ("CI_PROJECT_PATH", "acme/deployment")];
    let project = "/api/v4/projects/acme%2Fdeployment";
    let members = json!([{"username": "lead-1", "access_level": 30, "state": "active"}]);
    forge.page(&format!("{project}/members/all"), members);
    let asked = || {
        let comment = ["--comment", "/tollgate explain preprod-apps", "--author", "lead-1", "--request", "7"];
        ci(&shop, &gitlab).args(comment).env("TOLLGATE_TRUST", &shop.trust)
    };
    asked().run().exits(12).says(&["without a token in `GITLAB_TOKEN`"]);
    asked().env("GITLAB_TOKEN", FORGE_TOKEN).run().exits(0);
    assert_eq!(forge.written(&format!("{project}/merge_requests/7/notes")).len(), 1);
    ci(&shop, &gitlab).args(["--comment", "/tollgate plan"]).run().exits(2);
    forge.go_down();
    asked().env("GITLAB_TOKEN", FORGE_TOKEN).run().exits(13);
}
