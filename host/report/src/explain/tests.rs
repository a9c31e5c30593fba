use super::*;
use crate::finding::tests::mk_finding;
use crate::gate::tests::{mk_gate, mk_wait};
use tollgate_core::document::Span;
use tollgate_core::finding::Subject;
use tollgate_core::pipeline::GitReference;
use tollgate_core::recipe::Provenance;

fn mk_decision() -> Decision {
    let gates = vec![
        mk_gate("four-eyes", Enforcement::Mandatory, mk_wait()),
        mk_gate("image-pinned", Enforcement::Overridable, Verdict::Fail),
        mk_gate("same-image", Enforcement::Mandatory, Verdict::Fail),
        mk_gate("limits", Enforcement::Advisory, Verdict::Fail),
        mk_gate("slow", Enforcement::Overridable, Verdict::Error { message: "plugin used up its fuel".to_owned() }),
        mk_gate("pod-security", Enforcement::Mandatory, Verdict::Pass),
    ];
    let after = Finding { subject: Subject::Target("prod-apps".to_owned()), ..mk_finding("structure", "after", Level::Deny, None) };
    let pinned = Finding {
        remediation: Some("Pin it by digest.".to_owned()),
        ..mk_finding("image-pinned", "tag", Level::Deny, Some(("cart.yaml", Span::point(9, 18))))
    };
    Decision::fold(gates, vec![after], vec![pinned, mk_finding("image-pinned", "note", Level::Note, None)])
}

fn mk_report() -> ExplainReport {
    ExplainReport {
        version: 1,
        subject: "P-12 to prod-apps".to_owned(),
        state: "denied".to_owned(),
        blockers: blockers(&mk_decision(), &Enforcements::new()),
        details: vec!["recipe 0123456789ab of tag v1".to_owned()],
        notices: Vec::new(),
    }
}

#[test]
fn what_nobody_can_let_through_comes_first_and_what_only_waits_last() {
    let what: Vec<String> = mk_report().blockers.into_iter().map(|blocker| blocker.what).collect();
    assert_eq!(what, ["structure/after", "gate same-image", "gate image-pinned", "gate slow", "gate four-eyes"]);
}

#[test]
fn what_does_not_block_is_no_blocker() {
    let gates = vec![
        mk_gate("a", Enforcement::Advisory, Verdict::Fail),
        mk_gate("b", Enforcement::Mandatory, Verdict::Warn),
        mk_gate("c", Enforcement::Mandatory, Verdict::NotApplicable),
    ];
    let note = mk_finding("source", "odd", Level::Note, None);
    assert_eq!(blockers(&Decision::fold(gates, vec![note], Vec::new()), &Enforcements::new()), []);
}

#[test]
fn each_blocker_says_why_when_it_may_change_and_who_could_change_it() {
    insta::assert_snapshot!(mk_report().to_text(Style::plain(100)));
}

#[test]
fn an_explanation_as_json_has_the_same() {
    insta::assert_snapshot!(crate::json::to_string(&mk_report()).unwrap());
}

#[test]
fn a_recorded_decision_has_the_blockers_that_it_had() {
    let gates = vec![
        mk_gate("advice", Enforcement::Advisory, mk_wait()),
        mk_gate("four-eyes", Enforcement::Mandatory, mk_wait()),
        mk_gate("image-pinned", Enforcement::Overridable, Verdict::Fail),
        mk_gate("pod-security", Enforcement::Mandatory, Verdict::Pass),
    ];
    let findings = vec![mk_finding("image-pinned", "tag", Level::Deny, None), mk_finding("structure", "on", Level::Deny, None)];
    let (judged, structural) = (vec![findings[0].clone()], vec![findings[1].clone()]);
    let decision = Decision::fold(gates, structural, judged);
    let decided = Decided {
        decision: decision.word(),
        gates: decision.records(),
        provenance: Provenance { reference: GitReference::Tag("v1".to_owned()), commit: "0".repeat(40) },
        environment: "prod".to_owned(),
        promotable: true,
        valid_until: None,
        waits: decision.waits(),
        carried: std::collections::BTreeMap::new(),
        requester: None,
        is_rollback: false,
        overrides: Vec::new(),
        deferred: Vec::new(),
    };
    assert_eq!(recorded_blockers(&decided, &findings, &Enforcements::new()), blockers(&decision, &Enforcements::new()));
}

#[test]
fn a_word_that_nobody_knows_blocks() {
    let record =
        GateRecord { name: "a".to_owned(), enforcement: Enforcement::Mandatory, verdict: "maybe".to_owned(), passed_by: None };
    let gate = recorded_gate(&record, &mut std::iter::empty());
    assert!(matches!(gate.verdict, Verdict::Error { .. }));
}
