//! The Ops shadow is as its Apps twin, but for what is different on purpose.

use serde_json::Value;
use tollgate_tests::{Answer, Infrastructure};

const PARITY: &str = "{name: pair-parity, policy: builtin:pair-parity, match: {role: apps}}";

/// A repository in which Ops has proven everything, and a tag that waits for Apps.
fn mk_lab(differ: &str, change: impl FnOnce(&Infrastructure)) -> Option<Infrastructure> {
    let lab = Infrastructure::with(|pipeline| pipeline.gate(PARITY).line(&format!("pairs: {{differ: [{differ}]}}")))?;
    change(&lab);
    lab.repository.deliver("master", "ready");
    lab.promote_to("master", "staging-ops").exits(0);
    lab.repository.tag("staging-v1");
    Some(lab)
}

fn messages(answer: &Answer, rule: &str) -> Vec<String> {
    let of_rule = |finding: &&Value| finding["rule"] == rule;
    answer.findings().iter().filter(of_rule).map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_differs_is_denied_by_field_and_what_follows_from_what_may_is_not() {
    let Some(lab) = mk_lab("/variables/place", |lab| {
        lab.repository.edit("components/network/vars/staging-apps.tfvars", |text| text.replace("size  = 1", "size  = 3"));
    }) else {
        return;
    };
    let answer = lab.promote("staging-v1").exits(10);
    assert_eq!(answer.denials(), ["pair-parity/different"], "{}", answer.raw());
    let told = messages(&answer, "pair-parity/different");
    assert!(told.contains(&"`/variables/size` is `1` in `staging-ops` and `3` in `staging-apps`".to_owned()), "{told:?}");
    let content = "`/objects/lab_file/network/content` is `\"network 1\"` in `staging-ops` and `\"network 3\"` in `staging-apps`";
    assert!(told.contains(&content.to_owned()), "{told:?}");
    assert_eq!(lab.made("staging-apps", "network"), None);
}

#[test]
fn what_is_named_may_differ_and_the_decision_can_be_made_again() {
    let Some(lab) = mk_lab("/variables/place, /variables/size", |lab| {
        lab.repository.edit("components/network/vars/staging-apps.tfvars", |text| text.replace("size  = 1", "size  = 3"));
    }) else {
        return;
    };
    let answer = lab.promote("staging-v1").exits(0);
    assert_eq!(lab.made("staging-apps", "network").unwrap().lines().next(), Some("network 3"));
    let promotion = answer.text_at("/targets/0/promotion");
    lab.tollgate().args(["audit", "replay", &promotion]).run().exits(0);
}

#[test]
fn an_ops_target_that_drifted_proves_nothing() {
    let Some(lab) = mk_lab("/variables/place", |_| {}) else { return };
    lab.world.write("real/staging-ops/cluster", "by hand\nsecret=hunter22-of-cluster");
    let answer = lab.promote("staging-v1").exits(10);
    assert!(answer.denials().contains(&"pair-parity/drifted".to_owned()), "{}", answer.raw());
    assert!(
        messages(&answer, "pair-parity/drifted").iter().any(|told| told.contains("/live/lab_file/cluster/content")),
        "{}",
        answer.raw()
    );
}

#[test]
fn a_pair_that_can_not_be_compared_is_denied() {
    let Some(lab) = mk_lab("/variables/place", |_| {}) else { return };
    fs_err::write(lab.state("staging-ops", "network"), "{").unwrap();
    let answer = lab.promote("staging-v1").exits(10);
    assert!(answer.denials().contains(&"pair-parity/unseen".to_owned()), "{}", answer.raw());
}

#[test]
fn status_tells_what_each_shadow_is_worth() {
    let Some(lab) = mk_lab("/variables/place", |lab| {
        lab.repository.edit("components/network/vars/staging-apps.tfvars", |text| text.replace("size  = 1", "size  = 3"));
    }) else {
        return;
    };
    let pairs = || lab.tollgate().args(["status", "--pairs"]).run().exits(0);
    pairs().says(&[
        "staging-ops and staging-apps (staging)",
        "Ops is ahead since",
        "cluster, network",
        "differs: /variables/size of network: 1 in Ops, 3 in Apps",
        "differs on purpose: /variables/place of network",
        "nothing has ever succeeded on prod-ops",
    ]);
    lab.repository.edit("components/network/vars/staging-apps.tfvars", |text| text.replace("size  = 3", "size  = 1"));
    lab.repository.deliver("master", "alike");
    lab.promote_to("master", "staging-ops").exits(0);
    lab.repository.tag("staging-v2");
    lab.promote("staging-v2").exits(0);
    pairs().says(&["both run recipe", "alike in all else"]);
    lab.world.write("real/staging-ops/network", "by hand\nsecret=hunter22-of-network");
    pairs().says(&["drifted in Ops: /live/lab_file/network/content of network"]);
}

#[test]
fn a_pair_is_added_by_one_command_that_says_first_what_it_would_write() {
    let Some(lab) = mk_lab("/variables/place", |_| {}) else { return };
    let before = lab.repository.read("tollgate.yaml");
    let add = |arguments: &[&str]| lab.tollgate().args(["init", "--pair", "dr"]).args(arguments).run();
    add(&[]).exits(0).says(&["dr-ops", "components/network/vars/dr-ops.tfvars", "nothing is written"]);
    assert_eq!(lab.repository.read("tollgate.yaml"), before);
    add(&["--yes"]).exits(0).says(&["written; review and merge it"]);
    for target in ["dr-ops", "dr-apps"] {
        let vars = lab.repository.read(&format!("components/network/vars/{target}.tfvars"));
        assert!(vars.contains(&format!("real/{target}/")), "{vars}");
        fs_err::create_dir_all(lab.real(target, "")).unwrap();
    }
    let commit = lab.repository.deliver("master", "a pair for disaster recovery");
    lab.tollgate().args(["policy", "accept", &commit]).run().exits(0);
    lab.promote_to("master", "dr-ops").exits(0);
    assert_eq!(lab.made("dr-ops", "cluster").unwrap().lines().next(), Some("cluster 1"));
    lab.repository.tag("dr-v1");
    let denials = lab.promote("dr-v1").exits(10).denials();
    assert!(denials.contains(&"structure/after".to_owned()), "it comes after prod: {denials:?}");
    add(&["--yes"]).exits(12);
}
