//! What each format shows of the outcomes that a check can have. The exit code is in the report, and no format changes it.

use super::*;

fn one(finding: FindingReport, decision: CheckDecision, exit: ExitCode) -> CheckReport {
    let verdict = if decision == CheckDecision::Denied { Verdict::Fail } else { Verdict::Pass };
    let gate = mk_gate("image-pinned", Enforcement::Overridable, verdict);
    let gates = vec![GateReport::from(&gate)];
    CheckReport { decision: Some(decision), exit, gates, findings: vec![finding], ..crate::check::tests::mk_empty() }
}

fn outcomes() -> [(&'static str, CheckReport); 6] {
    use CheckDecision::{Approved, Denied};
    let denied = mk_report("image-pinned", "tag", Level::Deny, Some(on_line(9, 18, 50)));
    let waived = FindingReport { waiver: Some(mk_waiver()), ..denied.clone() };
    let advisory = FindingReport { enforcement: Enforcement::Advisory, blocks: false, ..denied.clone() };
    let warned = mk_report("image-pinned", "tag", Level::Warn, Some(on_line(9, 18, 50)));
    [
        ("clean", crate::check::tests::mk_empty()),
        ("denied", one(denied, Denied, ExitCode::Denied)),
        ("advisory", one(advisory, Approved, ExitCode::Approved)),
        ("warned", one(warned, Approved, ExitCode::Approved)),
        ("waived", one(waived, Approved, ExitCode::Approved)),
        ("errored", failed()),
    ]
}

/// What only a failure has in a format.
fn failure(format: Format) -> &'static [&'static str] {
    match format {
        Format::Text => &["denied:", "not decided:"],
        Format::Json => &[r#""decision": "denied""#, r#""decision": null"#],
        Format::Sarif => &[r#""level": "error""#],
        Format::Github => &["::error "],
        Format::Junit => &["<failure", "<error"],
        Format::Gitlab => &[r#""severity": "critical""#, r#""severity": "blocker""#],
        Format::GitlabSast => &[r#""level": "fatal""#],
        Format::Markdown => &["tollgate: denied", "tollgate: not decided"],
        Format::Policyreport => &["result: fail", "result: error"],
        Format::Csv => &["\nblocks,", "\nerror,"],
    }
}

#[test]
fn only_what_blocks_and_what_could_not_be_done_looks_like_a_failure_in_any_format() {
    for (outcome, report) in outcomes() {
        for format in Format::ALL {
            let before = report.exit;
            let text = written(format, &report);
            assert_eq!(report.exit, before, "{format}");
            let fails = failure(format).iter().any(|sign| without_rules(format, &text).contains(sign));
            // A security report lists what there is; that a gate blocks is the job's exit code.
            let expected = if format == Format::GitlabSast { outcome == "errored" } else { report.exit != ExitCode::Approved };
            assert_eq!(fails, expected, "{outcome} as {format}:\n{text}");
        }
    }
}

/// What SARIF says of rules is not about this report.
fn without_rules(format: Format, text: &str) -> String {
    if format != Format::Sarif {
        return text.to_owned();
    }
    let mut log: serde_json::Value = serde_json::from_str(text).unwrap();
    log["runs"][0]["tool"]["driver"]["rules"] = serde_json::Value::Null;
    serde_json::to_string_pretty(&log).unwrap()
}

#[test]
fn what_each_format_shows_of_each_outcome() {
    let mut table = String::new();
    for (outcome, report) in outcomes() {
        for format in written_here().filter(|format| *format != Format::Sarif) {
            table.push_str(&format!("=== {outcome}, exit {}, as {format}\n{}\n", report.exit.number(), written(format, &report)));
        }
    }
    insta::assert_snapshot!(table);
}
