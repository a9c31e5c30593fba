use pulldown_cmark::{Event, Options, Parser, Tag};
use tollgate_core::entry::PromotionId;

use super::*;

fn mk_report() -> PeriodReport {
    let at = |text: &str| text.parse().unwrap();
    let step = |entry: Option<u64>, what: &str| ChainStep {
        entry,
        at: at("2026-01-02T03:04:05Z"),
        by: "lead@example.com".to_owned(),
        what: what.to_owned(),
    };
    let chain = Chain {
        promotion: PromotionId::of_decision(7),
        entry: 7,
        decided: at("2026-01-02T03:04:05Z"),
        environment: "prod".to_owned(),
        target: "prod-apps".to_owned(),
        recipe: Some(Digest::of(b"recipe")),
        reference: "tag v1.0.0".to_owned(),
        commit: "4f2a".repeat(10),
        requester: Some("author@example.com".to_owned()),
        ticket: Some("=OPS-12".to_owned()),
        approvers: vec!["lead@example.com".to_owned()],
        state: "succeeded".to_owned(),
        ended: Some(at("2026-01-02T03:05:05Z")),
        steps: vec![step(None, "approves merge 4f2a"), step(Some(7), "approved | <script>alert(1)</script> \u{1b}[31m")],
        gaps: vec!["no test result about it is in the ledger".to_owned()],
    };
    let exception = Exception {
        kind: "override".to_owned(),
        entry: 6,
        at: at("2026-01-02T03:04:00Z"),
        by: "lead@example.com".to_owned(),
        target: Some("prod-apps".to_owned()),
        what: "overrides four-eyes | until tomorrow".to_owned(),
    };
    let control = ControlRow {
        control: "DORA-17".to_owned(),
        rules: vec!["four-eyes/approvals".to_owned()],
        gates: vec!["four-eyes".to_owned()],
        judged: 1,
        stopped: 0,
    };
    PeriodReport {
        version: 1,
        repo: "https://git.example.com/deploy".to_owned(),
        from: at("2026-01-01T00:00:00Z"),
        to: at("2026-02-01T00:00:00Z"),
        entries: 8,
        unsigned: 1,
        revisions: Vec::new(),
        population: Population { succeeded: 1, ..Population::default() },
        changes: vec![chain],
        exceptions: vec![exception],
        standard: Some("DORA".to_owned()),
        controls: vec![control],
        notices: Vec::new(),
    }
}

#[test]
fn what_is_not_proven_comes_before_everything_else() {
    let text = mk_report().to_markdown();
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no `{part}` in {text}"));
    let order = [
        "What is not proven",
        "no test result",
        "## Exceptions",
        "## Policies in force",
        "## Controls of DORA",
        "## Population",
        "### P-7",
    ];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{text}");
}

#[test]
fn text_from_elsewhere_neither_ends_a_cell_nor_speaks_to_a_browser() {
    let report = mk_report();
    let markdown = report.to_markdown();
    let mut columns = Vec::new();
    for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => columns.push(0),
            Event::Start(Tag::TableCell) => *columns.last_mut().unwrap() += 1,
            _ => {}
        }
    }
    assert_eq!(columns, [6, 6, 5, 5, 8, 8, 4, 4, 4], "{markdown}");
    let html = report.to_html();
    assert!(!html.contains("<script") && !html.contains('\u{1b}') && html.contains("alert(1)"), "{html}");
}

#[test]
fn csv_has_one_line_for_each_change_and_no_formula() {
    let text = mk_report().to_csv().unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[0][0], &rows[0][8], &rows[0][10]), (1, "P-7", "'=OPS-12", "succeeded"));
    assert!(rows[0][14].contains("approves merge 4f2a"), "{text}");
}

#[test]
fn nothing_at_all_is_said_to_be_nothing() {
    let empty = PeriodReport { changes: Vec::new(), exceptions: Vec::new(), controls: Vec::new(), standard: None, ..mk_report() };
    let text = empty.to_markdown();
    for sentence in ["No change was decided.", "None.", "Nothing: every change", "No policy in force answers"] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
}
