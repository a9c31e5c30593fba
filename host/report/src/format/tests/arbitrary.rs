//! Any report at all: every format must write something that its own library reads back, with each finding in it once.

use super::*;
use proptest::prelude::*;

/// Begins each message, so that a finding is found again: no text makes one by itself.
fn token(index: usize) -> String {
    format!("Q{index}Z")
}

fn any_level() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::Deny, Level::Warn, Level::Note])
}

fn any_enforcement() -> impl Strategy<Value = Enforcement> {
    prop::sample::select(vec![Enforcement::Advisory, Enforcement::Overridable, Enforcement::Mandatory])
}

fn any_severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(vec![Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical])
}

fn any_status() -> impl Strategy<Value = Option<FindingStatus>> {
    prop::option::of(prop::sample::select(vec![FindingStatus::New, FindingStatus::Unchanged, FindingStatus::Fixed]))
}

/// Text that markup, commands and quotes are made of, or any text.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![r#"[-a-z0-9 @#!<>|\\`*_~\[\](){}$&%:;"'+=.,/^?\n\r\t\x00\x1b]{0,40}"#, any::<String>()]
}

fn any_document() -> impl Strategy<Value = DocumentReport> {
    (
        any_text(),
        prop_oneof![Just("Secret".to_owned()), any_text()],
        prop::option::of(prop_oneof!["[a-z]{1,3}", any_text()]),
        any_text(),
    )
        .prop_map(|(api_version, kind, namespace, name)| DocumentReport {
            index: 0,
            api_version,
            kind,
            namespace,
            name,
            rendered_for: None,
        })
}

prop_compose! {
    fn any_place()(file in prop::option::of(any_text()), line: Option<u32>, column: Option<u32>, end_line: Option<u32>, end_column: Option<u32>)
        -> FindingReport {
        FindingReport { file, line, column, end_line, end_column, ..mk_report("p", "r", Level::Deny, None) }
    }
}

prop_compose! {
    fn any_finding()(
        base in any_place(),
        (policy, rule, message, remediation) in (prop_oneof!["[a-c]", any_text()], any_text(), any_text(), prop::option::of(any_text())),
        (level, severity, enforcement, status) in (any_level(), any_severity(), any_enforcement(), any_status()),
        document in prop::option::of(any_document()),
        waived in prop::option::weighted(0.2, any_text()),
        controls in prop::collection::vec(any_text(), 0..3),
        fingerprint in "[0-9a-f]{1}",
    ) -> FindingReport {
        let waiver = waived.map(|reason| crate::finding::WaiverReport { reason, ..mk_waiver() });
        let rule = format!("{policy}/{rule}");
        let blocks = level == Level::Deny && enforcement != Enforcement::Advisory && waiver.is_none();
        FindingReport { policy, blocks, rule, message, remediation, level, severity, enforcement, status, document, waiver, controls, fingerprint, ..base }
    }
}

prop_compose! {
    fn any_report()(
        mut findings in prop::collection::vec(any_finding(), 0..14),
        errors in prop::collection::vec(any_text(), 0..3),
        (why, notice, policy_revision) in (any_text(), any_text(), any_text()),
    ) -> CheckReport {
        for (index, finding) in findings.iter_mut().enumerate() {
            finding.message = format!("{} {}", token(index), finding.message);
        }
        let errors = errors.iter().enumerate().map(|(index, text)| {
            Failure::of_message(ExitCode::Unexpected, format!("{} {text}", token(1_000 + index)))
        }).collect();
        let not_evaluated = vec![NotEvaluated { file: why.clone(), why }];
        CheckReport { findings, errors, not_evaluated, policy_revision, notices: vec![notice], gates: gates(), ..rich() }
    }
}

/// What a reader of the format finds in it, one text for each place where a finding or an error can be.
fn read_back(format: Format, text: &str) -> Vec<String> {
    match format {
        Format::Sarif => sarif::tests::messages(text),
        Format::Github => github::tests::parsed(text).into_iter().map(|command| command.message).collect(),
        Format::Junit => junit::tests::outputs(text),
        Format::Gitlab => gitlab::tests::descriptions(text),
        Format::GitlabSast => gitlab_sast::tests::said(text),
        Format::Markdown => vec![markdown::tests::seen(text)],
        Format::Policyreport => policyreport::tests::messages(text),
        Format::Csv => csv::tests::messages(text),
        Format::Text | Format::Json => vec![text.to_owned()],
    }
}

/// Findings that a format has a place for.
fn belongs(format: Format, finding: &FindingReport) -> bool {
    let is_fixed = finding.status == Some(FindingStatus::Fixed);
    !(is_fixed || (format == Format::GitlabSast && finding.waiver.is_some()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_format_can_be_read_back_and_has_each_finding_and_error_once(report in any_report()) {
        for format in written_here() {
            let text = written(format, &report);
            let read = read_back(format, &text);
            let count = |token: &str| read.iter().map(|part| part.matches(token).count()).sum::<usize>();
            for (index, finding) in report.findings.iter().enumerate().filter(|(_, finding)| belongs(format, finding)) {
                prop_assert_eq!(count(&token(index)), 1, "{} {:?}\n{}", format, finding, text);
            }
            for index in 0..report.errors.len() {
                prop_assert_eq!(count(&token(1_000 + index)), 1, "{} error {}\n{}", format, index, text);
            }
        }
    }
}
