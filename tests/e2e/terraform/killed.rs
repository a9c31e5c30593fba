//! Workers and providers that die in the middle.

use std::time::{Duration, Instant};

use tollgate_tests::Infrastructure;

fn wait_for(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_worker_that_is_killed_while_it_applies_is_closed_by_the_next_and_nothing_is_made_twice() {
    let Some(lab) = Infrastructure::with(|pipeline| pipeline.line("queue: {lease: 10s}")) else { return };
    lab.switch("slow-apply", "2s\nnetwork\n");
    let mut command = lab.tollgate().args(["promote", "master", "--to", "staging-ops"]).into_command();
    let mut child = command.spawn().unwrap();
    wait_for(|| lab.world.path("switches/applying").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    lab.unswitch("slow-apply");
    // Whoever comes next waits for the lock that the orphan holds, and finds what it has made.
    lab.tollgate().args(["promote", "master", "--to", "staging-ops", "--wait"]).run().exits(0);
    assert_eq!(lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 1"));
    assert_eq!(lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 1"));
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(0);
    lab.tollgate().args(["audit", "verify"]).run().exits(0);
}

#[test]
fn a_provider_that_crashes_after_it_has_written_leaves_a_failure_and_a_rerun_completes() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.switch("crash-apply-after", "\nnetwork\n");
    let answer = lab.promote_to("master", "staging-ops").exits(14);
    assert!(answer.raw().contains("`apply` of `network` failed"), "{}", answer.raw());
    assert!(lab.made("staging-ops", "network").is_some(), "it was made, and nobody knows");
    assert_eq!(lab.made("staging-ops", "cluster"), None);
    lab.unswitch("crash-apply-after");
    lab.promote_to("master", "staging-ops").exits(0);
    assert_eq!(lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 1"));
}

#[test]
fn two_promoters_never_write_one_state_at_once() {
    let Some(lab) = Infrastructure::new() else { return };
    lab.switch("slow-apply", "1s\nnetwork\n");
    let start = || lab.tollgate().args(["promote", "master", "--to", "staging-ops", "--wait"]).into_command().spawn().unwrap();
    let mut both = [start(), start()];
    let codes: Vec<Option<i32>> = both.iter_mut().map(|child| child.wait().unwrap().code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    let state: serde_json::Value =
        serde_json::from_str(&fs_err::read_to_string(lab.state("staging-ops", "network")).unwrap()).unwrap();
    assert_eq!(state["resources"].as_array().unwrap().len(), 1);
    lab.tollgate().args(["drift", "staging-ops"]).run().exits(0);
    lab.tollgate().args(["audit", "verify"]).run().exits(0);
}
