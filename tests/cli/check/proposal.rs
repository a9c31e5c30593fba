//! `check --base`: a proposal is judged as the merge that it would give, by what is in force, and compared with its base.

use serde_json::Value;
use tollgate_tests::{Pipeline, Shop, World, assert_report, manifest};

const CART: &str = "services/cart/deployment.yaml";
const EMAIL: &str = "services/email/deployment.yaml";

fn unpinned(name: &str) -> String {
    manifest::deployment(name, &format!("registry.example.com/{name}:latest"))
}

/// A shop whose `master` has an old fault in `cart`, with `change` made on the branch `feature`, which is checked out.
fn proposed(change: impl Fn(&Shop)) -> Shop {
    let shop = Shop::untrusted(&["cart", "email"], &Pipeline::deployment());
    shop.deployment.write(CART, unpinned("cart"));
    shop.deployment.deliver("master", "an old fault");
    shop.deployment.switch("feature");
    change(&shop);
    shop.deployment.commit("proposed");
    shop
}

fn check(shop: &Shop, arguments: &[&str]) -> tollgate_tests::Answer {
    shop.tollgate(&["check", "--base", "master", "-o", "json"]).args(arguments).run()
}

/// Status, rule and file of each finding.
fn told(answer: &tollgate_tests::Answer) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut told: Vec<String> = answer
        .findings()
        .iter()
        .map(|finding| format!("{} {} {}", text(&finding["status"]), text(&finding["rule"]), text(&finding["file"])))
        .collect();
    told.sort();
    told
}

#[test]
fn findings_are_new_unchanged_or_fixed() {
    let shop = proposed(|shop| {
        shop.deployment.write(EMAIL, unpinned("email"));
        shop.deployment.edit(CART, |text| format!("# moves everything down\n{text}"));
    });
    let answer = check(&shop, &[]).exits(10);
    assert_report(&answer.json());
    assert_eq!(told(&answer), [format!("new image-pinned/latest {EMAIL}"), format!("unchanged image-pinned/latest {CART}")]);
    shop.deployment.write(CART, manifest::deployment("cart", &format!("registry.example.com/cart:{}", "a".repeat(40))));
    shop.deployment.commit("mended");
    let answer = check(&shop, &[]).exits(10);
    assert_eq!(told(&answer), [format!("fixed image-pinned/latest {CART}"), format!("new image-pinned/latest {EMAIL}")]);
}

#[test]
fn files_of_the_languages_that_the_base_asks_for_are_compared_as_well() {
    const DOCKERFILE: &str = "services/cart/Dockerfile";
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    shop.deployment.edit("tollgate.yaml", |text| format!("{text}languages: [dockerfile]\n"));
    shop.deployment.write(DOCKERFILE, "FROM scratch\n");
    shop.deployment.write("services/cart/main.tf", "resource {");
    shop.deployment.deliver("master", "with an image");
    shop.deployment.switch("feature");
    shop.deployment.write(DOCKERFILE, "FROM scratch\nRUN\n");
    shop.deployment.write("services/cart/main.tf", "resource { still nobody's");
    shop.deployment.commit("broken");
    assert_eq!(told(&check(&shop, &[]).exits(10)), [format!("new source/not-dockerfile {DOCKERFILE}")]);
}

#[test]
fn an_old_fault_still_denies_unless_only_what_is_new_counts() {
    let shop = proposed(|shop| shop.deployment.edit(CART, |text| format!("# a remark\n{text}")));
    assert_eq!(told(&check(&shop, &[]).exits(10)), [format!("unchanged image-pinned/latest {CART}")]);
    let answer = check(&shop, &["--only-new"]).exits(0);
    assert_eq!(told(&answer), [format!("unchanged image-pinned/latest {CART}")]);
    assert_eq!(answer.text_at("/decision"), "approved");
    let text = shop.tollgate(&["check", "--base", "master", "--only-new"]).run().exits(0);
    text.says(&["they don't count here, and a promotion will deny them"]);
}

#[test]
fn only_changed_files_are_judged_unless_all_are_asked_for() {
    let shop = proposed(|shop| shop.deployment.edit(EMAIL, |text| format!("# a remark\n{text}")));
    let answer = check(&shop, &[]).exits(0);
    assert_eq!((answer.json()["counts"]["files"].as_u64(), answer.json()["proposal"]["changedFiles"].as_u64()), (Some(1), Some(1)));
    assert_eq!(told(&check(&shop, &["--whole"]).exits(10)), [format!("unchanged image-pinned/latest {CART}")]);
}

#[test]
fn the_merge_is_judged_and_not_the_branch_alone() {
    let shop = proposed(|shop| shop.deployment.edit(EMAIL, |text| format!("# a remark\n{text}")));
    shop.deployment.switch("master");
    shop.deployment.edit(EMAIL, |text| text.replace("memory: 32Mi", "memory: 64Mi"));
    let base = shop.deployment.commit("meanwhile");
    shop.deployment.switch("feature");
    let json = check(&shop, &[]).exits(0).json();
    assert_eq!(json["proposal"]["base"], base.as_str());
    assert_eq!(json["proposal"]["head"], shop.deployment.head().as_str());
    shop.deployment.edit(EMAIL, |text| text.replace("memory: 32Mi", "memory: 48Mi"));
    shop.deployment.commit("a conflict");
    check(&shop, &[]).exits(13).says(&["conflict", EMAIL]);
}

#[test]
fn documents_that_need_each_other_are_judged_all_together() {
    let shop = proposed(|shop| {
        let service =
            "{apiVersion: v1, kind: Service, metadata: {name: email}, spec: {selector: {app: email}, ports: [{port: 80}]}}\n";
        shop.deployment.write("services/email/service.yaml", service);
    });
    assert_eq!(told(&check(&shop, &[]).exits(0)), Vec::<String>::new());
    shop.deployment.switch("master");
    shop.deployment.merge("feature");
    shop.deployment.switch("renamed");
    shop.deployment.edit(EMAIL, |text| text.replace("app: email", "app: mail"));
    shop.deployment.commit("other labels");
    let answer = check(&shop, &[]).exits(10);
    assert_eq!(told(&answer), ["new service-selects/nothing services/email/service.yaml"]);
}

#[test]
fn a_proposal_that_touches_no_document_is_approved_and_says_so() {
    let shop = proposed(|shop| drop(shop.deployment.write("README.md", "words")));
    check(&shop, &[]).exits(0).says(&["touches no document"]);
    shop.deployment.git(&["reset", "--quiet", "--hard", "master"]);
    check(&shop, &[]).exits(0).says(&["touches no document"]);
}

#[test]
fn a_component_that_goes_takes_its_findings_with_it() {
    let shop = proposed(|shop| shop.deployment.remove("services/cart"));
    assert_eq!(told(&check(&shop, &[]).exits(0)), [format!("fixed image-pinned/latest {CART}")]);
}

#[test]
fn a_proposal_never_judges_itself_but_sees_what_its_policies_would_say() {
    let shop = proposed(|shop| {
        shop.deployment.write(EMAIL, unpinned("email"));
        shop.deployment.edit("tollgate.yaml", |text| text.replace("builtin:recommended", "./house"));
        shop.deployment.write("house/pack.yaml", "{apiVersion: tollgate.dev/v1alpha1, kind: Pack, description: Weak, policies: [{name: service-selects, policy: 'builtin:service-selects'}]}\n");
    });
    let answer = check(&shop, &[]).exits(10);
    assert_report(&answer.json());
    assert_eq!(answer.denials(), ["image-pinned/latest"]);
    answer.says(&["trust not initialised"]);
    assert_eq!(answer.text_at("/proposal/ownPolicies/decision"), "approved");
    let text = shop.tollgate(&["check", "--base", "master"]).run().exits(10);
    text.says(&["its own don't judge it, and would say\n  approved: no findings"]);
    let base = shop.deployment.git(&["rev-parse", "master"]);
    assert_eq!(answer.text_at("/policyRevision"), format!("commit {}, not in force", &base[..12]));
    shop.deployment.write("tollgate.yaml", "kind: Pipelin\n");
    shop.deployment.commit("a configuration that nobody can read");
    let answer = check(&shop, &[]).exits(10);
    assert!(answer.json()["proposal"]["ownPolicies"]["errors"][0]["file"] == "tollgate.yaml", "{}", answer.raw());
}

#[test]
fn what_is_in_force_judges_a_proposal_on_a_laptop_as_well() {
    let shop = Shop::new(&["cart"]);
    let accepted = shop.deployment.head();
    shop.deployment.switch("feature");
    shop.deployment.write(CART, unpinned("cart"));
    shop.deployment.write("tollgate.yaml", Pipeline::deployment().packs(&[]).text());
    shop.deployment.commit("weaker");
    let answer = check(&shop, &[]).exits(10);
    assert_eq!(answer.denials(), ["image-pinned/latest"]);
    assert_eq!(answer.text_at("/policyRevision"), format!("commit {}, in force", &accepted[..12]));
}

#[test]
fn the_base_may_be_a_branch_that_was_only_fetched_and_the_head_any_revision() {
    let shop = proposed(|shop| shop.deployment.edit(CART, |text| format!("# a remark\n{text}")));
    let head = shop.deployment.head();
    shop.deployment.git(&["switch", "--quiet", "--detach", "master"]);
    shop.deployment.git(&["branch", "--delete", "--force", "master"]);
    check(&shop, &["--head", &head]).exits(10);
    shop.tollgate(&["check", "--base", "nowhere"]).run().exits(13).says(&["`nowhere`"]);
}

#[test]
fn paths_narrow_a_proposal() {
    let shop = proposed(|shop| {
        shop.deployment.edit(CART, |text| format!("# a remark\n{text}"));
        shop.deployment.write(EMAIL, unpinned("email"));
    });
    assert_eq!(told(&check(&shop, &["services/email"]).exits(10)), [format!("new image-pinned/latest {EMAIL}")]);
    check(&shop, &["services/nowhere"]).exits(12).says(&["`services/nowhere`"]);
}

#[test]
fn templates_of_a_chart_are_not_read_raw_however_little_of_the_chart_is_changed() {
    let world = World::new();
    let repository = world.repository("charts");
    repository.write("x/Chart.yaml", "name: x\n");
    repository.write("x/templates/a.yaml", "{{ .Values.a }}\n");
    repository.commit("one");
    repository.switch("feature");
    repository.write("x/templates/a.yaml", "{{ .Values.b }}\n");
    repository.commit("two");
    let check = || repository.tollgate().args(["check", "--base", "HEAD~1", "-o", "json"]).run();
    assert_eq!(check().exits(0).json()["notEvaluated"][0]["file"], "x/templates/a.yaml");
    repository.remove("x/Chart.yaml");
    repository.commit("no chart any more");
    assert_eq!(check().exits(10).denials(), ["source/key-not-scalar"]);
}

#[test]
fn a_shallow_clone_says_how_to_get_what_is_missing() {
    let shop = proposed(|shop| shop.deployment.edit(CART, |text| format!("# a remark\n{text}")));
    shop.deployment.push("feature");
    let remote = format!("file://{}", shop.deployment.remote());
    shop.world.git("", &["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=feature", &remote, "shallow"]);
    shop.world.tollgate("shallow").args(["check", "--base", "master"]).run().exits(13).says(&["git fetch --unshallow"]);
}

#[test]
fn a_proposal_for_people_has_what_is_new_before_what_is_old() {
    let shop = proposed(|shop| {
        shop.deployment.write(EMAIL, unpinned("email"));
        shop.deployment.edit(CART, |text| format!("# a remark\n{text}"));
    });
    let answer = shop.tollgate(&["check", "--base", "master"]).run().exits(10);
    insta::assert_snapshot!(answer.snapshot());
}

#[test]
fn options_of_a_proposal_need_a_base() {
    let world = World::new();
    for arguments in [&["--head", "HEAD"][..], &["--only-new"], &["--whole"], &["--base", "a", "--rev", "b"]] {
        world.tollgate("").args(["check"]).args(arguments).run().exits(2);
    }
}

#[test]
fn a_proposal_that_takes_its_configuration_away_is_told_what_that_means() {
    let shop = proposed(|shop| shop.deployment.remove("tollgate.yaml"));
    let answer = check(&shop, &[]).exits(0);
    let error = answer.text_at("/proposal/ownPolicies/errors/0/message");
    assert!(error.contains("there is no `tollgate.yaml`"), "{error}");
}
