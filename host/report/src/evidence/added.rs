//! What `evidence add` wrote.

use serde::Serialize;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::join;

/// The answer of `evidence add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddedReport {
    pub version: u32,
    /// Index of the ledger entry.
    pub entry: u64,
    pub by: String,
    pub predicate_type: String,
    pub subjects: Vec<AddedSubject>,
    /// As whose statement gates take it; null: as nobody's, so that it counts for none.
    pub signer: Option<String>,
    /// Why it is nobody's, and the like.
    pub notices: Vec<String>,
}

/// Something that the statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedSubject {
    /// `sha256:…`, or `gitTree:…` for a directory.
    pub digest: String,
    pub name: String,
    /// What the ledger knows by this digest; null: nothing.
    pub known: Option<String>,
}

impl AddedReport {
    /// For people.
    pub fn to_text(&self, style: Style) -> String {
        let head = format!("entry {}: evidence by {}\n{}", self.entry, clean::line(&self.by), clean::line(&self.predicate_type));
        let subjects: Vec<String> = self.subjects.iter().map(AddedSubject::to_text).collect();
        let signer = match &self.signer {
            Some(signer) => style.paint(Tone::Good, format!("gates take it as a statement of {}", clean::line(signer))),
            None => style.paint(Tone::Caution, "it counts for no gate, because nobody who is known signed it"),
        };
        let notices: String = self.notices.iter().map(|notice| format!("note: {}\n", clean::line(notice))).collect();
        join(&[format!("{head}\n{}", subjects.concat()), signer, notices])
    }
}

impl AddedSubject {
    fn to_text(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" {}", clean::line(&self.name)) };
        let known = self.known.as_ref().map_or_else(|| "nothing that the ledger knows".to_owned(), |known| clean::line(known));
        format!("  {}{name}: {known}\n", self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_report() -> AddedReport {
        AddedReport {
            version: 1,
            entry: 7,
            by: "ci@example.com".to_owned(),
            predicate_type: "https://example.com/scan".to_owned(),
            subjects: vec![AddedSubject { digest: "sha256:00".to_owned(), name: "cart\u{1b}[2J".to_owned(), known: None }],
            signer: None,
            notices: vec!["no key".to_owned()],
        }
    }

    #[test]
    fn a_statement_of_nobody_is_said_to_count_for_nothing() {
        let text = mk_report().to_text(Style::plain(80));
        assert!(text.contains("it counts for no gate") && text.contains("note: no key"), "{text}");
        assert!(text.contains("sha256:00 cart\u{fffd}[2J: nothing that the ledger knows"), "{text}");
        let signed = AddedReport { signer: Some("ci@example.com".to_owned()), ..mk_report() };
        assert!(signed.to_text(Style::plain(80)).contains("as a statement of ci@example.com"));
    }
}
