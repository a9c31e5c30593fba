//! What a bundle proves.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::join;

/// The answer of `evidence verify`, for a bundle that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedReport {
    pub version: u32,
    pub promotion: String,
    pub target: String,
    pub recipe: Digest,
    /// `PASSED` or `FAILED`.
    pub result: &'static str,
    /// Who put the bundle together, and answers for that nothing was left out.
    pub bundled_by: String,
    pub bundled_at: Timestamp,
    /// Who signed the VSA.
    pub vsa_by: String,
    /// Whether ordinary verifiers of DSSE can check the VSA.
    pub vsa_is_plain: bool,
    /// Origin of the log, and how many entries it had under the checkpoint.
    pub log: String,
    pub size: u64,
    pub statements: Vec<BundledStatement>,
    pub entries: Vec<BundledEntry>,
}

/// A statement of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundledStatement {
    pub entry: u64,
    pub predicate_type: String,
    /// Digests of what it is about.
    pub subjects: Vec<String>,
    /// Whose signature its envelope has; null: nobody's who is among the signers.
    pub signer: Option<String>,
}

/// An entry of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundledEntry {
    pub index: u64,
    pub at: Timestamp,
    pub by: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a sentence.
    pub what: String,
}

impl VerifiedReport {
    /// For people.
    pub fn to_text(&self, style: Style) -> String {
        let head = format!(
            "{} to `{}`: {}\nrecipe {}\n{} entries of the {} in `{}`",
            clean::line(&self.promotion),
            clean::line(&self.target),
            self.result,
            self.recipe,
            self.entries.len(),
            self.size,
            clean::line(&self.log),
        );
        let entries: String = self.entries.iter().map(BundledEntry::to_text).collect();
        let statements: String = self.statements.iter().map(BundledStatement::to_text).collect();
        let bundled = format!(
            "the VSA is signed by {}{}\nput together at {} by {}, who answers for that nothing was left out",
            clean::line(&self.vsa_by),
            if self.vsa_is_plain { "" } else { ", by SSHSIG alone: ordinary verifiers of DSSE can't check it" },
            self.bundled_at,
            clean::line(&self.bundled_by),
        );
        join(&[head, entries, statements, bundled, style.paint(Tone::Good, "the bundle holds")])
    }
}

impl BundledStatement {
    fn to_text(&self) -> String {
        let signer = self.signer.as_ref().map_or_else(|| "nobody who is known".to_owned(), |signer| clean::line(signer));
        let count = self.subjects.len();
        format!("  {} (entry {}), of {count} digests, by {signer}\n", clean::line(&self.predicate_type), self.entry)
    }
}

impl BundledEntry {
    fn to_text(&self) -> String {
        format!("  {} {} {}: {}\n", self.index, self.at, clean::line(&self.by), clean::line(&self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_signed_and_what_others_can_not_check_is_said() {
        let report = VerifiedReport {
            version: 1,
            promotion: "P-4".to_owned(),
            target: "prod-apps".to_owned(),
            recipe: Digest::of(b"recipe"),
            result: "PASSED",
            bundled_by: "lead@example.com".to_owned(),
            bundled_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            vsa_by: "lead@example.com".to_owned(),
            vsa_is_plain: false,
            log: "tollgate.dev/ledger/0".to_owned(),
            size: 9,
            statements: vec![BundledStatement {
                entry: 3,
                predicate_type: "https://example.com/scan".to_owned(),
                subjects: vec!["sha256:0".to_owned()],
                signer: None,
            }],
            entries: Vec::new(),
        };
        let text = report.to_text(Style::plain(80));
        assert!(text.contains("(entry 3), of 1 digests, by nobody who is known"), "{text}");
        assert!(text.contains("by SSHSIG alone") && text.trim_end().ends_with("the bundle holds"), "{text}");
    }
}
