//! What came of making decisions again.

use serde::Serialize;
use tollgate_core::decision::DecisionWord;
use tollgate_core::entry::PromotionId;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::exit_code::ExitCode;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

/// The answer of `audit replay`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayReport {
    pub version: u32,
    pub decisions: Vec<ReplayedDecision>,
    pub notices: Vec<String>,
}

/// One decision, then and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayedDecision {
    pub promotion: Option<PromotionId>,
    /// Index of its entry.
    pub entry: u64,
    pub at: Timestamp,
    pub target: Option<String>,
    /// As recorded.
    pub decision: DecisionWord,
    pub differences: Vec<Difference>,
    /// What would be needed and is not there.
    pub missing: Vec<String>,
    /// What was taken as it was recorded.
    pub taken: Vec<String>,
}

/// Something that is not now as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub what: String,
    pub recorded: String,
    pub again: String,
}

impl ReplayedDecision {
    const fn result(&self) -> (&'static str, Tone) {
        if !self.differences.is_empty() {
            ("different", Tone::Bad)
        } else if !self.missing.is_empty() {
            ("incomplete", Tone::Caution)
        } else {
            ("same", Tone::Good)
        }
    }

    fn name(&self) -> String {
        self.promotion.as_ref().map_or_else(|| format!("entry {}", self.entry), ToString::to_string)
    }

    fn differences(&self) -> impl Iterator<Item = String> {
        self.differences.iter().map(|difference| {
            let Difference { what, recorded, again } = difference;
            clean::line(&format!("{}: {what} was {recorded}, and is {again}", self.name()))
        })
    }
}

impl ReplayReport {
    /// 15 where a decision comes out differently: the ledger says what it can't show. 13 where something is missing.
    pub fn exit(&self) -> ExitCode {
        if self.decisions.iter().any(|decision| !decision.differences.is_empty()) {
            ExitCode::LedgerUnavailable
        } else if self.decisions.iter().any(|decision| !decision.missing.is_empty()) {
            ExitCode::SourceUnreadable
        } else {
            ExitCode::Approved
        }
    }

    /// For people: what is not the same comes first.
    pub fn to_text(&self, style: Style) -> String {
        let row = |decision: &ReplayedDecision| {
            let (word, _) = decision.result();
            let target = decision.target.clone().unwrap_or_default();
            let cells = [decision.name(), decision.at.to_string(), target, word_of(decision.decision).to_owned(), word.to_owned()];
            cells.map(|cell| clean::line(&cell)).to_vec()
        };
        let all = |list: fn(&ReplayedDecision) -> &Vec<String>| {
            self.decisions.iter().flat_map(move |decision| {
                list(decision).iter().map(move |line| clean::line(&format!("{}: {line}", decision.name())))
            })
        };
        let blocks = [
            summary::list("different", self.decisions.iter().flat_map(ReplayedDecision::differences), style),
            summary::list("missing", all(|decision| &decision.missing), style),
            summary::list("taken as recorded", all(|decision| &decision.taken), style),
            table::with_header(
                &["promotion", "decided", "target", "decision", "made again"],
                self.decisions.iter().map(row),
                style,
            ),
            self.verdict(style),
            summary::notices(&self.notices, style),
        ];
        join(&blocks)
    }

    fn verdict(&self, style: Style) -> String {
        let count = |word: &str| self.decisions.iter().filter(|decision| decision.result().0 == word).count();
        let (different, incomplete) = (count("different"), count("incomplete"));
        let all = self.decisions.len();
        match (different, incomplete) {
            (0, 0) => style.paint(Tone::Good, format!("{all} of {all} decisions come out the same, byte for byte")),
            (0, _) => style.paint(Tone::Caution, format!("{incomplete} of {all} decisions can't be made again")),
            _ => style.paint(Tone::Bad, format!("{different} of {all} decisions come out differently")),
        }
    }
}

const fn word_of(word: DecisionWord) -> &'static str {
    match word {
        DecisionWord::Approved => "approved",
        DecisionWord::Pending => "pending",
        DecisionWord::Denied => "denied",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_report() -> ReplayReport {
        let decision = |entry: u64| ReplayedDecision {
            promotion: Some(PromotionId::of_decision(entry)),
            entry,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            target: Some("prod".to_owned()),
            decision: DecisionWord::Approved,
            differences: Vec::new(),
            missing: Vec::new(),
            taken: Vec::new(),
        };
        ReplayReport { version: 1, decisions: vec![decision(3), decision(7)], notices: Vec::new() }
    }

    #[test]
    fn all_the_same_is_0_and_says_so() {
        let report = mk_report();
        assert_eq!(report.exit(), ExitCode::Approved);
        assert!(report.to_text(Style::plain(100)).contains("2 of 2 decisions come out the same"));
    }

    #[test]
    fn what_is_missing_is_13_and_what_differs_is_15_and_comes_first() {
        let mut report = mk_report();
        report.decisions[1].missing.push("`plan` of entry 7: no blob".to_owned());
        assert_eq!(report.exit(), ExitCode::SourceUnreadable);
        let (what, recorded, again) = ("the decision".to_owned(), "approved".to_owned(), "\u{1b}[31mdenied".to_owned());
        report.decisions[0].differences.push(Difference { what, recorded, again });
        assert_eq!(report.exit(), ExitCode::LedgerUnavailable);
        let text = report.to_text(Style::plain(100));
        assert!(text.starts_with("different\n  P-3: the decision was approved, and is "), "{text}");
        assert!(text.contains("1 of 2 decisions come out differently") && !text.contains('\u{1b}'), "{text}");
    }
}
