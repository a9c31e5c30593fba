use super::*;
use crate::finding::tests::mk_finding;
use crate::gate::tests::{mk_gate, mk_wait};
use tollgate_core::decision::GateVerdict;
use tollgate_core::finding::Level;
use tollgate_core::policy::Enforcement;
use tollgate_core::verdict::Verdict;

fn mk_target(name: &str, gates: Vec<GateVerdict>, state: PromotionState) -> TargetReport {
    let fails = gates.iter().any(|gate| matches!(gate.verdict, Verdict::Fail));
    let judged = fails.then(|| mk_finding("same-image", "digest-differs", Level::Deny, None)).into_iter().collect();
    let decision = Decision::fold(gates, Vec::new(), judged);
    TargetReport::new(Promoted {
        target: name.to_owned(),
        environment: "prod".to_owned(),
        promotion: Some(PromotionId::of_decision(12)),
        recipe: Some(Digest::of(b"recipe")),
        plan: Some(PlanCounts { creates: 1, changes: 2, deletes: 0, unchanged: 7 }),
        decision: &decision,
        enforcements: Enforcements::new(),
        state,
        attempt: (state == PromotionState::Succeeded).then_some(3),
        message: (state == PromotionState::Aborted).then(|| "the plan is another one now".to_owned()),
    })
}

fn gate(verdict: Verdict) -> Vec<GateVerdict> {
    vec![mk_gate("same-image", Enforcement::Mandatory, verdict)]
}

fn error() -> Verdict {
    Verdict::Error { message: "trap".to_owned() }
}

#[test]
fn each_state_has_its_exit_code() {
    for (verdict, state, exit) in [
        (Verdict::Pass, PromotionState::Succeeded, 0),
        (Verdict::Fail, PromotionState::Denied, 10),
        (mk_wait(), PromotionState::Pending, 4),
        (error(), PromotionState::Pending, 11),
        (error(), PromotionState::Denied, 11),
        (Verdict::Pass, PromotionState::Approved, 0),
        (Verdict::Pass, PromotionState::Running, 14),
        (Verdict::Pass, PromotionState::Failed, 14),
        (Verdict::Pass, PromotionState::Errored, 14),
        (Verdict::Pass, PromotionState::Aborted, 14),
    ] {
        let report = PromotionReport::new(vec![mk_target("prod-apps", gate(verdict), state)], Vec::new(), Vec::new());
        assert_eq!(report.exit.number(), exit, "{state:?}");
        let text = report.to_text(Style::plain(80), Detail::BRIEF, &|_| None);
        assert!(text.contains(state.word()), "{text}");
        assert_eq!(text.contains(&format!("exit {exit}:")), exit != 0, "{text}");
    }
}

#[test]
fn of_several_targets_the_worst_counts() {
    let targets = vec![
        mk_target("a", gate(Verdict::Pass), PromotionState::Succeeded),
        mk_target("b", gate(Verdict::Fail), PromotionState::Denied),
    ];
    assert_eq!(PromotionReport::new(targets.clone(), Vec::new(), Vec::new()).exit, ExitCode::Denied);
    let errors = vec![Failure::of_message(ExitCode::LedgerUnavailable, "no ledger")];
    assert_eq!(PromotionReport::new(targets, errors, Vec::new()).exit, ExitCode::LedgerUnavailable);
}

#[test]
fn several_targets_are_told_one_after_the_other() {
    let targets = vec![
        mk_target("prod-ops", gate(Verdict::Pass), PromotionState::Succeeded),
        mk_target("prod-apps", gate(Verdict::Fail), PromotionState::Denied),
        mk_target("prod-edge", gate(mk_wait()), PromotionState::Pending),
        mk_target("prod-far", gate(Verdict::Pass), PromotionState::Aborted),
    ];
    let report = PromotionReport::new(targets, Vec::new(), vec!["commit bbb has another policy".to_owned()]);
    insta::assert_snapshot!(report.to_text(Style::plain(80), Detail::BRIEF, &|_| None));
    insta::assert_snapshot!(crate::json::to_string(&report).unwrap());
}

#[test]
fn the_last_step_alone_has_the_exit_code_of_its_state() {
    let applied = |state| {
        let target = AppliedTarget {
            target: "prod-apps".to_owned(),
            environment: "prod".to_owned(),
            promotion: PromotionId::of_decision(12),
            recipe: Digest::of(b"recipe"),
            plan: PlanCounts { creates: 1, changes: 0, deletes: 0, unchanged: 0 },
            state,
            attempt: Some(3),
            message: "release 0123 is current".to_owned(),
        };
        PromotionReport::new(vec![target.into()], Vec::new(), Vec::new())
    };
    assert_eq!(applied(PromotionState::Succeeded).exit, ExitCode::Approved);
    assert_eq!(applied(PromotionState::Aborted).exit, ExitCode::NotApplied);
    let text = applied(PromotionState::Succeeded).to_text(Style::plain(80), Detail::BRIEF, &|_| None);
    assert!(text.contains("prod-apps: succeeded as P-12, attempt 3; no findings\n  release 0123 is current"), "{text}");
}

#[test]
fn without_a_digest_of_an_image_there_is_no_recipe_and_that_is_said() {
    let report = TargetReport { recipe: None, ..mk_target("prod-apps", gate(Verdict::Fail), PromotionState::Denied) };
    let text = report.to_text(Style::plain(80), Detail::BRIEF, &|_| None);
    assert!(text.starts_with("prod-apps (prod), no recipe\n"), "{text}");
}

#[test]
fn where_nothing_was_to_be_applied_an_approval_is_enough() {
    for (verdict, state, exit) in [
        (Verdict::Pass, PromotionState::Approved, ExitCode::Approved),
        (Verdict::Fail, PromotionState::Denied, ExitCode::Denied),
        (mk_wait(), PromotionState::Pending, ExitCode::Pending),
        (error(), PromotionState::Pending, ExitCode::PluginFailed),
    ] {
        assert_eq!(mk_target("prod-apps", gate(verdict), state).code(), exit);
    }
}
