//! From the merge to Ops, and from the tag to Apps.

use tollgate_tests::Infrastructure;

#[test]
fn a_merge_applies_to_ops_and_a_tag_to_apps_component_by_component() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.repository.tag("staging-v1");
    assert!(lab.promote("staging-v1").exits(10).denials().contains(&"structure/requires".to_owned()));
    assert_eq!(lab.made("staging-apps", "network"), None);
    let answer = lab.promote("master").exits(0).json();
    let targets: Vec<&str> = answer["targets"].as_array().unwrap().iter().map(|one| one["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["staging-ops", "preprod-ops", "prod-ops"]);
    let notices = answer["notices"].to_string();
    assert!(
        notices.contains("staging-ops: P-") && notices.contains("applied `network`"),
        "the cluster was decided on after it: {notices}"
    );
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));
    assert_eq!(lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 1"));
    let answer = lab.promote("staging-v1").exits(0);
    let promotion = answer.text_at("/targets/0/promotion");
    lab.tollgate().args(["audit", "replay", &promotion]).run().exits(0);
    assert_eq!(lab.made("staging-apps", "cluster").unwrap().lines().next(), Some("cluster 1"));
    assert_eq!(lab.made("preprod-apps", "cluster"), None);
}

#[test]
fn apps_gets_nothing_but_what_ops_has_proven() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.resize("network", 2);
    lab.repository.deliver("master", "a larger network");
    lab.repository.tag("staging-v1");
    let denials = lab.promote("staging-v1").exits(10).denials();
    assert!(denials.contains(&"structure/requires".to_owned()), "{denials:?}");
    // A part of it is no proof.
    lab.switch("fail-apply", "out of luck\ncluster\n");
    lab.resize("cluster", 2);
    lab.repository.deliver("master", "a larger cluster");
    lab.promote_to("master", "staging-ops").exits(14);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 2"));
    lab.repository.tag("staging-v2");
    let denials = lab.promote("staging-v2").exits(10).denials();
    assert!(denials.contains(&"structure/requires".to_owned()), "{denials:?}");
    lab.tollgate().args(["status"]).run().exits(0).says(&["failed last", "out of luck"]);
    // Mended, it is; what was applied is not planned again.
    lab.unswitch("fail-apply");
    let plan = lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(0);
    plan.says(&["not planned, because neither they nor their states have changed since they were applied: `network`"]);
    lab.promote_to("master", "staging-ops").exits(0);
    let status = lab.tollgate().args(["status"]).run().exits(0);
    assert!(!status.raw().contains("failed last"), "{}", status.raw());
    lab.promote("staging-v2").exits(0);
    assert_eq!(lab.made("staging-apps", "cluster").unwrap().lines().next(), Some("cluster 2"));
}

#[test]
fn a_plan_shows_what_would_change_and_runs_nothing_that_writes() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.resize("network", 3);
    lab.repository.deliver("feature/larger", "a larger network");
    lab.repository.push("master");
    let answer = lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(0);
    let text =
        answer.says(&["lab_file network of network", "/content", "network 3", "planned and decided on once", "`cluster`"]).raw();
    assert!(!text.contains("hunter22"), "{text}");
    let json = lab.tollgate().args(["plan", "master", "--to", "staging-ops", "-o", "json"]).run().exits(0);
    let flat: String = json.raw().split_whitespace().collect();
    assert!(flat.contains("\"deferred\":[\"cluster\"]") && !flat.contains("hunter22"), "{flat}");
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));
}

#[test]
fn what_has_not_changed_is_not_planned_and_that_is_said() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(0).says(&["not planned", "`cluster`, `network`"]);
    lab.resize("cluster", 2);
    lab.repository.deliver("master", "a larger cluster");
    lab.promote_to("master", "staging-ops").exits(0);
    assert_eq!(lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 2"));
    lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(0).says(&["not planned", "`cluster`, `network`"]);
}

#[test]
fn a_rollback_goes_back_to_what_ran() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.resize("network", 2);
    lab.repository.deliver("master", "a larger network");
    lab.promote_to("master", "staging-ops").exits(0);
    lab.tollgate().args(["rollback", "staging-ops", "--reason", "too large"]).run().exits(0);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));
}

#[test]
fn a_rollback_from_what_failed_in_the_middle_goes_to_what_was_healthy_before() {
    let Some(lab) = Infrastructure::new() else { return };
    for size in [1, 2] {
        if size > 1 {
            lab.resize("network", size);
            lab.repository.deliver("master", "a larger network");
        }
        lab.promote_to("master", "staging-ops").exits(0);
    }
    lab.resize("network", 3);
    lab.resize("cluster", 3);
    lab.repository.deliver("master", "all larger");
    lab.switch("fail-apply", "out of luck\ncluster\n");
    lab.promote_to("master", "staging-ops").exits(14);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 3"));
    lab.unswitch("fail-apply");
    lab.tollgate().args(["rollback", "staging-ops", "--reason", "it failed"]).run().exits(0);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 2"));
}

#[test]
fn components_come_and_go() {
    let Some(lab) = Infrastructure::with(|pipeline| {
        pipeline.components(&["{path: components/*, type: terraform, varFiles: [\"vars/{target}.tfvars\"]}"])
    }) else {
        return;
    };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.write_component("dns");
    lab.repository.deliver("master", "names");
    lab.promote_to("master", "staging-ops").exits(0);
    assert_eq!(lab.made("staging-ops", "dns").unwrap().lines().next(), Some("dns 1"));
}
