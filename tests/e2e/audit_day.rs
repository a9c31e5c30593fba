//! Audit day: every decision comes out the same again, every target is what the ledger says, and what is not is found.

use tollgate_tests::{Pipeline, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("developers", &["dev"])];

const FOUR_EYES: &str =
    "{name: four-eyes, policy: builtin:four-eyes, match: {environment: prod}, settings: {from: [platform, developers]}}";

const OVERRIDES: &str = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";

/// Of everything something: approved, pending, denied, by approval, by override, rolled back, held and thawed.
fn year() -> SignedShop {
    let pipeline = Pipeline::deployment().gate(FOUR_EYES).line(OVERRIDES);
    let signed = SignedShop::new(&["cart", "email"], &pipeline, &TEAMS);
    signed.commit_as("dev");
    let tag = |name: &str| {
        signed.shop.deployment.git(&["tag", "-s", "-m", "to prod", name]);
        signed.shop.deployment.git(&["push", "-q", "origin", name]);
    };
    signed.shop.release("cart", "two");
    tag("v0");
    signed.shop.promote("v0").exits(10);
    signed.shop.promote("master").exits(0);
    tag("v1");
    signed.shop.promote("v1").exits(4);
    signed.by("lead", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.shop.promote("v1").exits(0);
    signed.shop.release("cart", "three");
    signed.shop.promote("master").exits(0);
    tag("v2");
    signed.shop.promote("v2").exits(4);
    let waiting = signed.newest("prod-apps");
    let open =
        ["override", &waiting, "--gate", "four-eyes", "--reason", "outage", "--ticket", "OPS-1", "--for", "1h", "-o", "json"];
    let opened = signed.by("lead", &open).exits(0).json();
    signed.by("operator", &["override", &format!("O-{}", opened["entry"])]).exits(0);
    signed.shop.promote("v2").exits(0);
    signed.by("lead", &["rollback", "prod-apps", "--reason", "errors"]).exits(4);
    signed.by("operator", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.by("lead", &["rollback", "prod-apps", "--reason", "errors"]).exits(0);
    signed
}

fn audit(signed: &SignedShop, arguments: &[&str]) -> tollgate_tests::Answer {
    signed.shop.tollgate(&[&["audit"], arguments].concat()).run()
}

#[test]
fn every_decision_of_a_year_comes_out_the_same_and_the_report_tells_each_chain() {
    let signed = year();
    let replayed = audit(&signed, &["replay", "--all", "-o", "json"]).exits(0).json();
    let decisions = replayed["decisions"].as_array().unwrap();
    assert!(decisions.len() >= 9, "{replayed}");
    for word in ["approved", "pending", "denied"] {
        assert!(decisions.iter().any(|decision| decision["decision"] == word), "{word}: {replayed}");
    }
    audit(&signed, &["replay", "--all"]).exits(0).says(&["decisions come out the same, byte for byte"]);
    audit(&signed, &["replay", "P-999"]).exits(12).says(&["no promotion `P-999`"]);

    let all = ["report", "--from", "2000-01-01", "--to", "2100-01-01"];
    let markdown = audit(&signed, &all).exits(0).stdout;
    for part in [
        "What is not proven",
        "OPS-1",
        "nobody looked at it afterwards",
        "approves it",
        "lead@example.com",
        "dev@example.com",
        "rollback",
        "denied",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let json = audit(&signed, &[&all[..], &["-o", "json"]].concat()).exits(0).json();
    let of_tag = |change: &&serde_json::Value| change["reference"] == "tag v1" && change["state"] == "succeeded";
    let chain = json["changes"].as_array().unwrap().iter().find(of_tag).unwrap();
    assert_eq!((&chain["requester"], &chain["approvers"][0]), (&"dev@example.com".into(), &"lead@example.com".into()));
    let told: Vec<&str> = chain["steps"].as_array().unwrap().iter().map(|step| step["what"].as_str().unwrap()).collect();
    for step in ["was built", "commits ", "approves it", "approved: commit", "begins", "succeeded"] {
        assert!(told.iter().any(|what| what.contains(step)), "{step}: {told:#?}");
    }
    let nothing = ["report", "--from", "2000-01-01", "--to", "2000-12-31"];
    audit(&signed, &nothing).exits(0).says(&["No change was decided"]);
    audit(&signed, &["report", "--from", "2001-01-01", "--to", "2000-01-01"]).exits(2);
    let html = audit(&signed, &[&all[..], &["-o", "html"]].concat()).exits(0).stdout;
    assert!(html.starts_with("<!doctype html>") && html.contains("<table>"), "{html}");
    let csv = audit(&signed, &[&all[..], &["-o", "csv"]].concat()).exits(0).stdout;
    assert_eq!(csv.lines().count(), json["changes"].as_array().unwrap().len() + 1);
}

#[test]
fn a_change_that_nobody_let_through_is_drift_and_has_no_record() {
    let signed = year();
    audit(&signed, &["reconcile"]).exits(0).says(&["every target is what the ledger says"]);
    signed.shop.tollgate(&["drift"]).run().exits(0).says(&["as recorded"]);
    let prod = signed.shop.target("prod");
    let live = prod.path().join("current").canonicalize_utf8().unwrap();
    let (file, _) = prod.files().into_iter().find(|(path, _)| path.contains("cart")).unwrap();
    let before = fs_err::read(live.join(&file)).unwrap();
    fs_err::write(live.join(&file), "kind: Deployment\n").unwrap();
    let drift = signed.shop.tollgate(&["drift", "prod-apps"]).run().exits(14);
    drift.says(&["prod-apps: it is not as tollgate left it", "1 of 1 targets"]);
    audit(&signed, &["reconcile"]).exits(14).says(&["without a record", "prod-apps"]);
    signed.shop.tollgate(&["drift", "preprod-apps"]).run().exits(0);
    fs_err::write(live.join(&file), before).unwrap();
    fs_err::write(prod.path().join("by-hand.yaml"), "kind: Secret\n").unwrap();
    signed.shop.tollgate(&["drift", "prod-apps"]).run().exits(14).says(&["by-hand.yaml"]);
    fs_err::remove_file(prod.path().join("by-hand.yaml")).unwrap();
    signed.shop.tollgate(&["drift", "prod-apps"]).run().exits(0);
    signed.shop.tollgate(&["drift", "nowhere"]).run().exits(12).says(&["no target `nowhere`"]);
}

#[test]
fn a_target_that_was_put_back_by_hand_does_not_pass_for_what_the_ledger_says() {
    let signed = year();
    let prod = signed.shop.target("prod");
    let kept = signed.shop.world.path("kept");
    copy(prod.path(), &kept);
    signed.by("lead", &["thaw", "--all", "--reason", "mended"]).exits(0);
    signed.shop.release("cart", "four");
    signed.shop.promote("master").exits(0);
    signed.shop.deployment.git(&["tag", "-s", "-m", "to prod", "v4"]);
    signed.shop.deployment.git(&["push", "-q", "origin", "v4"]);
    signed.shop.promote("v4").exits(4);
    signed.by("lead", &["approve", &signed.newest("prod-apps")]).exits(0);
    signed.shop.promote("v4").exits(0);
    let now = signed.newest("prod-apps");
    fs_err::remove_dir_all(prod.path()).unwrap();
    copy(&kept, prod.path());
    signed.shop.tollgate(&["drift", "prod-apps"]).run().exits(14).says(&[&format!("the ledger `{now}`")]);
}

fn copy(from: &camino::Utf8Path, to: &camino::Utf8Path) {
    let status = std::process::Command::new("cp").args(["-a", from.as_str(), to.as_str()]).status().unwrap();
    assert!(status.success(), "cp -a {from} {to}");
}
