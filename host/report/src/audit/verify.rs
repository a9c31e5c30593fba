//! What a whole ledger is worth.

use serde::Serialize;
use tollgate_core::digest::Digest;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::{join, summary};

/// The answer of `audit verify`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    pub version: u32,
    /// URL or path of the remote.
    pub ledger: String,
    pub branch: String,
    /// Digest of entry 0; null where it can't be read.
    pub trust: Option<Digest>,
    /// Null where they can't be read.
    pub entries: Option<u64>,
    /// How many entries came before the first signed one: nobody's key vouches for them.
    pub unsigned: u64,
    pub blobs: u64,
    /// Root of the tree over all entries, in base64.
    pub root: Option<String>,
    pub log_keys: Vec<LogKeyReport>,
    /// What is wrong; the first is what was found first.
    pub problems: Vec<String>,
    pub notices: Vec<String>,
}

/// A key that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogKeyReport {
    /// As C2SP signed-note writes it.
    pub key: String,
    /// The entry that registers it.
    pub entry: u64,
}

impl AuditReport {
    /// For people: what is not proven first.
    pub fn to_text(&self, style: Style) -> String {
        let blocks = [
            summary::list("wrong", self.problems.iter().cloned(), style),
            self.summary(),
            summary::list("keys of the log", self.log_keys.iter().map(|key| format!("{} (entry {})", key.key, key.entry)), style),
            summary::notices(&self.notices, style),
            self.verdict(style),
        ];
        join(&blocks)
    }

    fn summary(&self) -> String {
        let place = format!("branch `{}` of `{}`", clean::line(&self.branch), clean::line(&self.ledger));
        let Some(entries) = self.entries else { return place };
        let signed = match self.unsigned {
            0 => "all are signed".to_owned(),
            unsigned if unsigned == entries => "none is signed".to_owned(),
            1 => "the first is not signed".to_owned(),
            unsigned => format!("the first {unsigned} are not signed"),
        };
        let blobs = self.blobs;
        let trust = self.trust.map(|digest| format!("\nentry 0 is {digest}")).unwrap_or_default();
        let root = self.root.as_ref().map(|root| format!("\nroot is {root}")).unwrap_or_default();
        format!("{place}: {entries} entries, {signed}; {blobs} blobs{trust}{root}")
    }

    fn verdict(&self, style: Style) -> String {
        match (self.problems.len(), self.log_keys.is_empty()) {
            (0, false) => style.paint(Tone::Good, "verified"),
            (0, true) => style.paint(Tone::Caution, "verified, without a log: entries were written before there was one"),
            (1, _) => style.paint(Tone::Bad, "not verified: one thing is wrong"),
            (count, _) => style.paint(Tone::Bad, format!("not verified: {count} things are wrong")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_report(unsigned: u64, problems: &[&str]) -> AuditReport {
        AuditReport {
            version: 1,
            ledger: "https://git.example.com/shop.git".to_owned(),
            branch: "tollgate/ledger".to_owned(),
            trust: Some(Digest::of(b"trust")),
            entries: Some(4),
            unsigned,
            blobs: 7,
            root: Some("AAAA".to_owned()),
            log_keys: vec![LogKeyReport { key: "log+00000000+AAAA".to_owned(), entry: 0 }],
            problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
            notices: Vec::new(),
        }
    }

    #[test]
    fn what_is_wrong_comes_first_and_the_verdict_last() {
        let text = mk_report(2, &["entry 3 can't be believed"]).to_text(Style::plain(120));
        assert!(text.starts_with("wrong\n  entry 3 can't be believed\n"), "{text}");
        assert!(text.ends_with("not verified: one thing is wrong\n"), "{text}");
    }

    #[test]
    fn how_many_entries_nobody_vouches_for_is_said() {
        for (unsigned, said) in [(0, "all are signed"), (1, "the first is not"), (3, "the first 3 are not"), (4, "none is signed")]
        {
            let text = mk_report(unsigned, &[]).to_text(Style::plain(120));
            assert!(text.contains(&format!("4 entries, {said}")) && text.ends_with("\nverified\n"), "{text}");
        }
    }

    #[test]
    fn a_ledger_without_a_log_and_one_that_can_not_be_read_are_told_from_verified_ones() {
        let unlogged = AuditReport { log_keys: Vec::new(), ..mk_report(4, &[]) };
        assert!(unlogged.to_text(Style::plain(120)).contains("without a log"));
        let unread = AuditReport { entries: None, trust: None, root: None, ..mk_report(0, &["a", "b"]) };
        let text = unread.to_text(Style::plain(120));
        assert!(!text.contains("entries") && text.ends_with("2 things are wrong\n"), "{text}");
    }
}
