//! What a proof shows.

use serde::Serialize;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::join;

/// The answer of `audit verify-proof`, for a proof that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofReport {
    pub version: u32,
    /// Origin of the log.
    pub log: String,
    pub index: u64,
    /// How many entries the log had under this checkpoint.
    pub size: u64,
    pub at: Timestamp,
    /// Whom the entry names as its writer.
    pub by: String,
    /// Whose signature it is; null: it is not signed, or nobody said who may sign.
    pub signed_by: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a sentence.
    pub what: String,
}

impl ProofReport {
    /// For people.
    pub fn to_text(&self, style: Style) -> String {
        let signature = match &self.signed_by {
            Some(signer) => format!("signed by {}", clean::line(signer)),
            None => "whose signature it has was not checked: name the signers with `--signers`".to_owned(),
        };
        let entry = format!(
            "entry {} of {}, of {} in `{}`\n{}: {}\n{signature}",
            self.index,
            self.at,
            self.size,
            clean::line(&self.log),
            clean::line(&self.by),
            clean::line(&self.what)
        );
        join(&[entry, style.paint(Tone::Good, "the proof holds")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_that_nobody_checked_is_said_to_be_so() {
        let report = ProofReport {
            version: 1,
            log: "log".to_owned(),
            index: 3,
            size: 9,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            by: "lead@example.com".to_owned(),
            signed_by: None,
            kind: "outcome".to_owned(),
            what: "P-1 succeeded\nat once".to_owned(),
        };
        let text = report.to_text(Style::plain(80));
        assert!(
            text.starts_with("entry 3 of 2026-01-02T03:04:05Z, of 9 in `log`\nlead@example.com: P-1 succeeded at once\n"),
            "{text}"
        );
        assert!(text.contains("was not checked"), "{text}");
        let signed = ProofReport { signed_by: Some("lead@example.com".to_owned()), ..report };
        assert!(signed.to_text(Style::plain(80)).contains("signed by lead@example.com\n"));
    }
}
