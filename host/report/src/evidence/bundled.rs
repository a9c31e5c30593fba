//! What `evidence bundle` wrote.

use serde::Serialize;

use crate::clean;

/// The answer of `evidence bundle`, where the bundle itself went into a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleReport {
    pub version: u32,
    pub promotion: String,
    pub file: String,
    /// `PASSED` or `FAILED`.
    pub result: &'static str,
    pub statements: usize,
    pub entries: usize,
    pub notices: Vec<String>,
}

impl BundleReport {
    /// For people.
    pub fn to_text(&self) -> String {
        let notices: String = self.notices.iter().map(|notice| format!("note: {}\n", clean::line(notice))).collect();
        format!(
            "{} is in `{}`: its VSA ({}), {} of evidence, {} of the ledger\ncheck it with `tollgate evidence verify`\n{notices}",
            clean::line(&self.promotion),
            clean::line(&self.file),
            self.result,
            counted(self.statements, "statement"),
            counted(self.entries, "entry"),
        )
    }
}

fn counted(count: usize, word: &str) -> String {
    match (count, word) {
        (1, _) => format!("1 {word}"),
        (_, "entry") => format!("{count} entries"),
        _ => format!("{count} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it_is_counted() {
        let report = BundleReport {
            version: 1,
            promotion: "P-4".to_owned(),
            file: "p.jsonl".to_owned(),
            result: "PASSED",
            statements: 1,
            entries: 6,
            notices: Vec::new(),
        };
        let first = report.to_text();
        assert!(
            first.starts_with("P-4 is in `p.jsonl`: its VSA (PASSED), 1 statement of evidence, 6 entries of the ledger\n"),
            "{first}"
        );
    }
}
