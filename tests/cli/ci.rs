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
}

#[test]
fn outside_of_a_ci_system_there_is_nothing_to_go_by() {
    World::new().tollgate("").arg("ci").run().exits(2).says(&["tollgate check --base REV"]);
}
