use super::*;
use crate::check::{AtPromotion, CheckDecision, CheckReport, Counts, NotEvaluated};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::finding::tests::{mk_document, mk_finding, mk_waiver};
use crate::finding::{DocumentReport, Enforcements, FindingReport, FindingStatus};
use crate::gate::tests::{mk_gate, mk_wait};
use crate::gate::{GateReport, WaitReport};
use crate::rule::RuleReport;
use crate::rule::tests::mk_rule;
use crate::style::Style;
use crate::text::Detail;
use tollgate_core::document::{Location, Span};
use tollgate_core::finding::{Finding, Level, Severity};
use tollgate_core::policy::Enforcement;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Verdict;

mod arbitrary;
mod table;

/// Written by somebody who wants to be somewhere else than in a message.
const HOSTILE: &str = "a|b <script>alert(1)</script> @here #12 [x](https://evil.example) `code` **b**\n::error::c\u{0} \"q\" 'p' \
                       ]]> --> www.evil.example\u{1b}[31m =1+1 %0A \u{202e}d \u{ffff}";

const fn on_line(line: u32, column: u32, end_column: u32) -> Span {
    Span { line, column, end_line: line, end_column }
}

fn mk_report(policy: &str, rule: &str, level: Level, span: Option<Span>) -> FindingReport {
    let finding = Finding {
        subject: mk_document("Deployment", "cart", "/spec/template/spec/containers/0/image"),
        controls: vec!["CIS-5.5.1".to_owned()],
        ..mk_finding(policy, rule, level, span.map(|span| ("services/cart/a cart.yaml", span)))
    };
    let enforcements =
        ["image-pinned", "workload-limits", "house-rules"].map(|policy| (policy.to_owned(), Enforcement::Overridable));
    FindingReport::new(&finding, &Enforcements::from(enforcements))
}

/// Findings of every kind.
fn findings() -> Vec<FindingReport> {
    let tag = mk_report("image-pinned", "tag", Level::Deny, Some(on_line(9, 18, 50)));
    let in_shop = DocumentReport { namespace: Some("shop".to_owned()), ..tag.document.clone().unwrap() };
    let secret = mk_document("Secret", "cart", "/stringData/password");
    let secret = Finding {
        subject: secret,
        ..mk_finding("house-rules", "plain-secret", Level::Note, Some(("s.yaml", on_line(16, 13, 20))))
    };
    let advisory =
        mk_report("workload-limits", "memory", Level::Deny, Some(Span { line: 8, column: 11, end_line: 9, end_column: 3 }));
    vec![
        FindingReport { status: Some(FindingStatus::New), remediation: Some("Pin it by digest".to_owned()), ..tag.clone() },
        FindingReport { status: Some(FindingStatus::Unchanged), document: Some(in_shop.clone()), ..tag.clone() },
        FindingReport { message: HOSTILE.to_owned(), severity: Severity::Critical, document: Some(in_shop), ..tag.clone() },
        FindingReport { enforcement: Enforcement::Advisory, blocks: false, severity: Severity::Critical, ..advisory },
        mk_report("house-rules", "label", Level::Warn, Some(on_line(3, 1, 4))),
        FindingReport::new(&secret, &Enforcements::new()),
        FindingReport { waiver: Some(mk_waiver()), message: "known for long".to_owned(), ..tag.clone() },
        FindingReport { status: Some(FindingStatus::Fixed), message: "was there before".to_owned(), ..tag },
        FindingReport {
            component: Some("cart".to_owned()),
            document: None,
            pointer: None,
            ..mk_report("structure", "after", Level::Deny, None)
        },
        FindingReport::new(
            &mk_finding("source", "tab", Level::Deny, Some(("/abs/ma:il.yaml", on_line(3, 1, 2)))),
            &Enforcements::new(),
        ),
    ]
}

fn gates() -> Vec<GateReport> {
    let error = Verdict::Error { message: "plugin used up its fuel of 100".to_owned() };
    [
        mk_gate("image-pinned", Enforcement::Overridable, Verdict::Fail),
        mk_gate("workload-limits", Enforcement::Advisory, Verdict::Fail),
        mk_gate("pod-security", Enforcement::Mandatory, Verdict::Pass),
        mk_gate("service-selects", Enforcement::Overridable, Verdict::NotApplicable),
        mk_gate("slow", Enforcement::Advisory, error),
    ]
    .iter()
    .map(GateReport::from)
    .collect()
}

/// A report with all there is.
pub(crate) fn rich() -> CheckReport {
    let Verdict::Pending(wait) = mk_wait() else { panic!("a wait is pending") };
    let wait = WaitReport::from(&wait);
    CheckReport {
        decision: Some(CheckDecision::Denied),
        exit: ExitCode::InvalidConfiguration,
        policy_revision: "work tree, not in force".to_owned(),
        counts: Counts { files: 3, documents: 5, evaluated: 4 },
        gates: gates(),
        findings: findings(),
        not_evaluated: vec![NotEvaluated { file: "services/mail/values.yaml".to_owned(), why: "has no kind".to_owned() }],
        errors: vec![mk_failure()],
        at_promotion: vec![AtPromotion { name: "four-eyes".to_owned(), enforcement: Enforcement::Mandatory, wait }],
        notices: vec!["trust is not initialised".to_owned()],
        ..crate::check::tests::mk_empty()
    }
}

pub(crate) fn mk_failure() -> Failure {
    let place = Location { file: "tollgate.yaml".to_owned(), span: Span::point(4, 3) };
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "`services/nothing` matches no file").at(&place);
    Failure { causes: vec!["there is no such directory".to_owned()], ..failure }.with_hint("Is it spelled right?")
}

/// The report of a check that could not be done at all.
pub(crate) fn failed() -> CheckReport {
    let failure =
        Failure::of_message(ExitCode::SourceUnreadable, "commit 0123456789ab is not here").with_hint("Fetch with depth 0.");
    CheckReport::of_failure(failure, "none")
}

pub(crate) fn rules() -> Vec<RuleReport> {
    vec![mk_rule("image-pinned/tag"), RuleReport { level: Level::Warn, help_uri: None, ..mk_rule("house-rules/label") }]
}

pub(crate) fn noon() -> Timestamp {
    "2026-12-24T12:00:00Z".parse().unwrap()
}

/// The report in a format.
pub(crate) fn written(format: Format, report: &CheckReport) -> String {
    let comment = markdown::Comment { command: "tollgate check services/cart", files: Some("https://git.example/shop/blob/0123/") };
    match format {
        Format::Text => report.to_text(Style::plain(100), Detail::FULL, &|_| None),
        Format::Json => crate::json::to_string(report).unwrap(),
        Format::Sarif => sarif::to_string(report, &rules()).unwrap(),
        Format::Github => github::to_string(report),
        Format::Junit => junit::to_string(report).unwrap(),
        Format::Gitlab => gitlab::to_string(report).unwrap(),
        Format::GitlabSast => gitlab_sast::to_string(report, &rules(), noon(), noon()).unwrap(),
        Format::Markdown => markdown::to_string(report, &rules(), comment),
        Format::Policyreport => policyreport::to_string(report, noon()).unwrap(),
        Format::Csv => csv::to_string(report).unwrap(),
    }
}

/// Those that this module writes.
pub(crate) fn written_here() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| !matches!(format, Format::Text | Format::Json))
}

#[test]
fn a_report_with_all_there_is_in_every_format() {
    for format in written_here() {
        insta::assert_snapshot!(format!("rich_{format}"), written(format, &rich()));
    }
}

#[test]
fn a_check_that_could_not_be_done_in_every_format() {
    for format in written_here() {
        insta::assert_snapshot!(format!("failed_{format}"), written(format, &failed()));
    }
}

#[test]
fn every_format_is_found_by_its_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let mut names: Vec<&str> = Format::ALL.map(Format::name).to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Format::ALL.len());
}

#[test]
fn the_page_about_formats_has_every_format_and_the_columns_of_csv() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md")).unwrap();
    for format in Format::ALL {
        assert!(page.contains(&format!("\n| `{format}` | ")), "{format} is not in the table");
        let is_described = page.contains(&format!("\n## {format}\n"));
        assert_eq!(is_described, !matches!(format, Format::Text | Format::Json), "{format}");
    }
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("Columns, in this order: {}.", csv::COLUMNS.join(", "))));
}

#[test]
fn a_slip_of_the_hand_gets_a_suggestion_and_all_names() {
    let error = "serif".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`serif` is no format; there are `text`, `json`, `sarif`, `github`, `junit`, `gitlab`, `gitlab-sast`, `markdown`, \
         `policyreport`, `csv`; did you mean `sarif`?"
    );
    assert_eq!("JUNIT".parse::<Format>().unwrap_err().suggestion(), Some(Format::Junit));
    assert_eq!("yaml".parse::<Format>().unwrap_err().suggestion(), None);
    assert_eq!(UnknownFormat(String::new()).suggestion(), None);
}

#[test]
fn the_same_report_is_always_written_the_same() {
    for format in Format::ALL {
        assert_eq!(written(format, &rich()), written(format, &rich()), "{format}");
    }
}

#[test]
fn nothing_in_a_report_speaks_to_the_terminal() {
    for format in written_here() {
        let text = written(format, &rich());
        let is_bad = |c: char| (c.is_control() && !matches!(c, '\n' | '\r')) || matches!(c, '\u{202e}' | '\u{ffff}');
        assert!(!text.contains(is_bad), "{format}: {text:?}");
    }
}
