//! `tollgate ci`: one line in a CI file.

use tollgate_tests::{Cli, Pipeline, Shop, World, manifest};

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
