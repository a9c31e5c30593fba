//! What somebody changed behind Terraform's back, and behind tollgate's.

use tollgate_tests::Infrastructure;

#[test]
fn what_was_changed_by_hand_is_drift_and_the_next_promotion_mends_it() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(0);
    lab.world.write("real/staging-ops/network", "by hand\nsecret=hunter22-of-network");
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(14).says(&["lab_file network of network", "was changed"]);
}

#[test]
fn a_state_that_somebody_else_has_written_is_told() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    let path = lab.state("staging-ops", "network");
    let state = fs_err::read_to_string(&path).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&state).unwrap();
    state["serial"] = (state["serial"].as_u64().unwrap() + 5).into();
    fs_err::write(&path, state.to_string()).unwrap();
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(14).says(&["somebody else wrote it"]);
}

#[test]
fn what_drifts_between_the_decision_and_the_apply_is_not_applied() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.promote_to("master", "staging-ops").exits(0);
    lab.resize("network", 2);
    lab.repository.deliver("master", "a larger network");
    let decided = lab.tollgate().args(["promote", "master", "--to", "staging-ops", "--no-apply", "-o", "json"]).run().exits(0);
    let promotion = decided.text_at("/targets/0/promotion");
    fs_err::remove_file(lab.real("staging-ops", "network")).unwrap();
    let answer = lab.tollgate().args(["apply", &promotion]).run().exits(14);
    answer.says(&["changed after the decision"]);
    assert_eq!(lab.made("staging-ops", "network"), None);
}

#[test]
fn what_somebody_targeted_by_hand_is_told_with_the_plan_and_mended_by_the_next_promotion() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.repository.edit("components/network/main.tf", |text| {
        let second = text[text.find("resource").unwrap()..text.find("output").unwrap()].replace("\"network\"", "\"spare\"");
        text.replace("output", &format!("{}\noutput", second.replace("}network\"", "}spare\"")))
    });
    lab.repository.deliver("master", "two files");
    lab.promote_to("master", "staging-ops").exits(0);
    lab.repository.edit("components/network/main.tf", |text| text.replace("network ${var.size * 1}", "by ${var.size * 7}"));
    lab.apply_by_hand("staging-ops", "network", &["-target=lab_file.spare"]);
    lab.repository.edit("components/network/main.tf", |text| text.replace("by ${var.size * 7}", "network ${var.size * 1}"));
    assert_eq!(lab.made("staging-ops", "spare").unwrap().lines().next(), Some("by 7"));
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));

    lab.resize("cluster", 2);
    lab.repository.deliver("master", "a larger cluster");
    let plan = lab.tollgate().args(["plan", "master", "--to", "staging-ops"]).run().exits(0);
    plan.says(&["terraform/written-by-others", "its state was left at serial", "somebody else wrote it"]);
    lab.promote_to("master", "staging-ops").exits(0);
    assert_eq!(lab.made("staging-ops", "spare").unwrap().lines().next(), Some("network 1"));
    assert_eq!(lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 2"));
    lab.tollgate().args(["audit", "replay", "--all"]).run().exits(0);
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(0);
}
