use super::*;
use crate::finding::tests::{mk_document, mk_finding};
use crate::gate::tests::{mk_gate, mk_wait};
use crate::style::Style;
use crate::text::Detail;
use proptest::prelude::*;
use serde_json::Value;
use tollgate_core::decision::GateVerdict;
use tollgate_core::document::Span;
use tollgate_core::finding::{Finding, Level};
use tollgate_core::verdict::Wait;

const SPAN: Span = Span { line: 401, column: 16, end_line: 401, end_column: 28 };

fn mk_checked(decision: &Decision) -> Checked<'_> {
    Checked {
        policy_revision: "work tree, not in force".to_owned(),
        counts: Counts { files: 1, documents: 35, evaluated: 35 },
        decision,
        enforcements: Enforcements::new(),
        at_promotion: Vec::new(),
        not_evaluated: Vec::new(),
        errors: Vec::new(),
        notices: Vec::new(),
    }
}

fn report_of(gates: Vec<GateVerdict>, structural: Vec<Finding>) -> CheckReport {
    CheckReport::new(mk_checked(&Decision::fold(gates, structural, Vec::new())))
}

/// The report of a check that judged nothing.
pub(crate) fn mk_empty() -> CheckReport {
    report_of(vec![mk_gate("image-pinned", Enforcement::Overridable, Verdict::Pass)], Vec::new())
}

fn error() -> Verdict {
    Verdict::Error { message: "plugin trapped: unreachable".to_owned() }
}

/// What every report in these tests must satisfy: the published schema, and that it can be read back.
fn valid(report: &CheckReport) -> Value {
    let text = crate::json::to_string(report).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = serde_json::from_str(&crate::schema::report().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    assert_eq!(&serde_json::from_str::<CheckReport>(&text).unwrap(), report);
    value
}

#[test]
fn a_denial_has_the_json_of_the_contract() {
    let finding = Finding {
        subject: mk_document("Deployment", "redis-cart", "/spec/template/spec/containers/0/image"),
        remediation: Some("Pin it by digest.".to_owned()),
        controls: vec!["CIS-5.5.1".to_owned()],
        ..mk_finding("image-pinned", "tag", Level::Deny, Some(("v0.10.6.yaml", SPAN)))
    };
    let gates = vec![mk_gate("image-pinned", Enforcement::Overridable, Verdict::Fail)];
    let decision = Decision::fold(gates, Vec::new(), vec![finding]);
    let not_evaluated = vec![NotEvaluated { file: "values.yaml".to_owned(), why: "no manifest".to_owned() }];
    let report = CheckReport::new(Checked { not_evaluated, ..mk_checked(&decision) });
    valid(&report);
    insta::assert_snapshot!(crate::json::to_string(&report).unwrap());
}

/// A row of the table below: gates, structural findings, further errors; decision and exit code.
type Case = (&'static str, Vec<GateVerdict>, Vec<Finding>, Vec<ExitCode>, Option<CheckDecision>, u8);

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use CheckDecision::{Approved, Denied};
    use Enforcement::{Advisory, Mandatory, Overridable};
    let gate = |enforcement, verdict| mk_gate("g", enforcement, verdict);
    let source = || mk_finding("source", "tab", Level::Deny, None);
    vec![
        ("pass",            vec![gate(Mandatory, Verdict::Pass)],          vec![],         vec![], Some(Approved), 0),
        ("warn",            vec![gate(Mandatory, Verdict::Warn)],          vec![],         vec![], Some(Approved), 0),
        ("nothing to do",   vec![gate(Mandatory, Verdict::NotApplicable)], vec![],         vec![], Some(Approved), 0),
        ("advisory fail",   vec![gate(Advisory, Verdict::Fail)],           vec![],         vec![], Some(Approved), 0),
        ("advisory error",  vec![gate(Advisory, error())],                 vec![],         vec![], Some(Approved), 0),
        ("needs people",    vec![gate(Mandatory, mk_wait())],              vec![],         vec![], Some(Approved), 0),
        ("fail",            vec![gate(Overridable, Verdict::Fail)],        vec![],         vec![], Some(Denied), 10),
        ("mandatory fail",  vec![gate(Mandatory, Verdict::Fail)],          vec![],         vec![], Some(Denied), 10),
        ("source",          vec![gate(Mandatory, Verdict::Pass)],          vec![source()], vec![], Some(Denied), 10),
        ("error",           vec![gate(Overridable, error())],              vec![],         vec![], None, 11),
        ("error and fail",  vec![gate(Overridable, error()), gate(Mandatory, Verdict::Fail)], vec![], vec![], Some(Denied), 11),
        ("error and wait",  vec![gate(Overridable, error()), gate(Mandatory, mk_wait())], vec![], vec![], None, 11),
        ("no gate",         vec![],                                        vec![],         vec![], None, 12),
        ("no gate, source", vec![],                                        vec![source()], vec![], Some(Denied), 12),
        ("no such path",    vec![gate(Mandatory, Verdict::Pass)],          vec![],         vec![ExitCode::InvalidConfiguration], None, 12),
        ("unreadable",      vec![gate(Mandatory, Verdict::Fail)],          vec![],         vec![ExitCode::SourceUnreadable], Some(Denied), 13),
        ("both",            vec![gate(Mandatory, error())],                vec![],         vec![ExitCode::SourceUnreadable, ExitCode::InvalidConfiguration], None, 12),
        ("bug",             vec![gate(Mandatory, Verdict::Fail)],          vec![],         vec![ExitCode::Unexpected], Some(Denied), 1),
    ]
}

#[test]
fn decision_and_exit_code_follow_from_what_happened_and_no_format_changes_them() {
    for (name, gates, structural, codes, decision, exit) in cases() {
        let folded = Decision::fold(gates, structural, Vec::new());
        let errors = codes.into_iter().map(|code| Failure::of_message(code, "broken")).collect();
        let report = CheckReport::new(Checked { errors, ..mk_checked(&folded) });
        assert_eq!((report.decision, report.exit.number()), (decision, exit), "{name}");
        let json = valid(&report);
        assert_eq!(json["exit"], exit, "{name}");
        assert_eq!(json["decision"], serde_json::to_value(decision).unwrap(), "{name}");
        for style in [Style::plain(80), Style::fancy(120)] {
            let text = report.to_text(style, Detail::BRIEF, &|_| None);
            let last = text.lines().last().unwrap();
            assert_eq!(last.contains(&format!("exit {exit}:")), exit != 0, "{name}: {last}");
            let word =
                decision.map_or("not decided", |decision| if decision == CheckDecision::Denied { "denied" } else { "approved" });
            assert!(last.contains(word), "{name}: {last}");
        }
    }
}

#[test]
fn what_needs_people_is_asked_at_promotion_and_nothing_is_pending() {
    let report = report_of(vec![mk_gate("four-eyes", Enforcement::Mandatory, mk_wait())], Vec::new());
    assert_eq!((report.gates.len(), report.at_promotion.len()), (0, 1));
    assert_eq!(report.at_promotion[0].wait.from, ["platform"]);
    assert!(!crate::json::to_string(&report).unwrap().contains("pending"));
}

#[test]
fn a_change_that_touches_no_document_is_approved() {
    let decision = Decision::fold(Vec::new(), Vec::new(), Vec::new());
    let report = CheckReport::new(Checked { counts: Counts::default(), ..mk_checked(&decision) });
    assert_eq!((report.decision, report.exit), (Some(CheckDecision::Approved), ExitCode::Approved));
    assert!(report.to_text(Style::plain(80), Detail::BRIEF, &|_| None).contains("no documents to evaluate"));
}

#[test]
fn a_check_that_could_not_be_done_is_a_report_too() {
    let report = CheckReport::of_failure(Failure::of_message(ExitCode::SourceUnreadable, "no such revision"), "none");
    let json = valid(&report);
    assert_eq!((&json["decision"], &json["exit"]), (&Value::Null, &Value::from(13)));
}

#[test]
fn what_the_schema_does_not_know_is_told_apart() {
    let schema = serde_json::from_str(&crate::schema::report().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let report = report_of(vec![mk_gate("g", Enforcement::Mandatory, Verdict::Pass)], Vec::new());
    let mut json = serde_json::to_value(&report).unwrap();
    json["exit"] = 5.into();
    assert!(!validator.is_valid(&json));
    json["exit"] = 0.into();
    json["gates"][0]["enforcement"] = "sometimes".into();
    assert!(!validator.is_valid(&json));
}

fn any_gate() -> impl Strategy<Value = GateVerdict> {
    let enforcement = prop::sample::select(vec![Enforcement::Advisory, Enforcement::Overridable, Enforcement::Mandatory]);
    let wait = Verdict::Pending(Wait { reason: "time".to_owned(), from: Vec::new(), until: None });
    let verdicts = vec![Verdict::Pass, Verdict::Warn, Verdict::Fail, wait, error(), Verdict::NotApplicable];
    (enforcement, prop::sample::select(verdicts)).prop_map(|(enforcement, verdict)| mk_gate("g", enforcement, verdict))
}

proptest! {
    /// unknown-blocks: exit 0 goes with `approved`, and with nothing else.
    #[test]
    fn exit_code_and_decision_never_contradict_each_other(gates in prop::collection::vec(any_gate(), 0..5), denied in any::<bool>()) {
        let structural = denied.then(|| mk_finding("source", "tab", Level::Deny, None)).into_iter().collect();
        let report = report_of(gates.clone(), structural);
        let is_approved = report.decision == Some(CheckDecision::Approved);
        prop_assert_eq!(is_approved, report.exit == ExitCode::Approved);
        prop_assert_eq!(report.gates.len() + report.at_promotion.len(), gates.len());
        let blocks = |gate: &GateVerdict| {
            gate.enforcement != Enforcement::Advisory && matches!(gate.verdict, Verdict::Fail | Verdict::Error { .. })
        };
        prop_assert_eq!(is_approved, !denied && !gates.is_empty() && !gates.iter().any(blocks));
    }
}
