//! Comma-separated values (RFC 4180): a header, then one line for each finding, then one for each error.
//!
//! Columns are only ever added, at the end. A value that a spreadsheet would take for a formula begins with an apostrophe.

use ::csv::{Terminator, WriterBuilder};

use crate::check::CheckReport;
use crate::clean;
use crate::failure::Failure;
use crate::finding::{DocumentReport, FindingReport};
use crate::format::sentence;
use crate::text::{drawn, summary};

/// The header. `outcome` is `blocks`, `warns`, `notes`, `waived`, `fixed`, or `error` for what could not be done.
pub const COLUMNS: [&str; 24] = [
    "outcome",
    "policy",
    "rule",
    "level",
    "severity",
    "enforcement",
    "message",
    "remediation",
    "file",
    "line",
    "column",
    "endLine",
    "endColumn",
    "pointer",
    "apiVersion",
    "kind",
    "namespace",
    "name",
    "component",
    "target",
    "controls",
    "status",
    "waiver",
    "fingerprint",
];

/// What makes a spreadsheet compute (OWASP, CSV Injection), and the wide forms that some take for the same.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The report as CSV.
///
/// # Errors
/// Never; the type says what writing to somewhere else may refuse.
pub fn to_string(report: &CheckReport) -> Result<String, ::csv::Error> {
    let mut bytes = Vec::new();
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
    writer.write_record(COLUMNS)?;
    let rows = report.findings.iter().map(finding).chain(report.errors.iter().map(failure));
    for row in rows {
        writer.write_record(row.map(|value| defused(&value)))?;
    }
    writer.flush()?;
    drop(writer);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn finding(finding: &FindingReport) -> [String; COLUMNS.len()] {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let document = |part: fn(&DocumentReport) -> String| finding.document.as_ref().map(part).unwrap_or_default();
    [
        finding.standing().word().to_owned(),
        finding.policy.clone(),
        finding.rule.clone(),
        drawn::level(finding.level).to_owned(),
        drawn::severity_word(finding.severity),
        summary::enforcement(finding.enforcement).to_owned(),
        finding.message.clone(),
        optional(&finding.remediation),
        optional(&finding.file),
        number(finding.line),
        number(finding.column),
        number(finding.end_line),
        number(finding.end_column),
        optional(&finding.pointer),
        document(|document| document.api_version.clone()),
        document(|document| document.kind.clone()),
        document(|document| document.namespace.clone().unwrap_or_default()),
        document(|document| document.name.clone()),
        optional(&finding.component),
        optional(&finding.target),
        finding.controls.join(" "),
        finding.status.map(|status| format!("{status:?}").to_lowercase()).unwrap_or_default(),
        finding.waiver.as_ref().map(sentence::waiver).unwrap_or_default(),
        finding.fingerprint.clone(),
    ]
}

/// What could not be done, in the columns that mean the same.
fn failure(failure: &Failure) -> [String; COLUMNS.len()] {
    let value = |column: &str| match column {
        "outcome" => "error".to_owned(),
        "rule" => failure.name.clone(),
        "message" => sentence::failure(&Failure { hint: None, ..failure.clone() }),
        "remediation" => failure.hint.clone().unwrap_or_default(),
        "file" => failure.file.clone().unwrap_or_default(),
        "line" => number(failure.line),
        "column" => number(failure.column),
        _ => String::new(),
    };
    COLUMNS.map(value)
}

fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// On one line, and no formula.
pub(crate) fn defused(value: &str) -> String {
    let value = clean::line(value);
    if value.starts_with(FORMULA) { format!("'{value}") } else { value }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::format::tests::rich;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// Reads as a spreadsheet does; then the messages.
    pub(crate) fn messages(text: &str) -> Vec<String> {
        rows(text).into_iter().skip(1).map(|row| row[6].clone()).collect()
    }

    #[test]
    fn a_report_has_a_header_and_a_line_for_each_finding_and_error() {
        let report = rich();
        let rows = rows(&to_string(&report).unwrap());
        assert_eq!(rows[0], COLUMNS);
        assert_eq!(rows.len(), 1 + report.findings.len() + report.errors.len());
        assert_eq!(rows.last().unwrap()[0], "error");
    }

    #[test]
    fn lines_end_as_the_standard_says_and_nowhere_else() {
        let text = to_string(&rich()).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.matches('\n').count(), rows(&text).len());
    }

    #[test]
    fn no_value_is_a_formula() {
        for value in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", " =1"] {
            assert!(defused(value).starts_with('\''), "{value}");
        }
        assert_eq!(defused("a=b"), "a=b");
        let cells = rows(&to_string(&rich()).unwrap()).concat();
        assert!(!cells.iter().any(|cell| cell.starts_with(FORMULA)), "{cells:?}");
    }
}
