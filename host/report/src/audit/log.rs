//! Entries in words.

use csv::{Terminator, WriterBuilder};
use serde::Serialize;
use tollgate_core::entry::PromotionId;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::format::csv::defused;
use crate::style::Style;
use crate::table;
use crate::text::{join, summary};

/// The answer of `audit log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogReport {
    pub version: u32,
    /// Newest last.
    pub entries: Vec<LoggedEntry>,
    pub notices: Vec<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedEntry {
    pub index: u64,
    pub at: Timestamp,
    /// Mail address of who wrote it.
    pub by: String,
    pub automation: bool,
    /// Fingerprint of the key that signed it; null: it is not signed.
    pub key: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub target: Option<String>,
    pub promotion: Option<PromotionId>,
    /// Of the recipe, or the service that was built.
    pub components: Vec<String>,
    /// The word of a decision or of the end of an attempt.
    pub outcome: Option<String>,
    /// What happened, in a sentence.
    pub what: String,
}

/// The header of the CSV. Columns are only ever added, at the end.
pub const COLUMNS: [&str; 11] =
    ["index", "at", "by", "automation", "key", "type", "target", "promotion", "components", "outcome", "what"];

impl LogReport {
    /// For people: one line for each entry.
    pub fn to_text(&self, style: Style) -> String {
        let row = |entry: &LoggedEntry| {
            let by = if entry.automation { format!("{} (automation)", entry.by) } else { entry.by.clone() };
            let target = entry.target.clone().unwrap_or_default();
            [entry.index.to_string(), entry.at.to_string(), by, target, entry.what.clone()].map(|cell| clean::line(&cell)).to_vec()
        };
        if self.entries.is_empty() {
            return join(&["no entry is like that".to_owned(), summary::notices(&self.notices, style)]);
        }
        let table = table::with_header(&["entry", "at", "by", "target", "what"], self.entries.iter().map(row), style);
        join(&[table, summary::notices(&self.notices, style)])
    }

    /// Comma-separated values (RFC 4180), one line for each entry.
    ///
    /// # Errors
    /// Never; the type says what writing to somewhere else may refuse.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        let mut bytes = Vec::new();
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
        writer.write_record(COLUMNS)?;
        for entry in &self.entries {
            writer.write_record(entry.cells().map(|cell| defused(&cell)))?;
        }
        writer.flush()?;
        drop(writer);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl LoggedEntry {
    fn cells(&self) -> [String; COLUMNS.len()] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.index.to_string(),
            self.at.to_string(),
            self.by.clone(),
            self.automation.to_string(),
            text(&self.key),
            self.kind.clone(),
            text(&self.target),
            self.promotion.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.components.join(" "),
            text(&self.outcome),
            self.what.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_report() -> LogReport {
        let entry = |index: u64, what: &str| LoggedEntry {
            index,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            by: "lead@example.com".to_owned(),
            automation: index == 2,
            key: None,
            kind: "outcome".to_owned(),
            target: Some("prod".to_owned()),
            promotion: PromotionId::parse("P-1"),
            components: vec!["cart".to_owned(), "email".to_owned()],
            outcome: Some("succeeded".to_owned()),
            what: what.to_owned(),
        };
        let entries = vec![entry(1, "P-1 succeeded"), entry(2, "=HYPERLINK(\"x\"),\n\u{1b}[31mred")];
        LogReport { version: 1, entries, notices: Vec::new() }
    }

    #[test]
    fn every_entry_is_a_line_and_none_speaks_to_the_terminal() {
        let text = mk_report().to_text(Style::plain(120));
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("lead@example.com (automation)") && !text.contains('\u{1b}'), "{text}");
        let none = LogReport { entries: Vec::new(), ..mk_report() };
        assert_eq!(none.to_text(Style::plain(120)), "no entry is like that\n");
    }

    #[test]
    fn csv_has_all_columns_and_no_formula() {
        let text = mk_report().to_csv().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((&rows[0][8], &rows[0][9]), ("cart email", "succeeded"));
        assert!(rows[1][10].starts_with("'=HYPERLINK"), "{text}");
    }
}
